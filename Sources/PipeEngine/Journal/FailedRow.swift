internal import PipeText

/// Where a row stands whose record has an error: what is left out once its request is fetched again.
///
/// A frame (`Journal.Kind.failures`) is 1 (version), and of each row the sink, the source, and the ordinal and the number, less
/// those of the row before: numbers in LEB128, differences with their sign in the lowest bit. It is in the batch of the
/// checkpoint whose position of the sink is the first one behind the row.
struct FailedRow: Hashable, Sendable {
  /// Its place in the plan.
  var sink: Int
  var id: RequestID
  /// Its number among the rows of the run in this sink, from 0.
  var row: Int

  private static let version: UInt8 = 1
  /// Rows in one frame.
  private static let rowsPerFrame = 65_536

  /// The frames of some rows; none of none.
  static func frames(_ rows: [FailedRow]) -> [[UInt8]] {
    stride(from: 0, to: rows.count, by: rowsPerFrame).map { start in
      encode(rows[start..<min(start + rowsPerFrame, rows.count)])
    }
  }

  static func encode(_ rows: some Sequence<FailedRow>) -> [UInt8] {
    var bytes = [version]
    var last = FailedRow(sink: 0, id: RequestID(source: 0, ordinal: 0), row: 0)
    for row in rows {
      bytes.append(varint: row.sink)
      bytes.append(varint: row.id.source)
      bytes.append(signed: row.id.ordinal &- last.id.ordinal)
      bytes.append(signed: row.row &- last.row)
      last = row
    }
    return bytes
  }

  /// - Returns: `nil` if the bytes are not what `encode` makes.
  static func decode(_ bytes: [UInt8]) -> [FailedRow]? {
    var reader = ByteReader(bytes)
    guard reader.byte() == version else { return nil }
    var rows: [FailedRow] = []
    var last = FailedRow(sink: 0, id: RequestID(source: 0, ordinal: 0), row: 0)
    while !reader.isAtEnd {
      guard let sink = reader.count(), let source = reader.count(), let ordinal = reader.signed(),
        let row = reader.signed()
      else { return nil }
      last = FailedRow(
        sink: sink, id: RequestID(source: source, ordinal: last.id.ordinal &+ ordinal), row: last.row &+ row)
      if last.id.ordinal < 0 || last.row < 0 { return nil }
      rows.append(last)
    }
    return rows
  }
}
