/// SARIF 2.1.0 (OASIS), one run.
package struct SARIFDiagnosticRenderer: DiagnosticRenderer {
  private let version: String

  /// - Parameter version: The program's.
  package init(version: String) { self.version = version }

  package func render(_ reports: [DiagnosticReport]) -> String {
    let codes = Set(reports.flatMap { $0.diagnostics.map(\.code) })
    let rules = Diagnostic.Code.allCases.filter(codes.contains).map { code -> JSONText in
      ["id": .string(code.rawValue), "defaultConfiguration": ["level": .string(code.severity.rawValue)]]
    }
    let results = reports.flatMap { report in report.diagnostics.map { result($0, in: report.file) } }
    let driver: JSONText = ["name": "pipe", "version": .string(version), "rules": .array(rules)]
    let run: JSONText = ["tool": ["driver": driver], "columnKind": "unicodeCodePoints", "results": .array(results)]
    let log: JSONText = [
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run],
    ]
    return log.text + "\n"
  }

  private func result(_ diagnostic: Diagnostic, in file: SourceFile) -> JSONText {
    let text = [diagnostic.message, diagnostic.hint].compactMap { $0 }.joined(separator: "\n")
    var entries: [(key: String, value: JSONText)] = [
      (key: "ruleId", value: .string(diagnostic.code.rawValue)),
      (key: "level", value: .string(diagnostic.severity.rawValue)),
      (key: "message", value: ["text": .string(text)]),
      (key: "locations", value: [["physicalLocation": place(diagnostic.span, in: file)]]),
    ]
    if !diagnostic.notes.isEmpty {
      let notes = diagnostic.notes.map { note -> JSONText in
        ["physicalLocation": place(note.span, in: file), "message": ["text": .string(note.message)]]
      }
      entries.append((key: "relatedLocations", value: .array(notes)))
    }
    return .object(entries)
  }

  private func place(_ span: SourceSpan, in file: SourceFile) -> JSONText {
    [
      "artifactLocation": ["uri": .string(uri(file.name))],
      "region": [
        "startLine": .int(span.start.line), "startColumn": .int(span.start.column),
        "endLine": .int(span.end.line), "endColumn": .int(span.end.column),
      ],
    ]
  }

  /// A path as a URI reference (RFC 3986, 4.2).
  private func uri(_ path: String) -> String {
    let encoded = path.utf8.reduce(into: "") { result, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case _ where "-._~/".utf8.contains(byte): result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return path.hasPrefix("/") ? "file://" + encoded : encoded
  }
}
