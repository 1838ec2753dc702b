internal import CByteSearch

/// The percent-encoding of serialized URLs in its normal form (RFC 3986, 6.2.2): hex digits in uppercase, unreserved
/// characters decoded. Nothing else is touched: encoded, a reserved character is another one.
enum PercentNormalization {
  private static let unreserved = ByteSet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

  /// What a path encodes, but for the `?` that ends it.
  static let pathSet = PercentEncoding.query.union(ByteSet("^`{}"))

  /// Whether anything of a URL is not in its normal form.
  static func changes(_ bytes: Span<UInt8>) -> Bool {
    var index = nextPercent(bytes, from: 0)
    while index < bytes.count {
      if let value = encoded(bytes, at: index),
        unreserved.contains(value) || !isUppercase(bytes[index + 1]) || !isUppercase(bytes[index + 2])
      {
        // One that is left as it is, since it would encode something new, is rare and told by the slow way.
        return true
      }
      index = nextPercent(bytes, from: index + 1)
    }
    return false
  }

  /// Appends bytes of a URL in their normal form.
  static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    var start = 0
    var index = nextPercent(bytes, from: 0)
    /// The place in the output of the last `%` that encodes nothing: what is decoded must not give it something to encode.
    var stray = -3
    while index < bytes.count {
      output.append(bytes, from: start, to: index)
      if let value = encoded(bytes, at: index) {
        if unreserved.contains(value), ASCII.hexValue(value) == nil || output.count - stray > 2 {
          output.append(value)
        } else {
          output.append(UInt8(ascii: "%"))
          output.append(PercentEncoding.hexDigit(value >> 4))
          output.append(PercentEncoding.hexDigit(value & 15))
        }
        start = index + 3
      } else {
        stray = output.count
        output.append(UInt8(ascii: "%"))
        start = index + 1
      }
      index = nextPercent(bytes, from: start)
    }
    output.append(bytes, from: start, to: bytes.count)
  }

  /// Appends a text as it would stand in a URL: what cannot is percent-encoded.
  static func append(text: String, to output: inout [UInt8]) {
    var encoded: [UInt8] = []
    PercentEncoding.append(text.utf8.span, encoding: PercentEncoding.query, to: &encoded)
    append(encoded.span, to: &output)
  }

  private static func encoded(_ bytes: Span<UInt8>, at index: Int) -> UInt8? {
    guard index + 2 < bytes.count, let high = ASCII.hexValue(bytes[index + 1]),
      let low = ASCII.hexValue(bytes[index + 2])
    else { return nil }
    return high << 4 | low
  }

  private static func isUppercase(_ hexDigit: UInt8) -> Bool { hexDigit < UInt8(ascii: "a") }

  @inline(__always)
  private static func nextPercent(_ bytes: Span<UInt8>, from start: Int) -> Int {
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return start }
      var index = start
      while buffer.count &- index >= 16 {
        // In bounds: index + 16 <= count.
        let found = pipe_equal16(base + index, UInt8(ascii: "%"))
        if found != 0 { return index &+ found.trailingZeroBitCount }
        index = index &+ 16
      }
      while index < buffer.count, buffer[index] != UInt8(ascii: "%") { index = index &+ 1 }
      return index
    }
  }
}
