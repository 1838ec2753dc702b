import PipeEngine
import PipeStorage
import PipeText
import PipeWeb

/// The content of a file that rows are added to, read once before anything is written: its rows must stay rows.
struct AppendedFile {
  private let format: RowFormat
  private var reader: CSVEnds?
  private var last: UInt8?
  /// The first bytes.
  private var start: [UInt8] = []
  private static let startSize = 64 << 10

  init(_ format: RowFormat) {
    self.format = format
    if case .csv(let dialect, _) = format { reader = CSVEnds(delimiter: dialect.delimiter) }
  }

  mutating func read(_ piece: ArraySlice<UInt8>) {
    last = piece.last ?? last
    if start.count < Self.startSize { start += piece.prefix(Self.startSize - start.count) }
    reader?.read(piece)
  }

  /// Whether the file begins with a byte order mark of UTF-8.
  var hasByteOrderMark: Bool { start.starts(with: [0xEF, 0xBB, 0xBF]) }

  /// Whether a row, or a header, is there.
  var hasRows: Bool { reader?.firstRecord != nil || (reader == nil && last != nil) }

  /// What the last line lacks at its end.
  ///
  /// - Throws: `RunError` where rows that are added would come into the wrong columns, or into the last row.
  mutating func missingEnd(path: String) throws(RunError) -> [UInt8] {
    if let other = otherText {
      throw RunError(
        path, other + ", so rows that are added to it could not be read",
        hint: "give the sink another name, or write mode: replace")
    }
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

  /// What the file is instead of rows like those to be added, as far as its start tells.
  private var otherText: String? {
    // A byte order mark, or what ASCII becomes in two or four bytes a character.
    if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) || start.prefix(4).contains(0) {
      return "is in UTF-16 or UTF-32"
    }
    guard case .lines = format else { return nil }
    var lines = (start.starts(with: [0xEF, 0xBB, 0xBF]) ? start[3...] : start[...])
      .drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    switch lines.first {
    case nil: return nil
    case UInt8(ascii: "[")?: return "is a JSON array, not an object a line"
    case UInt8(ascii: "{")?: break
    default: return "does not begin with a JSON object"
    }
    // A line that is cut off may be the last one; what is too long to look at is not judged.
    guard let end = lines.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    lines = lines[..<end]
    let text = String(decoding: lines, as: UTF8.self)
    if case .object? = try? JSONValue(parsing: text) { return nil }
    return "has a first line that is not a whole JSON object"
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

extension AppendedFile {
  private static let pieceSize = 64 << 10

  /// Reads a file that rows are to be added to; false where there is nothing in it.
  ///
  /// It is read to its end: what is added behind a member that is cut off, or within a quoted field, is lost to every
  /// reader. Of lines that are not compressed the first and the last bytes tell all.
  mutating func read(
    _ path: String, _ compression: Compression?, size: Int, in storage: any FileStorage
  ) throws(RunError) -> Bool {
    if size == 0 { return false }
    let file = try storing(path) { () throws(StorageError) in try storage.open(path, .read) }
    if compression == nil, case .lines = format {
      read(try storing(path) { () throws(StorageError) in try file.read(at: 0, count: Self.startSize) }[...])
      read(try storing(path) { () throws(StorageError) in try file.read(at: size - 1, count: 1) }[...])
      return true
    }
    var decoding = InputDecoding()
    do {
      var place = 0
      while place < size {
        let piece = try file.read(at: place, count: Self.pieceSize)
        if piece.isEmpty { break }
        place += piece.count
        decoding.take(piece[...])
        while let content = try decoding.next() { read(content) }
      }
      try decoding.end()
      while let content = try decoding.next() { read(content) }
    } catch let fault as CompressionFault {
      throw RunError(
        path, fault.reason + ", so nothing can be added to it",
        hint: "its first \(decoding.wholeBytes) bytes are whole: truncate -s \(decoding.wholeBytes) leaves them")
    } catch let error as StorageError {
      throw RunError(path, error)
    } catch {
      throw RunError(path, "cannot be read: \(error)")
    }
    if decoding.isNested {
      throw RunError(
        path, "is compressed twice, so nothing can be added to it", hint: "give it another name, or write mode: replace"
      )
    }
    if decoding.contentBytes > 0, decoding.compression != compression {
      throw RunError(
        path,
        (compression.map { "is not a \($0.rawValue) file" } ?? "is compressed, and its name says that it is not")
          + ", so nothing can be added to it",
        hint: "give it another name, or write mode: replace")
    }
    return decoding.contentBytes > 0
  }
}

/// The first record of a CSV file, and how the file ends.
private struct CSVEnds {
  private var state: CSVState
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

  init(delimiter: UInt8) { state = CSVState(delimiter: delimiter) }

  var isInQuotes: Bool { state.isInQuotes }

  mutating func read(_ piece: ArraySlice<UInt8>) {
    for byte in piece {
      let meaning = state.take(byte)
      last = byte
      switch meaning {
      case .text, .textBehindQuote: take(byte)
      case .openingQuote: hasQuotes = true
      case .closingQuote: break
      case .fieldEnd: if firstRecord == nil { fields.append([]) }
      case .recordEnd: if firstRecord == nil { endRecord(byte) }
      case .restOfEnd: if lineEnd == [0x0D], !isPastFirstEnd { lineEnd.append(byte) }
      }
      if firstRecord != nil, meaning != .recordEnd { isPastFirstEnd = true }
    }
  }

  /// Whether more has come than the first record and the first byte of its end.
  private var isPastFirstEnd = false

  mutating func finish() { if firstRecord == nil { endRecord(nil) } }

  private mutating func take(_ byte: UInt8) {
    guard firstRecord == nil, fieldBytes < Self.limit else { return }
    fieldBytes += 1
    fields[fields.count - 1].append(byte)
    // A byte order mark is not part of the first name, and may stand before its quote.
    if fieldBytes == 3, fields == [[0xEF, 0xBB, 0xBF]] {
      fields = [[]]
      state.beginField()
    }
  }

  private mutating func endRecord(_ byte: UInt8?) {
    // A blank line is not a record.
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
