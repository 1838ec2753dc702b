import PipeTesting
import Testing

@testable import PipeWeb

@Suite("Crawl: patterns")
struct URLGlobTests {
  @Test(
    "a pattern that begins with a slash is all of path and query",
    arguments: [
      ("/search*", "http://h/search", true), ("/search*", "https://x.example/search/a?b=c/d", true),
      ("/search*", "http://h/a/search", false), ("/search", "http://h/search?q", false),
      ("/search", "http://h/search#q", true),
      ("/", "http://h", true), ("/", "http://h/a", false), ("/*", "http://h/a/b?c", true),
      ("/*.pdf", "http://h/a/b.pdf", true),
      ("/*.pdf", "http://h/a/b.pdf?x", false), ("/a/*/b", "http://h/a//b", true), ("/a/*/b", "http://h/a/b", false),
      ("/a?b=*", "http://h/a?b=1&c", true), ("/a?b", "http://h/aab", false), ("/A", "http://h/a", false),
      ("/caf\u{E9}*", "http://h/caf%c3%a9", true), ("/%7ejoe", "http://h/~joe", true),
      ("/a%2fb", "http://h/a%2Fb", true),
      ("/a%2fb", "http://h/a/b", false), ("/a b", "http://h/a b", true), ("/{id}", "http://h/%7Bid%7D", true),
      ("/?a={}", "http://h/?a={}", true), ("/?'", "http://h/?'", true), ("/a**b", "http://h/axxb", true),
      ("/*", "http://h:8080/", true),
      ("/a*", "http://user:pw@h/a", true), ("/%2A", "http://h/*", false), ("/%2a", "http://h/%2A", true),
      ("/*", "http://h/*", true),
      ("/ab*ba", "http://h/aba", false), ("/%", "http://h/%", true), ("/$", "http://h/$", true),
      ("/[a]", "http://h/[a]", true),
    ])
  func paths(glob: String, url: String, matches: Bool) throws { try expect(glob, url, matches) }

  @Test(
    "a pattern with a scheme is of scheme and host, and of the path that it has",
    arguments: [
      ("https://example.com/a*", "https://example.com/ab", true),
      ("https://example.com/a*", "http://example.com/ab", false),
      ("HTTPS://Example.COM:443/a*", "https://example.com/a", true),
      ("https://example.com", "https://example.com/a?b", true),
      ("https://example.com/", "https://example.com/a", false),
      ("https://example.com?a", "https://example.com/?a", true),
      ("*://example.com/*", "http://example.com/a", true), ("http*://example.com/*", "https://example.com/a", true),
      ("*://*.example.com/*", "https://www.example.com/a", true),
      ("*://*.example.com/*", "https://example.com/a", false),
      ("*://*.example.com/*", "https://evil.test/x.example.com/", false),
      ("*://*.example.com", "https://evil.test/.example.com", false),
      ("*://*example.com", "https://a.example.com/x/y", true),
      ("https://*/a", "https://h/a", true), ("https://*/a", "https://h/b/a", false),
      ("https://*/*/a", "https://h/b/c/a", true),
      ("*://example.com:*/*", "http://example.com:8080/", true),
      ("*://example.com/*", "http://example.com:8080/", false),
      ("https://b\u{FC}cher.example/*", "https://xn--bcher-kva.example/a", true),
      ("*://b\u{FC}cher.example/*", "https://xn--bcher-kva.example/a", true),
      ("https://example.com/*", "https://u:p@example.com/a", true),
    ])
  func origins(glob: String, url: String, matches: Bool) throws { try expect(glob, url, matches) }

  @Test(
    "a pattern that begins with a wildcard is the whole URL",
    arguments: [
      ("*", "http://h/", true), ("*.pdf", "http://h/a.pdf", true), ("*.pdf", "http://h/a.pdf#x", true),
      ("*print=1*", "http://h/a?print=1", true), ("*example.com*", "http://example.com/", true),
      ("*/", "http://h/a/", true),
      ("*?u=http://x*", "http://h/?u=http://xy", true), ("*/a", "http://h/ab", false),
    ])
  func wholes(glob: String, url: String, matches: Bool) throws { try expect(glob, url, matches) }

  @Test(
    "what can match nothing is refused",
    arguments: [
      ("", .empty), ("search", .beginning), ("example.com/*", .beginning), ("?a", .beginning), (" /a", .beginning),
      ("/a#b", .fragment), ("#", .fragment), ("ftp://h/", .origin), ("mailto://h/", .origin), ("http://", .origin),
      ("http://a b/", .origin), ("*://u@h/*", .origin), ("http://u@h/", .origin), ("ftp*://h/", .origin),
      ("*://b\u{FC}*/", .origin),
      ("javascript:x", .beginning),
    ] as [(String, URLGlob.Fault)])
  func faults(glob: String, fault: URLGlob.Fault) {
    #expect(throws: fault) { try URLGlob(glob) }
    #expect(!fault.message.isEmpty)
  }

  @Test("random patterns match as by trying everything, in linear time")
  func agreement() throws {
    var random = RepeatableRandom(seed: 4)
    var matched = 0
    for _ in 0..<6_000 {
      let glob = "/" + Self.random(&random, "ab/*?")
      let text = "/" + Self.random(&random, "ab/?")
      let url = try #require(WebURL("http://h" + text))
      let subject = PatternSubject(url)
      let expected = Self.tryAll(Array(glob.utf8)[...], Array((url.pathname + url.search).utf8)[...])
      // A `?` with nothing behind it is part of the URL, and not of `search`.
      if url.pathAndQuery.utf8.last == UInt8(ascii: "?") { continue }
      var steps = 0
      #expect(try URLGlob(glob).matches(subject, steps: &steps) == expected, "\(glob) \(url)")
      #expect(steps <= 3 * (glob.utf8.count + text.utf8.count) + 4)
      if expected { matched += 1 }
    }
    #expect(matched > 200)
  }

  private func expect(_ glob: String, _ url: String, _ matches: Bool) throws {
    let url = try #require(WebURL(url))
    #expect(try URLGlob(glob).matches(PatternSubject(url)) == matches, "\(url)")
  }

  private static func random(_ random: inout RepeatableRandom, _ letters: String) -> String {
    String((0..<Int.random(in: 0...9, using: &random)).compactMap { _ in letters.randomElement(using: &random) })
  }

  private static func tryAll(_ glob: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    guard let first = glob.first else { return text.isEmpty }
    if first == UInt8(ascii: "*") {
      return (text.startIndex...text.endIndex).contains { tryAll(glob.dropFirst(), text[$0...]) }
    }
    return text.first == first && tryAll(glob.dropFirst(), text.dropFirst())
  }
}
