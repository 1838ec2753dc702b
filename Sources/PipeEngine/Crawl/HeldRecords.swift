internal import PipeSpec
internal import PipeText

/// Records that wait until it is settled where their pages stand, by the numbers of the pages: in memory as far as that
/// goes, and on disk beyond it.
struct HeldRecords: Sendable {
  private var here: [Int: Extracted] = [:]
  private var bytes = 0
  /// Blocks of the store, one for each record.
  private var away: [Int: UInt32] = [:]
  private let capacity: Int
  private let store: SpillStore

  /// - Parameter capacity: Bytes that records in memory may hold, as `Record.cost` counts them.
  init(capacity: Int, store: SpillStore) {
    self.capacity = capacity
    self.store = store
  }

  var count: Int { here.count + away.count }

  /// - Throws: `RunError` where the disk takes no more. The record is kept all the same.
  mutating func hold(_ extracted: Extracted, of page: Int) throws(RunError) {
    let cost = extracted.cost
    if bytes + cost <= capacity || bytes == 0 {
      bytes += cost
      here[page] = extracted
      return
    }
    do throws(SpillStore.Refusal) {
      away[page] = try store.append(Self.encode(extracted))
    } catch {
      bytes += cost
      here[page] = extracted
      throw error.error
    }
  }

  mutating func take(_ page: Int) throws(RunError) -> Extracted? {
    if let extracted = here.removeValue(forKey: page) {
      bytes -= extracted.cost
      return extracted
    }
    guard let block = away.removeValue(forKey: page) else { return nil }
    return try store.take(block) { Self.decode($0) }
  }

  /// One of the records, whichever.
  mutating func takeAny() throws(RunError) -> (page: Int, record: Extracted)? {
    guard let page = here.keys.first ?? away.keys.first, let record = try take(page) else { return nil }
    return (page, record)
  }

  private static let version: UInt8 = 1

  static func encode(_ extracted: Extracted) -> [UInt8] {
    var bytes = [version]
    bytes.append(varint: extracted.status.map { $0 + 1 } ?? 0)
    bytes.append(text: extracted.error?.rawValue ?? "")
    bytes.append(extracted.hasRecord ? 1 : 0)
    Routed(record: extracted.record, sinks: [], others: extracted.others.map { Routed(record: $0.record, sinks: []) })
      .encode(into: &bytes)
    for other in extracted.others { bytes.append(text: other.error?.rawValue ?? "") }
    return bytes
  }

  /// - Returns: `nil` where the bytes are not those of a record.
  static func decode(_ bytes: [UInt8]) -> Extracted? {
    var reader = ByteReader(bytes)
    guard reader.byte() == version, let status = reader.count(), let error = error(&reader),
      let hasRecord = reader.byte(), let routed = Routed.decode(&reader)
    else { return nil }
    var others: [Extracted.Item] = []
    for other in routed.others {
      guard let error = self.error(&reader) else { return nil }
      others.append(Extracted.Item(record: other.record, error: error.code))
    }
    guard reader.isAtEnd else { return nil }
    return Extracted(
      record: routed.record, status: status == 0 ? nil : status - 1, error: error.code, hasRecord: hasRecord == 1,
      others: others)
  }

  /// - Returns: `nil` where it is not one.
  private static func error(_ reader: inout ByteReader) -> (code: RequestError.Code?, Void)? {
    guard let text = reader.text() else { return nil }
    let code = RequestError.Code(rawValue: text)
    return code == nil && !text.isEmpty ? nil : (code, ())
  }
}
