internal import PipeText

/// Events as bytes: those of a batch, one after the other, each told by its difference to the one before.
///
/// The first byte is the version, 1. Then, for each event (numbers are LEB128; a difference has its sign in the lowest bit):
///
///     bytes   field
///         1   flags: what is not as usual
///       1-2   ordinal, less the last one and one
///         6   mark of the URL
///       1-2   start, less the last one: milliseconds
///       1-2   elapsed: milliseconds
///       2-3   bytes of content
///
/// and what a flag announces, in their order: the source, the status, the attempts with their number, the redirects, the
/// error, the rows. As usual are the source and the rows of the event before, one attempt, and an answer with 200.
enum RequestEventCodec {
  fileprivate static let version: UInt8 = 1

  fileprivate struct Flags: OptionSet {
    let rawValue: UInt8

    static let source = Flags(rawValue: 1)
    static let status = Flags(rawValue: 2)
    /// Not one attempt that was answered.
    static let attempts = Flags(rawValue: 4)
    static let redirects = Flags(rawValue: 8)
    static let error = Flags(rawValue: 16)
    static let rows = Flags(rawValue: 32)
    /// A check of a link.
    static let check = Flags(rawValue: 64)

    static let all: Flags = [.source, .status, .attempts, .redirects, .error, .rows, .check]
  }

  static func encode(_ events: some Sequence<RequestEvent>) -> [UInt8] {
    var encoder = RequestEventEncoder()
    for event in events { encoder.append(event) }
    return encoder.bytes
  }

  /// - Returns: `nil` if the bytes are not what `encode` makes.
  static func decode(_ bytes: [UInt8]) -> [RequestEvent]? {
    var reader = ByteReader(bytes)
    guard reader.byte() == version else { return nil }
    var events: [RequestEvent] = []
    var last = RequestEvent(id: RequestID(source: 0, ordinal: -1), url: URLMark(bits: 0))
    var lastStart = 0
    while !reader.isAtEnd {
      guard let event = event(&reader, after: last, lastStart) else { return nil }
      lastStart = event.attempts.first?.start ?? lastStart
      last = event
      events.append(event)
    }
    return events
  }

  private static func event(
    _ reader: inout ByteReader, after last: RequestEvent, _ lastStart: Int
  ) -> RequestEvent? {
    guard let flags = reader.byte().map(Flags.init), Flags.all.isSuperset(of: flags),
      let step = reader.signed(), let mark = reader.bytes(6), let wait = reader.signed(),
      let elapsed = reader.count(), let count = reader.count()
    else { return nil }
    var source = last.id.source
    if flags.contains(.source) {
      guard let read = reader.signed() else { return nil }
      source = read
    }
    let start = lastStart &+ wait
    var attempts = [RequestEvent.Attempt(start: start, elapsed: elapsed, outcome: .answered(status: 200))]
    if flags.contains(.status) || flags.contains(.attempts) {
      guard let read = self.attempts(&reader, isOne: flags.contains(.status), start, elapsed) else { return nil }
      attempts = read
    }
    var event = RequestEvent(
      id: RequestID(source: source, ordinal: last.id.ordinal &+ step &+ 1),
      url: URLMark(bits: mark.reversed().reduce(0) { $0 << 8 | UInt64($1) }), attempts: attempts, bytes: count,
      rows: last.rows, isCheck: flags.contains(.check))
    if flags.contains(.redirects) {
      guard let hops = reader.count(ofBytes: 2) else { return nil }
      for _ in 0..<hops {
        guard let url = reader.text(), let status = reader.signed() else { return nil }
        event.redirects.append(RequestEvent.Redirect(url: url, status: status))
      }
    }
    if flags.contains(.error) {
      guard let error = reader.error() else { return nil }
      event.error = error
    }
    if flags.contains(.rows) {
      guard let sinks = reader.count(ofBytes: 1) else { return nil }
      event.rows = []
      for _ in 0..<sinks {
        guard let rows = reader.count() else { return nil }
        event.rows.append(rows)
      }
    }
    return event
  }

  private static func attempts(
    _ reader: inout ByteReader, isOne: Bool, _ first: Int, _ elapsed: Int
  ) -> [RequestEvent.Attempt]? {
    guard let count = isOne ? 1 : reader.count(ofBytes: 1) else { return nil }
    var attempts: [RequestEvent.Attempt] = []
    var (start, elapsed) = (first, elapsed)
    for index in 0..<count {
      if index > 0 {
        guard let step = reader.signed(), let time = reader.count() else { return nil }
        (start, elapsed) = (start &+ step, time)
      }
      guard let status = reader.signed() else { return nil }
      var outcome = RequestEvent.Attempt.Outcome.answered(status: status)
      if status == -1 {
        guard let code = reader.text().flatMap({ RequestError.Code(rawValue: $0) }) else { return nil }
        outcome = .failed(code)
      }
      attempts.append(RequestEvent.Attempt(start: start, elapsed: elapsed, outcome: outcome))
    }
    return attempts
  }
}

