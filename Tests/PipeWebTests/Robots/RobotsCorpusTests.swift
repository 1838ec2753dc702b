import PipeTesting
import Testing

@testable import PipeWeb

@Suite("Robots: the corpus", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
struct RobotsCorpusTests {
  @Test(
    "the cases are decided as they say, but for those that are decided otherwise on purpose",
    arguments: RobotsCase.files)
  func cases(file: String) throws {
    let cases = try RobotsCase.all(file)
    var decidedOtherwise: Set<String> = []
    for robotsCase in cases {
      let rules = RobotsRules(parsing: robotsCase.bytes.span, for: robotsCase.token)
      let url = try #require(robotsCase.address)
      if rules.decision(for: url).isAllowed == robotsCase.allowed { continue }
      decidedOtherwise.insert("\(robotsCase.test): \(robotsCase.agent), \(robotsCase.url.prefix(40))")
    }
    #expect(decidedOtherwise == Self.decidedOtherwise[file])
    #expect(cases.count > 140)
  }

  /// With the reasons; docs/reference/robots.md tells them.
  private static let decidedOtherwise: [String: Set<String>] = [
    "google-robots_test": [
      // Its caller must give it URLs that are encoded; here they are.
      "ID_Encoding: FooBot, http://foo.bar/foo/bar/ツ",
      // RFC 9309, 2.2.2, has this very rule and URL in its table, and they match.
      "ID_Encoding: FooBot, http://foo.bar/foo/bar/baz",
      // A user agent whose first product is `Foo`: RFC 9110, 10.1.5.
      "GoogleOnly_AcceptUserAgentUpToFirstSpace: Foo Bar, http://foo.bar/x/y",
      // `/index.html` is another resource than `/`.
      "GoogleOnly_IndexHTMLisDirectory: foobot, http://foo.com/allowed-slash/",
      // Lines are as long as they are.
      "GoogleOnly_LineTooLong: FooBot, http://foo.bar/x/aaaaaaaaaaaaaaaaaaaaaaa",
      "GoogleOnly_LineTooLong: FooBot, http://foo.bar/x/bbbbbbbbbbbbbbbbbbbbbbb",
    ],
    "google-spec-test": [
      "correctness/non-ascii-paths.textproto: FooBot, http://foo.bar/foo/bar/ツ",
      "correctness/non-ascii-paths.textproto: FooBot, http://foo.bar/foo/bar/baz",
      "correctness/user-agent-name.textproto: Foo Bar, http://foo.bar/x/y",
      "correctness/index-page.textproto: foobot, http://foo.com/allowed-slash/",
    ],
    "protego": [
      // Wildcards in names, and names of several words, are not in RFC 9309.
      "test_generosity: foobot, http://foo.bar/myprofile", "test_generosity: foo*bot, http://foo.bar/myprofile",
      "test_generosity: harry potter, http://foo.bar/horcrux",
      // Lines that are no rules do not end the user-agent lines of a group: RFC 9309, 2.2.4.
      "test_grouping_unknown_keys: agent, /foo", "test_grouping_unknown_keys: agent, /foobar",
      "test_grouping_unknown_keys: agent, /content/2",
      "test_index_html_is_directory: footbot, http://foo.com/allowed-slash/",
      // A `$` at the end of a rule is the end of the URL alone: RFC 9309, 2.2.3.
      "test_special_symbols_dual_behaviour: FooBot, http://foo.bar/x/abc$",
      "test_special_symbols_dual_behaviour: FooBot, http://foo.bar/x/abc%24",
      // A token is ASCII, and names one crawler, not all that begin like it: RFC 9309, 2.2.1.
      "test_unicode_url_and_useragent: Mozilla/5.0 (compatible; Львів-bot/1.1), /totalitarianism/foo.htm",
      "test_unicode_url_and_useragent: UnicödeBöt, https://site.local/admin/",
      "test_unicode_url_and_useragent: UnicödeBöt, https://site.local/some/randome/page.htm",
      "test_unicode_url_and_useragent: jävla-foobot, /foo/bar.html",
      "test_user_agent_precedence: hedwig-images, /group2",
      "test_user_agent_precedence: hedwig-images, /group3", "test_user_agent_precedence: hedwig-new, /group2",
      "test_user_agent_precedence: hedwig-new, /group3", "test_user_agent_precedence: hedwig-news2, /group1",
      "test_user_agent_precedence: hedwig-news2, /group2",
    ],
  ]

  @Test("delays are read as the cases say")
  func delays() throws {
    struct Case: Decodable {
      let robots: String
      let agent: String
      let crawl_delay: Double?
    }
    for delayCase in try Corpus.json("robots/protego-crawl-delay.json", as: [Case].self) {
      let rules = RobotsRules(parsing: delayCase.robots.utf8.span, for: ProductToken(delayCase.agent))
      #expect(rules.crawlDelay?.duration == delayCase.crawl_delay.map { .seconds($0) }, "\(delayCase)")
    }
  }

  @Test("sitemaps are read as the cases say")
  func sitemaps() throws {
    struct Case: Decodable {
      let robots: String
      let sitemaps: [String]
    }
    for sitemapCase in try Corpus.json("robots/protego-sitemaps.json", as: [Case].self) {
      let rules = RobotsRules(parsing: sitemapCase.robots.utf8.span, for: nil)
      #expect(rules.sitemaps.map(\.url.href) == sitemapCase.sitemaps)
    }
  }

  @Test("real files are read as by the plainest reader there is")
  func realFiles() throws {
    let paths = ["/search", "/index.php?q=1&print=1", "/user/login?next=%2F", "/x.pdf"]
    var (files, rules) = (0, 0)
    for name in try Corpus.list("robots-real") where name.hasSuffix(".txt") && name != "SOURCE.txt" {
      let file = try Corpus.bytes("robots-real/\(name)")
      let obvious = ObviousRobots(file)
      for token in ["pipe", "Googlebot", "msnbot"] {
        let read = RobotsRules(parsing: file.span, for: ProductToken(token))
        rules += read.rules.count
        // One path a file: the plain reader is slow.
        let path = paths[files % paths.count]
        let url = try #require(WebURL("http://example.com" + path))
        let expected = obvious.decision(Array(path.utf8), token: Array(token.lowercased().utf8))
        let isAllowed = expected?.isAllow ?? true
        #expect(
          read.decision(for: url)
            == (isAllowed ? .allowed(line: expected?.line) : .disallowed(line: expected?.line ?? 0)),
          "\(name) \(token) \(path)")
      }
      files += 1
    }
    #expect(files >= 250)
    #expect(rules > 10_000)
  }
}
