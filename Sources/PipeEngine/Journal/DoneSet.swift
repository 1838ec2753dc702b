internal import PipeText

/// Requests of one source, by their ordinals: a bit each, and nothing for those up to which all are in it or none is.
///
/// Most of the time that is a number and a few words of bits: everything is done up to the oldest request that is under way,
/// and little behind it. In the worst case, one slow request at the head of a long list, it is a bit for each request
/// since.
struct DoneSet: Hashable, Sendable {
  /// Ordinals that are told together.
  private static let chunkSize = 4096
  private static let wordCount = chunkSize / 64

  private enum Chunk: Hashable, Sendable {
    case none, all
    /// Some of them: bits in words, the lowest first.
    case some([UInt64])
  }

  /// Whether all ordinals of the first `start` chunks are in the set; else none of them is.
  private var isLeadDone = false
  private var start = 0
  /// The chunks behind. The first one is not like those before it, and the last one is not empty.
  private var chunks: [Chunk] = []

  init() {}

  init(_ range: Range<Int>) { insert(range) }

  init(_ ordinals: some Sequence<Int>) { for ordinal in ordinals { insert(ordinal) } }

  var isEmpty: Bool { start == 0 && chunks.isEmpty }

  /// How many requests are in it.
  var count: Int {
    chunks.reduce(isLeadDone ? start * Self.chunkSize : 0) { count, chunk in
      switch chunk {
      case .none: count
      case .all: count + Self.chunkSize
      case .some(let words): words.reduce(count) { $0 + $1.nonzeroBitCount }
      }
    }
  }

  /// How many requests below an ordinal are in it.
  func count(below ordinal: Int) -> Int {
    let (last, bit) = max(0, ordinal).quotientAndRemainder(dividingBy: Self.chunkSize)
    var count = isLeadDone ? min(start, last) * Self.chunkSize : 0
    for index in chunks.indices where start + index < last {
      switch chunks[index] {
      case .none: break
      case .all: count += Self.chunkSize
      case .some(let words): count = words.reduce(count) { $0 + $1.nonzeroBitCount }
      }
    }
    switch chunk(last) {
    case .none: return count
    case .all: return count + bit
    case .some(let words):
      let whole = words.prefix(bit / 64).reduce(count) { $0 + $1.nonzeroBitCount }
      return whole + (words[bit / 64] & (1 << UInt64(bit % 64) - 1)).nonzeroBitCount
    }
  }

  /// The first ordinal from a given one on that is in the set; `nil` if there is none.
  func first(from ordinal: Int) -> Int? {
    var (index, bit) = max(0, ordinal).quotientAndRemainder(dividingBy: Self.chunkSize)
    if index < start, !isLeadDone { (index, bit) = (start, 0) }
    while index < start + chunks.count {
      switch chunk(index) {
      case .all: return index * Self.chunkSize + bit
      case .none: break
      case .some(let words):
        var word = words[bit / 64] & (UInt64.max << UInt64(bit % 64))
        for place in bit / 64..<Self.wordCount {
          if place > bit / 64 { word = words[place] }
          if word != 0 { return index * Self.chunkSize + place * 64 + word.trailingZeroBitCount }
        }
      }
      (index, bit) = (index + 1, 0)
    }
    return nil
  }

  /// Every ordinal below it is in the set.
  var firstMissing: Int {
    guard isLeadDone || start == 0 else { return 0 }
    // The first chunk behind the lead is not all there.
    guard case .some(let words)? = chunks.first, let place = words.firstIndex(where: { $0 != .max }) else {
      return start * Self.chunkSize
    }
    return start * Self.chunkSize + place * 64 + (~words[place]).trailingZeroBitCount
  }

  /// The first ordinal from a given one on that is not in the set.
  func firstMissing(from ordinal: Int) -> Int {
    var ordinal = max(0, ordinal)
    while true {
      let (index, bit) = ordinal.quotientAndRemainder(dividingBy: Self.chunkSize)
      if index < start {
        if !isLeadDone { return ordinal }
        ordinal = start * Self.chunkSize
        continue
      }
      switch chunk(index) {
      case .none: return ordinal
      case .all: ordinal = (index + 1) * Self.chunkSize
      case .some(let words):
        let ones = (~(words[bit / 64] >> UInt64(bit % 64))).trailingZeroBitCount
        if ones < 64 - bit % 64 { return ordinal + ones }
        ordinal += 64 - bit % 64
      }
    }
  }

  /// One more than the last ordinal in the set; 0 if it is empty.
  var end: Int {
    guard let last = chunks.last else { return isLeadDone ? start * Self.chunkSize : 0 }
    let index = start + chunks.count - 1
    guard case .some(let words) = last, let place = words.lastIndex(where: { $0 != 0 }) else {
      return (index + 1) * Self.chunkSize
    }
    return index * Self.chunkSize + place * 64 + 64 - words[place].leadingZeroBitCount
  }

