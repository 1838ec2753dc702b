/// How far a crawl goes: which URLs belong to one of its sources.
///
/// A URL belongs to a host whether it is http or https, on their own ports: a site links to itself in both ways. On other
/// ports there are other hosts.
package struct CrawlScope: Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// The sources' pages alone, and where they lead by redirects.
    case page
    /// The folder of a source's path: that of `/docs/a` is `/docs/`.
    case prefix
    case host
    /// The name that somebody registered, by the public suffix list, and all names under it.
    case domain
    case any
  }

  package let kind: Kind
  /// Of `page`: where sources redirected to. The sources themselves are asked for whatever the scope.
  private var pages: Set<String> = []
  /// Of `prefix`: the folders of each host.
  private var folders: [String: Set<String>] = [:]
  /// Of `host`: the hosts; of `domain`: those whose domains are known to be in scope.
  private var hosts: Set<String> = []
  private var domains: Set<String> = []
  /// The names of the sources, to which they may take the scope along by redirects.
  private var names: Set<String> = []
  private var origins: Set<WebURL.OriginKey> = []

  package init(_ kind: Kind) { self.kind = kind }

  /// Takes a source's URL into account. Links that were judged before belong to the sources that were known then.
  package mutating func add(_ source: WebURL) {
    add(source, at: source)
    if isAtHome(source) { return }
    origins.insert(source.originKey.detached)
    names.insert(String(Self.withoutWWW(source)))
  }

  /// Whether a source has the origin of a URL.
  package func isAtHome(_ url: WebURL) -> Bool { origins.contains(url.originKey) }

  /// Whether a source's redirect may yet take the scope along to a URL.
  package func mayCome(to url: WebURL) -> Bool { names.contains(String(Self.withoutWWW(url))) }

  /// A source was redirected: takes its scope along to the other host, if that is the same name with or without `www.`, or
  /// the same name by https. It is the source's folder that counts there, not the target's: a redirect of `/docs/` to the
  /// front page opens no whole host.
  ///
  /// - Returns: Whether the scope was taken along. A target elsewhere is judged as any link is.
  @discardableResult
  package mutating func follow(_ source: WebURL, redirectedTo target: WebURL) -> Bool {
    guard Self.isSamePlace(source, target) else { return false }
    if kind == .page { pages.insert(Self.page(target)) } else { add(source, at: target) }
    return true
  }

  package func contains(_ url: WebURL) -> Bool {
    switch kind {
    case .any: return url.isHTTP
    case .page: return pages.contains(Self.page(url))
    case .host: return hosts.contains(Self.host(url))
    case .domain: return hosts.contains(Self.host(url)) || isInDomain(url.hostname)
    case .prefix:
      guard let folders = folders[Self.host(url)] else { return false }
      var folder = Self.folder(url)[...]
      // From the deepest folder upwards.
      while true {
        if folders.contains(String(folder)) { return true }
        guard folder.utf8.count > 1 else { return false }
        folder = folder.dropLast()
        while let last = folder.utf8.last, last != UInt8(ascii: "/") { folder = folder.dropLast() }
        if folder.isEmpty { return false }
      }
    }
  }

  private mutating func add(_ source: WebURL, at place: WebURL) {
    switch kind {
    case .any, .page: break
    case .host: hosts.insert(Self.host(place))
    case .domain:
      hosts.insert(Self.host(place))
      domains.insert(PublicSuffixes.registrableDomain(of: place.hostname))
    case .prefix: folders[Self.host(place), default: []].insert(Self.folder(source))
    }
  }

  /// A name ends in its domain, so the list is asked for few of them.
  private func isInDomain(_ host: Substring) -> Bool {
    var rest = host.utf8.last == UInt8(ascii: ".") ? host.dropLast() : host
    while true {
      if domains.contains(String(rest)) {
        return domains.contains(PublicSuffixes.registrableDomain(of: host))
      }
      guard let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) else { return false }
      rest = rest[rest.utf8.index(after: dot)...]
    }
  }

  /// The host's name, and its port unless it is the scheme's own.
  private static func host(_ url: WebURL) -> String { String(url.host) }

  /// The path up to its last slash, percent-encoding in its normal form.
  private static func folder(_ url: WebURL) -> String {
    var path: [UInt8] = []
    PercentNormalization.append(url.pathname.utf8.span, to: &path)
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return "/" }
    return String(decoding: path[...slash], as: UTF8.self)
  }

  private static func page(_ url: WebURL) -> String { URLIdentity().text(of: url) }

  static func isSamePlace(_ source: WebURL, _ target: WebURL) -> Bool {
    guard source.isHTTP, target.isHTTP, withoutWWW(source) == withoutWWW(target) else { return false }
    return source.scheme == target.scheme ? source.port == target.port : target.scheme == "https"
  }

  private static func withoutWWW(_ url: WebURL) -> Substring {
    let name = url.hostname
    return name.hasPrefix("www.") ? name.dropFirst(4) : name
  }
}
