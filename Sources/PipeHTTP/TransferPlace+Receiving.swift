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

  /// The most bytes of headers: what is above it is no honest answer.
  static let limit = 64 << 10
}

// What libcurl calls while bytes arrive: a few lines each, nothing that waits.
extension TransferPlace {
  /// - Returns: How many bytes were taken; fewer than given ends the transfer.
  func receivedHead(_ line: UnsafeRawBufferPointer) -> Int {
    head.bytes += line.count
    if head.bytes > TransferHead.limit {
      stop = TransferFailure(.protocol, "more than \(TransferHead.limit >> 10) KiB of headers")
      return 0
    }
    if line.starts(with: "HTTP/".utf8) {
      head.isWhole = false
      // An informational response (RFC 9110, 15.2) has another after it.
      let code = line.split(separator: UInt8(ascii: " "), maxSplits: 2).dropFirst().first
      head.isInformational = code?.first == UInt8(ascii: "1")
    } else if line.elementsEqual("\r\n".utf8) || line.elementsEqual("\n".utf8) {
      head.isWhole = !head.isInformational
    }
    return line.count
  }

  /// - Returns: How many bytes were taken; fewer than given ends the transfer.
  func received(_ bytes: UnsafeRawBufferPointer) -> Int {
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
    guard settings.keepsBody else { return }
    if body.isEmpty {
      // The length announced is a hint, bounded: whoever announces it need not send it.
      let announced = large(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
      body.reserveCapacity(min(max(announced, bytes.count), 1 << 20, settings.maximumBody))
    }
    body.append(contentsOf: bytes)
  }

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
