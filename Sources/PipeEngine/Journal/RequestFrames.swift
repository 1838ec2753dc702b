internal import PipeStorage
internal import PipeText

/// Requests of a source that cannot be read again, as frames of the journal.
///
/// The payload of a frame: 1 (version), flags (1 if its last request goes on in the next frame of the source), the source and
/// the ordinal of the first request that begins in it, in LEB128, and the requests as `RequestCodec` has them.
struct RequestFrames {
  /// Bytes of requests in a frame, about.
  static let size = 1 << 20
  /// The most bytes of requests in a frame: what is longer goes on in the next one.
  static let largest = 8 << 20

  private let source: Int
  private let largest: Int
  private var frames: [[UInt8]] = []
  private var open: [UInt8] = []
  /// The first request that begins in the open frame.
  private var first = 0

  /// - Parameter largest: The most bytes of requests in a frame.
  init(source: Int, largest: Int = Self.largest) {
    self.source = source
    self.largest = largest
  }

  /// Adds requests whose ordinals follow those before.
  mutating func add(_ requests: some Sequence<Request>) {
    for request in requests {
      if open.isEmpty { first = request.id.ordinal }
      RequestCodec.encode(request, into: &open)
      if open.count >= min(Self.size, largest) { close() }
    }
  }

  /// The frames of what was added since this was called last.
  mutating func take() -> [[UInt8]] {
    close()
    defer { frames = [] }
    return frames
  }

  private mutating func close() {
    var rest = open[...]
    while !rest.isEmpty {
      let part = rest.prefix(largest)
      rest = rest.dropFirst(largest)
      var frame = [RequestCodec.version, rest.isEmpty ? 0 : 1]
      frame.append(varint: source)
      frame.append(varint: first)
      frames.append(frame + part)
    }
    open = []
  }
}

/// Reads the requests of one source out of the journal of a past run, frame by frame.
struct PastRequests {
  private var frames: PastFrames
  private let source: Int
  private let path: String
  /// The ordinal of the next request.
  private var ordinal = 0

  init(of source: Int, in frames: PastFrames, path: String) {
    self.frames = frames
    self.source = source
    self.path = path
  }

  /// The next requests, each with the ordinal behind the one before, from 0; `nil` behind the last one.
  mutating func next() throws(LogFault) -> [Request]? {
    var bytes: [UInt8] = []
    var isOpen = false
    while let (_, payload) = try frames.next() {
      var reader = ByteReader(payload)
      guard reader.byte() == RequestCodec.version, let flags = reader.byte(), flags < 2, let source = reader.count(),
        let first = reader.count()
      else { throw broken }
      if source != self.source { continue }
      bytes += reader.rest()
      guard first == ordinal else { throw broken }
      isOpen = flags == 1
      if isOpen { continue }
      guard let requests = RequestCodec.decode(bytes), !requests.isEmpty else { throw broken }
      for request in requests {
        guard request.id == RequestID(source: source, ordinal: ordinal) else { throw broken }
        ordinal += 1
      }
      return requests
    }
    if isOpen { throw broken }
    return nil
  }

  private var broken: LogFault { LogFault(path, .broken(at: 0)) }
}

/// What tells whether requests are the same as others: how many, and the checksum of their bytes.
struct RequestDigest: Hashable, Sendable {
  private(set) var count = 0
  private var sum = CRC32()

  mutating func add(_ request: Request) {
    var bytes: [UInt8] = []
    RequestCodec.encode(request, into: &bytes)
    sum = sum.adding(bytes[...])
    count += 1
  }
}