/// Makes the bytes of events that come one after the other.
struct RequestEventEncoder {
  private(set) var bytes = [RequestEventCodec.version]
  private(set) var count = 0
  private var lastID = RequestID(source: 0, ordinal: -1)
  private var lastStart = 0
  private var lastRows: [Int] = []

  /// The same as of the `RequestEvent` that it stands for.
  mutating func append(_ event: PlainEvent, id: RequestID, rows: [Int]) {
    var flags: RequestEventCodec.Flags = []
    if event.status != 200 { flags.insert(.status) }
    begin(flags, id, event.url, rows: rows, start: event.start, elapsed: Int(event.elapsed), bytes: event.bytes)
    if event.status != 200 { bytes.append(signed: Int(event.status)) }
    end(rows)
  }

  mutating func append(_ event: RequestEvent) {
    var flags: RequestEventCodec.Flags = []
    switch (event.attempts.count, event.attempts.first?.outcome) {
    case (1, .answered(status: 200)): break
    case (1, .answered): flags.insert(.status)
    default: flags.insert(.attempts)
    }
    if !event.redirects.isEmpty { flags.insert(.redirects) }
    if event.error != nil { flags.insert(.error) }
    if event.isCheck { flags.insert(.check) }
    let first = event.attempts.first
    begin(
      flags, event.id, event.url, rows: event.rows, start: first?.start ?? lastStart, elapsed: first?.elapsed ?? 0,
      bytes: event.bytes)
    if flags.contains(.status) || flags.contains(.attempts) { append(event.attempts, isOne: flags.contains(.status)) }
    if flags.contains(.redirects) {
      bytes.append(varint: event.redirects.count)
      for redirect in event.redirects {
        bytes.append(text: redirect.url)
        bytes.append(signed: redirect.status)
      }
    }
    if let error = event.error { bytes.append(error) }
    end(event.rows)
  }

  /// What every event has.
  private mutating func begin(
    _ flags: RequestEventCodec.Flags, _ id: RequestID, _ url: URLMark, rows: [Int], start: Int, elapsed: Int,
    bytes count: Int
  ) {
    var flags = flags
    if id.source != lastID.source { flags.insert(.source) }
    if rows != lastRows { flags.insert(.rows) }
    bytes.append(flags.rawValue)
    bytes.append(signed: id.ordinal &- lastID.ordinal &- 1)
    withUnsafeBytes(of: url.bits.littleEndian) { bytes.append(contentsOf: $0.prefix(6)) }
    bytes.append(signed: start &- lastStart)
    bytes.append(varint: elapsed)
    bytes.append(varint: count)
    if flags.contains(.source) { bytes.append(signed: id.source) }
    lastID = id
    lastStart = start
  }

  private mutating func end(_ rows: [Int]) {
    count += 1
    if rows == lastRows { return }
    bytes.append(varint: rows.count)
    for count in rows { bytes.append(varint: count) }
    lastRows = rows
  }

  private mutating func append(_ attempts: [RequestEvent.Attempt], isOne: Bool) {
    if !isOne { bytes.append(varint: attempts.count) }
    var start = attempts.first?.start ?? 0
    for (index, attempt) in attempts.enumerated() {
      if index > 0 {
        bytes.append(signed: attempt.start &- start)
        bytes.append(varint: attempt.elapsed)
        start = attempt.start
      }
      switch attempt.outcome {
      // Statuses have three digits; what else a test makes up is told as well.
      case .answered(let status): bytes.append(signed: status)
      case .failed(let code):
        bytes.append(signed: -1)
        bytes.append(text: code.rawValue)
      }
    }
  }
}

extension [UInt8] {
  /// Appends a number as LEB128, its sign in the lowest bit.
  mutating func append(signed number: Int) {
    append(varint: UInt64(bitPattern: Int64(number << 1 ^ number >> (Int.bitWidth - 1))))
  }

  mutating func append(_ error: RequestError) {
    append(text: error.code.rawValue)
    append(text: error.message)
    append(error.circumstance.rawValue)
  }
}

extension ByteReader {
  mutating func signed() -> Int? {
    varint().map { Int(Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1)) }
  }

  mutating func error() -> RequestError? {
    guard let code = text().flatMap({ RequestError.Code(rawValue: $0) }), let message = text(),
      let circumstance = byte().flatMap({ RequestError.Circumstance(rawValue: $0) })
    else { return nil }
    return RequestError(code, message, circumstance)
  }
}
