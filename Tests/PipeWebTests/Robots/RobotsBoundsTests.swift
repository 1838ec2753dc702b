import PipeTesting
import Testing

@testable import PipeWeb

@Suite("Robots: bounds")
struct RobotsBoundsTests {
  private static let url = WebURL("https://example.com/" + String(repeating: "a", count: 2_000))

  @Test("500 KiB are read, and the line that the limit cuts is no rule")
  func limit() throws {
    let rule = Array("Disallow: /abc\n".utf8)
    var file = Array("User-agent: *\nDisallow: /x\n".utf8)
    let padding = RobotsRules.sizeLimit - file.count - rule.count
    file += Array(repeating: UInt8(ascii: "#"), count: padding - 1) + [UInt8(ascii: "\n")] + rule
    #expect(file.count == RobotsRules.sizeLimit)
    let url = try #require(WebURL("http://example.com/abc"))
    let whole = RobotsRules(parsing: file.span, for: nil)
    #expect(!whole.isCut)
    #expect(!whole.decision(for: url).isAllowed)
    // The last line ends exactly at the limit.
    #expect(!RobotsRules(parsing: file.span, isCut: true, for: nil).decision(for: url).isAllowed)
    #expect(!RobotsRules(parsing: (file + Array("Disallow: /".utf8)).span, for: nil).decision(for: url).isAllowed)
    file.removeLast()
    #expect(!RobotsRules(parsing: (file + Array("\n\n".utf8)).span, for: nil).decision(for: url).isAllowed)
    // It goes on, as another one.
    for rest in ["d", "#", " "] {
      let cut = RobotsRules(parsing: (file + Array(rest.utf8) + rule).span, for: nil)
      #expect(cut.isCut)
      #expect(cut.decision(for: url).isAllowed)
    }
    #expect(RobotsRules(parsing: file.span, isCut: true, for: nil).decision(for: url).isAllowed)
  }

  @Test("a file of one line without an end has no rule")
  func oneLine() throws {
    let file = Array(repeating: UInt8(ascii: "a"), count: 10 << 20)
    #expect(RobotsRules(parsing: file.span, for: nil).rules.isEmpty)
  }

  @Test(
    "a pattern takes a time that grows with the pattern and the URL, not with their product",
    arguments: [
      "/" + String(repeating: "*a", count: 1_000), String(repeating: "*a", count: 3_000) + "b",
      "/" + String(repeating: "*a*a*a", count: 300) + "*b$", "*" + String(repeating: "a", count: 1_500) + "b",
      String(repeating: "*", count: 100_000) + "b", "*" + String(repeating: "aaaaaaaab*", count: 200),
      "/" + String(repeating: "a", count: 1_000) + "*" + String(repeating: "a", count: 999) + "b$",
    ])
  func patterns(pattern: String) throws {
    let url = try #require(Self.url)
    let rules = RobotsRules(parsing: "User-agent: *\nDisallow: \(pattern)".utf8.span, for: nil)
    var steps = 0
    _ = rules.decision(for: url, steps: &steps)
    #expect(steps <= 3 * pattern.utf8.count + 2 * url.length)
  }

  @Test("the largest file of the most rules takes no more than each of them alone")
  func manyPatterns() throws {
    let url = try #require(Self.url)
    var file = "User-agent: *\n"
    while file.utf8.count < RobotsRules.sizeLimit { file += "allow:*a*a*b\n" }
    let rules = RobotsRules(parsing: file.utf8.span, for: nil)
    #expect(rules.rules.count > 38_000)
    var steps = 0
    #expect(rules.decision(for: url, steps: &steps).isAllowed)
    #expect(steps <= rules.rules.count * (url.length + 30))
    #expect(rules.memory < 4 * RobotsRules.sizeLimit)
  }

  @Test("sitemaps are bounded")
  func manySitemaps() {
    let file = String(repeating: "Sitemap:/\n", count: 40_000)
    let rules = RobotsRules(parsing: file.utf8.span, for: nil, at: WebURL("https://example.com/robots.txt"))
    #expect(rules.sitemaps.count == RobotsRules.sitemapLimit)
  }

  @Test("random files are decided as by the plainest matcher there is")
  func agreement() throws {
    var random = RepeatableRandom(seed: 9309)
    let token = try #require(ProductToken("pipe"))
    var count = (allowed: 0, disallowed: 0)
    for _ in 0..<1_000 {
      let file = Self.randomFile(&random)
      let rules = RobotsRules(parsing: file.span, for: token)
      let obvious = ObviousRobots(file)
      for _ in 0..<4 {
        guard let url = try? WebURL(parsing: Array("http://h/".utf8) + Self.randomPath(&random)) else { continue }
        let path = Array(url.pathAndQuery.utf8)
        let expected = obvious.decision(path, token: Array("pipe".utf8))
        let decision = rules.decision(for: url)
        let isAllow = expected?.isAllow ?? true
        if isAllow { count.allowed += 1 } else { count.disallowed += 1 }
        let agreed: RobotsDecision =
          isAllow ? .allowed(line: expected?.line) : .disallowed(line: expected?.line ?? 0)
        #expect(decision == agreed, "\(String(decoding: file, as: UTF8.self).debugDescription) \(url)")
      }
    }
    #expect(count.allowed > 300 && count.disallowed > 300)
  }

  private static let words = [
    "User-agent: *", "User-agent: pipe", "user-agent:PIPE/1.0", "User-agent: pipes", "User-agent: other", "Disallow:",
    "Crawl-delay: 1", "Sitemap: /x", "unknown: x", "# comment", "", "disallow /", "useragent: * x", "allow: / # c",
  ]

  private static func randomFile(_ random: inout RepeatableRandom) -> [UInt8] {
    var file: [UInt8] = random.oneIn(8) ? [0xEF, 0xBB, 0xBF] : []
    for _ in 0..<Int.random(in: 1...12, using: &random) {
      if random.oneIn(2) {
        file += (words.randomElement(using: &random) ?? "").utf8
      } else {
        file += (random.oneIn(2) ? "Disallow: " : "allow:\t").utf8
        if !random.oneIn(6) { file.append(UInt8(ascii: "/")) }
        file += randomPath(&random)
        if random.oneIn(4) { file.append(UInt8(ascii: "$")) }
      }
      file += (["\n", "\r\n", "\r", "\n\n"].randomElement(using: &random) ?? "").utf8
    }
    return file
  }

  /// Few characters, so that they match often.
  private static func randomPath(_ random: inout RepeatableRandom) -> [UInt8] {
    var path: [UInt8] = []
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      path +=
        (["a", "b", "*", "%61", "/", "?", "%2F", "%2a", "$", "%24", "é", "%c3%A9", "%", "("]
        .randomElement(using: &random) ?? "").utf8
    }
    return path
  }
}
