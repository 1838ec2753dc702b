import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import Testing

@Suite("Plans as they are shown")
struct PlanOutlineTests {
  private func outline(_ text: String, environment: [String: String] = [:], folder: String = "") throws -> PlanOutline {
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: "version: 1\n" + text), catalogue: .standard, folder: SourceFolder(folder),
      variables: Variables(environment: environment), processors: 2)
    return PlanOutline(try #require(pipeline.plan, "\(pipeline.diagnostics)"))
  }

  @Test("a local list is counted, comments and blank lines not")
  func localList() throws {
    let folder = try TemporaryFolder()
    try folder.write("urls.txt", "https://a.example/\n\n# no\nhttps://b.example/\nhttps://c.example/".utf8)
    let outline = try outline("sources: [{file: urls.txt}]\nextract: [url]\nsinks: [{csv: a.csv}]", folder: folder.path)
    #expect(outline.totals.requests == 3)
    #expect(outline.totals.areRequestsExact)
    #expect(!outline.totals.areHostsExact)
  }

  @Test("delays imply a least duration for the host with the most requests")
  func leastDuration() throws {
    let outline = try outline(
      """
      sources:
        - urls: [https://a.example/1, https://a.example/2, https://b.example/]
        - range: {url: "https://a.example/{n}", to: 3}
      fetch: {per_host: {rate: 30/m}}
      extract: [url]
      sinks: [{csv: a.csv}]
      """)
    #expect(outline.totals.requests == 6)
    #expect(outline.totals.hosts == 2)
    #expect(outline.totals.areHostsExact)
    #expect(outline.totals.leastDuration == .seconds(8))
  }

  @Test(
    "the plan says how far into a page the fields look",
    arguments: [("[url, status]", PageNeed.status), ("[url, title]", .scan), ("{size: {length: characters}}", .whole)])
  func needs(fields: String, need: PageNeed) throws {
    let outline = try outline("sources: [{stdin: lines}]\nextract: \(fields)\nsinks: [{csv: a.csv}]")
    #expect(outline.need == need)
    #expect((outline.totals.memory.transfers == 0) == (need == .status))
  }

  @Test("a sink in the order of the input says so, and what waits for others counts as memory")
  func order() throws {
    let rest = "sources: [{stdin: lines}]\nextract: [url]\nsinks: "
    let (plain, ordered) = (
      try outline(rest + "[csv: a.csv]"), try outline(rest + "[csv: {path: a.csv, order: input}, jsonl: b.jsonl]")
    )
    #expect(plain.outputs.map(\.order) == [.completion])
    #expect(ordered.outputs.map(\.order) == [.input, .completion])
    #expect(ordered.outputs.map { $0.orderText != nil } == [true, false])
    #expect(ordered.totals.memory.edges - plain.totals.memory.edges == (8 + 32) << 20)
  }

  @Test("every edge leads from a stage to a stage, and says what it holds at the most")
  func edges() throws {
    let outline = try outline(
      "sources: [{stdin: lines}, {urls: https://a.example/}]\nextract: [url]\nsinks:\n  - csv: a.csv\n"
        + "  - jsonl: {path: b.jsonl, when: status >= 400}")
    let ids = Set(outline.stages.map(\.id))
    #expect(ids.count == outline.stages.count)
    for edge in outline.connections {
      #expect(ids.contains(edge.from) && ids.contains(edge.to))
      #expect(edge.elements > 0)
    }
    #expect(outline.connections.compactMap(\.condition) == ["status >= 400"])
    #expect(outline.outputs.map(\.columns) == [["url", "error"], ["url", "error"]])
  }

  @Test("neither secrets nor the userinfo of URLs are in it")
  func secrets() throws {
    let outline = try outline(
      """
      name: "run of ${secret:env:TOKEN}"
      description: "with ${secret:env:TOKEN}"
      sources: [{range: {url: "https://user:passw0rd@a.example/${secret:env:TOKEN}/{n}", to: 3}}]
      fetch: {headers: {Authorization: "Bearer ${secret:env:TOKEN}"}}
      extract: {url: url, "${secret:env:TOKEN}": {const: "${secret:env:TOKEN}"}}
      where: url contains '${secret:env:TOKEN}'
      sinks: [{csv: {path: "${secret:env:TOKEN}.csv", when: "url != '${secret:env:TOKEN}'"}}]
      """, environment: ["TOKEN": "t0ken-value"])
    let text = String(reflecting: outline)
    #expect(!text.contains("t0ken-value"))
    #expect(!text.contains("passw0rd"))
    #expect(text.contains("***"))
  }

  @Test(
    "the plan says as whom robots.txt is obeyed",
    arguments: [
      ("robots: obey", "obeys robots.txt as pipe, waits up to 60s for its Crawl-delay" as String?),
      ("robots: {agent: my-bot, max_delay: 2m}", "obeys robots.txt as my-bot, waits up to 2m for its Crawl-delay"),
      (
        "user_agent: Mozilla/5.0, robots: obey",
        "obeys robots.txt by its groups for * alone, waits up to 60s for its Crawl-delay"
      ),
      (
        "robots: {agent: \"${secret:env:TOKEN}\"}", "obeys robots.txt as ***, waits up to 60s for its Crawl-delay"
      ), ("robots: ignore", nil), ("http: auto", nil),
    ])
  func robots(fetch: String, words: String?) throws {
    let outline = try outline(
      "sources: [{stdin: lines}]\nfetch: {\(fetch)}\nextract: [url]\nsinks: [csv: a.csv]",
      environment: ["TOKEN": "s3cret"])
    let notes = outline.stages.first { $0.kind == .fetch }?.notes ?? []
    #expect(notes.first { $0.contains("robots.txt") } == words)
    #expect(!String(reflecting: outline).contains("s3cret"))
  }

  @Test("nothing in it moves a terminal's cursor")
  func controlCharacters() throws {
    let outline = try outline(
      #"""
      name: "a\e[31mb\rc"
      sources: [{stdin: lines}]
      extract: [url]
      sinks: [{csv: "a\eb.csv"}]
      """#)
    #expect(outline.name == "a\u{FFFD}[31mb\u{FFFD}c")
    #expect(outline.outputs.map(\.target) == ["a\u{FFFD}b.csv"])
  }
}
