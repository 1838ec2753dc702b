internal import PipeStorage
internal import PipeWeb

/// Fingerprints on disk, numbered in the order of coming: a hash table of pages that grows by one page at a time
/// (linear hashing, Litwin, VLDB 1980). A page that is too small for its bucket has others behind it.
///
/// The order of writes is such that an error in the middle of one loses nothing: a page that is split is first written
/// without being used, and what it leaves behind elsewhere is never asked for again.
struct StoredFingerprints: ~Copyable {
  private typealias Refusal = TemporaryDisk.Refusal

  /// Page `n` is the first one of bucket `n`.
  private let buckets: PagedFile
  private let overflow: PagedFile
  private var overflowCount: UInt32 = 0
  private var freeOverflow: [UInt32] = []
  /// There are 2^level buckets, and as many more as were split since.
  private var level: UInt64 = 0
  private var splits = 0
  private(set) var count = 0

  /// - Parameter memory: The most bytes of pages in memory.
  init(on disk: TemporaryDisk, memory: Int) {
    buckets = PagedFile(on: disk, memory: memory / 8 * 7, pageSize: BucketPage.size)
    overflow = PagedFile(on: disk, memory: memory / 8, pageSize: BucketPage.size)
  }

  func find(_ fingerprint: URLFingerprint) throws(TemporaryDisk.Refusal) -> Int? {
    try search(fingerprint).map { Int($0) }
  }

  mutating func number(
    of fingerprint: URLFingerprint
  ) throws(TemporaryDisk.Refusal) -> (number: Int, isNew: Bool) {
    if let number = try search(fingerprint) { return (Int(number), false) }
    guard let number = UInt32(exactly: count) else { throw .full(folder: "the crawl's memory", limit: count) }
    if count >= (1 << Int(level) + splits) * BucketPage.load { try split() }
    try insert(BucketEntry(fingerprint: fingerprint, number: number), into: bucket(of: fingerprint))
    count += 1
    return (Int(number), true)
  }

  /// The bucket of a fingerprint: as many bits of its hash as there are buckets for.
  private func bucket(of fingerprint: URLFingerprint) -> Int {
    let hash = fingerprint.mixed
    let bucket = Int(hash & (1 << level - 1))
    return bucket < splits ? Int(hash & (1 << (level + 1) - 1)) : bucket
  }

  private func search(_ fingerprint: URLFingerprint) throws(Refusal) -> UInt32? {
    var name = PageName.bucket(bucket(of: fingerprint))
    while true {
      var number: UInt32?
      var next: UInt32 = 0
      try look(at: name) { page in
        number = page.number(of: fingerprint)
        next = page.next
      }
      if number != nil || next == 0 { return number }
      name = .overflow(next)
    }
  }

  /// Adds an entry to the first page of a bucket that has room.
  private mutating func insert(_ entry: BucketEntry, into bucket: Int) throws(Refusal) {
    var name = PageName.bucket(bucket)
    while true {
      var hasRoom = true
      var next: UInt32 = 0
      try look(at: name) { page in
        hasRoom = page.count < BucketPage.capacity
        next = page.next
      }
      if hasRoom { return try change(name) { $0.append(entry) } }
      guard next != 0 else { break }
      name = .overflow(next)
    }
    let added = try newOverflowPage(with: [entry][...], next: 0)
    do throws(Refusal) {
      try change(name) { $0.next = added }
    } catch {
      freeOverflow.append(added)
      throw error
    }
  }

  /// Splits the next bucket in its turn into itself and a new one.
  private mutating func split() throws(Refusal) {
    let (old, new) = (splits, 1 << Int(level) + splits)
    var entries: [BucketEntry] = []
    var pages: [UInt32] = []
    var name = PageName.bucket(old)
    while true {
      var next: UInt32 = 0
      try look(at: name) { page in
        entries += page.entries
        next = page.next
      }
      if next == 0 { break }
      pages.append(next)
      name = .overflow(next)
    }
    let mask = UInt64(1) << (level + 1) - 1
    // What an earlier split left behind is in neither.
    let kept = entries.filter { Int($0.fingerprint.mixed & mask) == old }
    let moved = entries.filter { Int($0.fingerprint.mixed & mask) == new }
    try fill(new, with: moved)
    splits += 1
    if splits == 1 << Int(level) {
      level += 1
      splits = 0
    }
    // From here on the entries that were moved are looked for in the new bucket. The kept ones come in their order, so
    // that each is still in a page behind until it is written further in front: an error leaves some of them twice.
    try? rewrite(old, pages, with: kept)
  }

  /// Writes a bucket that was never used, the pages behind its first one first.
  private mutating func fill(_ bucket: Int, with entries: [BucketEntry]) throws(Refusal) {
    let (first, pieces) = BucketPage.pieces(of: entries)
    var added: [UInt32] = []
    do throws(Refusal) {
      for piece in pieces.reversed() { added.append(try newOverflowPage(with: piece, next: added.last ?? 0)) }
      try change(.bucket(bucket)) { $0.set(first, next: added.last ?? 0) }
    } catch {
      freeOverflow += added
      throw error
    }
  }

  /// Writes a bucket anew, with some of its entries, and frees the pages behind it that it no longer needs.
  private mutating func rewrite(_ bucket: Int, _ pages: [UInt32], with entries: [BucketEntry]) throws(Refusal) {
    let (first, pieces) = BucketPage.pieces(of: entries)
    let used = pages.prefix(pieces.count)
    try change(.bucket(bucket)) { $0.set(first, next: $0.next) }
    for (place, piece) in pieces.enumerated() { try change(.overflow(used[place])) { $0.set(piece, next: $0.next) } }
    // The chain is cut where it is no longer needed.
    let last = used.last.map { PageName.overflow($0) } ?? .bucket(bucket)
    try change(last) { $0.next = 0 }
    freeOverflow += pages.dropFirst(used.count)
  }

  private mutating func newOverflowPage(
    with entries: ArraySlice<BucketEntry>, next: UInt32
  ) throws(Refusal) -> UInt32 {
    let number = freeOverflow.popLast() ?? overflowCount + 1
    do throws(Refusal) {
      try change(.overflow(number)) { $0.set(entries, next: next) }
    } catch {
      if number <= overflowCount { freeOverflow.append(number) }
      throw error
    }
    overflowCount = max(overflowCount, number)
    return number
  }

  private enum PageName {
    case bucket(Int)
    /// From 1 on.
    case overflow(UInt32)
  }

  private func look(at name: PageName, _ body: (BucketPage) -> Void) throws(Refusal) {
    switch name {
    case .bucket(let bucket): try buckets.look(at: bucket) { body(BucketPage($0)) }
    case .overflow(let number): try overflow.look(at: Int(number) - 1) { body(BucketPage($0)) }
    }
  }

  private func change(_ name: PageName, _ body: (MutableBucketPage) -> Void) throws(Refusal) {
    switch name {
    case .bucket(let bucket):
      try buckets.change(bucket) { body(MutableBucketPage($0)) }
    case .overflow(let number):
      try overflow.change(Int(number) - 1) { body(MutableBucketPage($0)) }
    }
  }
}
