// What a request's field is for, as its name tells: where it may go, and who may set it.
extension HTTPFields.Field {
  /// Whether it carries credentials (RFC 9110, 11; RFC 6265), which are not shown.
  package var isCredential: Bool { ["authorization", "cookie", "proxy-authorization"].contains(name.lowercased()) }

  /// Whether it is meant for the origin that was asked first, so that a redirect does not take it to another one.
  ///
  /// Everybody withholds Authorization, Cookie and Proxy-Authorization (Fetch, curl, Go), and Host, without which
  /// the other origin would be asked for a site that is not there (RFC 9112, 3.2). Origin and Referer tell another site
  /// where somebody comes from. Keys and tokens with names of their own follow in curl, Go and browsers; but a missing
  /// one is seen by its 401, and one that a stranger has got is not seen at all.
  package var isForOneOrigin: Bool {
    let name = name.lowercased()
    if isCredential || ["cookie2", "host", "origin", "referer"].contains(name) { return true }
    return name.split { $0 == "-" || $0 == "_" }.contains { Self.secretWords.contains($0) }
  }

  /// Words that names of secrets are made of: `X-Api-Key`, `X-Auth-Token`, `X-Amz-Security-Token`.
  private static let secretWords: Set<Substring> = [
    "apikey", "auth", "authentication", "authorization", "credential", "credentials", "csrf", "key", "passwd",
    "password", "secret", "session", "sessionid", "signature", "token", "xsrf",
  ]

  /// Whether it describes content (RFC 9110, 8; RFC 9530), so that it says nothing of a request without any.
  package var describesContent: Bool {
    let name = name.lowercased()
    return name.hasPrefix("content-") || ["digest", "repr-digest", "want-content-digest"].contains(name)
  }

  /// Why nobody but the client can set the field; `nil` where that is not so.
  package var refusal: String? {
    switch name.lowercased() {
    // What goes over a connection, and how (RFC 9110, 7.6.1, 7.8 and 10.1; RFC 9112, 6).
    case "connection", "content-length", "expect", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer",
      "transfer-encoding", "upgrade":
      "is set for each request as its connection and its content need it"
    case "host" where !Self.isHost(value): "is not a host with or without a port (RFC 9110, 7.2)"
    default: nil
    }
  }

  private static func isHost(_ value: String) -> Bool {
    guard !value.utf8.contains(where: { $0 <= 0x20 || "/\\?#@,".utf8.contains($0) }) else { return false }
    return WebURL("http://\(value)/") != nil
  }
}
