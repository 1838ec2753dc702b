import Testing

@testable import PipeWeb

@Suite("Crawl: include and exclude")
struct URLFilterTests {
  private func filter(include: [String] = [], exclude: [String] = []) throws -> URLFilter {
    URLFilter(
      include: try include.map { .glob(try URLGlob($0)) }, exclude: try exclude.map { .glob(try URLGlob($0)) })
  }

  @Test(
    "the reason names the pattern of exclude, which wins",
    arguments: [
      ("http://h/a/1", nil), ("http://h/a/print", .excluded(index: 1)), ("http://h/a/print/x", .excluded(index: 0)),
      ("http://h/b", .notIncluded), ("http://h/b/print", .excluded(index: 1)), ("http://h/c", nil),
    ] as [(String, URLDropReason?)])
  func reasons(url: String, reason: URLDropReason?) throws {
    let filter = try filter(include: ["/a/*", "/c"], exclude: ["/*/x", "*/print"])
    #expect(filter.reason(toDrop: try #require(WebURL(url))) == reason)
  }

  @Test("without patterns nothing is dropped, and without include everything is included")
  func none() throws {
    let url = try #require(WebURL("http://h/a"))
    #expect(URLFilter().reason(toDrop: url) == nil)
    #expect(try filter(exclude: ["/b"]).reason(toDrop: url) == nil)
    #expect(try filter(include: ["/b"]).reason(toDrop: url) == .notIncluded)
  }

  @Test("an expression sees the URL without fragment and userinfo, percent-encoding in its normal form")
  func expressions() throws {
    let seen: @Sendable (String) -> Bool = { $0 == "http://h/~a?b=%2F" }
    let filter = URLFilter(exclude: [.glob(try URLGlob("/x")), .expression(seen)])
    let url = try #require(WebURL("http://u:p@h/%7Ea?b=%2f#c"))
    #expect(filter.reason(toDrop: url) == .excluded(index: 1))
  }

  @Test("reasons read well")
  func descriptions() {
    #expect(URLDropReason.excluded(index: 2).description == "exclude[2]")
    #expect(URLDropReason.tooDeep(segments: 21).description == "trap: the path has 21 segments, more than 20")
    #expect(URLDropReason.repeatedSegments("a/b").isTrap && !URLDropReason.outOfScope.isTrap)
  }
}
