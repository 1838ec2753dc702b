import PipeTesting
import Testing

@testable import PipeWeb

@Suite("Crawl: bounds against traps")
struct TrapBoundsTests {
  @Test(
    "segments that repeat, deep paths and parameters that repeat are dropped",
    arguments: [
      ("/a/a", nil), ("/a/a/a", .repeatedSegments("a")), ("/a/a/a/", .repeatedSegments("a")),
      ("/x/a/a/a/y", .repeatedSegments("a")),
      ("/a/b/a/b", nil), ("/a/b/a/b/a/b", .repeatedSegments("a/b")), ("/a/b/a/b/a", nil),
      ("/x/a/b/c/a/b/c/a/b/c", .repeatedSegments("a/b/c")),
      ("/a/x/a/y/a/z/a", nil), ("/a/x/a/y/a/z/a/q/a", .repeatedSegments("a")), ("/2011/11/11/", nil), ("//a//b", nil),
      ("///", nil), ("////", .repeatedSegments("")), ("/", nil), ("", nil), ("/aa/a/aaa", nil),
      ("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20", nil),
      ("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/", nil),
      ("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21", .tooDeep(segments: 21)),
      ("?a=1&a=1", nil), ("?a=1&a=1&a=1&a=1", nil), ("?a=1&a=1&a=1&a=1&a=1", .repeatedParameter("a=1")),
      ("?a=1&a=2&a=3", nil),
      ("?a&b&a&b&a&b&a&b", nil), ("?a&b&a&b&a&b&a&b&a", .repeatedParameter("a")),
      ("?x&amp;y", nil), ("?x&amp;amp;y", nil), ("?x&amp;amp;amp;y", .repeatedParameter("amp;amp;amp;")),
      ("?x&amp;y&amp;z&amp;q", nil),
      ("?", nil), ("?a", nil), ("?&&&&&&", nil), ("?u=/a/a/a/a", nil), ("?x#&a&a&a&a&a", nil),
    ] as [(String, URLDropReason?)])
  func reasons(path: String, reason: URLDropReason?) throws {
    let url = try #require(WebURL("http://h" + path))
    #expect(TrapBounds.reason(toDrop: url) == reason)
  }

  @Test("a URL of 2,048 bytes is none too long, whatever its fragment")
  func lengths() throws {
    let text = "http://h/" + String(repeating: "a", count: 2039)
    #expect(TrapBounds.reason(toDrop: try #require(WebURL(text + "#" + text))) == nil)
    #expect(TrapBounds.reason(toDrop: try #require(WebURL(text + "a"))) == .tooLong(bytes: 2049))
  }

  @Test(
    "whatever grows on each page comes to an end within fifty",
    arguments: ["a/", "a/b/", "x/y/z/", "?a=1&", "&amp;b=1"])
  func growth(step: String) throws {
    var path = "/start/"
    var count = 0
    while TrapBounds.reason(toDrop: try #require(WebURL("http://h" + path))) == nil, count < 100 {
      path += step
      if step == "&amp;b=1" { path = path.replacing("&", with: "&amp;") }
      count += 1
    }
    #expect(count <= 50)
  }

  @Test("random paths are judged as by counting plainly")
  func agreement() throws {
    var random = RepeatableRandom(seed: 7)
    var dropped = 0
    for _ in 0..<4_000 {
      let segments = (0..<Int.random(in: 1...14, using: &random)).map { _ in
        ["a", "b", "c", "dd"].randomElement(using: &random) ?? ""
      }
      let url = try #require(WebURL("http://h/" + segments.joined(separator: "/")))
      let expected = Self.isTrap(segments)
      #expect((TrapBounds.reason(toDrop: url) != nil) == expected, "\(url)")
      if expected { dropped += 1 }
    }
    #expect(dropped > 500 && dropped < 3_500)
  }

  private static func isTrap(_ segments: [String]) -> Bool {
    if segments.contains(where: { one in segments.filter { $0 == one }.count > 4 }) { return true }
    for start in segments.indices {
      for length in 1...segments.count where start + 3 * length <= segments.count {
        let first = segments[start..<start + length]
        if first.elementsEqual(segments[(start + length)..<(start + 2 * length)])
          && first.elementsEqual(segments[(start + 2 * length)..<(start + 3 * length)])
        {
          return true
        }
      }
    }
    return false
  }
}
