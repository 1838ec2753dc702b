import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe run --retry-failed", .timeLimit(.minutes(20)))
struct RetryFailedTests {
  /// Some pages have no title when they are asked for the first time, or the first two times.
  private static let spec = """
    sources:
      - file: urls.txt
      - stdin
    fetch: {retry: 1, timeout: 5s, allow_private: [127.0.0.1]}
    extract: {url: url, status: status, title: {css: title, pattern: "/^[^5].*/", required: true}, error: error}
    sinks:
      - csv: out.csv
      - jsonl: {path: ordered.jsonl, order: input}
      - jsonl: {path: ok.jsonl.gz, when: ok, publish: live}
    """

  private static func urls(_ site: String) -> (file: [String], stdin: [String]) {
    (
      (1...20).map { "\(site)/" + ($0 % 5 == 2 ? "flaky/\($0)?status=500&times=\($0 == 17 ? 2 : 1)" : "page/\($0)") },
      (21...24).map { "\(site)/flaky/\($0)?status=500&times=\($0 % 2)" }
    )
  }

  @Test("what failed is fetched again, and nothing else; its new rows take the place of the old ones")
  func again() async throws {
    try await Workplace.use(pages: 40) { place in
      let spec = try place.spec(Self.spec)
      let (file, stdin) = Self.urls(place.site.baseURL)
      try place.folder.write("urls.txt", (file.joined(separator: "\n") + "\n").utf8)
      let first = try await place.pipe("run", spec, input: stdin.joined(separator: "\n"))
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.errors.contains("24 records, 6 not ok"), "\(first.errors)")
      // A line more is not one that failed.
      try place.folder.write("urls.txt", (file.joined(separator: "\n") + "\n\(place.site.baseURL)/page/30\n").utf8)
      let pages = try place.site.served("/page/{number}")

      let second = try await place.pipe("run", spec, "--retry-failed")
      #expect(second.status == 0, "\(second.errors)")
      #expect(second.errors.contains("retried    6 requests that had failed"), "\(second.errors)")
      #expect(second.errors.contains("6 records, 1 not ok"), "\(second.errors)")
      #expect(second.errors.contains("out.csv: 24 rows"), "\(second.errors)")
      try Self.check(place, failing: [file[16]])

      let third = try await place.pipe("run", spec, "--retry-failed")
      #expect(third.errors.contains("retried    1 request that had failed"), "\(third.errors)")
      try Self.check(place, failing: [])
      #expect(try place.site.served("/page/{number}") == pages)

      let rows = try place.folder.bytes("out.csv")
      let fourth = try await place.pipe("run", spec, "--retry-failed")
      #expect(fourth.status == 0)
      #expect(fourth.errors.contains("nothing has failed"), "\(fourth.errors)")
      #expect(try place.folder.bytes("out.csv") == rows)

      // The history has all of them, and the story of a request both of its ways.
      let runs = try await place.pipe("runs").output
      #expect(runs.split(separator: "\n").count == 4, "\(runs)")
      #expect(runs.components(of: "--retry-failed: complete") == 2, "\(runs)")
      let why = try await place.pipe("why", file[1], spec).output
      #expect(why.contains("its record had the error extract"), "\(why)")
      #expect(why.contains("fetched again later, since it had failed"), "\(why)")
      #expect(why.contains("answered with 200"), "\(why)")
    }
  }

  private static func check(_ place: borrowing Workplace, failing: [String]) throws {
    let (file, stdin) = urls(place.site.baseURL)
    let rows = try place.table("out.csv").rows(by: "url")
    #expect(rows.keys.sorted() == (file + stdin).sorted())
    #expect(rows.filter { $0.value["error"] != "" }.keys.sorted() == failing)
    #expect(try place.folder.text("out.csv").split(whereSeparator: \.isNewline).count == 25)
    #expect(try RecordLine.all(place.folder.text("ordered.jsonl")).map { $0.url ?? "" } == file + stdin)
    let ok = String(decoding: try Program.output(["gzip", "-dc", place.folder.path("ok.jsonl.gz")]), as: UTF8.self)
    #expect(
      try RecordLine.all(ok).map { $0.url ?? "" }.sorted() == (file + stdin).filter { !failing.contains($0) }.sorted())
    #expect(try place.folder.names().filter { $0.hasSuffix(".part") } == [])
  }

  @Test(
    "what has changed since is refused, and nothing of it is touched", arguments: ["output", "spec", "input", "none"])
  func changed(what: String) async throws {
    try await Workplace.use(pages: 40) { place in
      var text = Self.spec.replacing("\n  - stdin", with: "")
      let spec = try place.spec(text)
      let (file, _) = Self.urls(place.site.baseURL)
      try place.folder.write("urls.txt", file.joined(separator: "\n").utf8)
      if what == "none" {
        let refused = try await place.pipe("run", spec, "--retry-failed")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("no run of spec.yaml has finished"), "\(refused.errors)")
        #expect(try await place.pipe("run", spec, "--retry-failed", "--dry-run").status == 1)
        for flag in ["--resume", "--restart"] {
          #expect(try await place.pipe("run", spec, "--retry-failed", flag).status == 64)
        }
        #expect(try await place.pipe("run", spec, "--retry-failed", "--limit", "3").status == 64)
        return
      }
      #expect(try await place.pipe("run", spec).status == 0)
      let runs = try await place.pipe("runs").output
      let ordered = try place.folder.bytes("ordered.jsonl")
      switch what {
      case "output": try place.folder.write("ordered.jsonl", "{}\n".utf8)
      case "spec":
        text.replace("when: ok", with: "when: not ok")
        _ = try place.spec(text)
      default:
        try place.folder.write("urls.txt", ("\(place.site.baseURL)/page/3\n" + file.joined(separator: "\n")).utf8)
      }
      let before = try place.folder.bytes("out.csv")
      let outcome = try await place.pipe("run", spec, "--retry-failed")
      #expect(outcome.status == 1, "\(outcome.errors)")
      let words = ["output": "ordered.jsonl", "spec": "the spec has changed since the run", "input": "urls.txt"][what]
      #expect(outcome.errors.contains(words ?? ""), "\(outcome.errors)")
      #expect(!outcome.errors.contains("--resume") && !outcome.errors.contains(".part"), "\(outcome.errors)")
      #expect(try place.folder.bytes("out.csv") == before)
      #expect(try place.folder.names().filter { $0.hasSuffix(".part") } == [])
      #expect(try await place.pipe("runs").output == runs)

      // It was refused, so once all is as it was there is nothing in the way.
      switch what {
      case "output": try place.folder.write("ordered.jsonl", ordered)
      case "spec": _ = try place.spec(Self.spec.replacing("\n  - stdin", with: ""))
      default: try place.folder.write("urls.txt", file.joined(separator: "\n").utf8)
      }
      let again = try await place.pipe("run", spec, "--retry-failed")
      #expect(again.status == 0, "\(again.errors)")
    }
  }

  @Test(
    "stopped in the middle, it is gone on with, and comes to the same rows",
    arguments: [[SIGKILL], [SIGINT], [SIGTERM, SIGKILL, SIGKILL]])
  func stopped(signals: [Int32]) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(
        Self.spec.replacing("\n  - stdin", with: "").replacing("retry: 1,", with: "retry: 1, per_host: {delay: 20ms},")
          + "\njournal: {every: 100ms}")
      let base = place.site.baseURL
      let urls = (1...90).map { "\(base)/flaky/\($0)?status=500&times=\($0 % 3 == 0 ? 0 : 1)" }
      try place.folder.write("urls.txt", urls.joined(separator: "\n").utf8)
      let first = try await place.pipe("run", spec)
      #expect(first.errors.contains("90 records, 60 not ok"), "\(first.errors)")
      let finished = try place.folder.bytes("ordered.jsonl")
      for (index, signal) in signals.enumerated() {
        let site = place.site
        let before = try site.served("/flaky/{number}")
        let command = try place.start(["run", spec, index == 0 ? "--retry-failed" : "--resume"])
        #expect(try await command.send(signal) { (try? site.served("/flaky/{number}")) ?? 0 >= before + 12 })
        let outcome = await command.outcome()
        #expect(outcome.status == 128 + signal, "\(outcome.errors)")
        // Until all of it is done, the old rows are what there is.
        #expect(try place.folder.bytes("ordered.jsonl") == finished)
        let refused = try await place.pipe("run", spec, "--retry-failed")
        #expect(refused.status == 4, "\(refused.errors)")
        #expect(refused.errors.contains("pipe run spec.yaml --resume"), "\(refused.errors)")
      }
      let last = try await place.pipe("run", spec, "--resume")
      #expect(last.status == 0, "\(last.errors)")
      #expect(
        try place.table("out.csv").rows(by: "url").filter { $0.value["error"] == "" }.keys.sorted() == urls.sorted())
      #expect(try place.folder.text("out.csv").split(whereSeparator: \.isNewline).count == 91)
      #expect(try RecordLine.all(place.folder.text("ordered.jsonl")).map { $0.url ?? "" } == urls)
      let ok = String(decoding: try Program.output(["gzip", "-dc", place.folder.path("ok.jsonl.gz")]), as: UTF8.self)
      #expect(try RecordLine.all(ok).map { $0.url ?? "" }.sorted() == urls.sorted())
      #expect(try place.folder.names().filter { $0.hasSuffix(".part") } == [])
      // What had answered is not asked again, and of the others only what was in flight at a stop.
      #expect(try (150...150 + 40 * signals.count).contains(place.site.served("/flaky/{number}")))
      let runs = try await place.pipe("runs").output
      #expect(runs.components(of: "complete") == 2, "\(runs)")
    }
  }

  @Test("in a crawl, links of pages that answer now are followed, and rows of links are made anew")
  func crawl() async throws {
    try await Workplace.use(pages: 40) { place in
      let spec = try place.spec(
        """
        sources: [{urls: ["SITE/flaky/1?status=500&times=1", "SITE/page/2"]}]
        fetch: {retry: 1, robots: ignore, allow_private: [127.0.0.1]}
        crawl: {depth: 1, max_pages: 30}
        extract: {url: url, status: status, title: {css: title, pattern: "/^[^5].*/", required: true}, error: error, depth: depth}
        sinks:
          - csv: out.csv
          - csv: {path: links.csv, rows: links, mode: fail}
        """)
      let first = try await place.pipe("run", spec)
      #expect(first.status == 0, "\(first.errors)")
      let before = try place.table("out.csv").rows(by: "url")
      #expect(before.values.filter { $0["error"] != "" }.count == 1)
      let again = try await place.pipe("run", spec, "--retry-failed")
      #expect(again.status == 0, "\(again.errors)")
      let rows = try place.table("out.csv").rows(by: "url")
      #expect(rows.values.allSatisfy { $0["error"] == "" }, "\(rows)")
      #expect(Set(before.keys).isSubset(of: rows.keys))
      let flaky = "\(place.site.baseURL)/flaky/1?status=500&times=1"
      #expect(rows[flaky]?["status"] == "200")
      // The page leads on by now, if it has links at all, and each link has one row.
      let links = try place.folder.text("links.csv").split(whereSeparator: \.isNewline)
      #expect(Set(links).count == links.count)
      #expect(links.count > 1)
    }
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
