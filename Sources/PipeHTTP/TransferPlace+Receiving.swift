internal import CLibcurl
internal import Glibc
internal import PipeWeb

// What libcurl calls while bytes arrive: a few lines each, nothing that waits.
extension TransferPlace {
  /// - Returns: How many bytes were taken; fewer than given ends the transfer.
  func receivedHead(_ line: UnsafeRawBufferPointer) -> Int {
    limits.lastByte = sockets.now
    if isStalled { hasConnection() }
    if let fault = head.read(line) { return refuse(fault) }
    return line.count
  }

  private func refuse(_ words: String) -> Int {
    stop = TransferFailure(.protocol, words)
    return 0
  }

  /// - Returns: How many bytes were taken; fewer than given ends the transfer.
  func received(_ bytes: UnsafeRawBufferPointer) -> Int {
    limits.lastByte = sockets.now
    if isFollowed { return passOver(bytes) }
    // Paused, not dropped: the server waits, as TCP has it.
    if sockets.held >= settings.bodyMemory, isKeeping, !isPrivileged {
      pausedSince = sockets.now
      sockets.paused.append(self)
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    let before = body.count
    defer { sockets.held += body.count - before }
    let isWanted = head.codings.isEmpty ? take(bytes) : decode(bytes)
    return isWanted ? bytes.count : 0
  }

  /// The content of a redirect that is followed: whatever it is, nobody asked for it. It is read as far as that costs
  /// less than another connection.
  private func passOver(_ bytes: UnsafeRawBufferPointer) -> Int {
    length += bytes.count
    if length <= Self.passedOver { return bytes.count }
    isCut = true
    return 0
  }

  private static let passedOver = 256 << 10

  /// Takes content, its codings undone.
  ///
  /// - Returns: Whether more is wanted.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let room = settings.maximumBody - length
    if bytes.count > room {
      keep(UnsafeRawBufferPointer(rebasing: bytes.prefix(room)))
      cut()
      return false
    }
    keep(bytes)
    return true
  }

  private func cut() {
    isCut = true
    if settings.failsAboveMaximumBody {
      stop = TransferFailure(.tooLarge, "the content is larger than max_body (\(settings.maximumBody) bytes)")
    }
  }

  /// - Returns: Whether more is wanted.
  private func decode(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if undecoded != nil { return take(bytes) }
    do throws(ContentDecodingFault) {
      switch try beginDecoding().decode(bytes, take: take) {
      case .goesOn: return true
      case .stopped: return false
      case .tooLarge: cut()
      case .fault(let words): stop = TransferFailure(.body, words)
      }
    } catch {
      undecoded = error.words
      return take(bytes)
    }
    return false
  }

  private func beginDecoding() throws(ContentDecodingFault) -> ContentDecoding {
    if let decoding { return decoding }
    let begun = try ContentDecoding(head.codings, maximum: settings.maximumBody, sockets.decompressors)
    decoding = begun
    return begun
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) {
    length += bytes.count
    guard isKeeping else { return }
    switch settings.keeping {
    case .nothing:
      isKeeping = false
    case .whole:
      if body.isEmpty { reserveBody(for: bytes) }
      body.append(contentsOf: bytes)
    case .until(let facts):
      keepUntilFound(facts, bytes)
    }
  }

