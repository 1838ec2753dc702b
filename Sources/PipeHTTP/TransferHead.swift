internal import PipeWeb

/// How far the head of a response is.
struct TransferHead {
  /// Bytes of all heads of the transfer, informational ones included.
  var bytes = 0
  /// Whether the empty line after the final head has come.
  var isWhole = false
  var isInformational = false
  /// The codings of the content, in the order in which they were applied; one more than can be undone at most.
  var codings: [ContentCoding] = []
  /// The fields of the final head; `nil` where nobody asked for them.
  var fields: HeadFields?
  private var contentLength: Int64?

  /// The most bytes of headers: what is above it is no honest answer.
  static let limit = 64 << 10
  static let excess = "more than \(limit >> 10) KiB of headers"

  /// Reads the next line. This is called for every field of every answer: plain comparisons of bytes, no sequences.
  ///
  /// - Returns: What is wrong with it.
  mutating func read(_ line: UnsafeRawBufferPointer) -> String? {
    bytes += line.count
    if bytes > Self.limit { return Self.excess }
    if line.count > 9, line.loadUnaligned(as: UInt32.self) == Self.http, line[4] == UInt8(ascii: "/") {
      restart()
      // An informational response (RFC 9110, 15.2) has another after it: HTTP/1.1 100, HTTP/2 103.
      let code = line[6] == UInt8(ascii: " ") ? 7 : 9
      isInformational = line[code] == UInt8(ascii: "1")
      if isInformational, line.count > code + 2, line[code + 1] == UInt8(ascii: "0"),
        line[code + 2] == UInt8(ascii: "1")
      {
        return "101 Switching Protocols, which nobody asked for"
      }
    } else if line.count == 2 && line[0] == UInt8(ascii: "\r") || line.count == 1 && line[0] == UInt8(ascii: "\n") {
      isWhole = !isInformational
    } else if !isWhole {
      fields?.append(line)
      if line.count > 15, line[0] | 0x20 == UInt8(ascii: "c") { return readContentField(line) }
    }
    return nil
  }

  /// The bytes `HTTP`, as they stand in memory.
  private static let http = UInt32(littleEndian: 0x5054_5448)

  /// A new head begins.
  private mutating func restart() {
    isWhole = false
    contentLength = nil
    if !codings.isEmpty { codings = [] }
    fields?.removeAll()
  }

  /// Reads a line of more than 15 bytes that may say how long the content is or how it is coded.
  ///
  /// - Returns: What is wrong with it. Where the content ends is then anybody's guess, and libcurl's are others than
  ///   the standard's (RFC 9112, 6.3): it takes the first of several lengths, and of one what `strtol` would.
  private mutating func readContentField(_ line: UnsafeRawBufferPointer) -> String? {
    // In the order of memory, in lower case: `content-`, and what follows from its hyphen on.
    let (first, second) = (line.loadUnaligned(as: UInt64.self), line.loadUnaligned(fromByteOffset: 7, as: UInt64.self))
    guard UInt64(bigEndian: first) | Self.lowerCase == 0x636f_6e74_656e_742d else { return nil }
    switch UInt64(bigEndian: second) | Self.lowerCase {
    case 0x2d6c_656e_6774_683a:  // -length:
      guard let length = Self.length(line, from: 15) else { return "a Content-Length that is no length" }
      defer { contentLength = length }
      return contentLength ?? length == length ? nil : "two Content-Length fields that differ"
    case 0x2d65_6e63_6f64_696e:  // -encodin
      guard line.count > 16, line[15] | 0x20 == UInt8(ascii: "g"), line[16] == UInt8(ascii: ":") else { return nil }
      ContentCoding.append(line[17...], to: &codings, upTo: ContentDecoding.limit + 1)
      return nil
    default: return nil
    }
  }

  private static let lowerCase: UInt64 = 0x2020_2020_2020_2020

  /// The value of a Content-Length field from so many bytes on: digits, or a list of the same number
  /// (RFC 9110, 8.6).
  private static func length(_ line: UnsafeRawBufferPointer, from start: Int) -> Int64? {
    // Negative for none: the element before, and this one.
    var length: Int64 = -1
    var number: Int64 = -1
    var isOver = false
    for index in start..<line.count {
      let byte = line[index]
      if byte &- 0x30 <= 9 {
        let (tens, isLarge) = max(0, number).multipliedReportingOverflow(by: 10)
        let (sum, isTooLarge) = tens.addingReportingOverflow(Int64(byte &- 0x30))
        if isOver || isLarge || isTooLarge { return nil }
        number = sum
      } else if byte == UInt8(ascii: ",") {
        if number < 0 || length >= 0 && length != number { return nil }
        (length, number, isOver) = (number, -1, false)
      } else if byte <= 0x20 {
        isOver = number >= 0
      } else {
        return nil
      }
    }
    return number < 0 || length >= 0 && length != number ? nil : number
  }
}
