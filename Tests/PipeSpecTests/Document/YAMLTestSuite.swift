import PipeSpec
import PipeTesting
import Testing

/// The cases of yaml-test-suite, read with the reader under test: its own files are plain YAML.
enum YAMLTestSuite {
  struct Case: CustomTestStringConvertible, Sendable {
    /// The name of the file, and the number of the case where the file has several: `VJP3/01`.
    let id: String
    let title: String
    let source: SourceFile
    let isValid: Bool
    /// One value for each document; `nil` where the suite gives none.
    let json: String?

    var testDescription: String { "\(id) \(title)" }
  }

  static let cases: [Case] = (try? load()) ?? []
  static let valid = cases.filter(\.isValid)
  static let invalid = cases.filter { !$0.isValid }

  private static func load() throws -> [Case] {
    try Corpus.list("yaml-test-suite/src").flatMap { name in
      let file = SourceFile(name: name, bytes: try Corpus.bytes("yaml-test-suite/src/" + name))
      guard case .sequence(let items)? = Document(reading: file).root?.content else { return [Case]() }
      // A case has the fields of the one before where it gives none itself.
      var fields: [String: String] = [:]
      return items.enumerated().map { number, item in
        fields["fail"] = nil
        if case .mapping(let entries) = item.content {
          for entry in entries {
            guard case .scalar(let key) = entry.key.content, case .scalar(let value) = entry.value.content else {
              continue
            }
            fields[key.text] = value.text
            if key.text == "yaml" { fields["json"] = nil }
          }
          for entry in entries {
            guard case .scalar(let key) = entry.key.content, case .scalar(let value) = entry.value.content else {
              continue
            }
            fields[key.text] = value.text
          }
        }
        let stem = String(name.prefix { $0 != "." })
        let id = items.count == 1 ? stem : "\(stem)/0\(number)"
        return Case(
          id: id, title: fields["name"] ?? "", source: SourceFile(name: id, text: unescaped(fields["yaml"] ?? "")),
          isValid: fields["fail"] != "true", json: fields["json"])
      }
    }
  }

  /// Undoes the suite's way of writing characters that are hard to see.
  private static func unescaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "␣": result.unicodeScalars.append(" ")
      case "—", "↵": continue
      case "»": result.unicodeScalars.append("\t")
      case "←": result.unicodeScalars.append("\r")
      case "⇔": result.unicodeScalars.append("\u{FEFF}")
      case "∎":
        if result.unicodeScalars.last == "\n" { result.unicodeScalars.removeLast() }
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
