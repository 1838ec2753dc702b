internal import CLibcurl
internal import Glibc
internal import PipeWeb

/// How far the head of a response is.
struct TransferHead {
  /// Bytes of all heads of the transfer, informational ones included.
  var bytes = 0
  /// Whether the empty line after the final head has come.
  var isWhole = false
  var isInformational = false
  /// The value of the Content-Length field; `max` for one that is no plain number.
  fileprivate var contentLength: UInt64?

  /// The most bytes of headers: what is above it is no honest answer.
  static let limit = 64 << 10

  /// Whether a line is a Content-Length field with another value than the one before it. Where the content
  /// ends is then anybody's guess, and libcurl's is the first (RFC 9112, 6.3).
  mutating func contradictsItself(by line: UnsafeRawBufferPointer) -> Bool {
    // In the order of memory, in lower case: `content-` and `-length:`, which overlap.
    let (first, second) = (line.loadUnaligned(as: UInt64.self), line.loadUnaligned(fromByteOffset: 7, as: UInt64.self))
    guard UInt64(bigEndian: first) | 0x2020_2020_2020_2020 == 0x636f_6e74_656e_742d,
      UInt64(bigEndian: second) | 0x2020_2020_2020_2020 == 0x2d6c_656e_6774_683a
    else { return false }
    var value: UInt64 = 0
    var count = 0
    for index in 15..<line.count where line[index] > 0x20 {
      let digit = UInt64(line[index]) &- 0x30
      count += 1
      value = value == .max || digit > 9 || count > 18 ? .max : value * 10 + digit
    }
    defer { contentLength = value }
    return contentLength.map { $0 != value || value == .max } ?? false
  }
}

// What libcurl calls while bytes arrive: a few lines each, nothing that waits.
extension TransferPlace {
  /// - Returns: How many bytes were taken; fewer than given ends the transfer.
  func receivedHead(_ line: UnsafeRawBufferPointer) -> Int {
    head.bytes += line.count
    limits.lastByte = sockets.now
    if isStalled { hasConnection() }
    if head.bytes > TransferHead.limit {
      stop = TransferFailure(.protocol, "more than \(TransferHead.limit >> 10) KiB of headers")
      return 0
    }
    // This is called for every field of every answer: plain comparisons of bytes, no sequences.
    if line.count > 9, line.loadUnaligned(as: UInt32.self) == Self.http, line[4] == UInt8(ascii: "/") {
      head.isWhole = false
      head.contentLength = nil
      // An informational response (RFC 9110, 15.2) has another after it: HTTP/1.1 100, HTTP/2 103.
      let code = line[6] == UInt8(ascii: " ") ? 7 : 9
      head.isInformational = line[code] == UInt8(ascii: "1")
    } else if line.count == 2 && line[0] == UInt8(ascii: "\r") || line.count == 1 && line[0] == UInt8(ascii: "\n") {
      head.isWhole = !head.isInformational
    } else if line.count > 15, line[0] | 0x20 == UInt8(ascii: "c"), head.contradictsItself(by: line) {
      stop = TransferFailure(.protocol, "two Content-Length fields that differ")
      return 0
    }
    return line.count
  }

  /// - Returns: How many bytes were taken; fewer than given ends the transfer.
  func received(_ bytes: UnsafeRawBufferPointer) -> Int {
    limits.lastByte = sockets.now
    // Paused, not dropped: the server waits, as TCP has it.
    if sockets.held >= settings.bodyMemory, isKeeping, !isPrivileged {
      pausedSince = sockets.now
      sockets.paused.append(self)
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    let before = body.count
    defer { sockets.held += body.count - before }
    let room = settings.maximumBody - length
    if bytes.count > room {
      isCut = true
      if settings.failsAboveMaximumBody {
        stop = TransferFailure(.tooLarge, "the content is larger than max_body (\(settings.maximumBody) bytes)")
      }
      keep(UnsafeRawBufferPointer(rebasing: bytes.prefix(room)))
      return 0
    }
    keep(bytes)
    return bytes.count
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) {
    length += bytes.count
    guard isKeeping else { return }
    switch settings.keeping {
    case .nothing:
      isKeeping = false
    case .whole:
      if body.isEmpty {
        // The length announced is a hint, bounded: whoever announces it need not send it.
        let announced = large(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
        body.reserveCapacity(min(max(announced, bytes.count), 1 << 20, settings.maximumBody))
      }
      body.append(contentsOf: bytes)
    case .until(let facts):
      keepUntilFound(facts, bytes)
    }
  }

  /// Keeps slices of a page until the scanner has all that is wanted. The scanner goes by bytes that agree with
  /// ASCII; of a page in UTF-16 it finds nothing, and then all of it is kept.
  private func keepUntilFound(_ facts: PageFacts.Wanted, _ bytes: UnsafeRawBufferPointer) {
    if body.isEmpty, !mayBeHTML {
      isKeeping = false
      return
    }
    var rest = UnsafeBufferPointer(rebasing: bytes.assumingMemoryBound(to: UInt8.self)[...])
    // The scanner is large: it is fed where it is.
    if scanner == nil { scanner = PageScanner(wanted: facts) }
    while !rest.isEmpty {
      let slice = UnsafeBufferPointer(rebasing: rest.prefix(Self.sliceLength))
      body.append(contentsOf: slice)
      let isFound = scanner?.feed(slice) == false
      // The encoding may be declared behind the facts.
      if isFound, body.count >= EncodingSniffer.declarationLimit {
        isKeeping = false
        break
      }
      rest = UnsafeBufferPointer(rebasing: rest.dropFirst(slice.count))
    }
  }

  /// The bytes `HTTP`, as they stand in memory.
  private static let http = UInt32(littleEndian: 0x5054_5448)

  /// Whether the content can be HTML, by a glance at its media type.
  private var mayBeHTML: Bool {
    var type: UnsafePointer<CChar>?
    pipe_easy_get_text(handle, CURLINFO_CONTENT_TYPE, &type)
    guard let type else { return true }
    var place = type
    while place.pointee != 0 {
      if strncasecmp(place, "html", 4) == 0 { return true }
      place += 1
    }
    return false
  }

  /// Long enough for the head of most pages, short enough not to keep much more.
  private static let sliceLength = 2048

  /// Opens a socket where the address policy allows it: the address is the one that is connected to,
  /// whatever the name said before.
  func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    let target = withUnsafePointer(to: &address.pointee.addr) { IPAddress(socketAddress: UnsafeRawPointer($0)) }
    guard let target else {
      refusal = "not an internet address"
      return CURL_SOCKET_BAD
    }
    if case .refused(let reason) = settings.addresses.verdict(for: target, host: host) {
      refusal = reason
      return CURL_SOCKET_BAD
    }
    refusal = nil
    let descriptor = socket(
      address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    if descriptor >= 0 { sockets.readiness.opened(descriptor) }
    return descriptor
  }
}

extension IPAddress {
  /// The address in a `sockaddr_in` or `sockaddr_in6`.
  fileprivate init?(socketAddress: UnsafeRawPointer) {
    switch Int32(socketAddress.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET:
      let address = socketAddress.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
      self.init(ipv4: UInt32(bigEndian: address))
    case AF_INET6:
      var address = socketAddress.loadUnaligned(as: sockaddr_in6.self).sin6_addr
      self.init(ipv6Bytes: withUnsafeBytes(of: &address) { Array($0) })
    default:
      return nil
    }
  }
}
