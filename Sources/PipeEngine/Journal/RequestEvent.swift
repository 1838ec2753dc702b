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
