internal import PipeWeb

struct BucketEntry: Hashable {
  let fingerprint: URLFingerprint
  let number: UInt32
}

/// A page of `StoredFingerprints`: how many entries it has, the page behind it, then the lower halves of all
/// fingerprints, the upper ones, and the numbers, so that a search walks through neighbouring words.
struct BucketPage {
  static let size = 4096
  static let capacity = (size - 8) / 20
  /// How many entries a page has on average.
  static let load = capacity / 8 * 5

  fileprivate static let highs = 8 + capacity * 8
  fileprivate static let numbers = highs + capacity * 8

  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { min(Self.capacity, Int(bytes.load(fromByteOffset: 0, as: UInt32.self))) }

  /// The overflow page behind it; 0 for none.
  var next: UInt32 { bytes.load(fromByteOffset: 4, as: UInt32.self) }

  var entries: [BucketEntry] { (0..<count).map(entry) }

  func number(of fingerprint: URLFingerprint) -> UInt32? {
    let low = fingerprint.low
    for index in 0..<count where bytes.load(fromByteOffset: 8 + index * 8, as: UInt64.self) == low {
      let entry = entry(index)
      if entry.fingerprint == fingerprint { return entry.number }
    }
    return nil
  }

  private func entry(_ index: Int) -> BucketEntry {
    BucketEntry(
      fingerprint: URLFingerprint(
        low: bytes.load(fromByteOffset: 8 + index * 8, as: UInt64.self),
        high: bytes.load(fromByteOffset: Self.highs + index * 8, as: UInt64.self)),
      number: bytes.load(fromByteOffset: Self.numbers + index * 4, as: UInt32.self))
  }

  /// Entries as pages hold them: those of the first page, and of each behind it.
  static func pieces(of entries: [BucketEntry]) -> (first: ArraySlice<BucketEntry>, others: [ArraySlice<BucketEntry>]) {
    let others = stride(from: capacity, to: entries.count, by: capacity).map { start in
      entries[start..<min(entries.count, start + capacity)]
    }
    return (entries.prefix(capacity), others)
  }
}

struct MutableBucketPage {
  private let bytes: UnsafeMutableRawBufferPointer

  init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

  private(set) var count: Int {
    get { BucketPage(UnsafeRawBufferPointer(bytes)).count }
    nonmutating set { bytes.storeBytes(of: UInt32(newValue), toByteOffset: 0, as: UInt32.self) }
  }

  var next: UInt32 {
    get { BucketPage(UnsafeRawBufferPointer(bytes)).next }
    nonmutating set { bytes.storeBytes(of: newValue, toByteOffset: 4, as: UInt32.self) }
  }

  /// Adds an entry, for which there must be room.
  func append(_ entry: BucketEntry) {
    let index = count
    guard index < BucketPage.capacity else { return }
    bytes.storeBytes(of: entry.fingerprint.low, toByteOffset: 8 + index * 8, as: UInt64.self)
    bytes.storeBytes(of: entry.fingerprint.high, toByteOffset: BucketPage.highs + index * 8, as: UInt64.self)
    bytes.storeBytes(of: entry.number, toByteOffset: BucketPage.numbers + index * 4, as: UInt32.self)
    count = index + 1
  }

  func set(_ entries: ArraySlice<BucketEntry>, next: UInt32) {
    count = 0
    for entry in entries { append(entry) }
    self.next = next
  }
}
