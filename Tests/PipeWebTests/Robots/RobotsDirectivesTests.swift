import PipeWeb
import Testing

@Suite("Robots: what pages say")
struct RobotsDirectivesTests {
  private static let token = ProductToken("FooBot")

  @Test(
    "a field's directives count for everybody, or for the crawler that is named in front of them",
    arguments: [
      ("noindex", .noindex), ("NoFollow", .nofollow), ("none", [.noindex, .nofollow]), ("all", []), ("", []),
      ("noindex, nofollow", [.noindex, .nofollow]), ("noindex,nofollow", [.noindex, .nofollow]),
      ("noarchive, nosnippet", []), ("nofollow, follow, all", .nofollow), ("noindexing", []),
      ("foobot: nofollow", .nofollow), ("FOOBOT : none", [.noindex, .nofollow]), ("otherbot: nofollow", []),
      ("otherbot: noindex, nofollow", []), ("otherbot: noindex, foobot: nofollow", .nofollow),
      ("noindex, otherbot: nofollow", .noindex),
      ("foobot: noindex, otherbot: nofollow, robots: nofollow", [.noindex, .nofollow]),
      ("*: nofollow", .nofollow), ("foobots: nofollow", []), ("foo: nofollow", []),
      ("unavailable_after: 25 Jun 2010 15:00:00 PST", []),
      ("unavailable_after: Friday, 25-Jun-10 15:00:00 UTC, nofollow", .nofollow),
      ("max-snippet: 20, nofollow", .nofollow), ("max-image-preview:none", []),
      ("otherbot: max-snippet:-1, nofollow", []),
      (",,:, ,nofollow:", []), ("noindex; nofollow", [.noindex, .nofollow]),
      ("noindex nofollow", [.noindex, .nofollow]), ("\u{E9}: nofollow, noindex", .noindex),
    ] as [(String, RobotsDirectives)])
  func fields(value: String, expected: RobotsDirectives) {
    #expect(RobotsDirectives(field: value, for: Self.token) == expected)
  }

  @Test("repeated fields are read each by itself, and count together")
  func repeated() {
    var fields = HTTPFields()
    fields.append(name: "X-Robots-Tag", value: "otherbot: noindex")
    #expect(RobotsDirectives(fields, for: Self.token) == [])
    fields.append(name: "x-robots-tag", value: "nofollow")
    fields.append(name: "X-Robots-Tag-Not", value: "noindex")
    #expect(RobotsDirectives(fields, for: Self.token) == .nofollow)
    fields.append(name: "X-ROBOTS-TAG", value: "foobot: noindex")
    #expect(RobotsDirectives(fields, for: Self.token) == [.noindex, .nofollow])
    #expect(RobotsDirectives(fields, for: nil) == .nofollow)
  }

  @Test(
    "a meta element counts if it names robots or the crawler",
    arguments: [
      ("robots", "nofollow", .nofollow), ("ROBOTS", "NOINDEX,NOFOLLOW", [.noindex, .nofollow]),
      ("robots", " none ", [.noindex, .nofollow]), ("robots", "index, follow", []), ("FooBot", "nofollow", .nofollow),
      ("foobot", "noindex", .noindex), ("googlebot", "none", []), ("robot", "none", []), ("", "none", []),
      ("robots", "noindex;\nnofollow", [.noindex, .nofollow]), ("robots", "otherbot: nofollow", .nofollow),
    ] as [(String, String, RobotsDirectives)])
  func metas(name: String, content: String, expected: RobotsDirectives) {
    #expect(RobotsDirectives(metaName: name, content: content, for: Self.token) == expected)
  }

  @Test("a crawler without a token is spoken to as everybody is")
  func withoutToken() {
    #expect(RobotsDirectives(metaName: "", content: "nofollow", for: nil) == [])
    #expect(RobotsDirectives(metaName: "foobot", content: "nofollow", for: nil) == [])
    #expect(RobotsDirectives(field: "foobot: nofollow, *: noindex", for: nil) == .noindex)
  }
}
