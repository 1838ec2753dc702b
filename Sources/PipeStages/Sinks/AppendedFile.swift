import PipeEngine
import PipeText
import PipeWeb

/// The content of a file that rows are added to, read once before anything is written: its rows must stay rows.
struct AppendedFile {
  private let format: RowFormat
  private var reader: CSVEnds?
  private var last: UInt8?

  init(_ format: RowFormat) {
    self.format = format
    if case .csv(let dialect, _) = format { reader = CSVEnds(delimiter: dialect.delimiter) }
  }

  mutating func read(_ piece: ArraySlice<UInt8>) {
    last = piece.last ?? last
    reader?.read(piece)
  }

  /// Whether a row, or a header, is there.
  var hasRows: Bool { reader?.firstRecord != nil || (reader == nil && last != nil) }

  /// What the last line lacks at its end.
  ///
  /// - Throws: `RunError` where rows that are added would come into the wrong columns, or into the last row.
  mutating func missingEnd(path: String) throws(RunError) -> [UInt8] {
    guard case .csv(let dialect, let columns) = format, var reader else {
      return last == nil || last == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")]
    }
    reader.finish()
    self.reader = reader
    if reader.isInQuotes {
      throw RunError(
        path, "ends inside a quoted field, so rows that are added would become a part of it",
        hint: "remove the row at its end that is cut off, or write to another file")
    }
    guard let first = reader.firstRecord else { return [] }
    if dialect.hasHeader, !Self.areSame(first, columns), !Self.areSame(first, columns.map(dialect.escapingFormula)) {
      throw RunError(
        path, "has the columns \(Self.list(first)), and the rows to be added have \(Self.list(columns))",
        hint: "give the sink the same fields in the same order, or write to another file")
    }
    if first.count != columns.count {
      throw RunError(
        path, "has \(first.count) columns, and the rows to be added have \(columns.count): \(Self.list(columns))",
        hint: "give the sink as many fields, or write to another file")
    }
    return reader.missingEnd(dialect.lineEnd)
  }

  private static func areSame(_ left: [String], _ right: [String]) -> Bool {
    left.elementsEqual(right) { $0.isExactly($1) }
  }

  /// Names as a message shows them; a first row may be anything.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(20).map { name in
      name.utf8.count <= 60 && !name.isEmpty && !name.contains(where: { $0.isNewline || $0 == "," })
        ? name : name.excerpt
    }
    return shown.joined(separator: ", ") + (names.count > 20 ? ", … (\(names.count))" : "")
  }
}

/// The first record of a CSV file, and how the file ends.
private struct CSVEnds {
  private enum State {
    case fieldStart, unquoted, quoted, quoteInQuoted
  }

  private let delimiter: UInt8
  private var state = State.fieldStart
  /// The fields of the first record, until it is whole.
  private var fields: [[UInt8]] = [[]]
  private var fieldBytes = 0
  private var hasQuotes = false
  private(set) var firstRecord: [String]?
  /// What ends the first record.
  private var lineEnd: [UInt8] = []
  private var last: UInt8?

  /// The longest first record that is compared.
  private static let limit = 1 << 20

  init(delimiter: UInt8) { self.delimiter = delimiter }

  var isInQuotes: Bool { state == .quoted }

  mutating func read(_ piece: ArraySlice<UInt8>) {
    for byte in piece {
      if lineEnd == [0x0D], byte == 0x0A, last == 0x0D { lineEnd = [0x0D, 0x0A] }
      last = byte
      switch state {
      case .quoted:
        if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { take(byte) }
      case .quoteInQuoted where byte == UInt8(ascii: "\""):
        take(byte)
        state = .quoted
      case .fieldStart where byte == UInt8(ascii: "\""):
        hasQuotes = true
        state = .quoted
      default:
        switch byte {
        case delimiter:
          state = .fieldStart
          if firstRecord == nil { fields.append([]) }
        case 0x0A, 0x0D:
          state = .fieldStart
          if firstRecord == nil { endRecord(byte) }
        default:
          state = .unquoted
          take(byte)
        }
      }
    }
  }

  mutating func finish() { if firstRecord == nil { endRecord(nil) } }

  private mutating func take(_ byte: UInt8) {
    guard firstRecord == nil, fieldBytes < Self.limit else { return }
    fieldBytes += 1
    fields[fields.count - 1].append(byte)
    // A byte order mark is no part of the first name, and may stand before its quote.
    if fieldBytes == 3, fields == [[0xEF, 0xBB, 0xBF]] {
      fields = [[]]
      state = .fieldStart
    }
  }

  private mutating func endRecord(_ byte: UInt8?) {
    // A blank line is no record.
    guard fields.count > 1 || hasQuotes || !fields[0].isEmpty else { return }
    firstRecord = fields.map { String(decoding: $0, as: UTF8.self) }
    fields = []
    lineEnd = byte.map { [$0] } ?? []
  }

  /// What ends the last line, if nothing does: what ends the file's first one.
  func missingEnd(_ usual: CSVDialect.LineEnd) -> [UInt8] {
    let end = lineEnd.isEmpty ? (usual == .crlf ? [0x0D, 0x0A] : [0x0A]) : lineEnd
    switch last {
    case nil, 0x0A: return []
    case 0x0D: return end == [0x0D, 0x0A] ? [0x0A] : []
    default: return end
    }
  }
}
