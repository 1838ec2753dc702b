import FoundationEssentials
import PipeEngine
import PipeTesting
import Testing

@Suite("pipe explain, schema, reference, init and completions", .timeLimit(.minutes(20)))
struct ReferenceTests {
  @Test("the committed schema is current")
  func schema() async throws {
    let outcome = try await pipe("schema")
    #expect(outcome.status == 0)
    #expect(
      outcome.output == (try Project.text("schemas/pipeline.schema.json")),
      "write it anew: pipe schema > schemas/pipeline.schema.json")
  }

  @Test("the committed reference is current")
  func reference() async throws {
    let folder = try TemporaryFolder()
    #expect(try await pipe("reference", "--out", folder.path).status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let committed = try Project.files("docs/reference", ".md").compactMap {
      $0.split(separator: "/").last.map(String.init)
    }
    // These are written by hand.
    #expect(
      (names
        + [
          "crawling.md", "items.md", "links.md", "lists.md", "logs.md", "metrics.md", "pages.md", "paging.md",
          "plan.md", "resuming.md",
          "robots.md",
          "runs.md",
          "sitemaps.md",
          "try.md",
        ]).sorted() == committed)
    for name in names {
      let isCurrent = try folder.text(name) == Project.text("docs/reference/\(name)")
      #expect(isCurrent, "write \(name) anew: pipe reference --out docs/reference")
    }
  }

  @Test(
    "a path is explained",
    arguments: [
      ("", "A pipeline is one YAML file."), ("fetch", "How pages are fetched."),
      ("fetch.per_host.delay", "default     0s"),
      ("sinks", "options of every sink"), ("sinks.csv", "Rows by RFC 4180"), ("csv", "sinks.csv: a sink"),
      ("sinks.csv.escape_formulas", "true or false"), ("sinks.csv.when", "The condition for records it receives"),
      ("extract.title", "The page's title"), ("where", "a condition"),
      ("where", "binds stronger than"), ("when", "sinks.when: a condition"), ("when", "binds stronger than"),
      ("sinks.csv.when", "Every other comparison with a null value"), ("expressions", "starts_with"),
      ("conditions", "Within YAML"), ("error-codes", "too-large"), ("errors", "robots"), ("error", "error-codes"),
      ("error.timeout", "A limit of time was reached"), ("error.bad-url", "with its scheme"),
      ("exit-codes", "129, 130, 143"), ("exit.4", "--resume"), ("exit.130", "interrupted"),
      ("request-rows", "method"), ("requests", "headers"), ("", "expressions"), ("as", "extract.as"),
    ])
  func explain(path: String, part: String) async throws {
    let outcome = try await pipe(path.isEmpty ? ["explain"] : ["explain", path])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(part), "\(outcome.output)")
    #expect(outcome.lines.allSatisfy { $0.count <= 80 }, "\(outcome.output)")
  }

  @Test(
    "a path that leads nowhere is 64, with the nearest one",
    arguments: [
      ("sinks.cvs", "did you mean 'sinks.csv'?"), ("fetch.timout", "did you mean 'fetch.timeout'?"),
      ("cvs", "did you mean 'csv'?"), ("version.x", "nothing below"), ("sinks.csv.", "has no ''"), ("..", "has no ''"),
      ("publish", "did you mean 'sinks.csv.publish' or 'sinks.jsonl.publish'?"),
      ("sinks.publish", "did you mean 'sinks.csv.publish' or 'sinks.jsonl.publish'?"),
      ("since", "did you mean 'sources.sitemap.since' or 'sources.feed.since'?"),
      ("delay", "did you mean 'fetch.per_host.delay'?"), ("error.timout", "did you mean 'error.timeout'?"),
      ("expresions", "did you mean 'expressions'?"),
      ("retry", "did you mean 'fetch.retry'?"),
    ])
  func explainNothing(path: String, hint: String) async throws {
    let outcome = try await pipe("explain", path)
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains(hint), "\(outcome.errors)")
  }

  @Test("the help tells the exit status, as its page does")
  func exitStatus() async throws {
    let help = try await pipe("--help").output
    for words in ["Exit status: 0 complete", "64 wrong usage", "4 an unfinished run"] {
      #expect(help.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(words), "\(help)")
    }
  }

  @Test("every code of an error is explained, and says what to do", arguments: RequestError.Code.allCases)
  func errorCode(code: RequestError.Code) async throws {
    let outcome = try await pipe("explain", "error.\(code.rawValue)")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("\(code.rawValue): "))
    #expect(outcome.output.split(separator: "\n\n").count == 2, "\(outcome.output)")
  }

  /// The templates that the help offers.
  private func templates() async throws -> [String] {
    let help = try await pipe("init", "--help").output
    let list = help.split(separator: "\n", omittingEmptySubsequences: false).drop { $0 != "The templates:" }.dropFirst()
    return list.prefix { !$0.isEmpty }.compactMap { $0.split(separator: " ").first.map(String.init) }
  }

  @Test("every template that is offered is written and valid")
  func templatesAreValid() async throws {
    let names = try await templates()
    #expect(names.contains("list"))
    for name in names {
      let folder = try TemporaryFolder()
      #expect(try await pipe("init", name, folder: folder.path).status == 0)
      let outcome = try await pipe("validate", "\(name).pipe.yaml", folder: folder.path)
      #expect(outcome.status == 0 && outcome.errors == "\(name).pipe.yaml: ok\n", "\(outcome.errors)")
      let line = try folder.text("\(name).pipe.yaml").split(separator: "\n").first ?? ""
      let schema = line.split(separator: "=").last.map(String.init) ?? ""
      #expect(line.hasPrefix("# yaml-language-server: $schema=") && !schema.isEmpty)
      #expect(try folder.text(schema) == Project.text("schemas/pipeline.schema.json"))
    }
  }

  @Test("init gives the name, and writes over nothing unless it is forced")
  func initKeeps() async throws {
    let folder = try TemporaryFolder()
    #expect(try await pipe("init", "--name", "shop", folder: folder.path).status == 0)
    #expect(try folder.text("shop.pipe.yaml").contains("name: shop\n"))
    try folder.write("shop.pipe.yaml", "mine".utf8)
    let refused = try await pipe("init", "--name", "shop", folder: folder.path)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("--force"))
    #expect(try folder.text("shop.pipe.yaml") == "mine")
    #expect(try await pipe("init", "--name", "shop", "--force", folder: folder.path).status == 0)
    #expect(try folder.text("shop.pipe.yaml") != "mine")
    // A schema that is there already may be of a newer version.
    try folder.write("pipeline.schema.json", "{}".utf8)
    #expect(try await pipe("init", "--name", "other", folder: folder.path).status == 0)
    #expect(try folder.text("pipeline.schema.json") == "{}")
    #expect(try await pipe("init", "lst", folder: folder.path).status == 64)
    #expect(try await pipe("init", "--name", "../x", folder: folder.path).status == 64)
  }

  @Test("the shells' completion scripts are there", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) async throws {
    let outcome = try await pipe("--generate-completion-script", shell)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("validate") && outcome.output.contains("explain"))
    guard let program = Program.path(shell) else { return }
    let folder = try TemporaryFolder()
    try folder.write("script", outcome.output.utf8)
    let check = try RunningCommand(program, ["-n", folder.path("script")], folder: folder.path)
    #expect(await check.outcome().status == 0)
  }
}
