import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, where specs and URLs come from", .timeLimit(.minutes(20)))
struct InputsTests {
  private static let rest = """
    fetch: {allow_private: [127.0.0.1]}
    extract: [url, status]
    sinks: [{csv: "-"}]
    """

  @Test(
    "an empty list is no failure: the header alone is written, and 0 records are told", arguments: ["", "# none\n\n"])
  func emptyList(list: String) async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("empty.txt", list.utf8)
      let spec = try place.spec("sources: [{file: empty.txt}]\nextract: [url, title]\nsinks: [{csv: out/empty.csv}]")
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try place.folder.text("out/empty.csv") == "url,title,error\r\n")
      #expect(outcome.errors.contains("0 records\n"), "\(outcome.errors)")
      #expect(outcome.errors.contains("0 read, 0 recorded, none lost"))
    }
  }

  @Test("the stdin source reads URLs, and standard output has rows alone")
  func standardInput() async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      let spec = try place.spec("sources: [stdin]\n" + Self.rest)
      let outcome = try await place.pipe(
        "run", spec, input: "\(site)/page/1\n# a comment\n\n\(site)/page/2\nnonsense\n")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let rows = try CSVTable(outcome.output).rows(by: "url")
      #expect(rows.keys.sorted() == ["\(site)/page/1", "\(site)/page/2", "nonsense"])
      #expect(rows["\(site)/page/1"]?["status"] == "200")
      #expect(rows["nonsense"]?["status"] == "")
      #expect(rows["nonsense"]?["error"]?.hasPrefix("bad-url: ") == true)
    }
  }

  /// Rows on standard input, the column that a field reads, and what the run says.
  static let columns: [(String, String, String)] = [
    ("csv", "url,name\nSITE/page/1,x\n", "; did you mean 'name'?"),
    ("jsonl", "{\"url\": \"SITE/page/1\", \"name\": 1}\n{\"url\": \"SITE/page/2\"}\n", "; did you mean 'name'?"),
    ("jsonl", "{\"url\": \"SITE/page/1\"}\n{\"url\": \"SITE/page/2\", \"Name\": 1}\n", ""),
    ("csv", "url,name\n", ""),
  ]

  @Test("a column that is missing in all rows is told at the end, with the nearest one", arguments: columns)
  func missingColumn(format: String, rows: String, hint: String) async throws {
    try await Workplace.use { place in
      let spec = try place.spec(
        "sources: [{stdin: {format: \(format)}}]\nfetch: {allow_private: [127.0.0.1]}\n"
          + "extract: {url: url, n: {input: Name}}\nsinks: [{csv: \"-\"}]")
      let input = rows.split(separator: "SITE", omittingEmptySubsequences: false).joined(separator: place.site.baseURL)
      for progress in ["plain", "none"] {
        let outcome = try await place.pipe("run", spec, "--progress", progress, input: input)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let told = "no row has a column 'Name', which the field 'n' reads" + hint
        #expect(outcome.errors.contains(told) == !hint.isEmpty, "\(outcome.errors)")
      }
    }
  }

  @Test("- is a spec on standard input, whose lists start at the working folder")
  func specOnStandardInput() async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      try place.folder.write("urls.txt", "\(site)/page/1\n".utf8)
      let outcome = try await place.pipe("run", "-", input: "version: 1\nsources: [{file: urls.txt}]\n" + Self.rest)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try CSVTable(outcome.output).rows.map { $0["url"] } == ["\(site)/page/1"])
    }
  }

  @Test("lists start at the spec's folder, and outputs at the working folder")
  func folders() async throws {
    try await Workplace.use { place in
      let site = place.site.baseURL
      let made = try await RunningCommand("/bin/mkdir", ["specs"], folder: place.folder.path).outcome()
      #expect(made.status == 0)
      try place.folder.write("specs/urls.txt", "\(site)/page/1\n".utf8)
      let spec = try place.spec(
        """
        sources: [{file: urls.txt}]
        fetch: {allow_private: [127.0.0.1]}
        extract: [url]
        sinks: [{csv: out/pages.csv}]
        """, named: "specs/spec.yaml")
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try place.table("out/pages.csv").rows.count == 1)
      #expect(!place.folder.exists("specs/out"))
    }
  }

  @Test("--limit ends a run after so many requests, and the others are accounted for")
  func limit() async throws {
    try await Workplace.use { place in
      let spec = try place.spec("sources: [{range: {url: \"SITE/get?num={n}\", to: 10}}]\n" + Self.rest)
      let outcome = try await place.pipe("run", spec, "--limit", "3")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let urls = try CSVTable(outcome.output).rows.compactMap { $0["url"] }.sorted()
      #expect(urls == (1...3).map { "\(place.site.baseURL)/get?num=\($0)" })
      #expect(outcome.errors.contains("3 recorded"))
      #expect(outcome.errors.contains("none lost"))
      #expect(try place.site.served("/get") == 3)
    }
  }

  @Test("variables come from the environment, and a secret is never shown")
  func environment() async throws {
    try await Workplace.use { place in
      let spec = try place.spec(
        """
        sources: [{urls: ["SITE/bearer/${secret:env:TOKEN}?page=${env:PAGE}"]}]
        fetch: {headers: {Authorization: "Bearer ${secret:env:TOKEN}"}, allow_private: [127.0.0.1]}
        extract: [status]
        sinks: [{csv: "-"}]
        """)
      let environment = ["TOKEN": "tangerine", "PAGE": "7"]
      let outcome = try await place.pipe("run", spec, environment: environment)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "status,error\r\n200,\r\n")
      #expect(!outcome.errors.contains("tangerine"))
      let plan = try await place.pipe("plan", spec, environment: environment)
      #expect(plan.status == 0)
      #expect(!(plan.output + plan.errors).contains("tangerine"))
    }
  }
}
