internal import CLibcurl
internal import Glibc

/// The URL of a place's transfers, in libcurl's parts.
///
/// A URL that is given as a text is parsed again, written anew from its parts, and its path and query are put together
/// once more. libcurl writes a character at a time, at some 140 instructions each: that is a tenth of what a page costs.
/// Here path and query are one part, and those of the origin stay for the next URL of the same.
struct TransferURL: ~Copyable {
  private let parts: OpaquePointer
  /// The scheme and authority of the URL that was set last.
  private var origin: [UInt8] = []

  /// `nil` where there is no memory.
  init?() {
    guard let parts = curl_url() else { return nil }
    self.parts = parts
  }

  deinit { curl_url_cleanup(parts) }

  /// The parts of a serialized http or https URL.
  ///
  /// - Returns: `nil` where libcurl would not send the same in parts as in one: it writes the digits of
  ///   percent-encoded bytes of a path in lower case. A user, an address in brackets and a fragment are left to it.
  mutating func parts(of url: UnsafePointer<CChar>) -> OpaquePointer? {
    let schemeEnd = strncmp(url, "https://", 8) == 0 ? 8 : 7
    guard schemeEnd == 8 || strncmp(url, "http://", 7) == 0,
      let target = strchr(url + schemeEnd, Int32(UInt8(ascii: "/"))), strpbrk(target, "%#") == nil
    else { return nil }
    let given = UnsafeRawBufferPointer(start: url, count: UnsafePointer(target) - url)
    if !isOrigin(given) {
      origin = []
      guard set(given, from: schemeEnd) else { return nil }
      origin = Array(given)
    }
    return curl_url_set(parts, CURLUPART_PATH, target, 0) == CURLUE_OK ? parts : nil
  }

  /// Path and query of a URL whose query is empty; `nil` for any other.
  ///
  /// A URL that was given as a text is written anew before the request is sent again or waits for a connection, and loses
  /// its question mark. In parts it stays.
  static func targetWithEmptyQuery(_ href: String) -> String? {
    let bytes = href.utf8
    let end = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.endIndex
    guard bytes[..<end].last == UInt8(ascii: "?"),
      let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      let authority = bytes.index(colon, offsetBy: 3, limitedBy: end),
      let path = bytes[authority..<end].firstIndex(of: UInt8(ascii: "/"))
    else { return nil }
    return String(href[path..<end])
  }

  private func isOrigin(_ given: UnsafeRawBufferPointer) -> Bool {
    guard origin.count == given.count, let start = given.baseAddress else { return false }
    return origin.withUnsafeBytes { $0.baseAddress.map { memcmp($0, start, given.count) == 0 } ?? false }
  }

  private func set(_ origin: UnsafeRawBufferPointer, from schemeEnd: Int) -> Bool {
    let authority = origin[schemeEnd...]
    guard !authority.contains(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "[") }) else { return false }
    let colon = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
    let port = colon < authority.endIndex ? String(decoding: authority[(colon + 1)...], as: UTF8.self) : nil
    return curl_url_set(parts, CURLUPART_SCHEME, schemeEnd == 8 ? "https" : "http", 0) == CURLUE_OK
      && curl_url_set(parts, CURLUPART_HOST, String(decoding: authority[..<colon], as: UTF8.self), 0) == CURLUE_OK
      && curl_url_set(parts, CURLUPART_PORT, port, 0) == CURLUE_OK
  }
}
