internal import PipeSpec
internal import PipeText
internal import PipeWeb

/// Requests as bytes, for the overflow of the frontier, and for the journal, whose frames have the version
/// (`RequestFrames`).
///
/// Numbers are LEB128, texts and lists begin with their length. Every property of a request is written, those of one
/// that transfers have touched as well; a test walks through all of them, so that a new one cannot be left out. Equal
/// requests have equal bytes.
enum RequestCodec {
  /// To be counted up with every change of the bytes of requests that were not sent yet, which are those in a journal:
  /// journals of earlier versions are read on.
  static let version: UInt8 = 1

  static func encode(_ request: Request, into bytes: inout [UInt8]) {
    // The run's own requests have -1.
    bytes.append(varint: request.id.source + 1)
    bytes.append(varint: request.id.ordinal)
    bytes.append(text: request.written)
    // Most URLs are serialized as they are written.
    if let url = request.url {
      bytes.append(url.href == request.written ? 1 : 2)
      if url.href != request.written { bytes.append(text: url.href) }
    } else {
      bytes.append(0)
    }
    bytes.append(request.fault == nil ? 0 : 1)
    if let fault = request.fault {
      bytes.append(text: fault.code.rawValue)
      bytes.append(text: fault.message)
      bytes.append(fault.circumstance.rawValue)
    }
    bytes.append(varint: request.trail.count)
    for hop in request.trail {
      bytes.append(text: hop.url.href)
      bytes.append(varint: hop.status)
    }
    bytes.append(request.spent == .zero ? 0 : 1)
    if request.spent != .zero {
      let (seconds, attoseconds) = request.spent.components
      bytes.append(word: UInt64(bitPattern: seconds))
      bytes.append(word: UInt64(bitPattern: attoseconds))
    }
    bytes.append(varint: request.attempt)
    // What the seed says, not what is left of it at this hop.
    bytes.append(text: request.seed.method?.rawValue ?? "")
    bytes.append(varint: request.seed.body.map { $0.count + 1 } ?? 0)
    bytes += request.seed.body ?? []
    bytes.append(varint: request.seed.headers.count)
    for field in request.seed.headers {
      bytes.append(text: field.name)
      bytes.append(text: field.value)
    }
    bytes.append(varint: request.input.count)
    append(request.input, to: &bytes)
    bytes.append(varint: request.depth)
    bytes.append(request.referrer == nil ? 0 : 1)
    if let referrer = request.referrer { bytes.append(text: referrer) }
    bytes.append(request.purpose.rawValue)
    bytes.append(
      (request.hasLostItsContent ? 1 : 0) | (request.keepsPage ? 2 : 0) | (request.isSentAgain ? 4 : 0)
        | (request.chain == nil ? 0 : 8))
    bytes.append(request.place == nil ? 0 : 1)
    if let place = request.place {
      bytes.append(varint: place.number)
      bytes.append(varint: place.hops)
      bytes.append(varint: place.source)
      bytes.append((place.isElsewhere ? 1 : 0) | (place.hasCome ? 2 : 0) | (place.isDoubtful ? 4 : 0))
    }
    if let chain = request.chain {
      for number in [chain.head.source, chain.head.ordinal, chain.previous.source, chain.previous.ordinal, chain.page] {
        bytes.append(varint: number)
      }
      bytes.append(text: chain.start)
      bytes.append(chain.isElsewhere ? 1 : 0)
    }
  }

  /// The order of a dictionary is another one in every process.
  private static func append(_ input: [ExactText: Value], to bytes: inout [UInt8]) {
    if input.isEmpty { return }
    for (name, value) in input.count == 1
      ? Array(input) : input.sorted(by: { $0.key.text.utf8.lexicographicallyPrecedes($1.key.text.utf8) })
    {
      bytes.append(text: name.text)
      bytes.append(value)
    }
  }

  /// - Returns: `nil` where the bytes are not what was written.
  static func decode(_ bytes: [UInt8]) -> [Request]? {
    var reader = Reader(bytes: bytes)
    var requests: [Request] = []
    while !reader.isAtEnd {
      guard let request = reader.request() else { return nil }
      requests.append(request)
    }
    return requests
  }

  private struct Reader {
    private var reader: ByteReader

    init(bytes: [UInt8]) { reader = ByteReader(bytes) }

    var isAtEnd: Bool { reader.isAtEnd }

