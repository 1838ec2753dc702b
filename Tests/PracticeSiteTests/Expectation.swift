import FoundationEssentials

/// A line of `/expected.jsonl`.
struct Expectation: Decodable {
  let url: String
  let path: String?
  let final_path: String?
  let status: Int?
  let error: String?
  let title: String?
  let h1: String?
  let length: Int?
  let content_type: String?
  let charset: String?
  let language: String?
  let description: String?
  let canonical: String?
  let links: Int?

  static func list(_ text: String) throws -> [Expectation] {
    try text.split(separator: "\n").map {
      try JSONDecoder().decode(Expectation.self, from: Data($0.utf8))
    }
  }
}
