#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Texts compared byte by byte, as CSV and JSON readers will: `String`'s own comparison takes canonically
/// equivalent texts as equal.
enum UTF8Order {
  /// Below 0 where the left text comes first, 0 for equal texts.
  static func compare(_ left: String, _ right: String) -> Int {
    with(left, right) { left, right in
      let order = memory(left, right, count: min(left.count, right.count))
      return order != 0 ? order : left.count - right.count
    }
  }

  static func isEqual(_ left: String, _ right: String) -> Bool {
    with(left, right) { $0.count == $1.count && memory($0, $1, count: $0.count) == 0 }
  }

  static func hasPrefix(_ text: String, _ part: String) -> Bool {
    with(text, part) { $0.count >= $1.count && memory($0, $1, count: $1.count) == 0 }
  }

  static func hasSuffix(_ text: String, _ part: String) -> Bool {
    with(text, part) { text, part in
      text.count >= part.count
        && memory(UnsafeBufferPointer(rebasing: text[(text.count - part.count)...]), part, count: part.count) == 0
    }
  }

  /// Whether a text holds another; in linear time (Knuth, Morris, Pratt), for both can come from a page.
  static func contains(_ text: String, _ part: String) -> Bool {
    with(text, part) { text, part in
      guard part.count <= text.count else { return false }
      guard let first = part.first, let start = text.baseAddress else { return true }
      return withUnsafeTemporaryAllocation(of: Int32.self, capacity: part.count) { borders in
        fill(borders, part)
        var matched = 0
        var index = 0
        while index < text.count {
          if matched == 0 {
            guard let next = memchr(start + index, Int32(first), text.count - index) else { return false }
            index = UnsafeRawPointer(next) - UnsafeRawPointer(start)
          }
          while matched > 0, text[index] != part[matched] { matched = Int(borders[matched - 1]) }
          if text[index] == part[matched] { matched += 1 }
          if matched == part.count { return true }
          index += 1
        }
        return false
      }
    }
  }

  /// For every start of the part: how long its longest proper start is that is its end as well.
  private static func fill(_ borders: UnsafeMutableBufferPointer<Int32>, _ part: UnsafeBufferPointer<UInt8>) {
    borders[0] = 0
    var length = 0
    for index in 1..<max(part.count, 1) {
      while length > 0, part[index] != part[length] { length = Int(borders[length - 1]) }
      if part[index] == part[length] { length += 1 }
      borders[index] = Int32(truncatingIfNeeded: length)
    }
  }

  private static func memory(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>, count: Int
  ) -> Int {
    guard count > 0, let left = left.baseAddress, let right = right.baseAddress else { return 0 }
    return Int(memcmp(left, right, count))
  }

  private static func with<Result>(
    _ left: String, _ right: String,
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    var left = left
    var right = right
    return left.withUTF8 { left in right.withUTF8 { body(left, $0) } }
  }
}