    mutating func request() -> Request? {
      guard let source = number(), let ordinal = number(), let written = text(), let hasURL = slice(1)?.first
      else { return nil }
      var url: WebURL?
      if hasURL > 0 {
        guard let href = hasURL == 1 ? written : text(), let parsed = WebURL(href) else { return nil }
        url = parsed
      }
      var fault: RequestError?
      switch slice(1)?.first {
      case 0: break
      case 1:
        guard let read = self.fault() else { return nil }
        fault = read
      default: return nil
      }
      guard let hops = number() else { return nil }
      var trail: [RedirectHop] = []
      for _ in 0..<hops {
        guard let href = text(), let url = WebURL(href), let status = number() else { return nil }
        trail.append(RedirectHop(url: url, status: status))
      }
      guard let spent = spent(), let attempt = number(), let method = text(),
        let length = number(), let body = slice(max(0, length - 1)), let fields = number()
      else { return nil }
      var headers: [HTTPFields.Field] = []
      for _ in 0..<fields {
        guard let name = text(), let value = text() else { return nil }
        headers.append(HTTPFields.Field(name: name, value: value))
      }
      guard let columns = number() else { return nil }
      var input: [ExactText: Value] = [:]
      for _ in 0..<columns {
        guard let name = text(), let value = value() else { return nil }
        input[ExactText(name)] = value
      }
      guard let depth = number(), let hasReferrer = slice(1)?.first else { return nil }
      var referrer: String?
      if hasReferrer > 0 {
        guard let read = text() else { return nil }
        referrer = read
      }
      guard let purpose = slice(1)?.first.flatMap({ RequestPurpose(rawValue: $0) }),
        let flags = slice(1)?.first, let hasPlace = slice(1)?.first
      else { return nil }
      var place: CrawlPlace?
      if hasPlace > 0 {
        guard let url = number(), let hops = number(), let source = number(), let flags = slice(1)?.first
        else { return nil }
        place = CrawlPlace(
          number: url, hops: hops, source: source, isElsewhere: flags & 1 > 0, hasCome: flags & 2 > 0,
          isDoubtful: flags & 4 > 0)
      }
      var chain: ChainPlace?
      if flags & 8 > 0 {
        guard let read = self.chain() else { return nil }
        chain = read
      }
      let seed = RequestSeed(
        id: RequestID(source: source - 1, ordinal: ordinal), written: written, method: Method(rawValue: method),
        body: length == 0 ? nil : Array(body), headers: headers, input: input, depth: depth, referrer: referrer,
        purpose: purpose, place: place, chain: chain)
      return Request(
        seed, url: url, fault: fault, trail: trail,
        spent: spent, attempt: attempt, hasLostItsContent: flags & 1 > 0, keepsPage: flags & 2 > 0,
        isSentAgain: flags & 4 > 0)
    }

    private mutating func chain() -> ChainPlace? {
      guard let source = number(), let ordinal = number(), let previousSource = number(),
        let previousOrdinal = number(), let page = number(), let start = text(), let isElsewhere = slice(1)?.first
      else { return nil }
      return ChainPlace(
        head: RequestID(source: source, ordinal: ordinal), start: start,
        previous: RequestID(source: previousSource, ordinal: previousOrdinal), page: page,
        isElsewhere: isElsewhere == 1)
    }

    private mutating func spent() -> Duration? {
      switch slice(1)?.first {
      case 0: return .zero
      case 1:
        guard let seconds = word(), let attoseconds = word() else { return nil }
        return Duration(
          secondsComponent: Int64(bitPattern: seconds), attosecondsComponent: Int64(bitPattern: attoseconds))
      default: return nil
      }
    }

    private mutating func fault() -> RequestError? {
      guard let code = text().flatMap({ RequestError.Code(rawValue: $0) }), let message = text(),
        let circumstance = slice(1)?.first.flatMap({ RequestError.Circumstance(rawValue: $0) })
      else { return nil }
      return RequestError(code, message, circumstance)
    }

    private mutating func number() -> Int? { reader.count() }
    private mutating func slice(_ count: Int) -> ArraySlice<UInt8>? { reader.bytes(count) }
    private mutating func text() -> String? { reader.text() }
    private mutating func word() -> UInt64? { reader.word() }
    private mutating func value() -> Value? { reader.value() }
  }
}
