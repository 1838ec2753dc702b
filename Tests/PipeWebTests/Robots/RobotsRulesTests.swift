import Testing

@testable import PipeWeb

@Suite("Robots: rules")
struct RobotsRulesTests {
  /// What the file, `|` ending its lines, says about a path to `pipe`.
  private func decision(_ file: String, _ path: String, for token: String = "pipe") throws -> RobotsDecision {
    let text = file.replacing("|", with: "\n")
    let url = try #require(WebURL("https://example.com" + path))
    return RobotsRules(parsing: text.utf8.span, for: ProductToken(token)).decision(for: url)
  }

  @Test(
    "the rule that decides is told by its line",
    arguments: [
      ("User-agent: *|Disallow: /a", "/a/b", .disallowed(line: 2)),
      ("User-agent: *|Disallow: /a", "/b", .allowed(line: nil)),
      ("User-agent: *|Disallow: /a|Allow: /a/b", "/a/b", .allowed(line: 3)),
      ("User-agent: *|Allow: /a/b|Disallow: /a", "/a/b", .allowed(line: 2)),
      ("User-agent: *|Disallow: /a|Allow: /a", "/a", .allowed(line: 3)),
      ("User-agent: *|Disallow: /a|Disallow: /a", "/a", .disallowed(line: 2)),
      ("# a comment||User-agent: * # all|# another|  DISALLOW :\t/a # not this", "/a", .disallowed(line: 5)),
      ("User-agent: *|Disallow:", "/a", .allowed(line: nil)),
      ("User-agent: *|Disallow: /|Allow:", "/a", .disallowed(line: 2)),
      ("User-agent: *|Disallow: /|Allow: /$", "/", .allowed(line: 3)),
      ("User-agent: *|Disallow: /|Allow: /$", "/?q", .disallowed(line: 2)),
      ("User-agent: *|Disallow: *", "/a", .disallowed(line: 2)),
      ("User-agent: *|Disallow: *.pdf$", "/a/b.pdf", .disallowed(line: 2)),
      ("User-agent: *|Disallow: *.pdf$", "/a/b.pdf?x", .allowed(line: nil)),
      ("User-agent: *|Disallow: /*.pdf$", "/a.pdf/b.pdf", .disallowed(line: 2)),
      ("User-agent: *|Disallow: /*?", "/a?", .disallowed(line: 2)),
      ("User-agent: *|Disallow: /*a*b$", "/xab", .disallowed(line: 2)),
      ("User-agent: *|Disallow: /ab*ba$", "/aba", .allowed(line: nil)),
      ("User-agent: *|Disallow: /a**b***", "/axb/c", .disallowed(line: 2)),
      ("User-agent: *|Disallow: /A", "/a", .allowed(line: nil)),
      ("User-agent: *|Disallow: a", "/a", .disallowed(line: 2)),
      ("User-agent: *|Disallow: /a b", "/a b", .disallowed(line: 2)),
      ("User-agent: *|Disallow: $", "/", .allowed(line: nil)),
      ("User-agent *|Disallow /a", "/a", .disallowed(line: 2)),
      ("User-agent: *|Dissallow: /a", "/a", .disallowed(line: 2)),
      ("User-agent: *|Disallow: /|", "/robots.txt", .allowed(line: nil)),
      ("User-agent: *|Disallow: /|", "/robots.txt?1", .allowed(line: nil)),
      ("User-agent: *|Disallow: /|", "/robots.txt.bak", .disallowed(line: 2)),
      ("User-agent: *|Disallow: /|", "/a/robots.txt", .disallowed(line: 2)),
      ("Disallow: /|User-agent: *|Allow: /a", "/b", .allowed(line: nil)),
      ("<!doctype html>|<title>Disallow: /</title>", "/a", .allowed(line: nil)),
      ("", "/a", .allowed(line: nil)),
    ] as [(String, String, RobotsDecision)])
  func lines(file: String, path: String, expected: RobotsDecision) throws {
    #expect(try decision(file, path) == expected)
  }

