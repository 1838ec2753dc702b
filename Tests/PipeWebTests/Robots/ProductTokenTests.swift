import PipeTesting
import PipeWeb
import Testing

@Suite("Robots: product tokens")
struct ProductTokenTests {
  @Test(
    "the token of a user agent is its first product's name, unless that is what browsers say",
    arguments: [
      ("pipe/0.3", "pipe"), ("pipe", "pipe"), ("My-Bot/1.0 (+https://example.com/bot)", "My-Bot"),
      ("MJ12bot/v1.4.8", "MJ12bot"), ("My Bot/1.0", "My"), ("site_check\t1", "site_check"),
      ("Mozilla/5.0 (compatible; FooBot/1.0; +https://example.com/bot)", nil), ("mozilla/5.0", nil), ("Mozilla", nil),
      ("Opera/9.80 (X11)", nil), ("", nil), (" pipe", nil), ("(comment) pipe/1", nil), ("me@example.com", nil),
      ("https://example.com/", nil), ("1/2", nil), ("Bücher/1.0", nil), ("*", nil), ("my.bot/1.0", nil),
    ] as [(String, String?)])
  func userAgents(text: String, token: String?) {
    #expect(ProductToken(userAgent: text)?.description == token)
  }

  @Test("tokens are the same in any case")
  func cases() {
    #expect(ProductToken("FooBot") == ProductToken("fOOBOT"))
    #expect(Set([ProductToken("FooBot"), ProductToken("foobot")]).count == 1)
    #expect(ProductToken("FooBot") != ProductToken("FooBots"))
  }

  @Test("the corpus says which are", .enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func corpus() throws {
    struct Case: Decodable {
      let agent: String
      let valid: Bool
    }
    for tokenCase in try Corpus.json("robots/google-valid-agent.json", as: [Case].self) {
      #expect((ProductToken(tokenCase.agent) != nil) == tokenCase.valid, "\(tokenCase.agent)")
    }
  }
}