  /// Makes room for a body that begins with these bytes.
  private func reserveBody(for bytes: UnsafeRawBufferPointer) {
    // The length announced is a hint, bounded: whoever announces it need not send it.
    let announced = large(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    body.reserveCapacity(min(max(announced, bytes.count), 1 << 20, settings.maximumBody))
  }

  /// Scans a page until the scanner has all that is wanted, and keeps it as long as its encoding is not certain: that may
  /// be told by its first bytes, by the header, or by the first meta element that declares one, wherever that stands. The
  /// scanner goes by bytes that agree with ASCII; of a page in UTF-16 it finds nothing, and then all of it is kept.
  private func keepUntilFound(_ facts: PageFacts.Wanted, _ bytes: UnsafeRawBufferPointer) {
    // The scanner is large: it is fed where it is.
    if scanner == nil {
      guard declaresHTML else { return keepIfHTML(bytes) }
      scanner = PageScanner(wanted: hasUsableCharset ? facts : facts.union(.encoding))
    }
    var rest = UnsafeBufferPointer(rebasing: bytes.assumingMemoryBound(to: UInt8.self)[...])
    while !rest.isEmpty {
      var slice = rest
      if encoding?.isASCIICompatible != true {
        slice = UnsafeBufferPointer(rebasing: rest.prefix(max(Self.sliceLength, body.count)))
        body.append(contentsOf: slice)
      }
      let isFound = scanner?.feed(slice) == false
      if encoding == nil { settleEncoding() }
      if isFound && encoding?.isASCIICompatible != false || isPlainSoFar {
        isKeeping = false
        break
      }
      rest = UnsafeBufferPointer(rebasing: rest.dropFirst(slice.count))
    }
  }

  /// Looks once whether the start of a page, which is kept, makes its encoding certain; then a meta element does.
  private func settleEncoding() {
    let declared = scanner?.declaredEncoding
    if !hasAskedForEncoding, declared != nil || body.count >= EncodingSniffer.declarationLimit {
      hasAskedForEncoding = true
      let (found, source) = sniff()
      if source == .byteOrderMark || source == .http || !found.isASCIICompatible {
        encoding = found
        scanner?.leaveEncoding()
        return
      }
    }
    encoding = declared
  }

  /// Whether all is found but the encoding, in bytes that are the same in every encoding that a meta may yet declare.
  private var isPlainSoFar: Bool {
    guard !lacksEncodingAlone, scanner?.lacksEncodingAlone == true else { return false }
    lacksEncodingAlone = true
    return body.allSatisfy { $0 < 0x80 && $0 != 0x1B && $0 != 0 }
  }

  /// Whether the header tells the encoding, by a glance at first.
  private var hasUsableCharset: Bool {
    guard let type = head.contentType, Self.holds("charset", in: type) else { return false }
    return mediaType?.charset.flatMap { CharacterEncoding(label: $0) } != nil
  }

  /// Whether the content is HTML, by a glance at its media type; `false` where that takes more than a glance.
  private var declaresHTML: Bool {
    guard let type = head.contentType, Self.begins("text/html", in: type, at: 0) else { return false }
    return type.count == 9 || type[9] == UInt8(ascii: ";") || mediaType?.isHTML == true
  }

  private static func holds(_ word: StaticString, in type: [UInt8]) -> Bool {
    type.indices.contains { begins(word, in: type, at: $0) }
  }

  /// - Parameter word: In lower case, without digits.
  private static func begins(_ word: StaticString, in type: [UInt8], at start: Int) -> Bool {
    let count = word.utf8CodeUnitCount
    return type.count - start >= count
      && (0..<count).allSatisfy { type[start + $0] | 0x20 == word.utf8Start[$0] }
  }

  /// Keeps the whole of XHTML, which is read as a tree, and of what turns out to be HTML though no usable media type says
  /// so.
  private func keepIfHTML(_ bytes: UnsafeRawBufferPointer) {
    let declared = mediaType.flatMap { $0.isUsable ? $0 : nil }
    if let declared, !declared.isHTML, !declared.isXHTML {
      isKeeping = false
      return
    }
    body.append(contentsOf: bytes)
    if keepsWhole || declared != nil || body.count < ContentSniffer.limit { return }
    let body = body
    let type = ContentSniffer.mediaType(of: body.span)
    keepsWhole = type?.isHTML == true || type?.isXHTML == true
    if !keepsWhole {
      self.body = []
      isKeeping = false
    }
  }

  /// Of the first slice, and the ones after it are as long as what is kept: long enough for the head of most pages,
  /// short enough not to keep much more.
  private static let sliceLength = 2048

  /// Opens a socket where the address policy allows it: the address is the one that is connected to,
  /// whatever the name said before.
  func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
    let target = withUnsafePointer(to: &address.pointee.addr) { IPAddress(socketAddress: UnsafeRawPointer($0)) }
    guard let target else {
      refusal = "not an internet address"
      return CURL_SOCKET_BAD
    }
    // A proxy may be anywhere: the spec names it. Where it leads is judged before (`ProxyScreen`).
    if settings.connection.proxy == nil,
      case .refused(let reason) = settings.addresses.verdict(for: target, host: String(hostname))
    {
      refusal = reason
      return CURL_SOCKET_BAD
    }
    refusal = nil
    if case .v4 = target { isIPv4 = true } else { isIPv4 = false }
    var descriptor = socket(
      address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    if descriptor >= 0, isRelayed { descriptor = relay(descriptor, to: address) }
    if descriptor >= 0 {
      sockets.readiness.opened(descriptor)
      shortage = nil
    } else if MachineShortage.isShortage(errno) {
      shortage = errno
    }
    return descriptor
  }
}
