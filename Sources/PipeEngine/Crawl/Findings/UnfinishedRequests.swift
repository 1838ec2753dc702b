internal import PipeStorage
internal import PipeText

/// Requests that a run before has asked for and not done, in their order: on disk, until a run that goes on has handed them
/// out.
struct UnfinishedRequests: ~Copyable {
  private let file: PagedFile
  private var place = 0
  /// Two words: the ordinal, and how many bytes follow.
  private static let head = 16

  init(on disk: TemporaryDisk) { file = PagedFile(on: disk, memory: 0, pageSize: 64 << 10) }

  func add(_ request: Request) throws(RunError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    bytes.append(word: UInt64(request.id.ordinal))
    bytes.append(word: 0)
    RequestCodec.encode(request, into: &bytes)
    let length = UInt64(bytes.count - Self.head)
    for index in 0..<8 { bytes[8 + index] = UInt8(truncatingIfNeeded: length >> UInt64(8 * index)) }
    try remembering { () throws(TemporaryDisk.Refusal) in _ = try file.append(bytes.span) }
  }

  /// Goes through the ordinals of all.
  func forEachOrdinal(_ body: (Int) -> Void) throws(RunError) {
    var place = 0
    while let (ordinal, length) = try head(at: place) {
      body(ordinal)
      place += Self.head + length
    }
  }

  /// The next request; `nil` behind the last one.
  mutating func next() throws(RunError) -> Request? {
    guard let (_, length) = try head(at: place) else { return nil }
    let start = place + Self.head
    let bytes = try remembering { () throws(TemporaryDisk.Refusal) in try file.read(at: start, count: length) }
    place = start + length
    guard let request = RequestCodec.decode(bytes)?.first else {
      throw RunError("crawl", "what the crawl remembers is not what was written to disk")
    }
    return request
  }

  private func head(at place: Int) throws(RunError) -> (ordinal: Int, length: Int)? {
    guard place + Self.head <= file.size else { return nil }
    let bytes = try remembering { () throws(TemporaryDisk.Refusal) in try file.read(at: place, count: Self.head) }
    var reader = ByteReader(bytes)
    guard let ordinal = reader.word(), let length = reader.word() else { return nil }
    return (Int(truncatingIfNeeded: ordinal), Int(truncatingIfNeeded: length))
  }
}
