import PipeEngine
import PipeWeb

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
/// Blank lines are not records. A quote that is not closed where it should be has taken lines that are not its own, so it
/// ends the run.
struct CSVParser {
  /// Bytes of the longest record.
  static let limit = 1 << 20

  private let name: String
  var delimiter: UInt8 {
    get { state.delimiter }
    set { state.delimiter = newValue }
  }
  /// What fields are decoded from; `nil` for UTF-8, and windows-1252 for those that are not.
  private let encoding: CharacterEncoding?
  private var state: CSVState
  private var field: [UInt8] = []
  private var record = CSVRecord()
  private var hasBytes = false
  /// Bytes since the last record ended.
  private(set) var recordBytes = 0
  /// Where they begin.
  private(set) var place = RowPlace()
  /// Where the last quote opened.
  private var quoteLine = 0

  /// - Parameter form: How the fields are written; without a delimiter in it, commas stand between them.
  init(name: String, _ form: CSVForm = CSVForm()) {
    self.name = name
    encoding = form.fieldEncoding
    state = CSVState(delimiter: form.delimiter ?? UInt8(ascii: ","), quote: form.quote)
  }

  /// - Parameter place: Where a record begins.
  init(name: String, _ form: CSVForm, at place: RowPlace) {
    self.init(name: name, form)
    state = CSVState(delimiter: delimiter, quote: form.quote, at: place)
    self.place = place
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
      recordBytes += 1
      if recordBytes > Self.limit { throw tooLong }
      let line = state.line
      switch state.take(byte) {
      case .closingQuote: break
      case .restOfEnd: passEnd()
      case .openingQuote:
        begin(in: line)
        quoteLine = line
      case .text:
        begin(in: line)
        field.append(byte)
      case .textBehindQuote:
        // Padding is common; text means that the quote before it was not the one that closes.
        if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { break }
        if line != quoteLine {
          throw RunError(
            name,
            "line \(quoteLine): a quote opens here, and text stands behind the one that closes it in line \(line)",
            hint: "close it where it belongs, or double a quote in a text")
        }
        record.fault = record.fault ?? "text stands behind a closing quote; a quote in a text is doubled"
        field.append(byte)
      case .fieldEnd:
        begin(in: line)
        endField()
      case .recordEnd: if let record = endRecord() { return record }
      }
    }
    return nil
  }

  /// The record that the end completes.
  mutating func finish() throws(RunError) -> CSVRecord? {
    if state.isInQuotes {
      throw RunError(
        name, "line \(quoteLine): a quote opens here and is never closed", hint: "close it, or double a quote in a text"
      )
    }
    return endRecord()
  }

  private var tooLong: RunError {
    state.isInQuotes
      ? RunError(
        name, "line \(quoteLine): a quote opens here and is not closed within 1 MiB",
        hint: "close it, or double a quote in a text")
      : RunError(name, "line \(record.line): the row is longer than 1 MiB", hint: "is it a CSV file?")
  }

  private mutating func begin(in line: Int) {
    if !hasBytes { record.line = line }
    hasBytes = true
  }

  private mutating func endField() {
    if let encoding {
      record.cells.append(CharacterDecoder(encoding).decode(field.span))
    } else if let text = String(validating: field, as: UTF8.self) {
      record.cells.append(text)
    } else {
      record.octets[record.cells.count] = field
      record.cells.append(LegacyText.decode(field))
    }
    field.removeAll(keepingCapacity: true)
  }

  /// The next byte is the first one of a record.
  private mutating func passEnd() {
    recordBytes = 0
    place = RowPlace(line: state.line - 1, isAfterReturn: state.isAfterReturn)
  }

  private mutating func endRecord() -> CSVRecord? {
    passEnd()
    guard hasBytes else { return nil }
    endField()
    defer {
      record = CSVRecord()
      hasBytes = false
    }
    return record
  }
}
