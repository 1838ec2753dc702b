/// The first line of a response (RFC 9112, 4), as far as a transfer needs it; what libcurl makes of a HEADERS frame has
/// the same form.
struct StatusLine {
  let status: Int

  /// - Returns: `nil` where the line is none. Several spaces may stand where one should, and no reason has to.
  init?(_ line: UnsafeRawBufferPointer) {
    guard line.count > 9, line.loadUnaligned(as: UInt32.self) == Self.http, line[4] == UInt8(ascii: "/"),
      Self.isDigit(line[5])
    else { return nil }
    var place = 6
    if line[6] == UInt8(ascii: ".") {
      guard Self.isDigit(line[7]) else { return nil }
      place = 8
    }
    let start = place
    while place < line.count, line[place] == UInt8(ascii: " ") { place += 1 }
    guard place > start, place + 3 <= line.count else { return nil }
    var status = 0
    for index in place..<place + 3 {
      guard Self.isDigit(line[index]) else { return nil }
      status = status * 10 + Int(line[index] - UInt8(ascii: "0"))
    }
    if place + 3 < line.count, line[place + 3] > UInt8(ascii: " ") { return nil }
    // RFC 9110, 15: the first digit is the class, and there are none below 1.
    guard status >= 100 else { return nil }
    self.status = status
  }

  /// The bytes `HTTP`, as they stand in memory.
  private static let http = UInt32(littleEndian: 0x5054_5448)

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }
}

/// The fields that a transfer reads itself.
enum HeadFieldKind {
  case contentLength, contentEncoding, contentType, location, retryAfter, transferEncoding

  /// Whether it says where the content ends.
  var isFraming: Bool { self == .contentLength || self == .transferEncoding }

  var name: String {
    switch self {
    case .contentLength: "Content-Length"
    case .contentEncoding: "Content-Encoding"
    case .contentType: "Content-Type"
    case .location: "Location"
    case .retryAfter: "Retry-After"
    case .transferEncoding: "Transfer-Encoding"
    }
  }

  /// - Parameter colon: Gets the place of the colon.
  /// - Returns: `nil` where the line begins with no such name.
  init?(_ line: UnsafeRawBufferPointer, colon: inout Int) {
    // Most fields go no further.
    switch line[0] | 0x20 {
    case UInt8(ascii: "c"): guard line.count > 12, line[7] == UInt8(ascii: "-") else { return nil }
    case UInt8(ascii: "l"), UInt8(ascii: "r"), UInt8(ascii: "t"): break
    default: return nil
    }
    var count = 0
    while count < line.count, line[count] != UInt8(ascii: ":") { count += 1 }
    if count == line.count || count > 40 { return nil }
    colon = count
    while count > 0, line[count - 1] <= UInt8(ascii: " ") { count -= 1 }
    func isName(_ name: StaticString) -> Bool {
      for index in 0..<count where line[index] | 0x20 != name.utf8Start[index] { return false }
      return true
    }
    // By the length of the name; a hyphen stays one with the bit of lower case set.
    switch count {
    case 8 where isName("location"): self = .location
    case 11 where isName("retry-after"): self = .retryAfter
    case 12 where isName("content-type"): self = .contentType
    case 14 where isName("content-length"): self = .contentLength
    case 16 where isName("content-encoding"): self = .contentEncoding
    case 17 where isName("transfer-encoding"): self = .transferEncoding
    default: return nil
    }
  }
}
