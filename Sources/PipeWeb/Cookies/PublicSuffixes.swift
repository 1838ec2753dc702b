internal import CLibpsl

/// The names under which anybody can register a name (publicsuffix.org), as libpsl brings them along.
enum PublicSuffixes {
  /// Whether a name is one of them; a name of one label always is.
  ///
  /// - Parameter name: In ASCII and lowercase, as a URL has it.
  static func contains(_ name: some StringProtocol) -> Bool {
    let name = withoutLastDot(name)
    guard let list = psl_builtin() else { return !name.contains(".") }
    return psl_is_public_suffix(list, name) == 1
  }

  /// The name that somebody registered: one label more than the public suffix. An address and a public suffix stand
  /// for themselves.
  static func registrableDomain(of host: some StringProtocol) -> String {
    let name = withoutLastDot(host)
    guard IPAddress(name) == nil, let list = psl_builtin() else { return name }
    return name.withCString { bytes in
      psl_registrable_domain(list, bytes).map { String(cString: $0) } ?? name
    }
  }

  /// A dot at the end says that a name is whole, and libpsl does not know that.
  private static func withoutLastDot(_ name: some StringProtocol) -> String {
    String(name.hasSuffix(".") ? name.dropLast() : name[...])
  }
}
