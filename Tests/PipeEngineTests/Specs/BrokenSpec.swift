import FoundationEssentials
import PipeEngine
import PipeSpec
import PipeStages
import Testing

/// A spec of `broken/`, written as a person would break it, and every finding about it: `NAME.yaml` and
/// `NAME.expected`, which has a line `3:5 unknown-key` for each, warnings included, in their order.
struct BrokenSpec: Sendable, CustomTestStringConvertible {
  let name: String

  static let folder = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/broken"

  static let all: [BrokenSpec] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted().map { BrokenSpec(name: String($0.dropLast(5))) }

  var testDescription: String { name }

  var bytes: [UInt8] {
    get throws { [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name).yaml"))) }
  }

  var expected: [String] {
    get throws {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name).expected"))
      return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
  }
}

extension Pipeline {
  private static let language = Language(.standard)

  /// A spec compiled as `pipe validate` compiles it, with nothing in the environment.
  init(testing bytes: [UInt8], name: String = "spec.yaml", folder: String = BrokenSpec.folder) {
    self.init(
      SourceFile(name: name, bytes: bytes), language: Self.language, folder: SourceFolder(folder),
      variables: Variables(environment: [:]), processors: 2)
  }

  init(testing text: String) { self.init(testing: Array(text.utf8)) }
}

extension Diagnostic {
  /// As the corpus notes it: `3:5 unknown-key`.
  var note: String { "\(span.start.line):\(span.start.column) \(code.rawValue)" }
}
