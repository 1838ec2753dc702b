import PipeTesting
import Testing

@testable import PipeWeb

@Suite("Crawl: scope")
struct CrawlScopeTests {
  private func scope(_ kind: CrawlScope.Kind, _ sources: String...) throws -> CrawlScope {
    var scope = CrawlScope(kind)
    for source in sources { scope.add(try #require(WebURL(source))) }
    return scope
  }

  @Test(
    "each scope holds what it says",
    arguments: [
      (.page, "https://example.com/docs/", "https://example.com/docs/", false),
      (.any, "https://example.com/", "http://other.test/", true),
      (.any, "https://example.com/", "ftp://other.test/", false),
      (.host, "https://example.com/docs/", "https://example.com/", true),
      (.host, "https://example.com/", "http://example.com/a", true),
      (.host, "https://example.com/", "https://www.example.com/", false),
      (.host, "https://example.com/", "https://example.com:8443/", false),
      (.host, "http://h:81/", "http://h:81/a", true),
      (.host, "http://h:81/", "https://h:81/a", true),
      (.host, "https://example.com/", "https://example.com.evil.test/", false),
      (.host, "https://example.com/", "https://user@example.com/", true),
      (.host, "https://example.com/", "https://evil.test/example.com/", false),
      (.host, "http://[::1]/", "http://[::1]/a", true),
      (.host, "https://B\u{FC}cher.example/", "https://xn--bcher-kva.example/", true),
      (.prefix, "https://example.com/docs/", "https://example.com/docs/a/b?c", true),
      (.prefix, "https://example.com/docs/", "https://example.com/docs/", true),
      (.prefix, "https://example.com/docs/", "https://example.com/docsearch", false),
      (.prefix, "https://example.com/docs/", "https://example.com/docs", false),
      (.prefix, "https://example.com/docs/", "https://example.com/docs/../a", false),
      (.prefix, "https://example.com/docs", "https://example.com/other", true),
      (.prefix, "https://example.com/docs/a.html?x=/y/", "https://example.com/docs/b", true),
      (.prefix, "https://example.com/docs/", "https://other.test/docs/", false),
      (.prefix, "https://example.com/%7Ejoe/", "https://example.com/~joe/a", true),
      (.prefix, "https://example.com/a%2Fb/", "https://example.com/a/b/", false),
      (.prefix, "https://example.com", "https://example.com/a/b", true),
      (.domain, "https://www.example.com/", "https://example.com/", true),
      (.domain, "https://example.com/", "http://a.b.example.com:81/", true),
      (.domain, "https://example.com/", "https://notexample.com/", false),
      (.domain, "https://a.co.uk/", "https://b.co.uk/", false),
      (.domain, "https://x.a.co.uk/", "https://y.a.co.uk/", true),
      (.domain, "https://a.github.io/", "https://b.github.io/", false),
      (.domain, "https://a.github.io/", "https://x.a.github.io/", true),
      (.domain, "http://127.0.0.1/", "http://127.0.0.1:81/", true),
      (.domain, "http://127.0.0.1/", "http://1.0.0.1/", false),
      (.domain, "http://localhost/", "http://localhost:8080/", true),
      (.domain, "https://com/", "https://example.com/", false),
      (.domain, "https://example.com/", "https://www.example.com./", true),
    ] as [(CrawlScope.Kind, String, String, Bool)])
  func kinds(kind: CrawlScope.Kind, source: String, url: String, isHeld: Bool) throws {
    #expect(try scope(kind, source).contains(try #require(WebURL(url))) == isHeld)
  }

  @Test("a scope is that of all sources together", arguments: [CrawlScope.Kind.prefix, .host, .domain])
  func sources(kind: CrawlScope.Kind) throws {
    let scope = try scope(kind, "https://a.test/x/", "https://b.test/", "https://a.test/y/z")
    for url in ["https://a.test/x/1", "https://a.test/y/1", "https://b.test/1"] {
      #expect(scope.contains(try #require(WebURL(url))))
    }
    #expect(scope.contains(try #require(WebURL("https://a.test/z"))) == (kind != .prefix))
    #expect(!scope.contains(try #require(WebURL("https://c.test/x/"))))
  }

  @Test(
    "a redirect takes the scope along to the same name, with or without www, or by https, and nowhere else",
    arguments: [
      ("http://example.com/", "https://example.com/", true), ("http://example.com/", "http://www.example.com/", true),
      ("https://www.example.com/", "https://example.com/en", true),
      ("http://example.com/", "https://www.example.com/", true),
      ("http://h:8080/", "https://h:8443/", true), ("https://example.com/", "http://example.com/", false),
      ("https://example.com/", "https://example.com:8443/", false),
      ("https://example.com/", "https://www.facebook.com/example", false),
      ("https://example.com/", "https://m.example.com/", false),
      ("https://example.com/", "https://example.org/", false),
      ("https://example.com/", "https://wwwexample.com/", false),
    ])
  func redirects(source: String, target: String, isTaken: Bool) throws {
    let (source, target) = (try #require(WebURL(source)), try #require(WebURL(target)))
    for kind in [CrawlScope.Kind.host, .prefix, .page] {
      var scope = CrawlScope(kind)
      scope.add(source)
      #expect(scope.follow(source, redirectedTo: target) == isTaken)
      if isTaken { #expect(scope.contains(target)) }
    }
  }

  @Test("a redirect of a folder opens the folder on the other host, and no whole host")
  func redirectedFolder() throws {
    var scope = try scope(.prefix, "http://example.com/docs/")
    let source = try #require(WebURL("http://example.com/docs/"))
    scope.follow(source, redirectedTo: try #require(WebURL("https://www.example.com/")))
    #expect(scope.contains(try #require(WebURL("https://www.example.com/docs/a"))))
    #expect(!scope.contains(try #require(WebURL("https://www.example.com/a"))))
  }

  @Test("folders hold what a comparison of texts says")
  func agreement() throws {
    var random = RepeatableRandom(seed: 11)
    func path() -> String {
      (0..<Int.random(in: 1...4, using: &random)).map { _ in
        "/" + (["a", "b", "ab", ""].randomElement(using: &random) ?? "")
      }.joined()
    }
    for _ in 0..<300 {
      let sources = (0..<3).map { _ in path() }
      var scope = CrawlScope(.prefix)
      for source in sources { scope.add(try #require(WebURL("http://h" + source))) }
      for _ in 0..<10 {
        let url = path()
        let isHeld = sources.contains { source in
          url.hasPrefix(source[...(source.lastIndex(of: "/") ?? source.startIndex)])
        }
        #expect(scope.contains(try #require(WebURL("http://h" + url))) == isHeld, "\(sources) \(url)")
      }
    }
  }
}
