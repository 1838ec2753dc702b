import PipeEngine

/// A record of a CSV file.
struct CSVRecord {
  var cells: [String] = []
  /// The bytes of cells that are not UTF-8, by their places.
  var octets: [Int: [UInt8]] = [:]
  /// The line that it begins in, from 1.
  var line = 1
  /// What is wrong with how it is written.
  var fault: String?
}

/// RFC 4180 out of chunks of bytes.
///
/// LF, CR or CRLF end a record, and a quote inside an unquoted field stands for itself. Blank lines are no records. A
/// quote that is not closed where it should be has taken lines that are not its own, so it ends the run.
struct CSVParser {
  private enum State {
    case fieldStart, unquoted, quoted, quoteInQuoted
  }

  /// Bytes of the longest record.
  static let limit = 1 << 20

  private let name: String
  var delimiter: UInt8
  private var state = State.fieldStart
  private var field: [UInt8] = []
  private var record = CSVRecord()
  private var isAfterReturn = false
  private var hasBytes = false
  private var recordBytes = 0
  private var line = 1
  /// Where the last quote opened.
  private var quoteLine = 0

  init(name: String, delimiter: UInt8 = UInt8(ascii: ",")) {
    self.name = name
    self.delimiter = delimiter
  }

  /// The next record, whose bytes are taken from those given; `nil` where more have to come.
  ///
  /// - Throws: `RunError` where the file cannot be cut into records.
  mutating func next(_ bytes: inout ArraySlice<UInt8>) throws(RunError) -> CSVRecord? {
    var index = bytes.startIndex
    let end = bytes.endIndex
    defer { bytes = bytes[index...] }
    while index < end {
      let byte = bytes[index]
      index += 1
      let isFeedOfReturn = isAfterReturn && byte == UInt8(ascii: "\n")
      isAfterReturn = byte == UInt8(ascii: "\r")
      recordBytes += 1
      if recordBytes > Self.limit { throw tooLong }
      if isFeedOfReturn {
        // Within quotes it is text; behind a record it is the end that was seen already.
        if state == .quoted { field.append(byte) }
        continue
      }
      let isEnd = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
      if isEnd { line += 1 }
      switch state {
      case .quoted:
        if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { field.append(byte) }
      case .quoteInQuoted where byte == UInt8(ascii: "\""):
        field.append(byte)
        state = .quoted
      case .fieldStart where byte == UInt8(ascii: "\""):
        state = .quoted
        begin()
        quoteLine = line
      default:
        if byte == delimiter {
          begin()
          endField()
        } else if isEnd {
          if let record = endRecord() { return record }
        } else {
          begin()
          try add(byte)
        }
      }
    }
    return nil
  }

  /// The record that the end completes.
  mutating func finish() throws(RunError) -> CSVRecord? {
    if state == .quoted {
      throw RunError(
        name, "line \(quoteLine): a quote opens here and is never closed", hint: "close it, or double a quote in a text"
      )
    }
    return endRecord()
  }

  /// A byte of an unquoted field, or behind a closing quote.
  private mutating func add(_ byte: UInt8) throws(RunError) {
    if state == .quoteInQuoted {
      // Padding is common; text means that the quote before it was not the one that closes.
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { return }
      if line != quoteLine {
        throw RunError(
          name, "line \(quoteLine): a quote opens here, and text stands behind the one that closes it in line \(line)",
          hint: "close it where it belongs, or double a quote in a text")
      }
      record.fault = record.fault ?? "text stands behind a closing quote; a quote in a text is doubled"
    }
    field.append(byte)
    if state == .fieldStart { state = .unquoted }
  }

  private var tooLong: RunError {
    state == .quoted
      ? RunError(
        name, "line \(quoteLine): a quote opens here and is not closed within 1 MiB",
        hint: "close it, or double a quote in a text")
      : RunError(name, "line \(record.line): the row is longer than 1 MiB", hint: "is it a CSV file?")
  }

  private mutating func begin() {
    if !hasBytes { record.line = line }
    hasBytes = true
  }

  private mutating func endField() {
    if let text = String(validating: field, as: UTF8.self) {
      record.cells.append(text)
    } else {
      record.octets[record.cells.count] = field
      record.cells.append(LegacyText.decode(field))
    }
    field.removeAll(keepingCapacity: true)
    state = .fieldStart
  }

  private mutating func endRecord() -> CSVRecord? {
    recordBytes = 0
    guard hasBytes else { return nil }
    endField()
    defer {
      record = CSVRecord()
      hasBytes = false
    }
    return record
  }
}
