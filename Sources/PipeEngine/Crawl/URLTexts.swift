internal import PipeStorage
internal import PipeText

/// URLs by their number, on disk. Neighbours share most of their bytes, so each but the first of sixteen is written as
/// how many bytes it has in common with the one before it, and the others (front coding).
struct URLTexts: ~Copyable {
  private static let groupSize = 16

  private let texts: PagedFile
  /// Where each group begins.
  private let starts: PagedFile
  private(set) var count = 0
  private var last: [UInt8] = []

  init(on disk: TemporaryDisk, memory: Int) {
    texts = PagedFile(on: disk, memory: memory / 4 * 3, pageSize: memory < 1 << 20 ? 4096 : 16 << 10)
    starts = PagedFile(on: disk, memory: memory / 4, pageSize: 4096)
  }

  mutating func append(_ url: Span<UInt8>) throws(TemporaryDisk.Refusal) {
    let isFirst = count.isMultiple(of: Self.groupSize)
    var common = 0
    if !isFirst { while common < min(last.count, url.count), last[common] == url[common] { common += 1 } }
    var entry: [UInt8] = []
    entry.reserveCapacity(url.count - common + 8)
    entry.append(varint: common)
    entry.append(varint: url.count - common)
    for index in common..<url.count { entry.append(url[index]) }
    if isFirst { try starts.setWord(UInt64(texts.size), count / Self.groupSize) }
    _ = try texts.append(entry.span)
    last.removeSubrange(common...)
    for index in common..<url.count { last.append(url[index]) }
    count += 1
  }

  /// The bytes of a URL; none for a number that no URL has.
  func bytes(of number: Int) throws(TemporaryDisk.Refusal) -> [UInt8] {
    guard number >= 0, number < count else { return [] }
    let group = number / Self.groupSize
    let start = Int(try starts.word(group))
    let end = (group + 1) * Self.groupSize <= count - 1 ? Int(try starts.word(group + 1)) : texts.size
    var reader = ByteReader(try texts.read(at: start, count: max(0, end - start)))
    var url: [UInt8] = []
    for _ in 0...number % Self.groupSize {
      guard let common = reader.count(), let length = reader.count(), let rest = reader.bytes(length),
        common <= url.count
      else { return [] }
      url.removeSubrange(common...)
      url += rest
    }
    return url
  }
}
