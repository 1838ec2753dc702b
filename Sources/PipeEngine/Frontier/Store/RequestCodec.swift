internal import PipeSpec
internal import PipeText
internal import PipeWeb

/// Requests as bytes, for the overflow of the frontier alone: nothing else ever reads them, so there is no version.
///
/// Numbers are LEB128, texts and lists begin with their length. Every property of a request is written, those of one
/// that transfers have touched as well; a test walks through all of them, so that a new one cannot be left out.
enum RequestCodec {
  static func encode(_ request: Request, into bytes: inout [UInt8]) {
    // The run's own requests have -1.
    bytes.append(number: request.id.source + 1)
    bytes.append(number: request.id.ordinal)
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
    bytes.append(number: request.trail.count)
    for url in request.trail { bytes.append(text: url.href) }
    let (seconds, attoseconds) = request.spent.components
    bytes.append(word: UInt64(bitPattern: seconds))
    bytes.append(word: UInt64(bitPattern: attoseconds))
    bytes.append(number: request.attempt)
    // What the seed says, not what is left of it at this hop.
    bytes.append(text: request.seed.method?.rawValue ?? "")
    bytes.append(number: request.seed.body.map { $0.count + 1 } ?? 0)
    bytes += request.seed.body ?? []
    bytes.append(number: request.seed.headers.count)
    for field in request.seed.headers {
      bytes.append(text: field.name)
      bytes.append(text: field.value)
    }
    bytes.append(number: request.input.count)
    for (name, value) in request.input {
      bytes.append(text: name.text)
      bytes.append(value)
    }
    bytes.append(number: request.depth)
    bytes.append(request.referrer == nil ? 0 : 1)
    if let referrer = request.referrer { bytes.append(text: referrer) }
    bytes.append(request.purpose.rawValue)
    bytes.append(request.hasLostItsContent ? 1 : 0)
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
    let bytes: [UInt8]
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

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
      var trail: [WebURL] = []
      for _ in 0..<hops {
        guard let href = text(), let url = WebURL(href) else { return nil }
        trail.append(url)
      }
      guard let seconds = word(), let attoseconds = word(), let attempt = number(), let method = text(),
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
        let hasLostItsContent = slice(1)?.first
      else { return nil }
      let seed = RequestSeed(
        id: RequestID(source: source - 1, ordinal: ordinal), written: written, method: Method(rawValue: method),
        body: length == 0 ? nil : Array(body), headers: headers, input: input, depth: depth, referrer: referrer,
        purpose: purpose)
      return Request(
        seed, url: url, fault: fault, trail: trail,
        spent: Duration(
          secondsComponent: Int64(bitPattern: seconds), attosecondsComponent: Int64(bitPattern: attoseconds)),
        attempt: attempt, hasLostItsContent: hasLostItsContent > 0)
    }

    private mutating func fault() -> RequestError? {
      guard let code = text().flatMap({ RequestError.Code(rawValue: $0) }), let message = text(),
        let circumstance = slice(1)?.first.flatMap({ RequestError.Circumstance(rawValue: $0) })
      else { return nil }
      return RequestError(code, message, circumstance)
    }

    mutating func number() -> Int? {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while place < bytes.count, shift < 64 {
        let byte = bytes[place]
        place += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte & 0x80 == 0 { return Int(exactly: value) }
        shift += 7
      }
      return nil
    }

    mutating func slice(_ count: Int) -> ArraySlice<UInt8>? {
      guard count <= bytes.count - place else { return nil }
      defer { place += count }
      return bytes[place..<place + count]
    }

    mutating func text() -> String? { number().flatMap { slice($0) }.map { String(decoding: $0, as: UTF8.self) } }

    /// A number of eight bytes, the least first.
    private mutating func word() -> UInt64? { slice(8)?.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

    mutating func value() -> Value? {
      guard let tag = slice(1)?.first else { return nil }
      switch tag {
      case 0: return .null
      case 1: return .bool(false)
      case 2: return .bool(true)
      case 3: return word().map { .int(Int(bitPattern: UInt($0))) }
      case 4: return word().map { .double(Double(bitPattern: $0)) }
      case 5: return text().map { .string($0) }
      case 6: return text().map { .json($0) }
      case 7:
        guard let count = number() else { return nil }
        var values: [Value] = []
        for _ in 0..<count {
          guard let value = value() else { return nil }
          values.append(value)
        }
        return .list(values)
      default: return nil
      }
    }
  }
}

extension [UInt8] {
  /// A number that is not negative.
  fileprivate mutating func append(number: Int) {
    var rest = UInt64(Swift.max(0, number))
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  fileprivate mutating func append(text: String) {
    append(number: text.utf8.count)
    append(contentsOf: text.utf8)
  }

  fileprivate mutating func append(word: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  fileprivate mutating func append(_ value: Value) {
    switch value {
    case .null: append(0)
    case .bool(let value): append(value ? 2 : 1)
    case .int(let value):
      append(3)
      append(word: UInt64(UInt(bitPattern: value)))
    case .double(let value):
      append(4)
      append(word: value.bitPattern)
    case .string(let text):
      append(5)
      append(text: text)
    case .json(let text):
      append(6)
      append(text: text)
    case .list(let values):
      append(7)
      append(number: values.count)
      for value in values { append(value) }
    }
  }
}
