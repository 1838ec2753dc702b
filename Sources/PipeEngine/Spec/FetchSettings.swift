package import PipeSpec
package import PipeWeb

/// The `fetch` block of a spec: how pages are fetched.
package struct FetchSettings: Sendable {
  package var concurrency = 64
  package var perHost = HostRules(concurrency: 8)
  package var timeout = Timeouts()
  /// `nil` if the spec does not say.
  package var method: Method?
  package var headers: [HTTPFields.Field] = []
  package var body: String?
  package var userAgent = "pipe/\(PipeVersion.text)"
  /// Where the spec says it.
  package var userAgentSpan: SourceSpan?
  package var redirects = 10
  package var retry = RetrySettings()
  package var maxBody = ByteCount(10 << 20)
  package var onMaxBody = OnMaxBody.truncate
  package var http = HTTPChoice.auto
  package var addresses = AddressPolicy()
  package var tls = TLSSettings()
  package var credentials: [OriginCredential] = []
  /// With a login, as the login needs it.
  package var cookies = CookieChoice.none
  /// What the spec says of them.
  var statedCookies: Located<CookieChoice>?
  package var login: LoginSettings?
  package var proxy: ProxySettings?
  /// `nil` if the spec does not say.
  package var robots: RobotsSettings?

  package init() {}

  package struct Timeouts: Hashable, Sendable {
    /// One attempt, from its start to the last byte.
    package var total = Duration.seconds(30)
    package var connect = Duration.seconds(10)
    /// From the request sent to the first byte of the response.
    package var firstByte: Duration?
    /// Without a byte, once the first has come.
    package var idle = Duration.seconds(15)

    package init() {}
  }

  package enum OnMaxBody: String, CaseIterable, Sendable {
    case truncate, fail
  }

  package enum HTTPChoice: String, CaseIterable, Sendable {
    case auto
    case http11 = "1.1"
    case http2 = "2"
  }
}

extension FetchSettings {
  static let map = MapShape<FetchSettings>(
    Key("concurrency", Shape<Int>.int(1...100_000), default: 64, shown: "64", "The most requests in flight at once."),
    Key(
      "per_host", HostRules.map.shape, default: HostRules(concurrency: 8), shown: "{concurrency: 8}",
      "How each host is treated, whatever concurrency allows.", example: "{concurrency: 2, delay: 1s}"),
    Key(
      "timeout", Timeouts.shape, default: Timeouts(), shown: "30s",
      "How long one attempt may take, redirects included: a duration for the whole of it, or a map of limits.",
      example: "10s"),
    Key(
      "method", Method.shape, unless: Implication(by: "body") { _ in "POST" }, shown: "GET",
      "The request method (RFC 9110, 9). Without it, GET, and POST of requests with a body."),
    Key(
      "headers", HeaderList.shape, default: [], shown: "{}",
      "Header fields sent with every request; \"\" sends a field without a value.",
      example: "{Accept-Language: en}"),
    Key(
      optional: "body", Shape<String>.string,
      "The content sent with every request. If it holds a secret, it does not follow a redirect to another origin.",
      example: "page=1"),
    Key(
      "user_agent", Shape<String>.text("a user agent").located.optional, default: nil,
      shown: FetchSettings().userAgent, "The User-Agent field. Say who you are and how to reach you."),
    Key(
      "auth", OriginCredential.list, default: [], shown: "[]",
      "Credentials, each for one origin; several are a list. Requests with an Authorization field or a user of their own"
        + " keep it.", example: "{origin: https://api.example.com, bearer: \"${secret:env:TOKEN}\"}"),
    Key(
      "cookies", CookieChoice.shape.located.optional, default: nil, shown: "none",
      "How cookies set by servers are handled; with a login, they are kept for the run."),
    Key(
      optional: "login", LoginSettings.shape,
      "How the run logs in before anything else is fetched. Its failure is the run's. It is not a record, and robots.txt is"
        + " not asked about it.",
      example: "{page: \"https://example.com/login\", form: {user: ada, password: \"${secret:env:PASSWORD}\"}}"),
    Key(
      optional: "proxy", ProxySettings.map.shape,
      "The proxy that all requests go through; the environment's proxies are never used.",
      example: "http://proxy.example:3128"),
    Key(
      optional: "robots", RobotsSettings.map.shape,
      "Whether robots.txt is obeyed: obey, ignore, or a map; without it, it is obeyed in a crawl, and ignored otherwise.",
      example: "{obey: true, agent: my-bot, max_delay: 10s}"),
    Key(
      "redirects", Shape<Int>.int(0...50, hint: "0 records the redirect itself, 10 is the default"), default: 10,
      shown: "10",
      "The most redirects followed; 0 records the redirect itself."),
    Key(
      "retry", RetrySettings.shape, default: RetrySettings(), shown: "{attempts: 3}",
      "Which requests are retried, and when; a bare number sets attempts.",
      example: "{attempts: 5, on: [timeout, connection, 429, 5xx]}"),
    Key(
      "max_body", Shape<ByteCount>.size(from: "1B", to: "1GiB"), default: ByteCount(10 << 20), shown: "10MiB",
      "The most bytes of a page's decoded content."),
    Key(
      "on_max_body", OnMaxBody.shape, default: OnMaxBody.truncate, shown: "truncate",
      "What happens to a larger page."),
    Key("http", HTTPChoice.shape, default: HTTPChoice.auto, shown: "auto", "The version of HTTP."),
    Key(
      "tls", TLSSettings.map.shape, default: TLSSettings(), shown: "{}", "Trusted CAs and the client certificate.",
      example: "{ca_file: company-ca.pem}"),
    Key(
      "allow_private", AddressPolicy.shape, default: AddressPolicy(), shown: "[]",
      "The addresses that are not of the public internet and may be fetched from all the same: host names, addresses"
        + " or CIDR blocks; true for all.", example: "[127.0.0.1, 10.0.0.0/8]"),
    make: FetchSettings.init)

