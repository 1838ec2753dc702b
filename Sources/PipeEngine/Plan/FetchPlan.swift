package import PipeSpec
package import PipeWeb

/// How a run fetches: the spec's `fetch`, with paths resolved and nothing of where it was written.
package struct FetchPlan: Sendable {
  package var concurrency: Int
  package var perHost: HostRules
  package var timeout: FetchSettings.Timeouts
  /// The method of requests that have none of their own.
  package var method: Method
  /// The method that the spec says.
  package var statedMethod: Method?
  package var headers: [HTTPFields.Field]
  package var body: [UInt8]?
  package var userAgent: String
  package var redirects: Int
  /// Whether a redirect of a page is a link, which a crawl follows, and not a step on the way to its answer.
  package var redirectsAreLinks = false
  package var retry: RetrySettings
  /// The most bytes of a page's decoded content.
  package var maxBody: ByteCount
  package var onMaxBody: FetchSettings.OnMaxBody
  package var http: FetchSettings.HTTPChoice
  package var addresses: AddressPolicy
  package var tls: TLS
  /// The Authorization field for each origin that has a credential.
  package var authorizations: [WebURL.OriginKey: String]
  package var keepsCookies: Bool
  /// Finds secrets in what is not sent to other origins.
  var mask = SecretMask()
  /// `nil` if nobody has to log in.
  package var login: LoginPlan?
  package var proxy: Proxy?
  /// `nil` if robots.txt is ignored.
  package var robots: RobotsPlan?

  package struct TLS: Sendable {
    package var verifies: Bool
    /// Paths as the system takes them.
    package var authorities: String?
    package var certificate: String?
    package var key: String?
    package var minimumVersion: TLSSettings.Version
  }

  package struct Proxy: Sendable {
    package var scheme: ProxySettings.Scheme
    /// What may be shown of it.
    package var shown: String
    /// Host and port.
    package var authority: String
    package var username: String?
    package var password: String?
    package var resolvesNames: Bool
  }

  /// - Parameters:
  ///   - folder: What the spec's input paths are relative to.
  ///   - obeysRobots: Whether robots.txt is obeyed if the spec does not say.
  package init(
    _ settings: FetchSettings = FetchSettings(), in folder: SourceFolder = SourceFolder(""), obeysRobots: Bool = false
  ) {
    concurrency = settings.concurrency
    perHost = settings.perHost
    timeout = settings.timeout
    method = settings.method ?? (settings.body == nil ? .get : .post)
    statedMethod = settings.method
    headers = settings.headers
    body = settings.body.map { Array($0.utf8) }
    userAgent = settings.userAgent
    redirects = settings.redirects
    retry = settings.retry
    maxBody = settings.maxBody
    onMaxBody = settings.onMaxBody
    http = settings.http
    addresses = settings.addresses
    tls = TLS(
      verifies: settings.tls.verify, authorities: settings.tls.authorities.map { folder.resolve($0.value) },
      certificate: settings.tls.clientCertificate.map { folder.resolve($0.value) },
      key: settings.tls.clientKey.map { folder.resolve($0.value) }, minimumVersion: settings.tls.minimumVersion)
    authorizations = Dictionary(settings.credentials.map { ($0.origin.originKey, $0.authorization) }) { first, _ in
      first
    }
    login = settings.login?.plan
    keepsCookies = settings.cookies == .run || login != nil
    proxy = settings.proxy.map { proxy in
      Proxy(
        scheme: proxy.scheme, shown: proxy.shown, authority: proxy.authority, username: proxy.username,
        password: proxy.password, resolvesNames: proxy.resolve == .proxy)
    }
    robots = settings.robotsPlan(isDefault: obeysRobots)
  }
}
