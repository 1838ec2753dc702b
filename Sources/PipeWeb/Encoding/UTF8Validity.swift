/// Whether bytes are well-formed UTF-8, and whether that could still turn out when more of them come.
enum UTF8Validity {
  /// All of the bytes are well-formed.
  case valid
  /// The last character is cut off; all before it is well-formed.
  case incomplete
  case invalid

  var isValid: Bool { self == .valid }

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    do {
      _ = try UTF8Span(validating: bytes.span)
      self = .valid
    } catch {
      // A sequence that the end cut off reaches to the end, and could have gone on.
      let isCut = error.kind == .truncatedScalar && error.byteOffsets.upperBound == bytes.count
      self = isCut ? .incomplete : .invalid
    }
  }
}
