extension WebURL {
  /// The user and the password that stand before the host, as they are meant; `nil` where there are none.
  package var user: (name: String, password: String)? {
    guard hasUserinfo else { return nil }
    return (Self.decoded(username), Self.decoded(password))
  }

  private static func decoded(_ text: Substring) -> String {
    String(decoding: PercentEncoding.decode(text.utf8.span), as: UTF8.self)
  }
}
