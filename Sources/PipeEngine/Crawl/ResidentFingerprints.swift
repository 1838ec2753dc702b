internal import CLinux
internal import PipeWeb

/// Fingerprints in memory, numbered in the order of coming: 16 bytes each in a list, and four to five in a table that
/// finds them.
///
/// The table has a word for each: its number, and in the bits that no number needs a part of its hash, so that nearly
/// every other fingerprint is told apart without a look at the list. It is open addressing with linear probing, sharded
/// by the upper bits of the hash; a shard grows by a seventh, in place.
struct ResidentFingerprints: ~Copyable {
  private let limit: Int
  private var list = ChunkedList<URLFingerprint>()
  private var shards: [Shard]
  /// How many bits of the hash choose a shard.
  private let shardBits: UInt64
  /// How many bits of a word are for its number.
  private let numberBits: UInt32

  /// - Parameter limit: The most fingerprints.
  init(limit: Int) {
    self.limit = min(max(0, limit), 1 << 31)
    numberBits = UInt32(UInt32.bitWidth - UInt32(self.limit).leadingZeroBitCount)
    var shardBits: UInt64 = 0
    while shardBits < 6, self.limit >> Int(shardBits) > 4 * Shard.chunkSize { shardBits += 1 }
    self.shardBits = shardBits
    shards = Array(repeating: Shard(), count: 1 << Int(shardBits))
  }

  var count: Int { list.count }

  var isFull: Bool { list.count == limit }

  func find(_ fingerprint: URLFingerprint) -> Int? {
    let hash = fingerprint.mixed
    let tag = tag(hash)
    let mask = UInt32(1) << numberBits - 1
    return shards[shard(hash)].first(from: Self.key(hash, shardBits)) { word in
      guard word & ~mask == tag else { return nil }
      let number = Int(word & mask) - 1
      return list[number] == fingerprint ? number : nil
    }
  }

  /// Brings into the processor's cache where a search for a fingerprint begins.
  @inline(__always)
  func fetchSlot(_ fingerprint: URLFingerprint) {
    let hash = fingerprint.mixed
    shards[shard(hash)].fetch(Self.key(hash, shardBits))
  }

  /// Brings into the processor's cache the first fingerprint that a search would look at.
  @inline(__always)
  func fetchCandidate(_ fingerprint: URLFingerprint) {
    let hash = fingerprint.mixed
    let tag = tag(hash)
    let mask = UInt32(1) << numberBits - 1
    let candidate = shards[shard(hash)].first(from: Self.key(hash, shardBits)) { word in
      word & ~mask == tag ? Int(word & mask) - 1 : nil
    }
    if let candidate { list.fetch(candidate) }
  }

  /// Adds a fingerprint that is not there. There must be room.
  mutating func append(_ fingerprint: URLFingerprint) {
    list.append(fingerprint)
    let hash = fingerprint.mixed
    let shard = shard(hash)
    if shards[shard].isFull {
      let mask = UInt32(1) << numberBits - 1
      shards[shard].grow { [list, shardBits] word in Self.key(list[Int(word & mask) - 1].mixed, shardBits) }
    }
    shards[shard].insert(tag(hash) | UInt32(list.count), Self.key(hash, shardBits))
  }

  @inline(__always)
  private func shard(_ hash: UInt64) -> Int { Int(hash >> (64 - shardBits)) }

  /// The bits of a hash that choose a slot in its shard.
  @inline(__always)
  private static func key(_ hash: UInt64, _ shardBits: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: hash >> (32 - shardBits))
  }

  /// The part of a hash that a word has room for, in its place.
  @inline(__always)
  private func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) << numberBits }
}

/// A hash table of words that are not 0, in chunks of a size that allocators do not round up.
///
/// A word stands at the slot that its key names or at the next free one behind it. The slots that keys name are
/// fewer than all; further ones are added at the end as the last ones need them, so that no word wraps around.
private struct Shard {
  /// 4 KiB with the head of an array.
  static let chunkSize = 1016
  private static let tail = 64

  private var chunks: [[UInt32]] = []
  /// How many slots keys name.
  private var homes = 0
  private var count = 0
  private var room = 0

  var isFull: Bool { count >= room }

  private func home(_ key: UInt32) -> Int { Int((UInt64(key) * UInt64(homes)) >> 32) }

  /// The first answer that is not `nil` for a word that may have the key.
  @inline(__always)
  func first(from key: UInt32, _ answer: (UInt32) -> Int?) -> Int? {
    var (chunk, start) = home(key).quotientAndRemainder(dividingBy: Self.chunkSize)
    while chunk < chunks.count {
      // In place: a copy of the array would be counted.
      let end: Int?? = chunks[chunk].withUnsafeBufferPointer { slots in
        for word in slots[start...] {
          if word == 0 { return .some(nil) }
          if let answer = answer(word) { return answer }
        }
        return nil
      }
      if let end { return end }
      chunk += 1
      start = 0
    }
    return nil
  }

  @inline(__always)
  func fetch(_ key: UInt32) {
    if chunks.isEmpty { return }
    let (chunk, start) = home(key).quotientAndRemainder(dividingBy: Self.chunkSize)
    chunks[chunk].withUnsafeBufferPointer { slots in
      if let first = slots.baseAddress { pipe_prefetch(first + start) }
    }
  }

  mutating func insert(_ word: UInt32, _ key: UInt32) {
    place(word, key)
    count += 1
  }

  private mutating func place(_ word: UInt32, _ key: UInt32) {
    var (chunk, start) = home(key).quotientAndRemainder(dividingBy: Self.chunkSize)
    while chunk < chunks.count {
      if let index = freeSlot(chunk, from: start) {
        chunks[chunk][index] = word
        return
      }
      chunk += 1
      start = 0
    }
    addChunk()
    chunks[chunk][0] = word
  }

  private func freeSlot(_ chunk: Int, from start: Int) -> Int? {
    let slots = chunks[chunk]
    for index in start..<Self.chunkSize where slots[index] == 0 { return index }
    return nil
  }

  /// Adds a seventh of the slots, and moves every word to where its key belongs then.
  ///
  /// The order of keys is that of their slots, so no word's slot is before its old one. Runs of words, from the last to
  /// the first, are taken out whole and placed anew; the words before a run's free slot are not touched by that.
  mutating func grow(_ key: (UInt32) -> UInt32) {
    var end = chunks.count * Self.chunkSize
    for _ in 0..<max(1, (chunks.count + 6) / 7) { addChunk() }
    homes = chunks.count * Self.chunkSize - Self.tail
    // At 90 % a search that finds nothing looks at 50 words, which are in four lines of the cache.
    room = homes * 9 / 10
    var run: [UInt32] = []
    var keys: [UInt32] = []
    while end > 0 {
      end -= 1
      let (chunk, index) = end.quotientAndRemainder(dividingBy: Self.chunkSize)
      let word = chunks[chunk][index]
      if word != 0 {
        run.append(word)
        chunks[chunk][index] = 0
        if end > 0 { continue }
      }
      if run.isEmpty { continue }
      // All looks at the list first, so that the machine waits for several of them at once.
      for word in run { keys.append(key(word)) }
      for place in run.indices.reversed() { self.place(run[place], keys[place]) }
      run.removeAll(keepingCapacity: true)
      keys.removeAll(keepingCapacity: true)
    }
  }

  private mutating func addChunk() { chunks.append(Array(repeating: 0, count: Self.chunkSize)) }
}
