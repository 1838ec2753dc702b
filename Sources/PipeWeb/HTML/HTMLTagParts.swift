/// The tag being read: its name, and the attributes that the handler asked for.
///
/// Raw names and values lie in the chunk being read; of a tag that spans several chunks, what lies in the earlier ones
/// is kept.
struct HTMLTagParts: ~Copyable {
  /// A stretch of the chunk, or of what is kept.
  private struct Slice: BitwiseCopyable {
    var start = 0
    var end = 0
    var isKept = false

    init() {}

    @inline(__always)
    init(_ range: Range<Int>, isKept: Bool = false) {
      start = range.lowerBound
      end = range.upperBound
      self.isKept = isKept
    }

    var count: Int { end &- start }
  }

  private struct Attribute: BitwiseCopyable {
    let name: HTMLName
    /// The raw name; empty unless the handler keeps names.
    var rawName: Slice
    var value: Slice
  }

  private(set) var name = HTMLName()
  private(set) var tag = HTMLTag.other
  private(set) var traits: HTMLTagTraits = []
  private(set) var isEnd = false
  var isSelfClosing = false
  /// Where a tag with wanted attributes begins in this chunk; 0 where that was in an earlier one.
  var start = 0
  private var rawName = Slice()
  /// The raw name being read, of the tag or of an attribute; empty unless the handler keeps names.
  private var unfinishedName = Slice()

  private var attributes = OwnedBuffer<Attribute>()
  /// The names of a tag's attributes, where there are too many to search.
  private var manyNames: Set<[UInt8]> = []
  private var kept: [UInt8] = []

  private static let searchLimit = 32
  private var chunk: UnsafePointer<UInt8>?

  // MARK: What the handler asks

  var attributeCount: Int {
    @inline(__always) get { attributes.count }
  }

  @inline(__always)
  func withRawName<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result { withBytes(rawName, body) }

  @inline(__always)
  func withRawName<Result>(ofAttribute index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    withBytes(attributes[index].rawName, body)
  }

  @inline(__always)
  func withValue<Result>(ofAttribute index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    withBytes(attributes[index].value, body)
  }

  func index(of name: HTMLName) -> Int? {
    var index = 0
    while index < attributeCount {
      if attributes[index].name == name { return index }
      index += 1
    }
    return nil
  }

