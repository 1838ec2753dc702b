extension WebURL {
  /// Why the host cannot be looked up, if it cannot: the URL standard lets characters stand in a host that no host's
  /// name has (RFC 1123, 2.1), and that libcurl refuses. Most often they are the text's around the URL.
  package var hostFault: String? {
    guard hostKind == .domain, let odd = hostname.unicodeScalars.first(where: { Self.unusable.contains($0) }) else {
      return nil
    }
    return "'\(excerpt(hostname))' is not the name of a host: it has a '\(odd)'"
  }

  private static let unusable = Set("!\"$&'()*+,;=`{}".unicodeScalars)

  private func excerpt(_ text: Substring) -> String { text.count > 80 ? text.prefix(77) + "…" : String(text) }
}