  @Test(
    "the groups that name the token are one, and those for all count where none does",
    arguments: [
      ("User-agent: *|Disallow: /|User-agent: pipe|Disallow: /a", "/b", .allowed(line: nil)),
      (
        "User-agent: pipe|Disallow: /a|User-agent: *|Disallow: /|User-agent: PIPE|Disallow: /b", "/a",
        .disallowed(line: 2)
      ),
      (
        "User-agent: pipe|Disallow: /a|User-agent: *|Disallow: /|User-agent: PIPE|Disallow: /b", "/b",
        .disallowed(line: 6)
      ),
      (
        "User-agent: pipe|Disallow: /a|User-agent: *|Disallow: /|User-agent: PIPE|Disallow: /b", "/c",
        .allowed(line: nil)
      ),
      (
        "User-agent: *|Disallow: /a|User-agent: other|Disallow: /|User-agent: *|Disallow: /b", "/a",
        .disallowed(line: 2)
      ),
      (
        "User-agent: *|Disallow: /a|User-agent: other|Disallow: /|User-agent: *|Disallow: /b", "/b",
        .disallowed(line: 6)
      ),
      ("User-agent: a|User-agent: pipe||User-agent: b|Disallow: /", "/a", .disallowed(line: 5)),
      ("User-agent: a|Disallow:|User-agent: pipe|Allow: /", "/a", .allowed(line: 4)),
      ("User-agent: pipe|Sitemap: /s|Unknown: x|Crawl-delay: 1|User-agent: b|Disallow: /", "/a", .disallowed(line: 6)),
      ("User-agent: pipe|Crawl-delay: 1||User-agent: *|Disallow: /|", "/a", .disallowed(line: 5)),
      ("User-agent: *|Disallow: /|User-agent: pipe", "/a", .allowed(line: nil)),
      ("User-agent: pipe/2.1|Disallow: /", "/a", .disallowed(line: 2)),
      ("User-agent: pipe bot|Disallow: /", "/a", .disallowed(line: 2)),
      ("User-agent: pipe-news|Disallow: /", "/a", .allowed(line: nil)),
      ("User-agent: pipe2|Disallow: /", "/a", .allowed(line: nil)),
      ("User-agent: pip|Disallow: /", "/a", .allowed(line: nil)),
      ("User-agent: * pipe|Disallow: /", "/a", .disallowed(line: 2)),
      ("User-agent: *pipe|Disallow: /", "/a", .allowed(line: nil)),
      ("User-agent:|Disallow: /", "/a", .allowed(line: nil)),
    ] as [(String, String, RobotsDecision)])
  func groups(file: String, path: String, expected: RobotsDecision) throws {
    #expect(try decision(file, path) == expected)
  }

  @Test(
    "paths are the same however they are percent-encoded (RFC 9309, 2.2.2 and 2.2.3)",
    arguments: [
      ("/foo/bar?baz=quz", "/foo/bar?baz=quz", true), ("/foo/bar/ツ", "/foo/bar/%E3%83%84", true),
      ("/foo/bar/%E3%83%84", "/foo/bar/ツ", true), ("/foo/bar/%e3%83%84", "/foo/bar/ツ", true),
      ("/foo/bar/%62%61%7A", "/foo/bar/baz", true), ("/foo/bar/baz", "/foo/bar/%62%61%7a", true),
      ("/a%3Cb", "/a<b", true), ("/a<b", "/a%3cb", true), ("/a?<", "/a?%3C", true), ("/a%2fb", "/a/b", false),
      ("/a/b", "/a%2Fb", false), ("/a%2fb", "/a%2Fb", true), ("/a?b=1%26c", "/a?b=1&c", false),
      ("/a?b=%2B", "/a?b=+", false), ("/a%3Fb", "/a?b", false), ("/a%28b%29", "/a(b)", true), ("/a:b", "/a%3Ab", true),
      ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html", true),
      ("/path/file-with-a-%2A.html", "/path/file-with-a-x.html", false), ("/path/foo-%24", "/path/foo-$", true),
      ("/path/foo-%24", "/path/foo-$x", true), ("/a$b", "/a$bc", true), ("/a$b", "/a%24b", true), ("/%", "/%", true),
      ("/%zz", "/%zz", true), ("/%2", "/%2", true), ("/a%2541", "/aA", false), ("/a%2541", "/a%2541", true),
      ("/~joe", "/%7Ejoe", true), ("/%7ejoe", "/~joe", true), ("/a{b}", "/a%7Bb%7D", true), ("/a|b", "/a%7Cb", true),
      ("/%E4", "/ä", false),
    ])
  func encodings(rule: String, path: String, matches: Bool) throws {
    let rules = RobotsRules(parsing: "User-agent: *\nDisallow: \(rule)".utf8.span, for: nil)
    let url = try #require(WebURL("http://example.com" + path))
    #expect(rules.decision(for: url).isAllowed != matches)
  }

