import PipeWeb
import Testing

@Suite("Robots: what came of asking")
struct RobotsPolicyTests {
  private let rules = RobotsRules(parsing: "User-agent: *\nDisallow: /a".utf8.span, for: nil)

  @Test(
    "the status says whether there are rules, none, or no access",
    arguments: [
      (200, .disallowed(line: 2)), (206, .disallowed(line: 2)), (204, .disallowed(line: 2)), (301, .allowed(line: nil)),
      (302, .allowed(line: nil)), (400, .allowed(line: nil)), (401, .allowed(line: nil)), (403, .allowed(line: nil)),
      (404, .allowed(line: nil)), (410, .allowed(line: nil)), (418, .allowed(line: nil)), (451, .allowed(line: nil)),
      (429, .unreachable), (500, .unreachable), (502, .unreachable), (503, .unreachable), (599, .unreachable),
      (nil, .unreachable), (100, .unreachable), (999, .unreachable),
    ] as [(Int?, RobotsDecision)])
  func statuses(status: Int?, expected: RobotsDecision) throws {
    let url = try #require(WebURL("https://example.com/a"))
    #expect(RobotsPolicy(status: status) { rules }.decision(for: url) == expected)
  }

  @Test("a file that broke off is not had: what is missing may be the rule that counts")
  func broken() throws {
    let url = try #require(WebURL("https://example.com/b"))
    #expect(RobotsPolicy(status: 200, isBroken: true) { rules }.decision(for: url) == .unreachable)
    #expect(RobotsPolicy(status: 404, isBroken: true) { rules }.decision(for: url).isAllowed)
  }
}
