/// The cookies of a run (RFC 6265bis): what servers set, and what goes back to them.
///
/// It has no clock: `now` is given, in seconds since 1970. Cookies are kept by the domain that somebody registered, so
/// that whoever sets many of them displaces their own first. HttpOnly and SameSite say nothing here (`SetCookie`).
package struct CookieJar: Sendable {
  private var domains: [String: [Cookie]] = [:]
  /// All cookies that are kept.
  package private(set) var count = 0
  /// What stands in for a clock where only the order matters.
  private var moment = 0

  /// The longest that a cookie is kept (5.5), in seconds.
  static let longestLife = 400 * 86_400
  /// The most cookies of a response that are looked at.
  static let mostOfAResponse = 50
  /// Beyond so many, those that were used longest ago go, until so many are left.
  static let mostOfADomain = (limit: 180, rest: 150)
  static let most = (limit: 3300, rest: 3000)
  /// The most bytes of a Cookie field; servers take no more than 8 KiB of one.
  static let longestField = 8190

  package init() {}

  /// Takes what a response sets, in its order.
  ///
  /// - Parameter fields: The values of its Set-Cookie fields, in octets.
  package mutating func store(_ fields: some Sequence<[UInt8]>, from url: WebURL, now: Int) {
    let request = CookieRequest(url)
    for field in fields.prefix(Self.mostOfAResponse) {
      if let cookie = SetCookie(field) { store(cookie, from: request, now: now) }
    }
    if count > Self.most.limit { shrink(to: Self.most.rest, now: now) }
  }

  /// The value of the Cookie field for a request (5.8.3), in octets; `nil` where there is none.
  package mutating func field(for url: WebURL, now: Int) -> [UInt8]? {
    let request = CookieRequest(url)
    let domain = PublicSuffixes.registrableDomain(of: request.host.name)
    guard let all = domains[domain] else { return nil }
    moment += 1
    let sent = all.indices.filter { all[$0].isSent(to: request, now: now) }.sorted { left, right in
      let (left, right) = (all[left], all[right])
      return (right.path.utf8.count, left.created) < (left.path.utf8.count, right.created)
    }
    var field: [UInt8] = []
    for index in sent where field.count + all[index].length + 3 <= Self.longestField {
      if !field.isEmpty { field += [UInt8(ascii: ";"), UInt8(ascii: " ")] }
      field += all[index].pair
      domains[domain]?[index].used = moment
    }
    return field.isEmpty ? nil : field
  }

  /// Lets go of all cookies of a URL's site.
  package mutating func forget(siteOf url: WebURL) {
    count -= domains.removeValue(forKey: url.site)?.count ?? 0
  }

  /// The storage model (5.7), step by step, as far as it concerns a client that is not a browser.
  private mutating func store(_ new: SetCookie, from request: CookieRequest, now: Int) {
    guard new.domain.utf8.allSatisfy({ $0 < 0x80 }) else { return }
    var domain = new.domain
    if !domain.isEmpty, PublicSuffixes.contains(domain) {
      // It would be for all the others below it too.
      guard domain == request.host.name else { return }
      domain = ""
    }
    guard domain.isEmpty || request.host.matches(domain: domain), request.isSecure || !new.isSecure,
      Self.keepsPromise(new, isHostOnly: domain.isEmpty)
    else { return }
    moment += 1
    var cookie = Cookie(
      name: new.name, value: new.value, domain: domain.isEmpty ? request.host.name : domain,
      isHostOnly: domain.isEmpty, path: new.path ?? request.defaultPath, isSecure: new.isSecure,
      // Max-Age wins over Expires.
      expiry: (new.maxAge.map { now + $0 } ?? new.expires).map { min($0, now + Self.longestLife) },
      created: moment, used: moment)
    let key = PublicSuffixes.registrableDomain(of: request.host.name)
    var kept = domains[key] ?? []
    let before = kept.count
    if !request.isSecure, kept.contains(where: { $0.isSecure && Self.overlays(cookie, $0) }) { return }
    if let old = kept.firstIndex(where: { $0.isReplaced(by: cookie) }) {
      cookie.created = kept[old].created
      kept.remove(at: old)
    }
    if cookie.expiry.map({ $0 > now }) ?? true { kept.append(cookie) }
    if kept.count > Self.mostOfADomain.limit { Self.shrink(&kept, to: Self.mostOfADomain.rest, now: now) }
    domains[key] = kept.isEmpty ? nil : kept
    count += kept.count - before
  }

  /// Whether a cookie is what the prefix of its name promises (4.1.3); one without a name must not feign one.
  private static func keepsPromise(_ cookie: SetCookie, isHostOnly: Bool) -> Bool {
    let start = String(decoding: (cookie.name.isEmpty ? cookie.value : cookie.name).prefix(10), as: UTF8.self)
      .lowercased()
    if start.hasPrefix("__secure-") { return !cookie.name.isEmpty && cookie.isSecure }
    if start.hasPrefix("__host-") {
      return !cookie.name.isEmpty && cookie.isSecure && isHostOnly && cookie.path == "/"
    }
    return true
  }

  /// Whether a cookie that came in the clear would be sent in place of a secure one (5.7, "leave secure cookies
  /// alone").
  private static func overlays(_ cookie: Cookie, _ secure: Cookie) -> Bool {
    func isBelow(_ name: String, _ domain: String) -> Bool { name == domain || name.hasSuffix("." + domain) }
    return cookie.name == secure.name && cookie.path.matches(path: secure.path)
      && (isBelow(cookie.domain, secure.domain) || isBelow(secure.domain, cookie.domain))
  }

  /// Lets go of cookies (5.7, at its end): what is expired, then what may travel in the clear, then what was used
  /// longest ago.
  private static func shrink(_ cookies: inout [Cookie], to rest: Int, now: Int) {
    cookies.removeAll { $0.expiry.map { $0 <= now } ?? false }
    guard cookies.count > rest else { return }
    cookies.sort { ($0.isSecure ? 1 : 0, $0.used) < ($1.isSecure ? 1 : 0, $1.used) }
    cookies.removeFirst(cookies.count - rest)
  }

  private mutating func shrink(to rest: Int, now: Int) {
    for (domain, cookies) in domains {
      let living = cookies.filter { $0.expiry.map { $0 > now } ?? true }
      domains[domain] = living.isEmpty ? nil : living
    }
    let used = domains.values.flatMap { $0.map(\.used) }.sorted()
    // Several cookies of one request were used at the same moment: they stay or go together.
    if used.count > rest {
      let oldest = used[used.count - rest]
      for (domain, cookies) in domains {
        let living = cookies.filter { $0.used >= oldest }
        domains[domain] = living.isEmpty ? nil : living
      }
    }
    count = domains.values.reduce(0) { $0 + $1.count }
  }
}

extension WebURL {
  /// The domain that somebody registered, or the address: cookies may be shared within it, and nowhere else.
  fileprivate var site: String { PublicSuffixes.registrableDomain(of: hostname) }

  /// Whether the hosts of both may share cookies.
  package func isOfSameSite(as other: WebURL) -> Bool { site == other.site }

  package func isOfSameSite(as origin: OriginKey) -> Bool {
    WebURL(origin.description).map { isOfSameSite(as: $0) } ?? false
  }
}
