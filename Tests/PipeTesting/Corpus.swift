import FoundationEssentials

/// The conformance data beside the project (`../shared/corpus`), read in place.
///
/// A suite that needs it carries `.enabled(if: Corpus.isPresent, Corpus.absence)`; `.ci/run` treats a
/// skipped test as a failure.
package enum Corpus {
  /// The folder of the corpus, beside the project's root.
  package static let root: String = {
    // Tests/PipeTesting/Corpus.swift: three levels below the project's root.
    let parts = #filePath.split(separator: "/").dropLast(4)
    return "/" + parts.joined(separator: "/") + "/shared/corpus"
  }()

  package static let isPresent = FileManager.default.fileExists(atPath: root + "/README.md")

  /// Why a test that needs the corpus is skipped.
  package static let absence: String = "the conformance data is not at ../shared/corpus (see CONTRIBUTING.md)"

  /// The absolute path of a file or folder of the corpus.
  package static func path(_ relative: String) -> String { root + "/" + relative }

  /// A file of the corpus, as bytes.
  package static func bytes(_ relative: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(relative))))
  }

  /// A file of the corpus, as text; ill-formed UTF-8 is repaired.
  package static func text(_ relative: String) throws -> String {
    String(decoding: try bytes(relative), as: UTF8.self)
  }

  /// A JSON file of the corpus, decoded.
  package static func json<Value: Decodable>(_ relative: String, as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: Data(try bytes(relative)))
  }

  /// The names of the files and folders in a folder of the corpus, sorted.
  package static func list(_ relative: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(relative)).sorted()
  }
}