  @Test("a line ends with CR, LF or both, and each is counted once", arguments: ["\n", "\r", "\r\n"])
  func lineEnds(end: String) throws {
    let file = ["User-agent: *", "", "Disallow: /a", "", "", "Disallow: /b"].joined(separator: end)
    #expect(try decision(file, "/a") == .disallowed(line: 3))
    #expect(try decision(file, "/b") == .disallowed(line: 6))
    #expect(try decision(file + end, "/b") == .disallowed(line: 6))
  }

  @Test("a byte order mark is passed over, whole or not, at the beginning only", arguments: [0, 1, 2, 3])
  func mark(count: Int) throws {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let file = mark.prefix(count) + Array("User-agent: *\nDisallow: /a".utf8)
    let url = try #require(WebURL("http://example.com/a"))
    #expect(RobotsRules(parsing: Array(file).span, for: nil).decision(for: url) == .disallowed(line: 2))
    let later = Array("User-agent: *\n".utf8) + mark + Array("Disallow: /a".utf8)
    #expect(RobotsRules(parsing: later.span, for: nil).decision(for: url).isAllowed)
  }

  @Test(
    "a delay is a number of seconds, and the largest of the groups counts",
    arguments: [
      ("User-agent: *|Crawl-delay: 10", 10_000), ("User-agent: *|Crawl-delay: 0.5", 500),
      ("User-agent: *|crawl-delay: 5.25 # s", 5_250), ("User-agent: *|Crawl-delay: .5", 500),
      ("User-agent: *|Crawl-delay: 1.", 1_000), ("User-agent: *|Crawl-delay: 0", 0),
      ("User-agent: *|Crawl-delay: 1.23456", 1_234), ("User-agent: *|Crawl-delay: -1", nil),
      ("User-agent: *|Crawl-delay: soon", nil), ("User-agent: *|Crawl-delay: 1.2.3", nil),
      ("User-agent: *|Crawl-delay: .", nil), ("User-agent: *|Crawl-delay:", nil), ("Crawl-delay: 5", nil),
      ("User-agent: *|Crawl-delay: 99999999999999999999999999", 365 * 86_400 * 1000),
      ("User-agent: *|Crawl-delay: 2|Disallow: /a|User-agent: *|Crawl-delay: 3|Crawl-delay: 1", 3_000),
      ("User-agent: *|Crawl-delay: 2|Disallow: /a|User-agent: pipe|Crawl-delay: 1", 1_000),
      ("User-agent: *|Crawl-delay: 2|Disallow: /a|User-agent: pipe|Disallow: /b", nil),
      ("User-agent: pipe|Crawl-delay: 2|User-agent: other|Crawl-delay: 9", 2_000),
      ("User-agent: *|Crawl-delay: 1|User-agent: other|Crawl-delay: 300|Disallow: /a", 1_000),
      ("User-agent: pipe|Crawl-delay: x|User-agent: other|Crawl-delay: 300", nil),
      ("User-agent: pipe|Sitemap: /x|User-agent: other|Crawl-delay: 9", 9_000),
      ("User-agent: pipe|Disallow: /a|Crawl-delay: 9|Disallow: /b|Crawl-delay: 10", 10_000),
      ("User-agent: other|Crawl-delay: 9|User-agent: pipe|Crawl-delay: 2", 2_000),
    ] as [(String, Int?)])
  func delays(file: String, milliseconds: Int?) {
    let rules = RobotsRules(parsing: file.replacing("|", with: "\n").utf8.span, for: ProductToken("pipe"))
    #expect(rules.crawlDelay?.duration == milliseconds.map { .milliseconds($0) })
  }

  @Test("a delay parts no groups")
  func delayBetweenAgents() throws {
    let file = "User-agent: pipe|Crawl-delay: 1|User-agent: other|Disallow: /a"
    #expect(try decision(file, "/a") == .disallowed(line: 4))
  }

  @Test("sitemaps are those of the whole file, http and https, relative ones resolved")
  func sitemaps() {
    let file = """
      Sitemap: https://cdn.example.net/map.xml
      User-agent: other
      sitemap: /map.xml#part
      Disallow: /
      Site-map: ftp://example.com/map.xml
      Sitemap:
      SITEMAP:http://[
      """
    let rules = RobotsRules(
      parsing: file.utf8.span, for: ProductToken("pipe"), at: WebURL("https://example.com/robots.txt"))
    #expect(
      rules.sitemaps.map { "\($0.line) \($0.url)" } == [
        "1 https://cdn.example.net/map.xml", "3 https://example.com/map.xml", "6 https://example.com/robots.txt",
      ])
    #expect(rules.decision(for: rules.sitemaps[1].url).isAllowed)
  }
}
