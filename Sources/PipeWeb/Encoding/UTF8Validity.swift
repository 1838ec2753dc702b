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
