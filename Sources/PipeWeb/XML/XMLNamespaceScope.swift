/// Which namespaces the prefixes stand for in the open elements (Namespaces in XML 1.0, 6).
struct XMLNamespaceScope {
  private struct Declaration {
    /// Compared first: names are longer than numbers.
    let hash: Int
    let prefix: String
    let namespace: String
    let depth: Int
  }

  /// The most declarations at a time; more are passed over, so that a lookup takes a bounded time.
  static let limit = 64
  /// The most bytes of a namespace's name; longer ones are nobody's.
  static let nameLimit = 1024

  private var declarations: [Declaration] = []

  /// - Returns: False where there are too many.
  mutating func declare(_ prefix: String, _ namespace: String, depth: Int) -> Bool {
    guard declarations.count < Self.limit, namespace.utf8.count <= Self.nameLimit else { return false }
    declarations.append(
      Declaration(hash: prefix.hashValue, prefix: prefix, namespace: namespace, depth: depth))
    return true
  }

  /// Forgets what elements at a depth and below it declare.
  mutating func close(depth: Int) {
    while let last = declarations.last, last.depth >= depth { declarations.removeLast() }
  }

  /// The namespace of a prefix, or of names without one; `nil` where nobody declares it.
  func namespace(of prefix: String) -> String? {
    if declarations.isEmpty { return prefix == "xml" ? Self.xml : nil }
    let hash = prefix.hashValue
    let declaration = declarations.last { $0.hash == hash && $0.prefix == prefix }
    return declaration?.namespace ?? (prefix == "xml" ? Self.xml : nil)
  }

  static let xml = "http://www.w3.org/XML/1998/namespace"
}
