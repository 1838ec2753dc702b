import FoundationEssentials
import PipeTesting
import Testing

/// A case of urltestdata.json: an input, and its components or that it fails.
struct URLCase: Decodable, Sendable, CustomTestStringConvertible {
  var input: String
  var base: String?
  var failure: Bool?
  var href: String?
  var origin: String?
  var `protocol`: String?
  var username: String?
  var password: String?
  var host: String?
  var hostname: String?
  var port: String?
  var pathname: String?
  var search: String?
  var hash: String?

  var testDescription: String { "\(input.debugDescription) on \(base?.debugDescription ?? "no base")" }

  static let standard = load("url-wpt/urltestdata.json")
  static let additional = load("url-wpt/ada_extra_urltestdata.json")

  private static func load(_ path: String) -> [URLCase] {
    ((try? Corpus.json(path, as: [Commented<URLCase>].self)) ?? []).compactMap(\.value)
  }
}

/// A case of toascii.json and IdnaTestV2.json: a host, and what it becomes, or null when it is refused.
struct HostCase: Decodable, Sendable, CustomTestStringConvertible {
  var comment: String?
  var input: String
  var output: String?

  var testDescription: String { "\(input.debugDescription) (\(comment ?? "no comment"))" }

  static let toASCII = load("url-wpt/toascii.json")
  static let idna = load("url-wpt/IdnaTestV2.json")

  private static func load(_ path: String) -> [HostCase] {
    guard let text = try? Corpus.text(path) else { return [] }
    // A lone surrogate is not JSON text for the decoder; what parses a URL gets U+FFFD for it anyway.
    let repaired = text.replacing("\\ud900z", with: "\\ufffdz")
    let cases = try? JSONDecoder().decode([Commented<HostCase>].self, from: Data(repaired.utf8))
    return (cases ?? []).compactMap(\.value)
  }
}

/// An element of a list in which strings are comments.
struct Commented<Value: Decodable>: Decodable {
  var value: Value?

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if (try? container.decode(String.self)) == nil { value = try container.decode(Value.self) }
  }
}
