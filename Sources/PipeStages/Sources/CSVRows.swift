import PipeEngine
import PipeSpec

/// `format: csv`: the first record names the columns.
struct CSVRows: RowReader {
  private let name: String
  private let column: String
  private var parser = CSVParser()
  private var header: [String]?
  private var place = 0
  private var isStart = true

  init(name: String, column: String) {
    self.name = name
    self.column = column
  }

  mutating func rows(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow] {
    var chunk = chunk
    if isStart, chunk.starts(with: [0xEF, 0xBB, 0xBF]) { chunk = chunk.dropFirst(3) }
    isStart = false
    var records: [[String]] = []
    parser.parse(chunk) { records.append($0) }
    if parser.recordBytes > LineCutter.limit {
      throw RunError(name, "a record is longer than 1 MiB", hint: "is a quote not closed?")
    }
    return try rows(records)
  }

  mutating func finish() throws(RunError) -> [InputRow] {
    var records: [[String]] = []
    parser.finish { records.append($0) }
    return try rows(records)
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
