import PipeEngine
import PipeSpec
import PipeWeb

// The built-in fields that are told by the request and the head of the response.

extension Component where Product == any Extractor {
  /// A built-in field: a name that stands alone.
  static func builtIn(_ name: String, _ summary: String, _ extractor: some Extractor) -> Self {
    Component(.extractor, name, summary, options: MapShape(make: { extractor as any Extractor }), standsAlone: true) {
      $0
    }
  }
}

/// `url`: the URL as the source wrote it.
struct URLExtractor: Extractor {
  static let component = Component.builtIn("url", "The URL as the source wrote it.", URLExtractor())
  let type = FieldType.url
  let isNullable = false

  func extract(_ page: Page) throws(ExtractionFault) -> Value { .string(page.request.written) }
}

/// `final_url`: the URL that answered.
struct FinalURLExtractor: Extractor {
  static let component = Component.builtIn(
    "final_url", "The URL that answered, after all redirects; null if none did.", FinalURLExtractor())
  let type = FieldType.url

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard page.response != nil, let url = page.request.url else { return .null }
    return .string(url.hrefWithoutUserinfo)
  }
}

/// `status`: the status code (RFC 9110, 15).
struct StatusExtractor: Extractor {
  static let component = Component.builtIn(
    "status", "The status code of the response (RFC 9110, 15); null if there is none.", StatusExtractor())
  let type = FieldType.int
  let bounds: ClosedRange<Int>? = 100...999

  func extract(_ page: Page) throws(ExtractionFault) -> Value { page.response.map { .int($0.status) } ?? .null }
}

/// `content_type`: the Content-Type field's value.
struct ContentTypeExtractor: Extractor {
  static let component = Component.builtIn(
    "content_type", "The Content-Type field's value as received.", ContentTypeExtractor())
  let type = FieldType.string

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    page.response?.contentType.map { .string($0) } ?? .null
  }
}

/// `elapsed`: seconds from the first byte sent to the last received.
struct ElapsedExtractor: Extractor {
  static let component = Component.builtIn(
    "elapsed", "Transfer time in seconds, including redirects but not time spent queued.", ElapsedExtractor())
  let type = FieldType.number
  let bounds: ClosedRange<Int>? = 0...Int.max

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    page.request.url == nil || page.fetched.attempts == 0
      ? .null : .double((page.request.spent + page.fetched.timing.elapsed).secondsToTheMicrosecond)
  }
}

/// `ttfb`: seconds to the first byte of the response.
struct FirstByteExtractor: Extractor {
  static let component = Component.builtIn(
    "ttfb", "Seconds to the first byte of the response, redirects included.", FirstByteExtractor())
  let type = FieldType.number
  let bounds: ClosedRange<Int>? = 0...Int.max

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    page.fetched.timing.firstByte.map { .double((page.request.spent + $0).secondsToTheMicrosecond) } ?? .null
  }
}

/// `attempts`: how often the request was tried.
struct AttemptsExtractor: Extractor {
  static let component = Component.builtIn(
    "attempts", "The number of attempts; 1 without retries, 0 if its host had been given up before.",
    AttemptsExtractor())
  let type = FieldType.int
  let bounds: ClosedRange<Int>? = 0...Int.max
  let isNullable = false

  func extract(_ page: Page) throws(ExtractionFault) -> Value { .int(page.fetched.attempts) }
}

/// `depth`: how far the page is from a source.
struct DepthExtractor: Extractor {
  static let component = Component.builtIn(
    "depth", "The number of links between a source and the page; 0 for a source's own URLs.", DepthExtractor())
  let type = FieldType.int
  let bounds: ClosedRange<Int>? = 0...Int.max
  let isNullable = false
  let placeFact: PlaceFact? = .way

  func extract(_ page: Page) throws(ExtractionFault) -> Value { .int(page.request.depth) }
}

/// `referrer`: the page that led here.
struct ReferrerExtractor: Extractor {
  static let component = Component.builtIn(
    "referrer", "The URL of the page whose link was followed; null for a source's own URLs.",
    ReferrerExtractor())
  let type = FieldType.url
  let placeFact: PlaceFact? = .way

  func extract(_ page: Page) throws(ExtractionFault) -> Value { Value(page.request.referrer) }
}

/// `ip`: the address that answered.
struct AddressExtractor: Extractor {
  static let component = Component.builtIn(
    "ip", "The IP address that the response came from, after all redirects; through a proxy, the proxy's.",
    AddressExtractor())
  let type = FieldType.string
  let needs = PageNeeds(address: true)

  func extract(_ page: Page) throws(ExtractionFault) -> Value { Value(page.response?.address?.description) }
}

/// `http_version`: the version of HTTP that the response came in.
struct HTTPVersionExtractor: Extractor {
  static let component = Component.builtIn(
    "http_version", "The version of HTTP of the response: 1.0, 1.1, 2 or 3.", HTTPVersionExtractor())
  let type = FieldType.string
  let words: [String]? = HTTPVersion.allCases.map(\.rawValue)

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    page.response.map { .string($0.version.rawValue) } ?? .null
  }
}

/// `truncated`: whether the content ended early.
struct TruncatedExtractor: Extractor {
  static let component = Component.builtIn(
    "truncated", "Whether the content ended before it was whole, by max_body or by a fault.", TruncatedExtractor())
  let type = FieldType.bool

  func extract(_ page: Page) throws(ExtractionFault) -> Value { page.response.map { .bool($0.isTruncated) } ?? .null }
}

/// `ok`: whether the page was fetched and its status is below 400.
struct OKExtractor: Extractor {
  static let component = Component.builtIn(
    "ok", "Whether the page was fetched and its status is below 400.", OKExtractor())
  let type = FieldType.bool
  let isNullable = false

  func extract(_ page: Page) throws(ExtractionFault) -> Value { .bool(page.isOK) }
}

/// `error`: why the request failed.
struct ErrorExtractor: Extractor {
  static let component = Component.builtIn(
    "error", "Why the request failed, as `code: message`; null for every answer, whatever its status.", ErrorExtractor()
  )
  let type = FieldType.string
  let codes = RequestError.Code.allCases.map(\.rawValue)
  let comesLast = true

  func extract(_ page: Page) throws(ExtractionFault) -> Value { page.error.map { .string($0.description) } ?? .null }
}

/// `error_code`: the code of the error.
struct ErrorCodeExtractor: Extractor {
  static let component = Component.builtIn(
    "error_code", "The code of the error alone, such as timeout; null if there is none.", ErrorCodeExtractor())
  let type = FieldType.string
  let words: [String]? = RequestError.Code.allCases.map(\.rawValue)
  let comesLast = true

  func extract(_ page: Page) throws(ExtractionFault) -> Value { page.error.map { .string($0.code.rawValue) } ?? .null }
}

extension Duration {
  fileprivate var secondsToTheMicrosecond: Double { (seconds * 1e6).rounded() / 1e6 }
}