  @inline(__always)
  private func withBytes<Result>(_ slice: Slice, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if !slice.isKept, let chunk {
      return body(UnsafeBufferPointer(start: chunk + slice.start, count: slice.count))
    }
    return kept.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[slice.start..<slice.end])) }
  }

  // MARK: What the tokenizer does

  /// Reads from another chunk from here on; what lay in the one before was kept, as far as it is still needed.
  mutating func enterChunk(_ chunk: UnsafePointer<UInt8>) { self.chunk = chunk }

  /// Keeps what lies in the chunk that ends before the tag does. What is unfinished comes last, so that it can grow.
  mutating func leaveChunk() {
    start = 0
    rawName = moved(rawName)
    for index in 0..<attributeCount {
      attributes[index].rawName = moved(attributes[index].rawName)
      attributes[index].value = moved(attributes[index].value)
    }
    unfinishedName = moved(unfinishedName)
  }

  private mutating func moved(_ slice: Slice) -> Slice {
    guard !slice.isKept, let chunk else { return slice }
    let start = kept.count
    kept.append(contentsOf: UnsafeBufferPointer(start: chunk + slice.start, count: slice.count))
    return Slice(start..<kept.count, isKept: true)
  }

  @inline(__always)
  mutating func begin(isEnd: Bool) {
    self.isEnd = isEnd
    isSelfClosing = false
    attributes.removeAll()
    if !kept.isEmpty { kept.removeAll(keepingCapacity: true) }
  }

  /// The tag's name is complete; its raw form is what was taken as a name, if any was.
  @inline(__always)
  mutating func finishName(_ name: HTMLName, _ slot: HTMLTagTable.Slot) {
    self.name = name
    tag = slot.tag
    traits = slot.traits
    rawName = unfinishedName
    unfinishedName = Slice()
  }

  /// Takes a stretch of the chunk as a name, or as more of the name that the chunk before ended in; false where it is
  /// longer than the limit, and cut.
  mutating func takeName(_ range: Range<Int>, limit: Int) -> Bool {
    let name = extended(unfinishedName, by: range, limit)
    unfinishedName = name.slice
    return name.isWhole
  }

  /// Takes a name that does not stand in the chunk.
  mutating func takeName(_ bytes: UnsafeBufferPointer<UInt8>) {
    unfinishedName = Slice(kept.count..<kept.count + bytes.count, isKept: true)
    kept.append(contentsOf: bytes)
  }

  /// Takes a stretch of the chunk as the value of the attribute added last, or as more of it; false where it is
  /// longer than the limit, and cut.
  @inline(__always)
  mutating func takeValue(_ range: Range<Int>, limit: Int) -> Bool {
    let value = extended(attributes[attributeCount - 1].value, by: range, limit)
    attributes[attributeCount - 1].value = value.slice
    return value.isWhole
  }

  @inline(__always)
  private mutating func extended(
    _ slice: Slice, by range: Range<Int>, _ limit: Int
  ) -> (slice: Slice, isWhole: Bool) {
    let room = max(0, limit &- slice.count)
    let isWhole = range.count <= room
    let fitting = isWhole ? range : range.lowerBound..<range.lowerBound + room
    if slice.count == 0 { return (Slice(fitting), isWhole) }
    return (keptSlice(slice, fitting), isWhole)
  }

  /// What is kept of a name or a value, with more of it; it is the last of what is kept.
  private mutating func keptSlice(_ slice: Slice, _ range: Range<Int>) -> Slice {
    guard let chunk else { return slice }
    kept.append(contentsOf: UnsafeBufferPointer(start: chunk + range.lowerBound, count: range.count))
    return Slice(slice.start..<kept.count, isKept: true)
  }

  /// Adds an attribute with the name taken last, without a value; false where there is one of that name already.
  @inline(__always)
  mutating func addAttribute(_ name: HTMLName) -> Bool {
    let raw = unfinishedName
    if attributeCount >= Self.searchLimit, raw.count > 0 {
      guard isNew(raw) else { return false }
    } else {
      var index = 0
      while index < attributeCount {
        if attributes[index].name == name, isSameName(attributes[index].rawName, raw) { return false }
        index += 1
      }
    }
    attributes.append(Attribute(name: name, rawName: raw, value: Slice()))
    unfinishedName = Slice()
    return true
  }

  /// Whether a tag of many attributes has none of this name yet: comparing each with all others would take quadratic
  /// time.
  private mutating func isNew(_ raw: Slice) -> Bool {
    if attributeCount == Self.searchLimit {
      manyNames = []
      for index in 0..<attributeCount { manyNames.insert(lowercased(attributes[index].rawName)) }
    }
    return manyNames.insert(lowercased(raw)).inserted
  }

  private func lowercased(_ name: Slice) -> [UInt8] { withBytes(name) { $0.map { HTMLBytes.lowercased($0) } } }

  /// Forgets the name taken last.
  mutating func dropName() {
    if unfinishedName.isKept { kept.removeLast(unfinishedName.count) }
    unfinishedName = Slice()
  }

  /// Names beyond sixteen bytes are compared in full where they are at hand.
  private func isSameName(_ left: Slice, _ right: Slice) -> Bool {
    guard left.count == right.count else { return false }
    if left.count <= 16 { return true }
    return withBytes(left) { left in
      withBytes(right) { right in
        zip(left, right).allSatisfy { HTMLBytes.lowercased($0) == HTMLBytes.lowercased($1) }
      }
    }
  }
}
