import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Rows of links")
struct LinkRowTests {
  private func plan(_ sinks: String, _ memory: [MemorySink]) throws -> Plan {
    try MemoryPipeline(sources: [MemorySource(urls: ["http://site.example/"])], sinks: memory).plan(
      "extract: [url]\ncrawl: {depth: 0}\nfetch: {robots: ignore}\nsinks: [\(sinks)]")
  }

  @Test("a row tells the line, the column and the landmark of its link")
  func places() async throws {
    let sink = MemorySink("links")
    let plan = try plan("{sink0: {rows: links, fields: [element, position, line, column]}}", [sink])
    let page = """
      <!DOCTYPE html><title>x</title>
      <link rel=next href=/next>
      <header><nav><a href=/a>a</a></nav> <a href=/b>ü</a></header>
      <main role=none>ä\t<a href=/c>c</a><iframe src=/d></iframe></main>
      <div role=contentinfo>
      <aside><a href=/e>e</a></aside> <area href=/f></div><a href=/g>g</a>
      """
    try await Graph(plan, fetcher: StubFetcher { _ in .status(200, body: page) }).runConserving()
    let rows = sink.rows.all.map { row in row.map { String(describing: $0) }.joined(separator: " ") }
    let expected: [[Value]] = [
      ["link", .null, 2, 1], ["a", "nav", 3, 14], ["a", "header", 3, 37], ["a", "main", 4, 19],
      ["iframe", "main", 4, 35], ["a", .null, 6, 8], ["area", "footer", 6, 33], ["a", .null, 6, 53],
    ]
    #expect(sink.rows.all == expected, "\(rows)")
  }

  @Test("a link that is not a URL has a row that says so, and leads nowhere")
  func notURLs() async throws {
    let sink = MemorySink("links")
    let plan = try plan("{sink0: {rows: links, fields: [to, text, status, error, ok, reason, line]}}", [sink])
    let page = """
      <!DOCTYPE html><title>x</title><a href="http://[::1/">a</a> <a href="http://exa mple/">b</a>
      <a href="mailto:a@b">c</a><a href="javascript:0">d</a><iframe src="https://:80"></iframe><a href="">e</a>
      """
    try await Graph(plan, fetcher: StubFetcher { _ in .status(200, body: page) }).runConserving()
    let rows = sink.rows.all
    #expect(rows.map { $0[0] } == ["http://[::1/", "http://exa mple/", "https://:80", "http://site.example/"])
    #expect(rows.map { $0[6] } == [1, 1, 2, 2] && rows.map { $0[1] } == ["a", "b", .null, "e"])
    for row in rows.dropLast() {
      #expect(row[2] == .null && row[4] == .bool(false) && row[5] == .null)
      let error = if case .string(let text) = row[3] { text } else { "" }
      #expect(error.hasPrefix("bad-url: the page's link is not a URL: "), "\(row[3])")
    }
    #expect(rows.last.map { $0[2] == 200 && $0[4] == .bool(true) } == true)
  }

  @Test(
    "a page is asked where its links stand for rows that tell it, and for no others",
    arguments: [
      ("{sink0: {rows: links}}", true), ("{sink0: {rows: links, fields: [from, to]}}", false),
      ("{sink0: {rows: links, fields: [from, column]}}", true),
      ("{sink0: {rows: links, fields: [from], when: position == \"nav\"}}", true),
      ("{sink0: {rows: links, fields: [from], when: not ok}}", false), ("sink0", false),
    ])
  func needs(sinks: String, isAsked: Bool) throws {
    let plan = try plan(sinks, [MemorySink("links")])
    #expect(plan.needs.facts.contains(.linkPlaces) == isAsked)
  }
}
