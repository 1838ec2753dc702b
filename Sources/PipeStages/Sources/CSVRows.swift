import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `format: csv`: the first record names the columns.
struct CSVRows: RowReader {
  private let name: String
  /// The URL's column; `nil` if the rows have none.
  private let column: String?
  /// All columns that the rows must have.
  private let needed: [String]
  private var parser: CSVParser
  /// What the first record says; `nil` until it is read.
  private(set) var header: CSVHeader?
  private var keys: [ExactText] = []
  /// The place of the URL's column.
  private var urlColumn: Int?
  /// The first bytes, until it is known whether they are a byte order mark.
  private var start: [UInt8]? = []
  /// The bytes of the header while it is read: how its columns are separated is not known yet.
  private var headerBytes: [UInt8] = []
  /// What is known of how the fields are written.
  private var form: CSVForm
  private var saysSeparator = false
  private var isLegacyTold = false
  /// Why no more can be read, once the rows before it are given out.
  private var failure: RunError?
  private(set) var notices: [String] = []

  /// - Parameter needed: The columns that rows must have besides.
  init(name: String, column: String?, needing needed: [String] = [], form: CSVForm = CSVForm()) {
    self.name = name
    self.column = column
    var seen: Set<ExactText> = []
    self.needed = ([column].compactMap(\.self) + needed).filter { seen.insert(ExactText($0)).inserted }
    self.form = form
    parser = CSVParser(name: name, form)
  }

  /// Goes on, with the header that was read, where another row begins.
  mutating func goOn(at place: RowPlace) {
    start = nil
    failure = nil
    if let header {
      form.delimiter = header.delimiter
      parser = CSVParser(name: name, form, at: place)
    }
  }

  var place: RowPlace { parser.place }
  var openBytes: Int? { start == nil && header != nil && failure == nil ? parser.recordBytes : nil }

  mutating func rows(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow] {
    guard let begun = start else { return try parse(chunk) }
    let bytes = begun + chunk
    start = bytes.count < 3 ? bytes : nil
    if start != nil { return [] }
    guard bytes.starts(with: [0xEF, 0xBB, 0xBF]) else { return try parse(bytes[...]) }
    // The mark says what the text is, whatever the spec does.
    if form.encoding != nil {
      form.encoding = .utf8
      parser = CSVParser(name: name, form)
    }
    return try parse(bytes[3...])
  }

  mutating func finish() throws(RunError) -> [InputRow] {
    var rows = try parse((start ?? [])[...])
    if let record = try parser.finish() {
      if header == nil { try begin(with: record) } else { rows += [row(record)].compactMap(\.self) }
    }
    if header == nil { notices.append("\(name) is empty: it has not even a header") }
    return rows
  }

  mutating func takeNotices() -> [String] {
    defer { notices = [] }
    return notices
  }

  private mutating func parse(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow] {
    if let failure { throw failure }
    var rows: [InputRow] = []
    var rest = chunk
    while header == nil {
      let before = rest
      let record = try parser.next(&rest)
      headerBytes += before[..<rest.startIndex]
      guard let record else { return rows }
      try begin(with: record)
    }
    do throws(RunError) {
      while let record = try parser.next(&rest) { if let row = row(record) { rows.append(row) } }
    } catch {
      // The rows before it are good.
      if rows.isEmpty { throw error }
      failure = error
    }
    return rows
  }

  /// Reads the header, and learns from it how columns are separated: spreadsheets write semicolons where the comma is
  /// in numbers, and tabs.
  private mutating func begin(with record: CSVRecord) throws(RunError) {
    let bytes = headerBytes
    headerBytes = []
    let text = String(decoding: bytes, as: UTF8.self)
    if !saysSeparator, let separator = Self.separator(saidIn: text) {
      // Excel's own way to say it.
      saysSeparator = true
      form.delimiter = form.delimiter ?? separator
      parser.delimiter = form.delimiter ?? separator
      return
    }
    let header = try CSVHeader(bytes, of: name, needing: needed, form: form)
    self.header = header
    if let missing = header.missing.first {
      throw header.fault(of: missing, isURL: column?.isExactly(missing) ?? false, in: name)
    }
    for column in needed where header.names.count(where: { $0.isExactly(column) }) > 1 {
      throw RunError(name, "has two columns '\(column)'", hint: "give one of them another name")
    }
    for repeated in header.repeated {
      notices.append("\(name) has two columns '\(repeated)'; input reads the first one")
    }
    keys = header.names.map { ExactText($0) }
    urlColumn = column.flatMap { column in header.names.firstIndex { $0.isExactly(column) } }
    parser.delimiter = header.delimiter
  }

  private static func separator(saidIn line: String) -> UInt8? {
    let line = line.split(whereSeparator: \.isNewline).first ?? ""
    let text = line.filter { $0 != "\"" }
    guard text.lowercased().hasPrefix("sep="), text.utf8.count == 5, let byte = text.utf8.last, byte < 0x80 else {
      return nil
    }
    return byte
  }

  /// The row of a record; `nil` where all its cells are blank, as below the last row of a sheet.
  private mutating func row(_ record: CSVRecord) -> InputRow? {
    let cells = record.cells
    if cells.count > 1, cells.allSatisfy({ $0.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 } }) { return nil }
    if !record.octets.isEmpty, !isLegacyTold {
      isLegacyTold = true
      notices.append(
        "\(name) is not UTF-8 in line \(record.line): such cells are read as windows-1252; encoding: names another one")
    }
    var row = InputRow(line: record.line)
    row.columns = Dictionary(
      zip(keys, cells.map { Value.string($0) }), uniquingKeysWith: { first, _ in first })
    row.fault = record.fault
    if let column, let urlColumn {
      guard cells.indices.contains(urlColumn) else {
        row.fault = row.fault ?? "the row has no column '\(column)'"
        return row
      }
      let written = record.octets[urlColumn].map { WrittenURL($0[...]) } ?? WrittenURL(cells[urlColumn])
      row.url = written.text
      row.fault = row.fault ?? written.fault.map { "the cell '\(column)': \($0)" }
    }
    if cells.dropFirst(keys.count).contains(where: { !$0.isEmpty }) {
      row.fault =
        row.fault
        ?? "the row has \(cells.count) cells and the header \(keys.count): a cell with a separator in it is quoted"
    }
    return row
  }
}
