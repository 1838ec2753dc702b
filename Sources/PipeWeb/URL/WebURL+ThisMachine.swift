extension WebURL {
  /// Whether the host is a loopback address, or a name of one wherever it is asked for (RFC 6761, 6.3).
  package var isOnThisMachine: Bool {
    switch hostKind {
    case .address(let address): return address.unmapped.scope == .loopback
    case .domain:
      let name = hostname.hasSuffix(".") ? hostname.dropLast() : hostname
      return name == "localhost" || name.hasSuffix(".localhost")
    default: return false
    }
  }
}
