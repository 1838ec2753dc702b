import PipeEngine
import PipeSpec
import PipeText

/// The first record of a CSV file: the names of its columns, and how they are separated.
struct CSVHeader {
  let names: [String]
  /// The column that holds the URL; `nil` if there is none.
  let place: Int?
  let delimiter: UInt8

  /// Reads the bytes of a header. Of the separators that spreadsheets write, it has the one that makes a name of the
  /// URL's column: semicolons where the comma is in numbers, and tabs.
  ///
  /// - Parameters:
  ///   - name: What a message calls the file.
  ///   - form: With the separator that the spec or the file itself names.
  init(_ bytes: [UInt8], of name: String, column: String, form: CSVForm) throws(RunError) {
    var best: CSVHeader?
    for candidate in form.delimiter.map({ [$0] }) ?? [",", ";", "\t", "|"].map({ UInt8(ascii: $0) }) {
      var candidateForm = form
      candidateForm.delimiter = candidate
      var parser = CSVParser(name: name, candidateForm)
      var rest = bytes[...]
      var record = try parser.next(&rest)
      if record == nil { record = try parser.finish() }
      guard let names = record?.cells.map(Self.trimmed) else { continue }
      let place = names.firstIndex { $0.isExactly(column) }
      let header = CSVHeader(names: names, place: place, delimiter: candidate)
      if place != nil {
        self = header
        return
      }
      if names.count > best?.names.count ?? 0 { best = header }
    }
    self = best ?? CSVHeader(names: [], place: nil, delimiter: form.delimiter ?? UInt8(ascii: ","))
  }

  private init(names: [String], place: Int?, delimiter: UInt8) {
    (self.names, self.place, self.delimiter) = (names, place, delimiter)
  }

  /// Names that several columns have, each once.
  var repeated: [String] {
    var seen: Set<ExactText> = []
    var told: Set<ExactText> = []
    return names.filter { name in
      !seen.insert(ExactText(name)).inserted && !name.isEmpty && told.insert(ExactText(name)).inserted
    }
  }

  /// What to say if no column holds the URL.
  func missing(_ column: String, in file: String) -> RunError {
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
    let isURL = names.contains { $0.contains("://") }
    let more = names.count > 16 ? ", … (\(names.count))" : ""
    return RunError(
      file, "has no column '\(excerpt(column))'" + (isURL ? ": its first row must name the columns" : ""),
      hint: "its columns are \(names.prefix(16).map { excerpt($0) }.joined(separator: ", "))\(more)"
        + (near.map { "; did you mean column: \(excerpt($0))?" } ?? ""))
  }

  private static func trimmed(_ name: String) -> String {
    var scalars = name.unicodeScalars[...]
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return String(scalars)
  }
}
