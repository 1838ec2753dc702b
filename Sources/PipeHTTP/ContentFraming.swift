/// Where the content of an answer ends whose fields for that stand in several lines (RFC 9112, 5.2): to libcurl, which
/// reads each line by itself, such a length is none, and such a coding unknown, so that it gives all up to the end of
/// the connection.
struct ContentFraming {
  enum Step: Equatable {
    case goesOn
    /// The content is whole.
    case ended
    /// The taker wants no more.
    case stopped
    /// The chunks are broken.
    case broken
  }

  private enum Place {
    case content
    /// A chunk's size, with so many digits (RFC 9112, 7.1).
    case size(digits: Int)
    /// What follows the size up to the end of its line; nobody reads it.
    case sizeEnd
    /// The line's end behind a chunk.
    case chunkEnd
  }

  private let isChunked: Bool
  private var place: Place
  /// Bytes of the content, or of the chunk, that are still to come.
  private var left: Int64
  private(set) var isWhole: Bool

  /// Content of so many bytes.
  init(length: Int64) {
    isChunked = false
    place = .content
    left = length
    isWhole = length == 0
  }

  /// Content in chunks.
  static var chunks: ContentFraming { ContentFraming() }

  private init() {
    isChunked = true
    place = .size(digits: 0)
    left = 0
    isWhole = false
  }

  /// Takes what came, and gives on what is content of it. What follows the content is left alone, trailers too.
  mutating func take(_ bytes: UnsafeRawBufferPointer, _ give: (UnsafeRawBufferPointer) -> Bool) -> Step {
    var index = 0
    while index < bytes.count, !isWhole {
      if case .content = place {
        let count = Int(min(left, Int64(bytes.count - index)))
        if !give(UnsafeRawBufferPointer(rebasing: bytes[index..<index + count])) { return .stopped }
        index += count
        left -= Int64(count)
        if left == 0 {
          isWhole = !isChunked
          place = .chunkEnd
        }
      } else {
        if !readMark(bytes[index]) { return .broken }
        index += 1
      }
    }
    return isWhole ? .ended : .goesOn
  }

  /// Reads a byte between chunks.
  private mutating func readMark(_ byte: UInt8) -> Bool {
    switch place {
    case .content: return false
    case .size(let digits):
      if let digit = Self.digit(byte) {
        // 15 digits are far beyond what anybody sends, and fit.
        if digits == 15 { return false }
        left = left << 4 | Int64(digit)
        place = .size(digits: digits + 1)
        return true
      }
      if digits == 0 { return false }
      place = .sizeEnd
      return readMark(byte)
    case .sizeEnd:
      if byte != UInt8(ascii: "\n") { return true }
      isWhole = left == 0
      place = .content
    case .chunkEnd:
      if byte == UInt8(ascii: "\r") { return true }
      if byte != UInt8(ascii: "\n") { return false }
      place = .size(digits: 0)
    }
    return true
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
