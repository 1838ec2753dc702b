import PipeTesting
import PipeWeb

/// A case of the corpus: a file, a crawler, a URL, and whether it may ask for it.
struct RobotsCase: Decodable, CustomStringConvertible {
  private let robots: String?
  private let robots_b64: String?
  let agent: String
  let url: String
  let allowed: Bool
  let origin: String
  let contested: Bool?

  static let files = ["google-robots_test", "google-spec-test", "protego"]

  static func all(_ file: String) throws -> [RobotsCase] { try Corpus.json("robots/\(file).json") }

  var bytes: [UInt8] { robots.map { Array($0.utf8) } ?? Self.decoded(robots_b64 ?? "") }

  var token: ProductToken? { ProductToken(agent) ?? ProductToken(userAgent: agent) }

  /// Some cases have a path alone, or nothing.
  var address: WebURL? { WebURL(url, base: WebURL("http://example.com/")) }

  /// The name of the test that it is of.
  var test: String { origin.split(separator: " ").last.map(String.init) ?? origin }

  var description: String { "\(robots?.suffix(60) ?? "?") | \(agent) | \(url)" }

  private static func decoded(_ base64: String) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bits = 0
    var count = 0
    var bytes: [UInt8] = []
    for digit in base64.utf8 {
      guard let value = digits.firstIndex(of: digit) else { break }
      bits = (bits << 6 | value) & 0xFFFF
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return bytes
  }
}
