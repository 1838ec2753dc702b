import FoundationEssentials
import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, the report of a run", .timeLimit(.minutes(20)))
struct ReportTests {
  private static func spec(_ urls: String, sinks: String = "[csv: out.csv]", _ more: String = "") -> String {
    """
    sources: [urls: [\(urls)]]
    fetch: {retry: 1, timeout: 20s, allow_private: [127.0.0.1]}
    extract: [url, status]
    sinks: \(sinks)
    \(more)
    """
  }

  @Test("it tells what came of the run, and beside the one before")
  func complete() async throws {
    try await Workplace.use(pages: 3) { place in
      let site = place.site.baseURL
      let urls = [
        "\(site)/page/1", "\(site)/status/404?<b>'x'", "javascript:alert(1)", "\(site)/broken/close-before-head",
      ]
      try place.folder.write("urls.txt", urls.joined(separator: "\n").utf8)
      let spec = try place.spec(
        Self.spec("", "expect: [records == 4, count(status == 404) == 0]")
          .replacing("[urls: []]", with: "[file: urls.txt]"))
      for _ in 0..<2 {
        let outcome = try await place.pipe("run", spec, "--report", "report.html", "--progress", "none")
        #expect(outcome.status == 5, "\(outcome.errors)")
      }
      let page = try place.folder.text("report.html")
      #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
      #expect(page.contains("✗ complete, but not as expected"))
      #expect(page.contains("<code>count(status == 404) == 0</code> does not hold"))
      #expect(page.contains("/status/404?%3Cb%3E%27x%27\"") && page.contains("/status/404?&lt;b&gt;&#39;x&#39;"))
      #expect(page.contains("<th scope=\"row\">javascript:alert(1)</th><td>bad-url: "))
      #expect(page.contains("<code class=\"command\">pipe run spec.yaml --retry-failed</code>"))
      #expect(page.contains("connection: ") && page.contains("Every request is accounted for"))
      #expect(page.contains("<h2 id=\"comparison\">") && page.contains(">run 1</th>"))
      #expect(page.contains("<code>out.csv</code> <small>SHA-256 "))
      #expect(!place.folder.exists("report.html.part"))
    }
  }

  @Test("a run that is killed has one that says that it is not finished")
  func killed() async throws {
    try await Workplace.use(pages: 3) { place in
      let command = try place.start(
        ["run", try place.spec(Self.spec("SITE/page/1, SITE/delay/30")), "--report", "report.html"])
      let site = place.site
      #expect(try await command.send(SIGKILL) { (try? site.served("/delay/{seconds}")) ?? 0 > 0 })
      _ = await command.outcome()
      let page = try place.folder.text("report.html")
      #expect(page.contains("◐ not finished") && page.contains("if it stays as it is, the run was killed"))
      #expect(page.contains("pipe run spec.yaml --resume"))
    }
  }

  @Test("a file that the run uses otherwise is refused before anything is fetched")
  func conflicts() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        "sources: [file: urls.txt]\n" + Self.spec("").split(separator: "\n").dropFirst().joined(separator: "\n"))
      try place.folder.write("urls.txt", "\(place.site.baseURL)/page/1\n".utf8)
      mkdir(place.folder.path("folder"), 0o755)
      let cases = [
        ("urls.txt", "is read by a source"), ("./urls.txt", "is read by a source"),
        ("out.csv", "is an output of the spec"),
        ("out.csv.part", "is an output of the spec"), ("spec.yaml", "is the spec"), ("folder", "is a folder"),
        ("", "is a folder"), ("s.json", "--report and --summary are one file"),
      ]
      for (path, words) in cases {
        let outcome = try await place.pipe("run", spec, "--report", path, "--summary", "s.json")
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(path): \(outcome.errors)")
      }
      #expect(try place.site.served("/page/{number}") == 0 && !place.folder.exists("out.csv"))
      #expect(try place.folder.text("urls.txt").hasSuffix("/page/1\n"))
    }
  }

  @Test("what cannot be written is told: before the run, or for a device at its end")
  func unwritable() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec("SITE/page/1"))
      for (path, served) in [("/nowhere/r.html", 0), ("/dev/full", 1)] {
        let outcome = try await place.pipe("run", spec, "--restart", "--report", path)
        #expect(outcome.status == 1 && outcome.errors.contains("\(path) cannot be written"), "\(outcome.errors)")
        #expect(try place.site.served("/page/{number}") == served)
      }
      let quiet = try await place.pipe("run", spec, "--restart", "--report", "/dev/null")
      #expect(quiet.status == 0, "\(quiet.errors)")
      // What a link leads to is replaced, and keeps its mode.
      try place.folder.write("real.html", "old".utf8)
      chmod(place.folder.path("real.html"), 0o640)
      symlink("real.html", place.folder.path("link.html"))
      let linked = try await place.pipe("run", spec, "--restart", "--report", "link.html")
      #expect(linked.status == 0)
      #expect(try place.folder.text("real.html").hasSuffix("</html>\n"))
      var status = stat()
      #expect(stat(place.folder.path("real.html"), &status) == 0 && status.st_mode & 0o777 == 0o640)
    }
  }

  @Test("a secret of the spec is nowhere in it")
  func secrets() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.spec("'SITE/status/404?key=${secret:env:KEY}', 'SITE/page/${secret:env:KEY}'"))
      let outcome = await (try place.start(["run", spec, "--report", "r.html"], environment: ["KEY": "canary/7?"]))
        .outcome()
      #expect(outcome.status == 0, "\(outcome.errors)")
      let page = try place.folder.text("r.html")
      #expect(!page.contains("canary") && page.contains("/***"))
    }
  }

  @Test("pipe report makes one of what is kept of a run")
  func kept() async throws {
    try await Workplace.use(pages: 3) { place in
      let none = try await place.pipe("report")
      #expect(none.status == 1 && none.errors.contains("there is no run in .pipe"))
      let spec = try place.spec("name: n\n" + Self.spec("SITE/page/1, SITE/status/404"))
      for _ in 0..<2 { _ = try await place.pipe("run", spec) }
      let last = try await place.pipe("report", "n")
      #expect(last.status == 0 && last.output.contains("<h1>n, run 2</h1>"), "\(last.errors)")
      #expect(last.output.contains("id=\"series-title\"") && last.output.contains(">run 1</th>"))
      #expect(last.output.hasSuffix("</html>\n"))
      let first = try await place.pipe("report", "n/1", "--out", "old.html")
      #expect(first.status == 0 && first.output == "", "\(first.errors)")
      #expect(try place.folder.text("old.html").contains("<h1>n, run 1</h1>"))
      for (run, status) in [("n/9", 1), ("m", 1), ("n/x", 64), ("../n", 64), ("/1", 64)] {
        #expect(try await place.pipe("report", run).status == Int32(status), "\(run)")
      }
      // An earlier page is replaced, and nothing else.
      #expect(try await place.pipe("report", "n", "--out", "old.html").status == 0)
      for other in ["spec.yaml", "out.csv", ".pipe/n/runs.log"] {
        let before = try place.folder.bytes(other)
        let refused = try await place.pipe("report", "n", "--out", other)
        #expect(refused.status == 1 && refused.errors.contains("is not a report"), "\(refused.errors)")
        #expect(try place.folder.bytes(other) == before)
      }
      let full = try await place.pipe("report", "--out", "/dev/full")
      #expect(full.status == 1 && full.errors.contains("/dev/full cannot be written"))
    }
  }
}