  func contains(_ ordinal: Int) -> Bool {
    guard ordinal >= 0 else { return false }
    let (index, bit) = ordinal.quotientAndRemainder(dividingBy: Self.chunkSize)
    switch chunk(index) {
    case .none: return false
    case .all: return true
    case .some(let words): return words[bit / 64] & 1 << UInt64(bit % 64) != 0
    }
  }

  mutating func insert(_ ordinal: Int) { insert(ordinal..<ordinal + 1) }

  mutating func remove(_ ordinal: Int) { if contains(ordinal) { subtract(DoneSet(ordinal..<ordinal + 1)) } }

  mutating func insert(_ range: Range<Int>) {
    guard range.lowerBound >= 0, !range.isEmpty else { return }
    if range.lowerBound == 0, chunks.isEmpty, isLeadDone || start == 0 {
      // However far it goes, it takes no steps.
      start = max(start, range.upperBound / Self.chunkSize)
      isLeadDone = start > 0
      if range.upperBound <= start * Self.chunkSize { return }
    }
    let last = (range.upperBound - 1) / Self.chunkSize
    for index in max(range.lowerBound / Self.chunkSize, isLeadDone ? min(start, last) : 0)...last {
      let first = index * Self.chunkSize
      let part = max(range.lowerBound - first, 0)..<min(range.upperBound - first, Self.chunkSize)
      if part.count == Self.chunkSize {
        set(index, to: .all)
        continue
      }
      guard var words = words(of: chunk(index)) else { continue }
      for bit in part { words[bit / 64] |= 1 << UInt64(bit % 64) }
      // Nobody looks at all words for each request: a chunk is full with the word that becomes full last.
      let isFull = words[part.lowerBound / 64] == .max && words.allSatisfy { $0 == .max }
      set(index, to: isFull ? .all : .some(words))
    }
    normalize()
  }

  mutating func formUnion(_ other: DoneSet) {
    if other.isLeadDone { insert(chunksBelow: other.start) }
    for index in other.start..<other.start + other.chunks.count {
      switch (chunk(index), other.chunk(index)) {
      case (_, .none), (.all, _): break
      case (_, .all): set(index, to: .all)
      case (.none, let theirs): set(index, to: theirs)
      case (.some(let mine), .some(let theirs)): set(index, to: Self.chunk(zip(mine, theirs).map { $0 | $1 }))
      }
    }
    normalize()
  }

  /// However many there are, it takes no steps.
  private mutating func insert(chunksBelow end: Int) {
    if isLeadDone, end < start { return }
    chunks.removeFirst(min(max(0, end - start), chunks.count))
    chunks.insert(contentsOf: repeatElement(.none, count: max(0, start - end)), at: 0)
    (isLeadDone, start) = (end > 0, end)
  }

  mutating func subtract(_ other: DoneSet) {
    if isLeadDone, other.isLeadDone {
      // What both have from the start on is gone at once.
      let common = min(start, other.start)
      chunks.insert(contentsOf: repeatElement(.all, count: start - common), at: 0)
      (isLeadDone, start) = (false, common)
    }
    for index in indices.clamped(to: other.indices) {
      switch (chunk(index), other.chunk(index)) {
      case (_, .none), (.none, _): break
      case (_, .all): set(index, to: .none)
      case (let mine, .some(let theirs)):
        let words = words(of: mine) ?? Array(repeating: .max, count: Self.wordCount)
        set(index, to: Self.chunk(zip(words, theirs).map { $0 & ~$1 }))
      }
    }
    normalize()
  }

  func subtracting(_ other: DoneSet) -> DoneSet {
    var result = self
    result.subtract(other)
    return result
  }

  /// The ordinals as ranges that do not touch each other, in their order.
  var ranges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    func add(_ range: Range<Int>) {
      if let last = ranges.last, last.upperBound == range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    if isLeadDone, start > 0 { add(0..<start * Self.chunkSize) }
    for (place, chunk) in chunks.enumerated() {
      let first = (start + place) * Self.chunkSize
      switch chunk {
      case .none: break
      case .all: add(first..<first + Self.chunkSize)
      case .some(let words): for run in Self.runs(words) { add(first + run.lowerBound..<first + run.upperBound) }
      }
    }
    return ranges
  }

  // MARK: Chunks

  /// The chunks that may have something.
  private var indices: Range<Int> { (isLeadDone ? 0 : start)..<start + chunks.count }

  private func chunk(_ index: Int) -> Chunk {
    if index < start { return isLeadDone ? .all : .none }
    return index - start < chunks.count ? chunks[index - start] : .none
  }

  /// The bits of a chunk that is not all there.
  private func words(of chunk: Chunk) -> [UInt64]? {
    switch chunk {
    case .none: Array(repeating: 0, count: Self.wordCount)
    case .all: nil
    case .some(let words): words
    }
  }

  private static func chunk(_ words: [UInt64]) -> Chunk {
    if words.allSatisfy({ $0 == .max }) { return .all }
    return words.allSatisfy { $0 == 0 } ? .none : .some(words)
  }

