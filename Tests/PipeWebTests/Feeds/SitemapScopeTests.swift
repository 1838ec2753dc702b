import PipeWeb
import Testing

struct SitemapScopeTests {
  private static let scope = SitemapScope(
    chain: ["https://example.com/maps/1.xml", "https://index.example/sitemap.xml"].compactMap { WebURL($0) })

  @Test(arguments: [
    ("https://example.com/a", true), ("http://example.com/a", true), ("https://EXAMPLE.com:443/a", true),
    ("https://example.com:8443/a", false), ("https://www.example.com/a", false), ("https://example.org/a", false),
    ("https://example.com.evil.example/", false), ("https://user@example.com/", true),
    ("https://index.example/a", false),
  ])
  func `A sitemap speaks for its own host`(url: String, isOwn: Bool) throws {
    #expect(Self.scope.isOwn(try #require(WebURL(url))) == isOwn)
  }

  @Test func `A redirect speaks for the host that it leads to`() throws {
    let chain = ["https://example.com/sitemap.xml"].compactMap { WebURL($0) }
    let scope = SitemapScope(chain: chain, answer: WebURL("https://www.example.com/sitemap.xml"))
    for (url, isOwn) in [
      ("https://example.com/", true), ("https://www.example.com/", true), ("https://a.example/", false),
    ] {
      #expect(scope.isOwn(try #require(WebURL(url))) == isOwn)
    }
  }

  @Test func `A robots.txt may name where a redirect leads to`() throws {
    let chain = ["http://example.com/sitemap.xml"].compactMap { WebURL($0) }
    let named = ["https://example.com/map.xml"].compactMap { WebURL($0) }
    let url = try #require(WebURL("https://other.example/a"))
    #expect(SitemapScope(chain: chain, answer: named[0]).admits(url, named: named))
    #expect(!SitemapScope(chain: chain).admits(url, named: named))
  }

  @Test(arguments: [
    ([], false), (["https://example.com/maps/1.xml"], true), (["https://example.com/maps/2.xml"], false),
    (["https://example.com/maps/2.xml", "https://index.example/sitemap.xml#x"], true),
    (["http://example.com/maps/1.xml"], false), (["https://example.com/"], false),
  ])
  func `For another host it speaks where that host's robots.txt names it or its index`(named: [String], admits: Bool)
    throws
  {
    let url = try #require(WebURL("https://other.example/a"))
    #expect(Self.scope.admits(url, named: named.compactMap { WebURL($0) }) == admits)
    #expect(Self.scope.admits(try #require(WebURL("https://example.com/a")), named: []))
  }
}
