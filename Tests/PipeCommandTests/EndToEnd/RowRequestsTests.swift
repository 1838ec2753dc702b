import FoundationEssentials
import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, requests from rows", .timeLimit(.minutes(20)))
struct RowRequestsTests {
  /// What the site says that it was sent: the record of one request.
  private struct Echo: Decodable, Hashable {
    var n: String?
    var method: String?
    var target: String?
    var sent: String?
  }

  private static let rest = """
    fetch: {concurrency: 4, retry: 1, allow_private: [127.0.0.1], per_host: {concurrency: 4, rate: 100/s}}
    extract: {n: {input: n, as: string}, method: {json: $.method}, target: {json: $.target}, sent: {json: $.body}}
    sinks: [{jsonl: out.jsonl}]
    journal: {every: 100ms}
    """

  private static func echoes(_ place: borrowing Workplace) throws -> [Echo] {
    try place.folder.text("out.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode(Echo.self, from: Data($0.utf8))
    }
  }

  /// Rows, and what the site is sent for each.
  private static func rows(_ count: Int) -> (text: String, echoes: Set<Echo>) {
    let words = ["Zürich", "a b", "c&d=e", "\\\"", "/../", "100%"]
    var (text, echoes) = ("n,word\n", Set<Echo>())
    for n in 1...count {
      let word = words[n % words.count]
      text += "\(n),\"\(word.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"\n"
      let json = word.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
        .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
      echoes.insert(
        Echo(n: "\(n)", method: "POST", target: "/method", sent: "{\"word\":\"\(json)\",\"n\":\(n)}"))
    }
    return (text, echoes)
  }

  private static let template = #"url: SITE/method, body: {json: {word: "{word}", n: "{+n}"}}"#

