extension WebURL {
  /// Where the components are in the serialization; offsets in bytes from its start.
  ///
  ///     https://user:pass@example.com:1234/foo/bar?baz#quux
  ///          |  |   |     |          |   |        |   |
  ///          |  |   |     hostStart  |   pathStart|   fragmentStart
  ///          |  |   usernameEnd      hostEnd      queryStart
  ///          |  authorityStart
  ///          schemeEnd
  struct Layout: Sendable {
    /// The place of the `:` after the scheme.
    var schemeEnd: UInt32 = 0
    var usernameEnd: UInt32 = 0
    /// The start of the host, after the `@` if there is one.
    var hostStart: UInt32 = 0
    var hostEnd: UInt32 = 0
    /// The start of the path proper, after the `/.` that the serializer puts before `//` (4.5, URL serializing).
    var pathStart: UInt32 = 0
    /// The place of the `?`, or `fragmentStart` when there is no query.
    var queryStart: UInt32 = 0
    /// The place of the `#`, or the length when there is no fragment.
    var fragmentStart: UInt32 = 0
    var port: UInt16?
    var scheme = Scheme.other
    var host = HostForm.none
    var hasOpaquePath = false

    var hasHost: Bool { host != .none }

    /// The start of what follows `//`; meaningless without a host.
    var authorityStart: UInt32 { schemeEnd + 3 }

    /// The end of scheme, host and port.
    var authorityEnd: UInt32 { hasHost ? pathStart : schemeEnd + 1 }
  }

  /// What kind of host the serialization holds (3.1).
  enum HostForm: UInt8, Sendable {
    case none, empty, domain, ipv4, ipv6, opaque
  }

  /// The special schemes (4.2), told apart once.
  enum Scheme: UInt8, Sendable {
    case http, https, ws, wss, ftp, file, other

    var isSpecial: Bool { self != .other }

    var defaultPort: UInt16? {
      switch self {
      case .http, .ws: 80
      case .https, .wss: 443
      case .ftp: 21
      case .file, .other: nil
      }
    }

    /// The scheme of a lowercase name.
    init(lowercase name: Span<UInt8>) {
      self =
        if name == "https" {
          .https
        } else if name == "http" {
          .http
        } else if name == "file" {
          .file
        } else if name == "ftp" {
          .ftp
        } else if name == "ws" {
          .ws
        } else if name == "wss" {
          .wss
        } else {
          .other
        }
    }
  }
}
