import PipeSpec
import Testing

struct NearestNameTests {
  static let keys = [
    "concurrency", "per_host", "timeout", "method", "headers", "body", "user_agent", "auth", "cookies", "proxy", "http",
    "tls", "redirects", "retry", "max_body", "on_max_body", "robots", "allow_private", "css", "csv", "url", "urls",
  ]

  static let examples: [(name: String, nearest: String?)] = [
    ("timout", "timeout"), ("Timeout", "timeout"), ("tiemout", "timeout"), ("concurency", "concurrency"),
    ("concurrent", "concurrency"), ("perhost", "per_host"), ("per-host", "per_host"), ("header", "headers"),
    ("useragent", "user_agent"), ("user", "user_agent"), ("bdoy", "body"), ("cvs", "csv"), ("URL", "url"),
    ("uls", "urls"), ("retries", nil), ("retry_attempts", "retry"), ("xyzzy", nil), ("x", nil), ("", nil),
    ("se", nil),
    ("allow_privat", "allow_private"), ("sinks", nil), (String(repeating: "timeout", count: 100), nil),
  ]

  @Test(arguments: examples.indices)
  func aMisspelledNameLeadsToTheNearest(_ index: Int) {
    let example = Self.examples[index]
    #expect(nearestName(to: example.name, among: Self.keys) == example.nearest, "\(example.name)")
  }

  @Test func theFirstOfEquallyNearNamesWins() {
    #expect(nearestName(to: "cst", among: ["css", "csv"]) == "css")
    #expect(nearestName(to: "cst", among: ["csv", "css"]) == "csv")
  }
}
