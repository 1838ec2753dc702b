import PipeEngine
import PipeSpec
import PipeText

/// The first record of a CSV file: the names of its columns, and how they are separated.
struct CSVHeader {
  let names: [String]
  /// The columns that are needed and are not there.
  let missing: [String]
  let delimiter: UInt8

  /// Reads the bytes of a header. Of the separators that spreadsheets write, it has the one that makes names of the columns
  /// that are needed: semicolons where the comma is in numbers, and tabs.
  ///
  /// - Parameters:
  ///   - name: What a message calls the file.
  ///   - columns: Those that are needed.
  ///   - form: With the separator that the spec or the file itself names.
  init(_ bytes: [UInt8], of name: String, needing columns: [String], form: CSVForm) throws(RunError) {
    var best: CSVHeader?
    for candidate in form.delimiter.map({ [$0] }) ?? [",", ";", "\t", "|"].map({ UInt8(ascii: $0) }) {
      var candidateForm = form
      candidateForm.delimiter = candidate
      var parser = CSVParser(name: name, candidateForm)
      var rest = bytes[...]
      var record = try parser.next(&rest)
      if record == nil { record = try parser.finish() }
      guard let names = record?.cells.map(Self.trimmed) else { continue }
      let missing = columns.filter { column in !names.contains { $0.isExactly(column) } }
      let header = CSVHeader(names: names, missing: missing, delimiter: candidate)
      // Where nothing is needed, all of them would do.
      if missing.isEmpty, !columns.isEmpty {
        self = header
        return
      }
      if best.map({ (missing.count, -names.count) < ($0.missing.count, -$0.names.count) }) ?? true { best = header }
    }
    self = best ?? CSVHeader(names: [], missing: columns, delimiter: form.delimiter ?? UInt8(ascii: ","))
  }

  private init(names: [String], missing: [String], delimiter: UInt8) {
    (self.names, self.missing, self.delimiter) = (names, missing, delimiter)
  }

  /// Names that several columns have, each once.
  var repeated: [String] {
    var seen: Set<ExactText> = []
    var told: Set<ExactText> = []
    return names.filter { name in
      !seen.insert(ExactText(name)).inserted && !name.isEmpty && told.insert(ExactText(name)).inserted
    }
  }

  /// What to say of a column that is not there.
  ///
  /// - Parameter isURL: Whether it holds the URL, and is named by an option.
  func fault(of column: String, isURL: Bool, in file: String) -> RunError {
    let near = names.first { $0.lowercased() == column.lowercased() } ?? nearestName(to: column, among: names)
    if names.count == 1, let name = names.first,
      let other = name.unicodeScalars.first(where: { ",;\t|".unicodeScalars.contains($0) })
    {
      return RunError(
        file, "has no column '\(excerpt(column))'",
        hint:
          "its only column is '\(excerpt(name))'; did you mean delimiter: \"\(other == "\t" ? "\\t" : String(other))\"?"
      )
    }
    let holdsURL = names.contains { $0.contains("://") }
    let more = names.count > 16 ? ", … (\(names.count))" : ""
    return RunError(
      file, "has no column '\(excerpt(column))'" + (holdsURL ? ": its first row must name the columns" : ""),
      hint: "its columns are \(names.prefix(16).map { excerpt($0) }.joined(separator: ", "))\(more)"
        + (near.map { "; did you mean \(isURL ? "column: " : "")\(excerpt($0))?" } ?? ""))
  }

  private static func trimmed(_ name: String) -> String {
    var scalars = name.unicodeScalars[...]
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }
}
