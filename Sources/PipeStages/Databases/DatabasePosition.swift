import PipeEngine
import PipeText

/// Where a run goes on with a table: behind a batch of its own, which the database knows by the same numbers.
struct DatabasePosition: Hashable {
  /// What tells the run from every other: 32 hexadecimal digits.
  let run: String
  /// Batches that are committed.
  let batch: Int
  /// Rows in them, in all sessions of the run.
  let rows: Int
  /// Bytes of the file of rejects behind them.
  let rejectBytes: Int

  private static let version: UInt8 = 0x44

  init(run: String, batch: Int, rows: Int, rejectBytes: Int) {
    (self.run, self.batch, self.rows, self.rejectBytes) = (run, batch, rows, rejectBytes)
  }

  /// - Returns: `nil` if it is not the position of a table.
  init?(_ position: SinkPosition) {
    var reader = ByteReader(position.bytes)
    guard reader.byte() == Self.version, let run = reader.text(), let batch = reader.count(), let rows = reader.count(),
      let rejectBytes = reader.count(), reader.isAtEnd
    else { return nil }
    self.init(run: run, batch: batch, rows: rows, rejectBytes: rejectBytes)
  }

  var sinkPosition: SinkPosition {
    var bytes = [Self.version]
    bytes.append(text: run)
    bytes.append(varint: batch)
    bytes.append(varint: rows)
    bytes.append(varint: rejectBytes)
    return SinkPosition(bytes)
  }

  /// A name that no other run has.
  static func newRun() -> String {
    var system = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(system.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
