/// Why a text is not JSON, and where.
package struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was wrong, such as `expected a comma or ']', found 'x'`.
  package let message: String
  /// In bytes from the start of the text.
  package let offset: Int
  /// From 1.
  package let line: Int
  /// In Unicode scalars, from 1.
  package let column: Int
  /// Whether it may be JSON, and its values take more memory than they may.
  package let isTooLarge: Bool

  init(_ message: String, at offset: Int, in text: UnsafeBufferPointer<UInt8>, isTooLarge: Bool = false) {
    self.message = message
    self.isTooLarge = isTooLarge
    self.offset = offset
    let before = text.prefix(offset)
    line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    // Every scalar has one byte that is not a continuation byte.
    column = before[min(start, before.count)...].count { $0 & 0xC0 != 0x80 } + 1
  }

  package var description: String {
    "\(line):\(column): \(message)"
  }
}