  @Test("killed in the middle, it goes on, and each row was sent", arguments: ["file", "stdin"])
  func killed(source: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let (text, echoes) = Self.rows(200)
      try place.folder.write("rows.csv", text.utf8)
      let head = source == "file" ? "file: rows.csv" : "stdin: csv"
      let spec = try place.spec("sources: [{\(head), \(Self.template)}]\n" + Self.rest)
      let input = source == "file" ? "" : text
      let part = place.folder.path("out.jsonl.part")
      for _ in 0..<2 {
        let before = Self.lines(of: part)
        let command = try place.start(["run", spec, "--resume"], input: input)
        #expect(try await command.send(SIGKILL) { Self.lines(of: part) >= before + 30 })
        #expect(await command.outcome().status == 128 + SIGKILL)
      }
      let last = try await place.pipe("run", spec, "--resume", input: input)
      #expect(last.status == 0, "\(last.errors)")
      #expect(last.errors.contains("resumed"), "\(last.errors)")
      let found = try Self.echoes(place)
      #expect(found.count == 200)
      #expect(Set(found) == echoes)
    }
  }

  private static func lines(of path: String) -> Int {
    (try? Data(contentsOf: URL(fileURLWithPath: path)).count { $0 == 0x0A }) ?? 0
  }

  @Test("what failed is sent again, with its content, and nothing else")
  func retried() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("rows.csv", "n,path\n1,/method\n2,/flaky/2?status=500&times=1\n3,/method?a\n".utf8)
      let spec = try place.spec(
        #"""
        sources: [{file: rows.csv, url: "SITE{+path}", body: {form: {n: "{n}"}}}]
        fetch: {retry: 1, allow_private: [127.0.0.1]}
        extract: {n: {input: n, required: true}, status: status, checked: {const: x}, title: {css: title, pattern: "/^[^5].*/"}}
        sinks: [{csv: out.csv}]
        """#)
      let first = try await place.pipe("run", spec)
      #expect(first.status == 0, "\(first.errors)")
      let served = try place.site.served("/method")
      let second = try await place.pipe("run", spec, "--retry-failed")
      #expect(second.status == 0, "\(second.errors)")
      #expect(try place.site.served("/method") == served)
      #expect(try place.table("out.csv").rows(by: "n").keys.sorted() == ["1", "2", "3"])
    }
  }

  @Test("in a crawl, requests for one URL with other contents are pages of their own")
  func crawl() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("rows.csv", "n,word\n1,a\n2,b\n3,a\n".utf8)
      let spec = try place.spec(
        "sources: [{file: rows.csv, \(Self.template)}, {urls: [SITE/method, SITE/method]}]\ncrawl: {depth: 0}\n"
          + Self.rest)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let found = try Self.echoes(place)
      #expect(found.map { $0.method ?? "" }.sorted() == ["GET", "POST", "POST", "POST"])
      #expect(
        found.compactMap(\.sent).sorted() == [
          "", #"{"word":"a","n":1}"#, #"{"word":"a","n":3}"#, #"{"word":"b","n":2}"#,
        ])
    }
  }

  @Test("a list that was crawled sends nothing of its own, unless the source says so", arguments: [false, true])
  func crawledList(takesRequests: Bool) async throws {
    try await Workplace.use(pages: 1) { place in
      let site = place.site.baseURL
      try place.folder.write(
        "pages.jsonl",
        Array((#"{"n": 1, "url": "\#(site)/method", "body": "<html>", "headers": {"X-Evil": "1"}}"# + "\n").utf8))
      let option = takesRequests ? ", requests: true" : ""
      let spec = try place.spec("sources: [{file: pages.jsonl\(option)}]\n" + Self.rest)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("requests: true on the source") == !takesRequests, "\(outcome.errors)")
      let echo = try #require(try Self.echoes(place).first)
      #expect(echo.method == (takesRequests ? "POST" : "GET"))
      #expect(echo.sent == (takesRequests ? "<html>" : ""))
    }
  }

  @Test("plan and why tell what is asked for, and a plan sends nothing")
  func plan() async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("rows.csv", "n,word\n1,a b\n".utf8)
      let spec = try place.spec(
        #"sources: [{file: rows.csv, url: "SITE/method?q={word}", body: {json: {word: "{word}"}}}]"# + "\n" + Self.rest)
      let plan = try await place.pipe("plan", spec)
      #expect(plan.output.contains("each row asks for \(place.site.baseURL)/method?q={word}"), "\(plan.output)")
      #expect(plan.output.contains(#"with the body json {"word":"{word}"}"#), "\(plan.output)")
      let dry = try await place.pipe("run", spec, "--dry-run")
      #expect(dry.status == 0)
      #expect(try place.site.served("/method") == 0)
      let before = try await place.pipe("why", "\(place.site.baseURL)/method?q=a%20b", spec)
      #expect(before.status == 0 && before.output.contains("rows.csv"), "\(before.output)")
      #expect(try await place.pipe("run", spec).status == 0)
      let after = try await place.pipe("why", "\(place.site.baseURL)/method?q=a%20b", spec)
      #expect(after.output.contains("answered with 200"), "\(after.output)")
    }
  }

  @Test("a run that went on is not mixed with another template")
  func edited() async throws {
    try await Workplace.use(pages: 1) { place in
      let (text, _) = Self.rows(200)
      try place.folder.write("rows.csv", text.utf8)
      let spec = try place.spec("sources: [{file: rows.csv, \(Self.template)}]\n" + Self.rest)
      let command = try place.start(["run", spec])
      let part = place.folder.path("out.jsonl.part")
      #expect(try await command.send(SIGKILL) { Self.lines(of: part) >= 30 })
      _ = await command.outcome()
      for (old, new) in [("word: \"{word}\"", "word: \"{n}\""), ("json:", "form:"), ("/method", "/method?a")] {
        let other = Self.template.replacing(old, with: new).replacing("{+n}", with: new == "form:" ? "{n}" : "{+n}")
        _ = try place.spec("sources: [{file: rows.csv, \(other)}]\n" + Self.rest)
        let outcome = try await place.pipe("run", spec, "--resume")
        #expect(outcome.status == 4, "\(new): \(outcome.errors)")
        #expect(outcome.errors.contains("sources[0].file"), "\(outcome.errors)")
      }
    }
  }
}