  private init(
    concurrency: Int, perHost: HostRules, timeout: Timeouts, method: Method?, headers: [HTTPFields.Field],
    body: String?, userAgent: Located<String>?, credentials: [OriginCredential],
    cookies: Located<CookieChoice>?, login: LoginSettings?, proxy: ProxySettings?, robots: RobotsSettings?,
    redirects: Int,
    retry: RetrySettings, maxBody: ByteCount, onMaxBody: OnMaxBody, http: HTTPChoice,
    tls: TLSSettings, addresses: AddressPolicy
  ) {
    self.concurrency = concurrency
    self.perHost = perHost
    self.timeout = timeout
    self.method = method
    self.headers = headers
    self.body = body
    self.userAgent = userAgent?.value ?? FetchSettings().userAgent
    userAgentSpan = userAgent?.span
    self.credentials = credentials
    statedCookies = cookies
    self.login = login
    self.cookies = cookies?.value ?? (login == nil ? .none : .run)
    self.proxy = proxy
    self.robots = robots
    self.redirects = redirects
    self.retry = retry
    self.maxBody = maxBody
    self.onMaxBody = onMaxBody
    self.http = http
    self.tls = tls
    self.addresses = addresses
  }
}

extension FetchSettings.OnMaxBody {
  static let shape = Shape<Self>.choice { choice in
    switch choice {
    case .truncate: "keep what fits and set truncated"
    case .fail: "the request fails"
    }
  }
}

extension FetchSettings.HTTPChoice {
  static let shape = Shape<Self>.choice { choice in
    switch choice {
    case .auto: "the best that the server offers over TLS, else 1.1"
    case .http11: "HTTP/1.1 only"
    case .http2: "HTTP/2, also without TLS"
    }
  }
}

extension Method {
  package static let shape = Shape<Self>.choice { _ in "" }
}

extension AddressPolicy {
  private static let entry = Shape<Entry>.scalar(
    .text(name: "a host name, an address or a CIDR block", examples: ["127.0.0.1", "10.0.0.0/8"])
  ) { text throws(ScalarFault) in
    if text.value == .bool(true) { return .everything }
    if text.node.isPlainWord(of: ["yes", "on", "y", "all"]) {
      throw ScalarFault(.badValue, "cannot be \(text.shown)", hint: "write true for all addresses")
    }
    if text.node.isPlainWord(of: ["no", "off", "n", "none"]) {
      throw ScalarFault(.badValue, "cannot be \(text.shown)", hint: "write false, or leave it out")
    }
    guard let entry = Entry(text.text) else {
      throw ScalarFault(
        .badValue, "cannot be \(text.shown)",
        hint: "write a host name, an address such as 127.0.0.1, or a block such as 10.0.0.0/8")
    }
    return entry
  }

  private static let list = entry.list(orOne: true)

  static let shape = Shape<AddressPolicy>(.oneOf([.boolean, list.description])) { node, context in
    if case .scalar(let scalar) = node.content, scalar.value == .bool(false) { return AddressPolicy() }
    return list.decode(node, &context).map { AddressPolicy(allow: $0) }
  }
}

extension HostRules {
  static let map = MapShape<HostRules>(
    Key("concurrency", Shape<Int>.int(1...100_000), default: 8, shown: "8", "The most requests in flight at one host."),
    Key(
      "delay", Shape<Duration>.duration(), default: Duration.zero, shown: "0s",
      "The least time from one request's start to the next at one host.",
      example: "1s"),
    Key(optional: "rate", Shape<Rate>.rate, "The most requests in a time at one host.", example: "5/s"),
    make: { (concurrency: Int, delay: Duration, rate: Rate?) in
      HostRules(concurrency: concurrency, interval: max(delay, rate?.interval ?? Duration.zero))
    })
}

extension FetchSettings.Timeouts {
  /// There is no way to wait for ever.
  private static let limit = Shape<Duration>.duration(from: "1ms", to: "24h")

  private static let map = MapShape<Self>(
    main: "total",
    Key(
      "total", limit, default: Duration.seconds(30), shown: "30s",
      "One attempt, from its start to the last byte, redirects included."),
    Key(
      "connect", limit, default: Duration.seconds(10), shown: "10s",
      "The time to connect, including TLS."),
    Key(
      optional: "first_byte", limit,
      "From the request sent to the first byte of the response; where it is not given, total alone counts.",
      example: "5s"),
    Key(
      "idle", limit, default: Duration.seconds(15), shown: "15s",
      "The longest pause between two bytes, once the first has arrived."),
    make: { (total: Duration, connect: Duration, firstByte: Duration?, idle: Duration) in
      var timeouts = Self()
      timeouts.total = total
      timeouts.connect = connect
      timeouts.firstByte = firstByte
      timeouts.idle = idle
      return timeouts
    }
  )

  static let shape = map.shape
}
