/// A strict parser of RFC 8259 texts.
struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0
  private var depth = 0
  /// The sizes of the array and the object read last: the next one is often like it.
  private var expectedElements = 0
  private var expectedMembers = 0

  private static let expectationLimit = 64
  /// Bytes that values may still take, about.
  private var memory: Int

  // What they take: a value in an array, which may have room for as many again, a member of an object with its place
  // among the names, and the head of a piece of memory.
  private static let elementCost = 2 * MemoryLayout<JSONValue>.stride
  private static let memberCost = 2 * MemoryLayout<JSONObject.Member>.stride + 64
  private static let headCost = 48
  /// A string of fewer bytes has no memory of its own.
  private static let shortString = 16

  init(_ bytes: UnsafeBufferPointer<UInt8>, memory: Int = JSONValue.memoryLimit) {
    self.bytes = bytes
    self.memory = memory
  }

  /// Counts memory that is taken.
  private mutating func take(_ count: Int) throws(JSONSyntaxError) {
    memory -= count
    if memory < 0 {
      throw JSONSyntaxError("its values take too much memory", at: index, in: bytes, isTooLarge: true)
    }
  }

  /// The one value of the text.
  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    skipSpace()
    let value = try value()
    skipSpace()
    if index < bytes.count { throw unexpected("the end of the text") }
    return value
  }

  private mutating func value() throws(JSONSyntaxError) -> JSONValue {
    switch peek() {
    case UInt8(ascii: "\""):
      index += 1
      return .string(try string())
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "t"):
      try literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try literal("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try literal("null")
      return .null
    case .some(UInt8(ascii: "0")...UInt8(ascii: "9")), UInt8(ascii: "-"): return .number(try number())
    default: throw unexpected("a value")
    }
  }

  private mutating func array() throws(JSONSyntaxError) -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    if !close(UInt8(ascii: "]")) {
      try take(Self.headCost + expectedElements * MemoryLayout<JSONValue>.stride)
      elements.reserveCapacity(expectedElements)
      repeat {
        try take(Self.elementCost)
        skipSpace()
        elements.append(try value())
      } while try !isLast(UInt8(ascii: "]"), "a comma or ']'")
    }
    depth -= 1
    expectedElements = min(elements.count, Self.expectationLimit)
    return .array(elements)
  }

  private mutating func object() throws(JSONSyntaxError) -> JSONValue {
    try enter()
    var object = JSONObject()
    if !close(UInt8(ascii: "}")) {
      try take(Self.headCost + expectedMembers * MemoryLayout<JSONObject.Member>.stride)
      object.reserveCapacity(expectedMembers)
      repeat {
        try take(Self.memberCost)
        skipSpace()
        guard peek() == UInt8(ascii: "\"") else { throw unexpected("a name in double quotes") }
        index += 1
        let name = try string()
        skipSpace()
        guard peek() == UInt8(ascii: ":") else { throw unexpected("a colon") }
        index += 1
        skipSpace()
        object.set(name, to: try value())
      } while try !isLast(UInt8(ascii: "}"), "a comma or '}'")
    }
    depth -= 1
    expectedMembers = min(object.members.count, Self.expectationLimit)
    return .object(object)
  }

  /// Passes over an opening bracket.
  private mutating func enter() throws(JSONSyntaxError) {
    depth += 1
    if depth > JSONValue.depthLimit { throw error("nested deeper than \(JSONValue.depthLimit) levels") }
    index += 1
  }

  /// Passes over a closing bracket, if it comes next.
  private mutating func close(_ bracket: UInt8) -> Bool {
    skipSpace()
    guard peek() == bracket else { return false }
    index += 1
    return true
  }

  /// Passes over a comma, or the bracket that closes.
  private mutating func isLast(_ bracket: UInt8, _ expectation: String) throws(JSONSyntaxError) -> Bool {
    if close(bracket) { return true }
    guard peek() == UInt8(ascii: ",") else { throw unexpected(expectation) }
    index += 1
    return false
  }

  private mutating func literal(_ word: StaticString) throws(JSONSyntaxError) {
    let end = index + word.utf8CodeUnitCount
    guard end <= bytes.count, word.withUTF8Buffer({ bytes[index..<end].elementsEqual($0) }) else {
      throw unexpected("a value")
    }
    index = end
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONNumber {
    let start = index
    if peek() == UInt8(ascii: "-") { index += 1 }
    let first = index
    let magnitude = try digits()
    if bytes[first] == UInt8(ascii: "0"), index > first + 1 {
      index = first
      throw error("a number may not start with 0")
    }
    var isInteger = true
    if peek() == UInt8(ascii: ".") {
      isInteger = false
      index += 1
      _ = try digits()
    }
    if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      index += 1
      if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { index += 1 }
      _ = try digits()
    }
    let isNegative = first > start
    // Eighteen digits cannot overflow; minus zero would lose its sign.
    if isInteger, index - first <= 18, !(isNegative && magnitude == 0) {
      return JSONNumber(isNegative ? -magnitude : magnitude)
    }
    if index - start >= Self.shortString { try take(Self.headCost + index - start) }
    return JSONNumber(uncheckedText: text(start..<index))
  }

  /// Passes over one digit or more.
  ///
  /// - Returns: their value, if it fits.
  private mutating func digits() throws(JSONSyntaxError) -> Int64 {
    let start = index
    var value: Int64 = 0
    while index < bytes.count, bytes[index] &- 0x30 < 10 {
      value = value &* 10 &+ Int64(bytes[index] &- 0x30)
      index += 1
    }
    if index == start { throw unexpected("a digit") }
    return value
  }

  /// The string whose opening quote is behind us.
  private mutating func string() throws(JSONSyntaxError) -> String {
    let start = index
    skipPlain()
    if peek() == UInt8(ascii: "\"") {
      index += 1
      if index - start > Self.shortString { try take(Self.headCost + index - start) }
      return text(start..<(index - 1))
    }
    var decoded = Array(bytes[start..<index])
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        if decoded.count >= Self.shortString { try take(Self.headCost + decoded.count) }
        return String(decoding: decoded, as: UTF8.self)
      case UInt8(ascii: "\\"):
        index += 1
        try escape(into: &decoded)
      default:
        throw error("a control character must be escaped")
      }
      let plain = index
      skipPlain()
      decoded += bytes[plain..<index]
    }
    throw unexpected("a closing quote")
  }

  /// Decodes what follows a backslash.
  private mutating func escape(into decoded: inout [UInt8]) throws(JSONSyntaxError) {
    guard let byte = peek() else { throw unexpected("an escape") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(byte)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "u"):
      var value = try hexadecimal()
      if 0xD800...0xDBFF ~= value, peek() == UInt8(ascii: "\\"), index + 1 < bytes.count,
        bytes[index + 1] == UInt8(ascii: "u")
      {
        let second = index
        index += 2
        let low = try hexadecimal()
        if 0xDC00...0xDFFF ~= low {
          value = 0x1_0000 + (value - 0xD800) << 10 + (low - 0xDC00)
        } else {
          index = second
        }
      }
      decoded += Unicode.UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? Unicode.UTF8.encodedReplacementCharacter
    default:
      index -= 1
      throw unexpected("an escape")
    }
  }

  private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      switch peek() {
      case .some(let byte) where byte &- 0x30 < 10: value = value << 4 | UInt32(byte &- 0x30)
      case .some(let byte) where (byte | 0x20) &- 0x61 < 6: value = value << 4 | UInt32((byte | 0x20) &- 0x57)
      default: throw unexpected("four hexadecimal digits")
      }
      index += 1
    }
    return value
  }

  /// Passes over the bytes of a string that stand for themselves.
  private mutating func skipPlain() {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    if let base = UnsafeRawPointer(bytes.baseAddress) {
      while index &+ 8 <= bytes.count {
        let word = UInt64(littleEndian: (base + index).loadUnaligned(as: UInt64.self))
        // The high bit of the first byte that is a quote, a backslash or below 0x20; those after it may be wrong.
        let quote = word ^ ones &* 0x22
        let backslash = word ^ ones &* 0x5C
        let hits =
          ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word) & highs
        if hits != 0 {
          index &+= hits.trailingZeroBitCount &>> 3
          return
        }
        index &+= 8
      }
    }
    while index < bytes.count, bytes[index] >= 0x20, bytes[index] != UInt8(ascii: "\""),
      bytes[index] != UInt8(ascii: "\\")
    {
      index &+= 1
    }
  }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index &+= 1
      default: return
      }
    }
  }

  private func peek() -> UInt8? {
    index < bytes.count ? bytes[index] : nil
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
  }

  private func error(_ message: String) -> JSONSyntaxError {
    JSONSyntaxError(message, at: index, in: bytes)
  }

  private func unexpected(_ expectation: String) -> JSONSyntaxError {
    guard let byte = peek() else { return error("expected \(expectation), found the end of the text") }
    let found =
      (0x21...0x7E).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    return error("expected \(expectation), found \(found)")
  }
}
