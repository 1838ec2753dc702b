/// Which addresses may be connected to: global ones, and what is allowed by name.
///
/// It is asked where a socket opens, with the address that the name resolved to, so that a name cannot lead
/// into a private network.
package struct AddressPolicy: Sendable, Hashable {
  /// What is allowed besides global addresses.
  package enum Entry: Sendable, Hashable {
    /// All addresses.
    case everything
    /// Whatever this very host name resolves to; in ASCII, lowercase, without a dot at the end.
    case host(String)
    case address(IPAddress)
    case block(AddressBlock)
  }

  package enum Verdict: Sendable, Hashable {
    case allowed
    /// Why not: "127.0.0.2 is a loopback address".
    case refused(String)
  }

  package var allow: [Entry]

  package init(allow: [Entry] = []) { self.allow = allow }

  /// Whether a connection may be opened to an address.
  ///
  /// - Parameters:
  ///   - address: where the socket would connect to.
  ///   - host: the host as the URL has it.
  package func verdict(for address: IPAddress, host: String) -> Verdict {
    guard let fault = Self.fault(of: address) else { return .allowed }
    let name = allow.contains(where: \.isHost) ? Entry.normalized(host: host) : nil
    let isAllowed = allow.contains { entry in
      switch entry {
      case .everything: true
      case .host(let allowed): allowed == name
      case .address(let allowed): allowed.unmapped == address.unmapped
      case .block(let block): block.contains(address) || block.contains(address.unmapped)
      }
    }
    return isAllowed ? .allowed : .refused(fault)
  }

  /// Why an address is not global, if it is not.
  private static func fault(of address: IPAddress) -> String? {
    let scope = address.scope
    switch scope {
    case .global: return nil
    // These lead to IPv4 addresses and nowhere else: they are as good as those.
    case .ipv4Mapped, .nat64, .sixToFour, .teredo:
      let bad = address.embeddedIPv4.first { $0.scope != .global }
      return bad.map { "\(address) is \(scope.phrase) for \($0), \($0.scope.phrase)" }
    case .ipv4Compatible:
      let bad = address.embeddedIPv4.first { $0.scope != .global }
      return "\(address) is \(scope.phrase)" + (bad.map { " for \($0), \($0.scope.phrase)" } ?? "")
    default: return "\(address) is \(scope.phrase)"
    }
  }
}

extension AddressPolicy.Entry {
  /// An exact host name, an address or a CIDR block; nil when the text is none of them. There are no patterns.
  package init?(_ text: String) {
    if text.contains("/") {
      guard let block = AddressBlock(text) else { return nil }
      self = .block(block)
    } else if let address = IPAddress(text) {
      self = .address(address)
    } else {
      guard let name = Self.normalized(host: text), !name.contains("*") else { return nil }
      self = .host(name)
    }
  }

  fileprivate var isHost: Bool {
    if case .host = self { true } else { false }
  }

  /// A host name as a URL would serialize it, without the dot at the end; nil for what is not only a domain.
  fileprivate static func normalized(host: String) -> String? {
    guard !host.contains(where: { "/\\?#@:".contains($0) || $0.isWhitespace }), let url = WebURL("http://\(host)/"),
      url.hostKind == .domain
    else { return nil }
    let name = url.hostname
    return String(name.last == "." ? name.dropLast() : name)
  }
}
