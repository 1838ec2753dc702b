/// What a request is fetched for. Only pages become records; everything else is fetched for the run itself.
package enum RequestPurpose: UInt8, CaseIterable, Sendable {
  case page
  /// A host's robots.txt (RFC 9309).
  case robots
  /// A sitemap or a feed.
  case sitemap
  /// A link that is answered once and never expanded.
  case check
  /// What a login begins with: its form's page, or all there is of it.
  case login
  /// A login's form.
  case credentials

  /// Whether it is a part of a login: nothing else begins before that has ended.
  package var isOfLogin: Bool { self == .login || self == .credentials }

  /// Bytes of content that are kept, whatever the plan's fields need; `nil` for as much as they need.
  package var contentLimit: Int? {
    switch self {
    case .page: nil
    // Its head says everything.
    case .check: 0
    // RFC 9309, 2.5: no less than 500 KiB.
    case .robots: 512 << 10
    // sitemaps.org: 50 MiB without its coding.
    case .sitemap: 50 << 20
    case .login, .credentials: 4 << 20
    }
  }

  /// The most redirects that are followed, whatever the spec says of pages; `nil` for as many as it says.
  var redirectLimit: Int? {
    switch self {
    case .page: nil
    // RFC 9309, 2.3.1.2: at least five.
    case .robots: 5
    case .sitemap, .check, .login, .credentials: 10
    }
  }
}
