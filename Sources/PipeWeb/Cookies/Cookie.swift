internal import PipeText

/// A cookie as a jar keeps it (RFC 6265bis, 5.7).
///
/// Its name and its value are octets, which go back as they came.
struct Cookie {
  let name: [UInt8]
  var value: [UInt8]
  /// The host, or the domain under which all hosts get it.
  let domain: String
  /// Whether it is for that very host.
  let isHostOnly: Bool
  let path: String
  var isSecure: Bool
  /// Seconds since 1970; `nil` for the end of the run.
  var expiry: Int?
  /// When it came first, and when it was last used: numbers that only grow.
  var created: Int
  var used: Int

  /// Bytes of the name and the value.
  var length: Int { name.count + value.count }

  /// As the Cookie field has it (5.8.3); one without a name is its value.
  var pair: [UInt8] { name.isEmpty ? value : name + [UInt8(ascii: "=")] + value }

  /// Whether a cookie that comes later takes its place.
  func isReplaced(by other: Cookie) -> Bool {
    name == other.name && domain == other.domain && isHostOnly == other.isHostOnly
      && path.isExactly(other.path)
  }

  func isSent(to request: CookieRequest, now: Int) -> Bool {
    (isHostOnly ? request.host == domain : request.host.matches(domain: domain)) && request.path.matches(path: path)
      && (!isSecure || request.isSecure) && !(expiry.map { $0 <= now } ?? false)
  }
}

/// What of a URL matters to cookies.
struct CookieRequest {
  let host: CookieHost
  let path: String
  let isSecure: Bool

  init(_ url: WebURL) {
    host = CookieHost(url)
    path = String(url.pathname)
    isSecure = url.scheme == "https"
  }

  /// The path of a cookie that names none (5.1.4): up to the last slash.
  var defaultPath: String {
    guard path.hasPrefix("/"), let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
    return String(path[..<slash])
  }
}

/// The host of a request, in lowercase.
struct CookieHost {
  let name: String
  let isAddress: Bool

  init(_ url: WebURL) {
    name = String(url.hostname)
    if case .address = url.hostKind { isAddress = true } else { isAddress = false }
  }

  static func == (host: Self, name: String) -> Bool { host.name == name }

  /// 5.1.3: the same name, or one below it; an address has nothing below it.
  func matches(domain: String) -> Bool {
    if name == domain { return true }
    return !isAddress && !domain.isEmpty && name.hasSuffix(domain) && name.dropLast(domain.utf8.count).hasSuffix(".")
  }
}

extension String {
  /// 5.1.4: the same path, or one below it.
  func matches(path: String) -> Bool {
    guard utf8.starts(with: path.utf8) else { return false }
    return utf8.count == path.utf8.count || path.utf8.last == UInt8(ascii: "/")
      || utf8[utf8.index(startIndex, offsetBy: path.utf8.count)] == UInt8(ascii: "/")
  }
}