  private mutating func set(_ index: Int, to chunk: Chunk) {
    if index < start {
      let lead = isLeadDone ? Chunk.all : .none
      if chunk == lead { return }
      chunks.insert(contentsOf: repeatElement(lead, count: start - index), at: 0)
      start = index
    }
    if index - start >= chunks.count {
      if chunk == .none { return }
      chunks.append(contentsOf: repeatElement(.none, count: index - start - chunks.count + 1))
    }
    chunks[index - start] = chunk
  }

  /// Gives equal sets equal parts.
  private mutating func normalize() {
    while chunks.last == Chunk.none { chunks.removeLast() }
    if start == 0 { isLeadDone = chunks.first == .all }
    let lead = isLeadDone ? Chunk.all : .none
    let count = chunks.prefix { $0 == lead }.count
    chunks.removeFirst(count)
    start += count
    if chunks.isEmpty, !isLeadDone { start = 0 }
  }

  private static func runs(_ words: [UInt64]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var bit = 0
    while bit < chunkSize {
      let rest = words[bit / 64] >> UInt64(bit % 64)
      if rest == 0 {
        bit += 64 - bit % 64
        continue
      }
      let first = bit + rest.trailingZeroBitCount
      var end = first
      while end < chunkSize {
        let ones = (~(words[end / 64] >> UInt64(end % 64))).trailingZeroBitCount
        let count = min(ones, 64 - end % 64)
        end += count
        if count == 0 || end % 64 != 0 { break }
      }
      runs.append(first..<end)
      bit = end
    }
    return runs
  }
}

// MARK: Bytes

extension DoneSet {
  private enum Tag: UInt8 {
    case none, all, runs, bits
  }

  /// The most chunks behind the lead that are read: bytes that are broken must not claim memory.
  private static let longestWindow = (1 << 28) / chunkSize

  /// Whether another set that was read may be added: not if it is so far away that what is between would claim memory.
  func mayTake(_ far: DoneSet) -> Bool { far.isLeadDone || far.start <= start + chunks.count + Self.longestWindow }

  /// Appends the set: one byte for the lead (1 if it is done), its chunks, how many chunks follow, and these. Equal chunks
  /// that are empty or full are told once with their number; others are runs (number; of each how many are missing before
  /// it, and its length) or 512 bytes of bits, whatever is shorter. Numbers are LEB128.
  func encode(into bytes: inout [UInt8]) {
    bytes.append(isLeadDone ? 1 : 0)
    bytes.append(varint: start)
    bytes.append(varint: chunks.count)
    var place = 0
    while place < chunks.count {
      switch chunks[place] {
      case .none, .all:
        let equal = chunks[place...].prefix { $0 == chunks[place] }.count
        bytes.append((chunks[place] == .all ? Tag.all : .none).rawValue)
        bytes.append(varint: equal)
        place += equal
      case .some(let words):
        var runs: [UInt8] = []
        let found = Self.runs(words)
        runs.append(varint: found.count)
        var end = 0
        for run in found {
          runs.append(varint: run.lowerBound - end)
          runs.append(varint: run.count)
          end = run.upperBound
        }
        if runs.count < Self.chunkSize / 8 {
          bytes.append(Tag.runs.rawValue)
          bytes += runs
        } else {
          bytes.append(Tag.bits.rawValue)
          for word in words { bytes.append(word: word) }
        }
        place += 1
      }
    }
  }

  /// - Returns: `nil` if the bytes are not what `encode` makes.
  static func decode(_ reader: inout ByteReader) -> DoneSet? {
    var set = DoneSet()
    guard let lead = reader.byte(), lead < 2, let start = reader.count(), start <= Int.max / chunkSize / 2,
      let count = reader.count(), count <= longestWindow
    else { return nil }
    set.isLeadDone = lead == 1
    set.start = start
    while set.chunks.count < count {
      guard let tag = reader.byte().flatMap({ Tag(rawValue: $0) }) else { return nil }
      switch tag {
      case .none, .all:
        guard let equal = reader.count(), equal > 0, equal <= count - set.chunks.count else { return nil }
        set.chunks.append(contentsOf: repeatElement(tag == .all ? .all : .none, count: equal))
      case .runs:
        guard let words = runs(&reader) else { return nil }
        set.chunks.append(chunk(words))
      case .bits:
        var words: [UInt64] = []
        for _ in 0..<wordCount {
          guard let word = reader.word() else { return nil }
          words.append(word)
        }
        set.chunks.append(chunk(words))
      }
    }
    let read = set
    set.normalize()
    return set == read ? set : nil
  }

  private static func runs(_ reader: inout ByteReader) -> [UInt64]? {
    guard let count = reader.count(ofBytes: 2) else { return nil }
    var words = [UInt64](repeating: 0, count: wordCount)
    var end = 0
    for _ in 0..<count {
      guard let gap = reader.count(), gap <= chunkSize - end, let length = reader.count(), length > 0,
        length <= chunkSize - end - gap
      else { return nil }
      for bit in end + gap..<end + gap + length { words[bit / 64] |= 1 << UInt64(bit % 64) }
      end += gap + length
    }
    return words
  }
}
