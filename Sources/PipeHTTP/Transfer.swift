package import PipeWeb

/// What travels with a request and comes back with its result.
package typealias TransferTag = any AnyObject & Sendable

/// One request as the loop performs it.
package struct TransferRequest: Sendable {
  /// A serialized URL, taken as it is.
  package var url: String
  /// The host of the URL, for the address policy and for messages.
  package var host: String
  /// `nil` for the settings' own.
  package var method: String?
  package var body: [UInt8]?
  package var headers: [HTTPFields.Field]
  /// Whether the settings' own credentials are left out: the request goes to another origin than it began at.
  package var withholdsCredentials: Bool
  /// What the result brings back.
  package let tag: TransferTag

  package init(
    url: String, host: String, method: String? = nil, body: [UInt8]? = nil, headers: [HTTPFields.Field] = [],
    withholdsCredentials: Bool = false, tag: TransferTag
  ) {
    self.url = url
    self.host = host
    self.method = method
    self.body = body
    self.headers = headers
    self.withholdsCredentials = withholdsCredentials
    self.tag = tag
  }
}

/// What became of a request. A body that broke off has a response and a failure.
package struct TransferResult: Sendable {
  package let tag: TransferTag
  package let response: HTTPResponse?
  package let failure: TransferFailure?
  /// From the start to the last byte.
  package let elapsed: Duration
  /// To the first byte of the response.
  package let firstByte: Duration?
}

/// Why a transfer failed.
package struct TransferFailure: Error, Hashable, Sendable {
  package enum Reason: Sendable {
    case dns, connect, tls, timeout, connection, `protocol`, body, tooLarge, forbidden
  }

  package let reason: Reason
  package let message: String

  package init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }
}

/// Where a loop gets its requests and brings its results; called on the loop's thread.
package protocol TransferExchange: AnyObject, Sendable {
  func take(upTo limit: Int) -> TransferTake
  func complete(_ batch: [TransferResult])
  /// Requests given up because the run stops.
  func abandon(_ tags: [TransferTag])
}

package enum TransferTake: Sendable {
  case requests([TransferRequest])
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
  /// Bytes of content after its codings are undone.
  package var maximumBody = 10 << 20
  package var failsAboveMaximumBody = false
  package var keeping = Keeping.whole
  package var keepsFields = false
  package var version = Version.automatic
  package var addresses: AddressPolicy
  package var connection = ConnectionOptions()

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
}
