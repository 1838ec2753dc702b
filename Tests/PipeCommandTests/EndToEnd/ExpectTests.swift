import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, what is expected of a run", .timeLimit(.minutes(20)))
struct ExpectTests {
  /// A run over pages of which two are broken.
  private func spec(_ expect: String, sinks: String = "[csv: out.csv]", _ more: String = "") -> String {
    """
    sources:
      - urls: [SITE/page/1, SITE/status/404, SITE/page/2, SITE/status/500]
    fetch: {retry: 1, timeout: 20s, allow_private: [127.0.0.1]}
    extract: [url, status, title]
    sinks: \(sinks)
    expect:
    \(expect.split(separator: "\n").map { "  - \($0)" }.joined(separator: "\n"))
    \(more)
    """
  }

  @Test("a complete run that is not as expected ends with 5, and says why, also without progress")
  func unmet() async throws {
    try await Workplace.use(pages: 3) { place in
      let base = place.site.baseURL
      let spec = try place.spec(spec("records >= 4\nbroken == 0"))
      for flags in [[], ["--progress", "none"]] {
        let outcome = await (try place.start(["run", spec] + flags)).outcome()
        #expect(outcome.status == 5)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("pipe: complete, not as expected, in "))
        let lines = outcome.errors.split(separator: "\n").map(String.init)
        let first = try #require(lines.firstIndex { $0.hasPrefix("  expect") })
        #expect(
          lines[first...].prefix(4) == [
            "  expect     ✗ broken == 0: broken is 2", "               \(base)/status/404: status 404",
            "               \(base)/status/500: status 500", "  expect     ✓ records >= 4: records is 4",
          ])
        #expect(try place.table("out.csv").rows.count == 4)
      }
      let runs = try await place.pipe("runs").output
      #expect(runs.matches(of: /unexpected/).count == 2, "\(runs)")
    }
  }

  @Test("one that is ends with 0")
  func met() async throws {
    try await Workplace.use(pages: 3) { place in
      let spec = try place.spec(spec("broken == 2\nshare(status >= 500) <= 25%\np95(elapsed) < 20s"))
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("✓ share(status >= 500) <= 25%: share(status >= 500) is 25% (1 of 4)"))
    }
  }

  @Test("publish: expected keeps the old file until the run is as expected")
  func published() async throws {
    try await Workplace.use(pages: 3) { place in
      let sinks = "[{csv: {path: a.csv, publish: expected}}, {jsonl: b.jsonl}]"
      try place.folder.write("a.csv", "yesterday\n".utf8)
      let text = spec("broken == 0", sinks: sinks).replacing(
        "SITE/status/500", with: "http://127.0.0.1:\(place.site.refusedPort)/")
      let unmet = try await place.pipe("run", try place.spec(text))
      #expect(unmet.status == 5)
      #expect(unmet.errors.contains("a.csv.part: 4 rows, not published"), "\(unmet.errors)")
      #expect(unmet.errors.contains("b.jsonl: 4 rows\n"))
      #expect(try place.folder.text("a.csv") == "yesterday\n")
      #expect(try place.table("a.csv.part").rows.count == 4)
      // What failed cannot be fetched again into a file that has other rows.
      let refused = try await place.pipe("run", "spec.yaml", "--retry-failed")
      #expect(refused.status == 1)
      #expect(
        refused.errors.contains(
          "a.csv: was not published, since its run was not as expected: the rows are in a.csv.part"),
        "\(refused.errors)")
      #expect(try place.folder.text("a.csv") == "yesterday\n")
      #expect(rename(place.folder.path("a.csv.part"), place.folder.path("a.csv")) == 0)
      let again = try await place.pipe("run", "spec.yaml", "--retry-failed")
      #expect(again.status == 5, "\(again.errors)")
      #expect(again.errors.contains("✗ broken == 0: broken is 2"), "\(again.errors)")
      #expect(try place.table("a.csv").rows.count == 4)
      let met = try await place.pipe("run", try place.spec(text.replacing("broken == 0", with: "broken == 2")))
      #expect(met.status == 0, "\(met.errors)")
      #expect(try place.table("a.csv").rows.count == 4)
      #expect(try place.folder.names().filter { $0.hasSuffix(".part") } == [])
    }
  }

  @Test("a run that is not complete is not asked, and has its own exit status")
  func interrupted() async throws {
    try await Workplace.use(pages: 1) { place in
      let text = spec("broken == 0").replacing("SITE/page/2", with: "SITE/delay/30")
      let command = try place.start(["run", try place.spec(text)])
      let site = place.site
      #expect(try await command.send(SIGTERM) { (try? site.served("/delay/{seconds}")) ?? 0 > 0 })
      usleep(600_000)
      command.send(SIGTERM)
      let outcome = await command.outcome()
      #expect(outcome.status == 143)
      #expect(!outcome.errors.contains("expect"), "\(outcome.errors)")
    }
  }

  @Test("numbers of any size are told", arguments: ["1e308", "-1e308", "9.3e18", "-1e15", "5e-324"])
  func anyNumber(number: String) async throws {
    try await Workplace.use(pages: 3) { place in
      let spec = try place.spec(
        """
        sources: [range: {url: 'SITE/page/{n}', to: 3}]
        fetch: {allow_private: [127.0.0.1]}
        extract: {url: url, n: {const: \(number)}}
        sinks: [csv: out.csv]
        expect: [max(n) == 77s, min(n) == 77kB, p95(n) == 77, avg(n) == \(number)]
        """)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 5, "\(outcome.errors)")
      #expect(outcome.errors.contains("✓ avg(n) == "), "\(outcome.errors)")
      #expect(!outcome.errors.contains("inf"), "\(outcome.errors)")
    }
  }

  @Test("annotations and reports for machines are on standard output")
  func formats() async throws {
    try await Workplace.use(pages: 3) { place in
      let spec = try place.spec(spec("broken == 0\nrecords >= 4\nmax(status) <= 499"))
      let github = try await place.pipe("run", spec, "--expect-format", "github")
      #expect(github.status == 5)
      let lines = github.output.split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines[0].hasPrefix("::error file=spec.yaml,line="), "\(github.output)")
      #expect(
        lines[0].contains("title=expect::broken == 0: broken is 2%0A\(place.site.baseURL)/status/404: status 404"))
      let junit = try await place.pipe("run", spec, "--expect-format", "junit", "--progress", "none")
      #expect(junit.status == 5)
      try place.folder.write("junit.xml", junit.output.utf8)
      let counts = try Program.output([
        "python3", "-c",
        """
        import sys, xml.etree.ElementTree as E
        suite = E.parse(sys.argv[1]).getroot()[0]
        print(suite.get("tests"), suite.get("failures"), [c.get("name") for c in suite if len(c)])
        print(suite.get("file"), sorted({a for c in suite for a in c.attrib}), suite[0][0].text.split("\\n")[0])
        """, place.folder.path("junit.xml"),
      ])
      #expect(
        String(decoding: counts, as: UTF8.self)
          == "3 2 ['broken == 0', 'max(status) <= 499']\nspec.yaml ['classname', 'name'] spec.yaml:8\n")
      // A file that is not there, or empty, is no report.
      let stopped = try await place.pipe(
        "run",
        try place.spec(
          """
          sources: [urls: [SITE/delay/30]]
          fetch: {allow_private: [127.0.0.1]}
          extract: [url]
          sinks: [csv: stopped.csv]
          limits: {duration: 200ms}
          expect: [records >= 1, broken == 0]
          """, named: "stopped.yaml"), "--expect-format", "junit")
      #expect(stopped.status == 3)
      #expect(stopped.output.contains(#"<testsuites tests="2" failures="0" errors="2">"#), "\(stopped.output)")
      #expect(stopped.output.split(separator: "not checked: the run is not complete").count == 3)
      let taken = try await place.pipe(
        "run", try place.spec(self.spec("broken == 0", sinks: "[csv: '-']")), "--expect-format", "junit")
      #expect(taken.status == 64)
      #expect(taken.errors.contains("standard output, which has the rows of csv"), "\(taken.errors)")
    }
  }

  @Test("what a page says cannot steer the terminal, nor break a report", arguments: ["text", "github", "junit"])
  func hostile(format: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let url = "SITE/get?num=%1B%5B31m%E2%80%AE"
      let text = """
        sources: [urls: ["\(url)"]]
        fetch: {allow_private: [127.0.0.1]}
        extract: {url: url, t: {const: "\\e[31m::error::]]><b>\\u202E"}}
        sinks: [csv: out.csv]
        expect: count(t != '') == 0
        """
      let outcome = try await place.pipe("run", try place.spec(text), "--expect-format", format)
      #expect(outcome.status == 5, "\(outcome.errors)")
      let said = outcome.output + outcome.errors
      #expect(said.contains("[31m::error::]]"), "\(said)")
      #expect(!said.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
      if format == "junit" {
        try place.folder.write("junit.xml", outcome.output.utf8)
        _ = try Program.output([
          "python3", "-c", "import sys, xml.etree.ElementTree as E; E.parse(sys.argv[1])",
          place.folder.path("junit.xml"),
        ])
      }
    }
  }

  @Test("killed and gone on with, it is about the whole run")
  func resumed() async throws {
    try await Workplace.use(pages: 1) { place in
      let text = """
        sources: [range: {url: 'SITE/flaky/{n}?status=500&times=99', from: 1, to: 60}]
        fetch: {retry: 1, allow_private: [127.0.0.1], per_host: {delay: 30ms}}
        extract: [url, status]
        sinks: [csv: out.csv]
        journal: {every: 100ms}
        expect: [records == 60, broken == 60, count(status == 500) < 60]
        """
      let spec = try place.spec(text)
      let site = place.site
      for count in [12, 24] {
        let command = try place.start(["run", spec, "--resume"])
        #expect(try await command.send(SIGKILL) { (try? site.served("/flaky/{number}")) ?? 0 >= count })
        #expect(await command.outcome().status == 128 + SIGKILL)
      }
      let outcome = try await place.pipe("run", spec, "--resume")
      #expect(outcome.status == 5, "\(outcome.errors)")
      #expect(outcome.errors.contains("✓ records == 60: records is 60"), "\(outcome.errors)")
      #expect(outcome.errors.contains("✓ broken == 60: broken is 60"))
      #expect(outcome.errors.contains("✗ count(status == 500) < 60: count(status == 500) is 60"))
      #expect(outcome.errors.contains("/flaky/1?status=500&times=99: status 500\n"))
      #expect(outcome.errors.contains("and 57 more"))
    }
  }
}
