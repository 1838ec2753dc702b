import PipeTesting
import Testing

@Suite("pipe, specs and arguments that are wrong", .timeLimit(.minutes(20)))
struct DiagnosticsTests {
  /// A spec, the first line said about it, and the text under which the carets are.
  struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    let spec: String
    let diagnostic: String
    let carets: String
    var testDescription: String { name }
  }

  private static let faults = [
    Fault(
      name: "a list that is not there",
      spec: "sources: [{file: nothing.txt}]\nextract: [url]\nsinks: [{csv: out.csv}]",
      diagnostic: "spec.yaml:2:18: error[unreadable-file]: cannot read 'nothing.txt': No such file or directory",
      carets: "nothing.txt"),
    Fault(
      name: "a list that is a folder",
      spec: "sources: [{file: /tmp}]\nextract: [url]\nsinks: [{csv: out.csv}]",
      diagnostic: "spec.yaml:2:18: error[unreadable-file]: cannot read '/tmp': it is a folder", carets: "/tmp"),
    Fault(
      name: "a missing key",
      spec: "sources: [{urls: [\"SITE/\"]}]\nextract: [url]",
      diagnostic: "spec.yaml:1:1: error[missing-key]: the pipeline needs 'sinks': a list", carets: "v"),
    Fault(
      name: "a value of another type",
      spec: "sources: [{urls: [\"SITE/\"]}]\nfetch: {concurrency: many}\nextract: [url]\nsinks: [{csv: out.csv}]",
      diagnostic: "spec.yaml:3:22: error[wrong-type]: fetch.concurrency must be a whole number, not 'many'",
      carets: "many"),
    Fault(
      name: "an unknown key",
      spec: "sources: [{urls: [\"SITE/\"]}]\nfetch:\n  timout: 10s\nextract: [url]\nsinks: [{csv: out.csv}]",
      diagnostic: "spec.yaml:4:3: error[unknown-key]: unknown key 'timout' in fetch", carets: "timout"),
    Fault(
      name: "two sinks that write one file",
      spec: "sources: [{urls: [\"SITE/\"]}]\nextract: [url]\nsinks:\n  - csv: out.csv\n  - jsonl: out.csv",
      diagnostic: "spec.yaml:6:12: error[conflict]: two sinks write this file", carets: "out.csv"),
  ]

  @Test("a spec that is wrong is told where, and nothing is fetched or written", arguments: faults)
  func invalidSpec(fault: Fault) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(fault.spec)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 2)
      #expect(outcome.output == "")
      let lines = outcome.errors.split(separator: "\n")
      #expect(lines.first.map(String.init) == fault.diagnostic, "\(outcome.errors)")
      let carets = lines.dropFirst(2).first?.split(separator: "|").last?.drop { $0 == " " }.prefix { $0 == "^" }
      #expect(carets?.count == fault.carets.count)
      #expect(!place.folder.exists("out.csv"))
      #expect(try place.site.peak() == 0)
    }
  }

  @Test("a spec that is not there is told")
  func noSpec() async throws {
    try await Workplace.use(pages: 1) { place in
      let outcome = try await place.pipe("run", "nothere.yaml")
      #expect(outcome.status == 2)
      #expect(outcome.output == "")
      #expect(
        outcome.errors == "nothere.yaml:1:1: error[unreadable-file]: cannot read the spec: No such file or directory\n")
    }
  }

  @Test("an empty spec on standard input is told")
  func emptySpec() async throws {
    try await Workplace.use(pages: 1) { place in
      let outcome = try await place.pipe("run", "-")
      #expect(outcome.status == 2)
      #expect(outcome.errors.hasPrefix("<stdin>:1:1: error[missing-key]: the file is empty"))
    }
  }

  @Test("all faults are told at once, in the order of their places")
  func allFaults() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec("sources: [{file: nothing.txt}]\nfetch: {timout: 1s, redirects: lots}\nextract: [urk]")
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 2)
      let found = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("spec.yaml:") }
      #expect(
        found.map { String($0.prefix { $0 != "]" }) } == [
          "spec.yaml:1:1: error[missing-key", "spec.yaml:2:18: error[unreadable-file",
          "spec.yaml:3:9: error[unknown-key", "spec.yaml:3:32: error[wrong-type",
          "spec.yaml:4:11: error[unknown-component",
        ], "\(outcome.errors)")
    }
  }

  @Test(
    "wrong usage of the command line is 64, and told",
    arguments: [
      (["run", "spec.yaml", "--frobnicate"], "--frobnicate"), (["run"], "spec"),
      (["run", "spec.yaml", "--limit", "0"], "--limit"), (["run", "spec.yaml", "--limit", "many"], "--limit"),
      (["run", "spec.yaml", "--progress", "loud"], "--progress"), (["run", "spec.yaml", "--set", "=x"], "--set"),
      (["run", "spec.yaml", "--set", "site"], "--set"), (["frobnicate"], "frobnicate"),
    ])
  func usage(arguments: [String], word: String) async throws {
    try await Workplace.use(pages: 1) { place in
      _ = try place.spec("sources: [{urls: [\"SITE/\"]}]\nextract: [url]\nsinks: [{csv: out.csv}]")
      let outcome = try await place.start(arguments).outcome()
      #expect(outcome.status == 64)
      #expect(outcome.output == "")
      #expect(outcome.errors.contains(word), "\(outcome.errors)")
      #expect(!place.folder.exists("out.csv"))
    }
  }

  @Test("a variable that vars does not declare cannot be set")
  func undeclaredVariable() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec("sources: [{urls: [\"SITE/\"]}]\nextract: [url]\nsinks: [{csv: out.csv}]")
      let outcome = try await place.pipe("run", spec, "--set", "site=x")
      #expect(outcome.status == 2)
      #expect(outcome.errors.hasPrefix("spec.yaml:1:1: error[unresolved-variable]: --set names 'site'"))
    }
  }

  @Test("a dry run shows the plan on standard output, and fetches and writes nothing")
  func dryRun() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        "sources: [{urls: [\"SITE/\"]}]\nfetch: {allow_private: [127.0.0.1]}\nextract: [url]\nsinks: [{csv: out.csv}]")
      let outcome = try await place.pipe("run", spec, "--dry-run")
      #expect(outcome.status == 0)
      #expect(outcome.output.hasPrefix("plan"))
      #expect(outcome.errors == "")
      #expect(!place.folder.exists("out.csv"))
      #expect(try place.site.peak() == 0)
    }
  }
}
