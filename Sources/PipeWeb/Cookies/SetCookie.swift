internal import PipeText

/// The value of a Set-Cookie field, taken apart (RFC 6265bis, 5.6); nothing is judged yet.
struct SetCookie: Hashable {
  var name: [UInt8]
  var value: [UInt8]
  /// Seconds since 1970, by Expires.
  var expires: Int?
  /// Seconds from now, by Max-Age; nothing and less than nothing is 0.
  var maxAge: Int?
  /// In lowercase and without a dot in front; empty where there is none.
  var domain = ""
  /// `nil` where there is none, or none that begins with a slash.
  var path: String?
  var isSecure = false

  /// The most bytes of a name and a value together (5.6, step 5), and of an attribute's value (5.6, step 6).
  private static let pairLimit = 4096
  private static let attributeLimit = 1024

  /// - Returns: `nil` for what a client ignores altogether.
  ///
  /// - Parameter bytes: The field's value. Its octets need not be UTF-8.
  init?(_ bytes: [UInt8]) {
    guard !bytes.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else { return nil }
    let parts = bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    let pair = Self.split(parts[0])
    // A pair without an equals sign is a value without a name.
    name = pair.value == nil ? [] : Array(pair.name)
    value = Array(pair.value ?? pair.name)
    guard !(name.isEmpty && value.isEmpty), name.count + value.count <= Self.pairLimit else { return nil }
    for part in parts.dropFirst() { take(part) }
  }

  private mutating func take(_ part: ArraySlice<UInt8>) {
    let (name, given) = Self.split(part)
    if given?.count ?? 0 > Self.attributeLimit { return }
    // Bytes that are not UTF-8 are in no date, number, domain or path that a request can match.
    let value = given.map { String(decoding: $0, as: UTF8.self) } ?? ""
    // Of an attribute that comes twice the last one counts.
    switch String(decoding: name, as: UTF8.self).inASCIILowercase {
    case "expires": if let seconds = CookieDate.seconds(value) { expires = seconds }
    case "max-age": if let seconds = Self.delta(value) { maxAge = seconds }
    case "domain": domain = (value.utf8.first == UInt8(ascii: ".") ? String(value.dropFirst()) : value).inASCIILowercase
    case "path": path = value.utf8.first == UInt8(ascii: "/") ? value : nil
    case "secure": isSecure = true
    // HttpOnly keeps scripts from cookies, and there are none. SameSite tells what another site's page may ask for;
    // here every request is the spec's own.
    default: break
    }
  }

  /// A number of seconds (5.6.2), capped at 400 days.
  private static func delta(_ text: String) -> Int? {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let digits = text.utf8.dropFirst(isNegative ? 1 : 0)
    guard !digits.isEmpty, digits.allSatisfy(ASCII.isDigit) else { return nil }
    if isNegative { return 0 }
    return min(Int(text) ?? .max, CookieJar.longestLife)
  }

  /// Name and value around the first equals sign, without the white space around them.
  private static func split(_ bytes: ArraySlice<UInt8>) -> (name: ArraySlice<UInt8>, value: ArraySlice<UInt8>?) {
    guard let sign = bytes.firstIndex(of: UInt8(ascii: "=")) else { return (trimmed(bytes), nil) }
    return (trimmed(bytes[..<sign]), trimmed(bytes[bytes.index(after: sign)...]))
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    var rest = bytes.drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return rest
  }
}
