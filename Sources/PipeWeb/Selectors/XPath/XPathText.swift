internal import CLibxml2

/// A text of XPath, in UTF-8: one of the document's as it lies there, or one that was made.
enum XPathText {
  /// Lives as long as the document, or as what it was made of.
  case borrowed(UnsafeBufferPointer<UInt8>)
  case owned([UInt8])

  static var empty: XPathText { .owned([]) }

  /// Bytes of memory that it takes.
  var cost: Int {
    switch self {
    case .borrowed: 0
    case .owned(let bytes): bytes.count
    }
  }

  var count: Int {
    switch self {
    case .borrowed(let bytes): bytes.count
    case .owned(let bytes): bytes.count
    }
  }

  func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    switch self {
    case .borrowed(let bytes): body(bytes)
    case .owned(let bytes): bytes.withUnsafeBufferPointer(body)
    }
  }

  /// A stretch of it.
  subscript(range: Range<Int>) -> XPathText {
    switch self {
    case .borrowed(let bytes): .borrowed(UnsafeBufferPointer(rebasing: bytes[range]))
    case .owned(let bytes): .owned(Array(bytes[range]))
    }
  }

  // MARK: Characters

  /// XML's white space (XPath 1.0, 3.7).
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D }

  /// The first scalar of well-formed UTF-8, and its length; of anything else, a byte as it is.
  static func scalar(_ bytes: some RandomAccessCollection<UInt8>) -> (scalar: UInt32, length: Int) {
    guard let first = bytes.first else { return (0, 0) }
    let length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    if length == 1 || length > bytes.count { return (UInt32(first), 1) }
    let lead = UInt32(first) & (0x7F >> UInt32(length))
    return (bytes.dropFirst().prefix(length - 1).reduce(lead) { $0 << 6 | UInt32($1 & 0x3F) }, length)
  }

  /// XML 1.0, 2.3, NameStartChar without the colon.
  static func isNameStart(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x41...0x5A, 0x5F, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF,
      0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFC,
      0x10000...0xEFFFF:
      true
    default: false
    }
  }

  static func isNameRest(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
    default: false
    }
  }

  /// How many characters it has.
  var characters: Int { withBytes { $0.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } } }

  /// The characters from one position to before another, counted from 1 (XPath 1.0, 4.2, "substring"). Neither has a
  /// fraction; both may be infinite or no number.
  func characters(from first: Double, to end: Double) -> XPathText {
    let range = withBytes { bytes in
      var position = 0.0
      var range = 0..<0
      for (index, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
        position += 1
        if position >= first, position < end {
          if range.isEmpty { range = index..<index }
          range = range.lowerBound..<index + 1
        } else if !range.isEmpty {
          break
        }
      }
      // Its last character ends where the next one begins.
      var upper = range.upperBound
      while !range.isEmpty, upper < bytes.count, bytes[upper] & 0xC0 == 0x80 { upper += 1 }
      return range.lowerBound..<upper
    }
    return self[range]
  }

  /// White space at the ends left out, other white space as one space.
  var normalized: XPathText {
    let isNormal = withBytes { bytes in
      var wasSpace = true
      for byte in bytes {
        let isSpace = Self.isSpace(byte)
        if isSpace, wasSpace || byte != 0x20 { return false }
        wasSpace = isSpace
      }
      return !wasSpace || bytes.isEmpty
    }
    if isNormal { return self }
    return .owned(
      withBytes { bytes in
        [UInt8](unsafeUninitializedCapacity: bytes.count) { normal, count in
          // Whether a space at this place is one too many.
          var isAfterSpace = true
          for byte in bytes {
            let isSpace = Self.isSpace(byte)
            if isSpace, isAfterSpace { continue }
            normal[count] = isSpace ? 0x20 : byte
            count += 1
            isAfterSpace = isSpace
          }
          if count > 0, isAfterSpace { count -= 1 }
        }
      })
  }

  /// The next word of those that white space parts.
  func word(from place: Int) -> Range<Int>? {
    withBytes { bytes in
      guard let start = bytes[place...].firstIndex(where: { !Self.isSpace($0) }) else { return nil }
      return start..<(bytes[start...].firstIndex(where: Self.isSpace) ?? bytes.count)
    }
  }

  var isASCII: Bool { withBytes { $0.allSatisfy { $0 < 0x80 } } }

  /// ``translated(_:_:)`` where both are ASCII: bytes of other characters stay as they are.
  func translatedInASCII(_ from: XPathText, _ to: XPathText) -> XPathText {
    let dropped: UInt16 = 256
    var table = (0..<256).map { UInt16($0) }
    var isSeen = [Bool](repeating: false, count: 256)
    from.withBytes { from in
      to.withBytes { to in
        for (index, byte) in from.enumerated() where !isSeen[Int(byte)] {
          isSeen[Int(byte)] = true
          table[Int(byte)] = index < to.count ? UInt16(to[index]) : dropped
        }
      }
    }
    return .owned(
      withBytes { bytes in
        [UInt8](unsafeUninitializedCapacity: bytes.count) { result, count in
          for byte in bytes where table[Int(byte)] != dropped {
            result[count] = UInt8(truncatingIfNeeded: table[Int(byte)])
            count += 1
          }
        }
      })
  }

  /// Each character that stands in one text replaced by that at its place in the other one, or left out (XPath 1.0, 4.2).
  func translated(_ from: XPathText, _ to: XPathText) -> XPathText {
    var others: [UInt32: Range<Int>] = [:]
    var ascii = [Range<Int>?](repeating: nil, count: 128)
    from.withBytes { from in
      to.withBytes { to in
        var index = 0
        var other = 0
        while index < from.count {
          let (scalar, length) = Self.scalar(from[index...])
          index += length
          let otherLength = Self.scalar(to[other...]).length
          // The first of several counts.
          if scalar < 128 {
            ascii[Int(scalar)] = ascii[Int(scalar)] ?? other..<other + otherLength
          } else if others[scalar] == nil {
            others[scalar] = other..<other + otherLength
          }
          other += otherLength
        }
      }
    }
    return .owned(
      withBytes { bytes in
        to.withBytes { to in
          var result: [UInt8] = []
          result.reserveCapacity(bytes.count)
          var index = 0
          while index < bytes.count {
            let (scalar, length) = Self.scalar(bytes[index...])
            if let place = scalar < 128 ? ascii[Int(scalar)] : others[scalar] {
              result += to[place]
            } else {
              result += bytes[index..<index + length]
            }
            index += length
          }
          return result
        }
      })
  }

  // MARK: Search

  func starts(with other: XPathText) -> Bool {
    withBytes { bytes in
      other.withBytes { other in
        other.isEmpty || other.count <= bytes.count && Self.isSame(bytes.baseAddress, other.baseAddress, other.count)
      }
    }
  }

  private static func isSame(_ left: UnsafePointer<UInt8>?, _ right: UnsafePointer<UInt8>?, _ count: Int) -> Bool {
    guard let left, let right else { return count == 0 }
    return memcmp(left, right, count) == 0
  }

  /// Where another text first stands in it. Takes time that grows with the sum of their lengths, never with their product
  /// (Knuth, Morris and Pratt 1977).
  func firstRange(of other: XPathText) -> Range<Int>? {
    withBytes { bytes in
      other.withBytes { other in
        guard let first = other.first else { return 0..<0 }
        if other.count > bytes.count { return nil }
        if other.count == 1 { return bytes.firstIndex(of: first).map { $0..<$0 + 1 } }
        // How long a start of the searched text ends with each of its bytes.
        var borders = [Int32](repeating: 0, count: other.count)
        var length = 0
        for index in 1..<other.count {
          while length > 0, other[index] != other[length] { length = Int(borders[length - 1]) }
          if other[index] == other[length] { length += 1 }
          borders[index] = Int32(truncatingIfNeeded: length)
        }
        length = 0
        for index in 0..<bytes.count {
          while length > 0, bytes[index] != other[length] { length = Int(borders[length - 1]) }
          if bytes[index] == other[length] { length += 1 }
          if length == other.count { return index + 1 - length..<index + 1 }
        }
        return nil
      }
    }
  }

  // MARK: Numbers

  /// White space, a minus, digits with a point in them, white space; anything else is not a number (XPath 1.0, 4.4).
  var number: Double {
    withBytes { bytes in
      var start = 0
      var end = bytes.count
      while start < end, Self.isSpace(bytes[start]) { start += 1 }
      while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
      var index = start
      if index < end, bytes[index] == UInt8(ascii: "-") { index += 1 }
      var digits = 0
      var points = 0
      while index < end {
        if ASCII.isDigit(bytes[index]) {
          digits += 1
        } else if bytes[index] == UInt8(ascii: "."), points == 0 {
          points += 1
        } else {
          return .nan
        }
        index += 1
      }
      if digits == 0 { return .nan }
      return Double(String(decoding: bytes[start..<end], as: UTF8.self)) ?? .nan
    }
  }

  /// A number as XPath writes it: never with an exponent, and with as many digits as tell it from all others
  /// (XPath 1.0, 4.2, "string").
  init(_ number: Double) {
    if number.isNaN {
      self = .owned(Array("NaN".utf8))
    } else if number.isInfinite {
      self = .owned(Array((number < 0 ? "-Infinity" : "Infinity").utf8))
    } else if let whole = Int(exactly: number) {
      self = .owned(Array(String(whole).utf8))
    } else {
      self = .owned(Self.decimal(number.description.utf8))
    }
  }

  /// Swift's shortest digits, with the exponent carried out.
  private static func decimal(_ text: String.UTF8View) -> [UInt8] {
    let parts = text.split(separator: UInt8(ascii: "e"))
    let exponent = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) ?? 0 : 0
    var digits = Array(parts[0])
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    var point = digits.firstIndex(of: UInt8(ascii: ".")) ?? digits.count
    digits.removeAll { $0 == UInt8(ascii: ".") }
    point += exponent
    let zero = UInt8(ascii: "0")
    if point < 1 {
      digits.insert(contentsOf: [UInt8](repeating: zero, count: 1 - point), at: 0)
      point = 1
    }
    while digits.count < point { digits.append(zero) }
    while digits.count > point, digits.last == zero { digits.removeLast() }
    if digits.count > point { digits.insert(UInt8(ascii: "."), at: point) }
    return (isNegative ? [UInt8(ascii: "-")] : []) + digits
  }
}

extension XPathText: Hashable {
  static func == (left: XPathText, right: XPathText) -> Bool { left.count == right.count && left.starts(with: right) }

  func hash(into hasher: inout Hasher) {
    withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
