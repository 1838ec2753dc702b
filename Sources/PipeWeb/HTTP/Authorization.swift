/// What an Authorization field says (RFC 9110, 11.6.2).
package enum Authorization {
  /// A user and a password (RFC 7617), in UTF-8.
  ///
  /// - Parameter user: Without a colon, which ends it.
  package static func basic(user: String, password: String) -> String {
    "Basic " + base64(Array("\(user):\(password)".utf8))
  }

  /// A token (RFC 6750, 2.1).
  package static func bearer(_ token: String) -> String { "Bearer \(token)" }

  /// RFC 4648, 4.
  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        text.append(place <= group.count ? digits[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
