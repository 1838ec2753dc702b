internal import PipeSpec
internal import PipeWeb

/// Requests as bytes, for the overflow of the frontier alone: nothing else ever reads them, so there is no version.
///
/// Numbers are LEB128, texts and lists begin with their length. Only requests that no transfer has touched are
/// written: they have no trail and no attempts.
enum RequestCodec {
  static func encode(_ request: Request, into bytes: inout [UInt8]) {
    bytes.append(number: request.id.source)
    bytes.append(number: request.id.ordinal)
    bytes.append(text: request.written)
    bytes.append(text: request.method?.rawValue ?? "")
    bytes.append(number: request.body.map { $0.count + 1 } ?? 0)
    bytes += request.body ?? []
    bytes.append(number: request.headers.count)
    for field in request.headers {
      bytes.append(text: field.name)
      bytes.append(text: field.value)
    }
    bytes.append(number: request.input.count)
    for (name, value) in request.input {
      bytes.append(text: name)
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
    let bytes: [UInt8]
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func request() -> Request? {
      guard let source = number(), let ordinal = number(), let written = text(), let method = text(),
        let length = number(), let body = slice(max(0, length - 1)), let fields = number()
      else { return nil }
      var headers: [HTTPFields.Field] = []
      for _ in 0..<fields {
        guard let name = text(), let value = text() else { return nil }
        headers.append(HTTPFields.Field(name: name, value: value))
      }
      guard let columns = number() else { return nil }
      var input: [String: Value] = [:]
      for _ in 0..<columns {
        guard let name = text(), let value = value() else { return nil }
        input[name] = value
      }
      return Request(
        id: RequestID(source: source, ordinal: ordinal), written: written, method: Method(rawValue: method),
        body: length == 0 ? nil : Array(body), headers: headers, input: input)
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

  private mutating func append(word: UInt64) {
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
