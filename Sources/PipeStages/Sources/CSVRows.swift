import PipeEngine
import PipeSpec

/// `format: csv`: the first record names the columns.
struct CSVRows: RowReader {
  private let name: String
  private let column: String
  private var parser = CSVParser()
  private var header: [String]?
  private var place = 0
  /// The first bytes, until it is known whether they are a byte order mark.
  private var start: [UInt8]? = []

  init(name: String, column: String) {
    self.name = name
    self.column = column
  }

  mutating func rows(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow] {
    guard let begun = start else { return try parse(chunk) }
    let bytes = begun + chunk
    start = bytes.count < 3 ? bytes : nil
    if start != nil { return [] }
    return try parse(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...])
  }

  private mutating func parse(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow] {
    var records: [[String]] = []
    parser.parse(chunk) { records.append($0) }
    if parser.recordBytes > LineCutter.limit {
      throw RunError(name, "a record is longer than 1 MiB", hint: "is a quote not closed?")
    }
    return try rows(records)
  }

  mutating func finish() throws(RunError) -> [InputRow] {
    var rows = try parse((start ?? [])[...])
    var records: [[String]] = []
    parser.finish { records.append($0) }
    rows += try self.rows(records)
    return rows
  }

  private mutating func rows(_ records: [[String]]) throws(RunError) -> [InputRow] {
    var rows: [InputRow] = []
    rows.reserveCapacity(records.count)
    for record in records {
      guard let header else {
        guard let place = record.firstIndex(of: column) else {
          throw RunError(
            name, "has no column '\(column)'", hint: "its columns are \(record.joined(separator: ", "))")
        }
        self.header = record
        self.place = place
        continue
      }
      guard record.indices.contains(place) else {
        rows.append(InputRow(url: "", fault: "the row has no column '\(column)'"))
        continue
      }
      var row = InputRow(url: record[place])
      row.columns = Dictionary(
        zip(header, record.map { Value.string($0) }), uniquingKeysWith: { first, _ in first })
      rows.append(row)
    }
    return rows
  }
}
