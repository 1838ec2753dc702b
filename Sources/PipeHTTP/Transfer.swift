package import PipeWeb

/// One request as the loop performs it: an object of the loop's user, which comes back with its result.
package protocol TransferRequest: AnyObject, Sendable {
  /// A serialized URL, taken as it is.
  var href: String { get }
  /// The host of the URL, for the address policy and for messages.
  var host: String { get }
  /// `nil` for the settings' own.
  var transferMethod: String? { get }
  var body: [UInt8]? { get }
  var headers: [HTTPFields.Field] { get }
  /// Whether the settings' own credentials are left out: the request goes to another origin than it began at.
  var withholdsCredentials: Bool { get }
  /// Whether the settings' own fields that describe content are left out: a redirect has taken the content away.
  var withholdsContentFields: Bool { get }
  /// What earlier transfers took of the time that all of them have together.
  var spent: Duration { get }
  /// Bytes of content that are kept, with all fields of the head, whatever the settings say of pages: what is larger is
  /// cut. `nil` for as the settings have it.
  var contentLimit: Int? { get }
  /// Whether it has come back with `TransferFailure.Reason.keptConnection`: it goes over a new connection, and does not come
  /// back so once more.
  var isSentAgain: Bool { get }
  /// Whether the start of a page is handed over, also where a scanner has found all that the settings ask for.
  var keepsPage: Bool { get }
}

/// What became of a request. A body that broke off has a response and a failure.
package struct TransferResult: Sendable {
  package let request: any TransferRequest
  package let response: HTTPResponse?
  package let failure: TransferFailure?
  /// From the start to the last byte.
  package let elapsed: Duration
  /// To the first byte of the response.
  package let firstByte: Duration?
  /// Until there was a connection, and the request was sent.
  package let connected: Duration?
  /// How often the request was sent: once more where the server said that it had done nothing of it.
  package let sends: Int

  package init(
    request: any TransferRequest, response: HTTPResponse?, failure: TransferFailure?, elapsed: Duration,
    firstByte: Duration?, connected: Duration? = nil, sends: Int = 1
  ) {
    self.request = request
    self.response = response
    self.failure = failure
    self.elapsed = elapsed
    self.firstByte = firstByte
    self.connected = connected
    self.sends = sends
  }
}

/// Why a transfer failed.
package struct TransferFailure: Error, Hashable, Sendable {
  package enum Reason: Sendable {
    case dns, connect, tls, timeout, connection, `protocol`, body, tooLarge, forbidden, badURL
    /// No connection in time.
    case connectTimeout
    /// The kept connection turned out to be closed, and the request may be sent once more (RFC 9112, 9.3.1): by its owner,
    /// who knows when the host may be asked.
    case keptConnection
    /// The connection was lost within the body.
    case bodyBrokeOff
    /// The server says that it has done nothing of the request.
    case refused
    /// Both sides do not agree on HTTP/2 over this connection.
    case protocolBroken
    /// The name servers had no answer.
    case lookup
    /// The connection was lost right after the handshake of TLS.
    case tlsBrokenOff
    /// The proxy says no, and would say it once more.
    case refusedByProxy

    /// Whether what came of the answer is kept.
    var leavesAnAnswer: Bool { self == .body || self == .bodyBrokeOff || self == .timeout }
  }

  package let reason: Reason
  package let message: String

  package init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }
}

/// Where a loop gets its requests and brings its results; used on the loop's thread alone.
package protocol TransferExchange: Sendable {
  mutating func take(upTo limit: Int) -> TransferTake
  mutating func complete(_ result: TransferResult)
  /// What was completed since the last time was all that one round of events brought.
  mutating func handOver()
  /// Whether there is room for more results. Where there is none, the loop is woken once there is.
  func hasRoom() -> Bool
  /// Whether more is to come for the host of a request, so that its connection is worth keeping.
  func hasMore(for request: any TransferRequest) -> Bool
  /// Requests given up because the run stops.
  mutating func abandon(_ requests: [any TransferRequest])
  /// Something that the person should know of the run, not of a request.
  func notice(_ words: String)
}

extension TransferExchange {
  package func notice(_ words: String) {}
  package func hasRoom() -> Bool { true }
}

extension TransferRequest {
  package var contentLimit: Int? { nil }
  package var keepsPage: Bool { false }

  /// The host without its port.
  var name: String { String(TransferEnd.hostname(of: host)) }
}

package enum TransferTake: Sendable {
  case requests([any TransferRequest])
  case wait(until: ContinuousClock.Instant?)
  case finished
  case draining(until: ContinuousClock.Instant)
}

/// What all transfers of a loop have in common.
package struct TransferSettings: Sendable {
  package var concurrency = 64
  package var method = "GET"
  package var headers: [HTTPFields.Field] = []
  package var body: [UInt8]?
  package var userAgent = "pipe"
  package var totalTimeout = Duration.seconds(30)
  package var connectTimeout = Duration.seconds(10)
  /// From the request sent to the first byte of the response.
  package var firstByteTimeout: Duration?
  /// The longest time without a byte, once the first has come.
  package var idleTimeout = Duration.seconds(15)
  /// Bytes of content after its codings are undone.
  package var maximumBody = 10 << 20
  package var failsAboveMaximumBody = false
  /// Bytes of all bodies that are being received: at the bound transfers are paused, all but one. While there is no room
  /// for results, an eighth of it, and none goes on.
  package var bodyMemory = Int.max
  /// Bytes that a transfer receives at once: as much as a connection has for it most often, unless there are so many
  /// transfers that this would come to more than a few MiB. With libcurl's own 16 KiB a page of 14 kB in the mean took
  /// 1.4 calls of `recv` and as many of `poll`.
  var receiveBuffer: Int { min(64 << 10, max(16 << 10, (8 << 20) / max(1, concurrency))) }
  package var keeping = Keeping.whole
  package var keepsFields = false
  /// Whether the content of a redirect is of no use to anybody.
  package var followsRedirects = false
  /// Whether responses say which address they came from.
  package var keepsAddress = false
  package var version = Version.automatic
  package var addresses: AddressPolicy
  package var connection = ConnectionOptions()
  /// What writes down the heads that are sent and received; `nil` for nobody.
  package var wire: WireLog?
  /// Asks why a name has no address.
  var lookup: NameResolver.Lookup = NameResolver.systemLookup

  /// How much of the content is kept; all of it is counted.
  package enum Keeping: Sendable {
    case nothing
    /// The start of an HTML page, until the facts wanted of it are all found: of most pages a small part.
    case until(PageFacts.Wanted)
    case whole
  }

  package enum Version: Sendable {
    case automatic, http11, http2
  }

  package init(addresses: AddressPolicy) { self.addresses = addresses }

  /// The fields of all requests. What the spec says of codings is said instead of what is known here; whatever codings
  /// an answer has are undone.
  var fields: [HTTPFields.Field] {
    let names = Set(headers.map { $0.name.lowercased() })
    let agent = HTTPFields.Field(name: "User-Agent", value: userAgent)
    let accepted = headers.contains { $0.isRange } ? .identity : ContentCoding.accepted
    return [agent, accepted].filter { !$0.value.isEmpty && !names.contains($0.name.lowercased()) } + headers
  }
}
