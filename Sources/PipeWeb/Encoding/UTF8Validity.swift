/// Whether bytes are well-formed UTF-8, and whether that could still turn out when more of them come.
enum UTF8Validity {
  /// All of the bytes are well-formed.
  case valid
  /// The last character is cut off; all before it is well-formed.
  case incomplete
  case invalid

  var isValid: Bool { self == .valid }

  /// Most of most pages is ASCII, which is passed over eight bytes at a time; only what lies between is looked at closely.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while true {
      start = Self.place(in: bytes, from: start, isASCII: false)
      if start == bytes.count { break }
      // In front of ASCII every character is whole.
      let end = Self.place(in: bytes, from: start, isASCII: true)
      let validity = UTF8Validity(closely: UnsafeBufferPointer(rebasing: bytes[start..<end]))
      if validity != .valid {
        self = end == bytes.count ? validity : .invalid
        return
      }
      start = end
    }
    self = .valid
  }

  /// Whether bytes that declare no encoding are meant as UTF-8: those that are, but for a last character that is cut
  /// off; and those whose faults are few. Of real pages in other encodings, at most two sequences in seven are
  /// well-formed by chance, so twice as many well-formed as faulty ones tell UTF-8 with a wide margin.
  static func isLikely(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if UTF8Validity(bytes) != .invalid { return true }
    var (sound, faulty) = (0, 0)
    var index = 0
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index += 1
        continue
      }
      let (length, isSound) = sequence(in: bytes, at: index)
      index += length
      if isSound { sound += 1 } else if index < bytes.count { faulty += 1 }
    }
    return sound >= 2 * faulty
  }

  /// The sequence that begins at a place, or the part of one that is (Unicode 3.9, table 3-7).
  static func sequence(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (length: Int, isSound: Bool) {
    let first = bytes[start]
    let length: Int
    var bounds: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if first == 0xE0 { bounds = 0xA0...0xBF } else if first == 0xED { bounds = 0x80...0x9F }
    case 0xF0...0xF4:
      length = 4
      if first == 0xF0 { bounds = 0x90...0xBF } else if first == 0xF4 { bounds = 0x80...0x8F }
    default: return (1, false)
    }
    var count = 1
    while count < length, start + count < bytes.count, bounds.contains(bytes[start + count]) {
      count += 1
      bounds = 0x80...0xBF
    }
    return (count, count == length)
  }

  private init(closely bytes: UnsafeBufferPointer<UInt8>) {
    do {
      _ = try UTF8Span(validating: bytes.span)
      self = .valid
    } catch {
      // A sequence that the end cut off reaches to the end, and could have gone on.
      let isCut = error.kind == .truncatedScalar && error.byteOffsets.upperBound == bytes.count
      self = isCut ? .incomplete : .invalid
    }
  }

  /// The place of the first eight bytes that are all ASCII, or are not; the end where there are none.
  private static func place(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, isASCII: Bool) -> Int {
    let memory = UnsafeRawBufferPointer(bytes)
    var index = start
    while index + 8 <= bytes.count {
      let word = memory.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      if (word & 0x8080_8080_8080_8080 == 0) == isASCII { return index }
      index += 8
    }
    if isASCII { return bytes.count }
    while index < bytes.count, bytes[index] < 0x80 { index += 1 }
    return index
  }
}
