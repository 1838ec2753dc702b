/// The story of one request, as `pipe why` tells it and as the totals are counted from. It is in the journal once the request
/// is done.
struct RequestEvent: Hashable, Sendable {
  struct Attempt: Hashable, Sendable {
    enum Outcome: Hashable, Sendable {
      case answered(status: Int)
      case failed(RequestError.Code)
    }

    /// When it began: milliseconds since 1970.
    var start: Int
    /// How long it took: milliseconds.
    var elapsed: Int
    var outcome: Outcome
  }

  struct Redirect: Hashable, Sendable {
    /// Where to.
    var url: String
    var status: Int
  }

  var id: RequestID
  var url: URLMark
  /// In their order; none if it was never made.
  var attempts: [Attempt] = []
  var redirects: [Redirect] = []
  /// Bytes of content.
  var bytes = 0
  /// The error of the record: why there was no answer, why it was not made, or what its fields lack.
  var error: RequestError?
  /// Its rows at each sink, by the place in the plan.
  var rows: [Int] = []
  /// Whether it was only asked what comes of a link, so that it has no record.
  var isCheck = false
}

/// The event of a request that went as most do: one attempt, which was answered, and nothing else to tell but its rows. It
/// takes no memory of its own.
struct PlainEvent: Hashable, Sendable {
  var url: URLMark
  /// Milliseconds since 1970.
  var start: Int
  var bytes: Int
  /// Milliseconds.
  var elapsed: UInt32
  var status: UInt16
}

extension RequestEvent {
  init(_ plain: PlainEvent, id: RequestID, rows: [Int]) {
    let attempt = Attempt(
      start: plain.start, elapsed: Int(plain.elapsed), outcome: .answered(status: Int(plain.status)))
    self.init(id: id, url: plain.url, attempts: [attempt], bytes: plain.bytes, rows: rows)
  }

  /// The same but for its rows; `nil` if there is more to tell.
  var plain: PlainEvent? {
    guard attempts.count == 1, redirects.isEmpty, error == nil, !isCheck,
      case .answered(let status) = attempts[0].outcome
    else { return nil }
    return PlainEvent(url, attempts[0].start, attempts[0].elapsed, status, bytes: bytes)
  }
}

extension PlainEvent {
  /// - Returns: `nil` if a number has no place.
  init?(_ url: URLMark, _ start: Int, _ elapsed: Int, _ status: Int, bytes: Int) {
    guard let elapsed = UInt32(exactly: elapsed), let status = UInt16(exactly: status) else { return nil }
    self.init(url: url, start: start, bytes: bytes, elapsed: elapsed, status: status)
  }
}

/// Tells a URL from others in six bytes: the start of a hash that is the same in every process (FNV-1a of 64 bits, its upper
/// bits mixed in). Among ten million URLs, three in 100 million questions find one that is not meant.
struct URLMark: Hashable, Sendable {
  /// 48 bits.
  let bits: UInt64

  init(bits: UInt64) { self.bits = bits & 0xFFFF_FFFF_FFFF }

  init(of url: some StringProtocol) {
    func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      return hash
    }
    let bits = url.utf8.withContiguousStorageIfAvailable { hash($0) } ?? hash(url.utf8)
    self.init(bits: bits ^ bits >> 32)
  }
}
