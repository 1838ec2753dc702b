internal import DequeModule
internal import PipeText

/// The state of a ledger as bytes, for a checkpoint.
///
/// The first byte is the version. Numbers are LEB128. The window of a source is written in runs of equal pieces, since
/// most of its requests are done or open: a few bytes, however long it is.
enum LedgerCodec {
  private static let version: UInt8 = 1
  /// The longest window that is read: bytes that are broken must not claim all of the memory.
  private static let longestWindow = 1 << 28

  static func encode(_ state: LedgerState) -> [UInt8] {
    let flags: UInt8 = (state.areSourcesDry ? 1 : 0) | (state.awaitsDurability ? 2 : 0)
    var bytes: [UInt8] = [version, flags]
    for count in state.counts { bytes.append(varint: count) }
    bytes.append(varint: state.accounts.count)
    for account in state.accounts {
      bytes.append(varint: account.first)
      bytes.append(varint: account.pieces.count)
      var run: (pieces: Int32, count: Int)?
      for pieces in account.pieces {
        if let last = run, last.pieces == pieces {
          run = (pieces, last.count + 1)
        } else {
          if let run { append(run, to: &bytes) }
          run = (pieces, 1)
        }
      }
      if let run { append(run, to: &bytes) }
    }
    return bytes
  }

  private static func append(_ run: (pieces: Int32, count: Int), to bytes: inout [UInt8]) {
    // Open requests have -1.
    bytes.append(varint: Int(run.pieces) + 1)
    bytes.append(varint: run.count)
  }

  /// - Returns: `nil` if the bytes are of another version, or not what `encode` makes.
  static func decode(_ bytes: some Sequence<UInt8>) -> LedgerState? {
    var reader = ByteReader(bytes)
    guard reader.byte() == version, let flags = reader.byte(), flags < 4 else { return nil }
    var counts: [Int] = []
    for _ in 0..<LedgerState.countPaths.count {
      guard let count = reader.count() else { return nil }
      counts.append(count)
    }
    guard let sources = reader.count(), sources <= longestWindow else { return nil }
    var accounts: [LedgerState.Account] = []
    for _ in 0..<sources {
      guard let account = account(&reader) else { return nil }
      accounts.append(account)
    }
    guard reader.isAtEnd else { return nil }
    var state = LedgerState(sources: 0, awaitsDurability: flags & 2 != 0)
    state.accounts = accounts
    state.areSourcesDry = flags & 1 != 0
    for (path, count) in zip(LedgerState.countPaths, counts) { state[keyPath: path] = count }
    return state
  }

  private static func account(_ reader: inout ByteReader) -> LedgerState.Account? {
    guard let first = reader.count(), let length = reader.count(), length <= longestWindow,
      !first.addingReportingOverflow(length).overflow
    else { return nil }
    var account = LedgerState.Account()
    account.first = first
    var last: Int32?
    while account.pieces.count < length {
      guard let written = reader.count(), let pieces = Int32(exactly: written - 1), pieces != last,
        let count = reader.count(), count > 0, count <= length - account.pieces.count
      else { return nil }
      account.pieces.append(contentsOf: repeatElement(pieces, count: count))
      last = pieces
    }
    return account
  }
}

extension LedgerState {
  /// Every number of the state besides its windows, in the order in which they are written.
  fileprivate static var countPaths: [WritableKeyPath<LedgerState, Int>] {
    [
      \.admittedCount, \.openCount, \.ownCount, \.undoneCount, \.doneCount, \.strayCount, \.routedRows,
      \.writtenRows, \.durableRows,
    ]
  }

  fileprivate var counts: [Int] { Self.countPaths.map { self[keyPath: $0] } }
}
