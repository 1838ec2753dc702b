internal import PipeWeb

/// What the address policy says of requests that go through a proxy, whose socket tells nothing of where they lead.
///
/// The proxy itself may be anywhere: the spec names it. The target is judged before the request is sent: an address in
/// the URL as it is, a name by the addresses that it has here, unless the spec leaves names to the proxy. A SOCKS proxy
/// is then given the very address that was judged. An HTTP proxy is given the name and finds its address once more, so
/// that a name is refused when any of its addresses is.
struct ProxyScreen {
  enum Verdict: Equatable {
    /// With the address that the proxy is told to connect to; without one, it finds it.
    case allowed(IPAddress?)
    case refused(TransferFailure)
    /// The addresses of that name have to be found first.
    case unknown(name: String)
  }

  let proxy: Proxy
  let policy: AddressPolicy

  /// Judges a URL as far as that can be done without asking anybody.
  func judge(_ request: any TransferRequest) -> Verdict {
    guard let url = WebURL(request.href) else {
      return .refused(TransferFailure(.protocol, "\(request.host) is not a host"))
    }
    switch url.hostKind {
    case .address(let address): return judge([address], of: url)
    case .domain where url.isOnThisMachine: return judge([.v4(0x7F00_0001)], of: url)
    case .domain where !proxy.resolvesNames: return .unknown(name: String(url.hostname))
    default: return .allowed(nil)
    }
  }

  /// Judges a URL by the addresses that its name has.
  func judge(_ request: any TransferRequest, _ answer: NameResolver.Answer) -> Verdict {
    if answer == .failed { return .refused(.lookup(of: request.name)) }
    guard case .addresses(let addresses) = answer, let url = WebURL(request.href) else {
      return .refused(TransferFailure(.dns, "\(request.host) has no address"))
    }
    return judge(addresses, of: url)
  }

  private func judge(_ addresses: [IPAddress], of url: WebURL) -> Verdict {
    let verdicts = addresses.map { (address: $0, verdict: policy.verdict(for: $0, host: String(url.hostname))) }
    let reasons = verdicts.compactMap { if case .refused(let reason) = $0.verdict { reason } else { nil } }
    let allowed = verdicts.first { $0.verdict == .allowed }?.address
    if let allowed, reasons.isEmpty || proxy.scheme == .socks5 {
      return .allowed(proxy.scheme == .socks5 && !proxy.resolvesNames ? allowed : nil)
    }
    return .refused(TransferFailure(.forbidden, "\(reasons.first ?? "no address"); allow_private can name it"))
  }
}
