/// The decoder of UTF-16BE and UTF-16LE (WHATWG Encoding 14.2.1, "shared UTF-16 decoder").
enum UTF16Decoder {
  @inline(__always)
  static func decode(_ input: UnsafeBufferPointer<UInt8>, bigEndian: Bool, into output: inout UTF8Output) {
    let end = input.count & ~1
    func unit(_ index: Int) -> UInt32 {
      bigEndian
        ? UInt32(input[index]) << 8 | UInt32(input[index + 1]) : UInt32(input[index + 1]) << 8 | UInt32(input[index])
    }
    var index = 0
    while index < end {
      let value = unit(index)
      index += 2
      guard 0xD800...0xDFFF ~= value else {
        output.append(scalar: value)
        continue
      }
      if value < 0xDC00, index < end, 0xDC00...0xDFFF ~= unit(index) {
        output.append(scalar: 0x1_0000 + (value - 0xD800) << 10 + (unit(index) - 0xDC00))
        index += 2
      } else {
        output.appendError()
        // Half a unit behind a leading surrogate at the end is one error with it.
        if value < 0xDC00, index == end { return }
      }
    }
    if end < input.count { output.appendError() }
  }
}
