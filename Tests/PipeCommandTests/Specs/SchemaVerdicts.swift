import FoundationEssentials
import PipeTesting
import Testing

/// What the decoder and the JSON Schema say of some specs.
struct SchemaVerdicts {
  struct Finding: Decodable {
    let file: String
    let column: Int
    let severity: String
    let code: String
  }

  private struct Report: Decodable {
    struct Refusal: Decodable { let filename: String }
    let errors: [Refusal]?
    let parse_errors: [Refusal]?
  }

  /// Names of files that the schema refuses.
  let refused: Set<String>
  /// The errors that the decoder finds.
  let findings: [Finding]

  /// Names of files in which the decoder finds an error.
  var faulty: Set<String> { files { _ in true } }

  func files(_ condition: (Finding) -> Bool) -> Set<String> {
    Set(findings.filter(condition).map { Self.name($0.file) })
  }

  /// - Parameter specs: Texts by the names of their files.
  init(on specs: [String: String]) async throws {
    let client = try #require(SchemaClient.path, "check-jsonschema is missing: run Tests/install-tools")
    let folder = try TemporaryFolder()
    for (name, text) in specs { try folder.write(name, text.utf8) }
    let decoded = try await pipe(["validate", "--format", "json"] + specs.keys, folder: folder.path)
    findings = try JSONDecoder().decode([Finding].self, from: Data(decoded.output.utf8)).filter {
      $0.severity == "error"
    }
    let checked = await
      (try RunningCommand(
        client, ["--schemafile", "schemas/pipeline.schema.json", "-o", "json"] + specs.keys.map { folder.path($0) },
        folder: Project.root, limit: .seconds(180))).outcome()
    let report = try JSONDecoder().decode(Report.self, from: Data(checked.output.utf8))
    refused = Set(((report.errors ?? []) + (report.parse_errors ?? [])).map { Self.name($0.filename) })
  }

  static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
}
