/// Counts the lines of a page between the places that are asked for, and keeps what tells their columns.
///
/// Which encoding a page is in may be known only at its end. Lines are the same in all that the scanner reads, since no
/// character has LF or CR inside; columns are not. Of a line with a place, the bytes that are not ASCII are kept, each with
/// the two behind it: a character of several bytes has no two of ASCII in a row (WHATWG Encoding 10 to 13), so that all
/// others are one scalar each.
struct LineCounter: ~Copyable {
  private var chunk = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  /// How much of the chunk is counted.
  private var position = 0
  private var line = PageFacts.Place.Line()
  /// Whether the chunk before ended with CR.
  private var isAfterReturn = false
  /// How many bytes of ASCII are behind the last one of others, up to two.
  private var behind = 2

  private var parts = OwnedBuffer<UInt8>()
  /// How many of them places refer to.
  private var kept = 0
  private let limit: Int

  /// How many bytes of a byte order mark the page has begun with; `nil` once it is known to have none, or a whole one.
  private var markLength: Int? = 0
  private(set) var startsWithMark = false

  /// Whether the chunk begins within a tag, and that tag's place.
  private var continuesTag = false
  private var unfinished = PageFacts.Place.Line()

  /// - Parameter limit: The most bytes that are kept.
  init(limit: Int) { self.limit = limit }

  /// The bytes that places refer to.
  var lineParts: [UInt8] { Array(parts.elements.prefix(kept)) }

  /// - Parameters:
  ///   - chunk: What is read next; not empty, and valid until it is left.
  ///   - continuesTag: Whether it begins within a tag.
  mutating func enter(_ chunk: UnsafeBufferPointer<UInt8>, continuesTag: Bool) {
    self.chunk = chunk
    self.continuesTag = continuesTag
    position = 0
    if let length = markLength { findMark(after: length) }
  }

  /// - Parameter tag: Where the tag begins that the chunk ends in; 0 where it continues one.
  mutating func leave(inTag tag: Int?) {
    if let tag, !(tag == 0 && continuesTag) { unfinished = place(of: tag) }
    count(to: chunk.count)
    isAfterReturn = chunk.last == 0x0D
    chunk = UnsafeBufferPointer(start: nil, count: 0)
  }

  /// The place of a tag, in the order of the page.
  ///
  /// - Parameter start: Where it begins in this chunk; 0 where it continues one.
  mutating func place(of start: Int) -> PageFacts.Place.Line {
    if start == 0, continuesTag { return unfinished }
    count(to: start + 1)
    kept = parts.count
    line.end = UInt32(truncatingIfNeeded: kept)
    return line
  }

  private mutating func findMark(after length: Int) {
    let mark: [3 of UInt8] = [0xEF, 0xBB, 0xBF]
    var length = length
    for byte in chunk.prefix(3 - length) {
      guard byte == mark[length] else {
        markLength = nil
        return
      }
      length += 1
    }
    startsWithMark = length == 3
    markLength = startsWithMark ? nil : length
  }

  private mutating func count(to end: Int) {
    guard end > position, end <= chunk.count, let base = chunk.baseAddress else { return }
    var index = position
    while true {
      let next = HTMLBytes.lineEnd(in: base, from: index, to: end)
      guard next < end else { break }
      let endsReturn = base[next] == 0x0A && (next > 0 ? base[next &- 1] == 0x0D : isAfterReturn)
      beginLine(number: endsReturn ? line.number : line.number &+ 1)
      index = next &+ 1
    }
    takeScalars(base, from: index, to: end)
    position = end
  }

  private mutating func beginLine(number: UInt32) {
    parts.cut(to: kept)
    let start = UInt32(truncatingIfNeeded: kept)
    line = PageFacts.Place.Line(number: number, plain: 0, start: start, end: start, isWhole: true)
    behind = 2
  }

  /// Takes a stretch of the line.
  private mutating func takeScalars(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) {
    var index = start
    while index < end {
      let asciiEnd = HTMLBytes.asciiEnd(in: base, from: index, to: end)
      let following = min(2 &- behind, asciiEnd &- index)
      keep(base + index, following)
      behind = behind &+ following
      line.plain = line.plain &+ UInt32(truncatingIfNeeded: asciiEnd &- index &- following)
      index = asciiEnd
      while index < end, base[index] >= 0x80 { index = index &+ 1 }
      guard index > asciiEnd else { return }
      keep(base + asciiEnd, index &- asciiEnd)
      behind = 0
    }
  }

  private mutating func keep(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    guard line.isWhole, count > 0 else { return }
    guard count <= limit &- parts.count else {
      line.isWhole = false
      return parts.cut(to: kept)
    }
    parts.append(bytes, count)
  }
}
