import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import PipeWeb
import Testing

@Suite("What a spec alone tells of a URL")
struct URLAnswerTests {
  private func answer(_ url: String, _ spec: String, folder: String = "") async throws -> URLAnswer {
    let pipeline = Pipeline(spec: spec, folder: folder)
    let plan = try #require(pipeline.plan, "\(pipeline.brief)")
    return try await plan.answer(on: try #require(WebURL(url)))
  }

  @Test(
    arguments: [
      ("http://a.example/x", [0, 3]), ("http://a.example/x#part", [0, 3]), ("http://a.example/y", [1]),
      ("http://a.example/none", []),
    ])
  func `A list has it, once or several times`(url: String, ordinals: [Int]) async throws {
    let spec = "sources: [{urls: [http://a.example/x, http://a.example/y, http://b.example/, http://A.example/x]}]\n"
    let answer = try await answer(url, spec)
    #expect(answer.places.map(\.ordinal) == ordinals)
    #expect(answer.count == 4)
    #expect(answer.isKnown)
    #expect(answer.drops == [])
  }

  @Test func `A file is read as a run would, and each source is asked`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("urls.txt", "# all of them\nhttp://a.example/1\n\nhttp://a.example/2\n".utf8)
    try folder.write("more.csv", "url,n\nhttp://a.example/3,1\nhttp://a.example/2,2\n".utf8)
    let spec =
      "sources: [{file: urls.txt}, {file: {path: more.csv, format: csv}}, {range: {url: 'http://a.example/{n}', from: 5, to: 7}}]\n"
    func places(_ url: String) async throws -> [String] {
      try await answer(url, spec, folder: folder.path).places.map { "\($0.source) \($0.ordinal)" }
    }
    #expect(try await places("http://a.example/2") == ["0 1", "1 1"])
    #expect(try await places("http://a.example/6") == ["2 1"])
    #expect(try await places("http://a.example/8") == [])
  }

  @Test func `A source of the network, or a pipe, is not asked`() async throws {
    let answer = try await answer(
      "http://a.example/x", "sources: [{sitemap: http://a.example/s.xml}, stdin, {urls: http://a.example/y}]\n")
    #expect(answer.unasked == [0, 1])
    #expect(!answer.isKnown)
  }

  @Test func `A file that cannot be read says so`() async throws {
    let folder = try TemporaryFolder()
    try folder.write("urls.txt", "http://a.example/x\n".utf8)
    let plan = try #require(Pipeline(spec: "sources: [{file: urls.txt}]\n", folder: folder.path).plan)
    // Damaged since: the head of gzip data, and no block behind it.
    try folder.write("urls.txt", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 7])
    let url = try #require(WebURL("http://a.example/x"))
    await #expect(throws: RunError.self) { try await plan.answer(on: url) }
  }

  @Test(
    arguments: [
      "https://a.example/x", "http://www.a.example/x", "http://a.example/x/", "https://www.a.example/x/",
    ])
  func `A URL that is nearly the same is pointed out`(url: String) async throws {
    let answer = try await answer(url, "sources: [{urls: [http://b.example/x, http://a.example/x]}]\n")
    #expect(answer.places == [])
    #expect(answer.near?.url == "http://a.example/x")
    #expect(answer.near?.place.ordinal == 1)
  }

  @Test(
    arguments: [
      ("http://a.example/search?q=1", ["exclude[0] at spec.yaml:3:22"], "/search*"),
      ("http://a.example/x.pdf", ["exclude[1] at spec.yaml:3:32"], "*.pdf"),
      ("http://b.example/", ["out of scope: scope: host holds the sources' hosts"], nil),
      (
        "http://b.example/x.pdf",
        ["exclude[1] at spec.yaml:3:32", "out of scope: scope: host holds the sources' hosts"], "*.pdf"
      ),
      ("http://a.example/a/a/a/", ["trap: 'a' repeats in the path"], nil), ("http://a.example/page", [], nil),
    ] as [(String, [String], String?)])
  func `The rules of a crawl that drop it are told with their places`(
    url: String, reasons: [String], pattern: String?
  ) async throws {
    let answer = try await answer(
      url,
      """
      sources: [{urls: http://a.example/}]
      crawl:
        exclude: [         /search*, "*.pdf"]
      """)
    #expect(answer.isOfCrawl)
    #expect(answer.drops.map(\.reason) == reasons)
    #expect(answer.drops.compactMap(\.pattern).first == pattern)
  }

  @Test func `What include does not match is dropped, and a source's own URL is not`() async throws {
    let spec = "sources: [{urls: http://a.example/}]\ncrawl: {include: /docs/*, exclude: '*'}\n"
    let dropped = try await answer("http://a.example/x", spec)
    #expect(dropped.drops.first?.reason.hasPrefix("exclude[0] at spec.yaml:2:") == true)
    let source = try await answer("http://a.example/", spec)
    #expect(source.places.count == 1)
    #expect(source.drops == [])
    let included = try await answer("http://a.example/x", spec.replacing(", exclude: '*'", with: ""))
    #expect(included.drops.map(\.reason) == ["no pattern of include matches"])
  }

  @Test func `Without the sources the scope is not known`() async throws {
    let answer = try await answer(
      "http://a.example/x", "sources: [{sitemap: http://a.example/s.xml}]\ncrawl: {depth: 1}\n")
    #expect(answer.isScopeUnknown)
    #expect(answer.drops == [])
    #expect(!answer.isKnown)
  }
}
