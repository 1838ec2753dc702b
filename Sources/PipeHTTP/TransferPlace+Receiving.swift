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
    if head.isWhole, takesAll, maximumBody == 0, method != "HEAD" {
      // Nothing of the content is wanted.
      isCut = true
      return 0
    }
    if head.isWhole, ignoresLength || head.isChunkedUnseen, framing == nil { return beginFraming() ? line.count : 0 }
    return line.count
  }

  /// Begins to look where the content ends, where libcurl does not know.
  ///
  /// - Returns: Whether there is any content.
  private func beginFraming() -> Bool {
    // These have no content, whatever their fields say (RFC 9112, 6.3).
    if method == "HEAD" || head.status == 204 || head.status == 304 { return true }
    if head.isChunkedUnseen {
      framing = .chunks
    } else if !head.hasTransferCoding, let length = head.contentLength {
      framing = ContentFraming(length: length)
    }
    return framing?.isWhole != true
  }

  private func refuse(_ words: String) -> Int {
    stop = TransferFailure(.protocol, TransferEnd(CURLE_WRITE_ERROR, self).told(words))
    return 0
  }

  /// - Returns: How many bytes were taken; fewer than given ends the transfer.
  func received(_ bytes: UnsafeRawBufferPointer) -> Int {
    limits.lastByte = sockets.now
    if framing != nil { return receivedFramed(bytes) }
    return receivedContent(bytes)
  }

  /// Receives content whose end libcurl does not know.
  private func receivedFramed(_ bytes: UnsafeRawBufferPointer) -> Int {
    // What is not taken while it is paused comes once more.
    if isToPause { return pause() }
    guard var framing else { return 0 }
    let step = framing.take(bytes) { receivedContent($0, mayPause: false) == $0.count }
    self.framing = framing
    if step == .broken { stop = TransferFailure(.body, TransferOutcome.brokenCoding(after: length)) }
    return step == .goesOn ? bytes.count : 0
  }

  private func receivedContent(_ bytes: UnsafeRawBufferPointer, mayPause: Bool = true) -> Int {
    if isFollowed { return passOver(bytes) }
    // Paused, not dropped: the server waits, as TCP has it.
    if mayPause, isToPause { return pause() }
    let before = body.count
    defer { sockets.held += body.count - before }
    let isWanted = head.codings.isEmpty ? take(bytes) : decode(bytes)
    return isWanted ? bytes.count : 0
  }

  private var isToPause: Bool {
    guard isKeeping else { return false }
    return sockets.isBackedUp
      ? sockets.held >= settings.bodyMemory / 8 : sockets.held >= settings.bodyMemory && !isPrivileged
  }

  private func pause() -> Int {
    pausedSince = sockets.now
    sockets.paused.append(self)
    return Int(CURL_WRITEFUNC_PAUSE)
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
    let room = maximumBody - length
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
    if settings.failsAboveMaximumBody, !takesAll {
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
    let begun = try ContentDecoding(head.codings, maximum: maximumBody, sockets.decompressors)
    decoding = begun
    return begun
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) {
    length += bytes.count
    guard isKeeping else { return }
    if takesAll { return keepAll(bytes) }
    switch settings.keeping {
    case .nothing: isKeeping = false
    case .whole: keepAll(bytes)
    case .until(let facts): keepUntilFound(facts, bytes)
    }
  }

  private func keepAll(_ bytes: UnsafeRawBufferPointer) {
    if body.isEmpty { reserveBody(for: bytes) } else if body.count >= Self.firstRoom { growBody(for: bytes) }
    body.append(contentsOf: bytes)
  }

  /// Makes room for a body that begins with these bytes.
  private func reserveBody(for bytes: UnsafeRawBufferPointer) {
    // The length announced is a hint, bounded: whoever announces it need not send it.
    let announced = large(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    body.reserveCapacity(min(max(announced, bytes.count), Self.firstRoom, maximumBody))
  }

  private static let firstRoom = 256 << 10

  /// Makes room for all that is announced of a large body at once: doubled again and again it would leave as much behind.
  private func growBody(for bytes: UnsafeRawBufferPointer) {
    guard body.count + bytes.count > body.capacity else { return }
    let announced = large(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    body.reserveCapacity(max(min(announced, maximumBody), 2 * body.capacity, body.count + bytes.count))
  }

  /// Scans a page until the scanner has all that is wanted, and keeps it as long as its encoding is not certain: that may
  /// be told by its first bytes, by the header, or by the first meta element that declares one, wherever that stands. The
  /// scanner goes by bytes that agree with ASCII; of a page in UTF-16 it finds nothing, and then all of it is kept.
  private func keepUntilFound(_ facts: PageFacts.Wanted, _ bytes: UnsafeRawBufferPointer) {
    // The scanner is large: it is fed where it is.
    if scanner == nil {
      guard let type = knownType, type.isHTML else { return keepIfHTML(bytes) }
      labelled = type.encoding
      scanner = PageScanner(wanted: labelled == nil ? facts.union(.encoding) : facts)
    }
    var rest = UnsafeBufferPointer(rebasing: bytes.assumingMemoryBound(to: UInt8.self)[...])
    while !rest.isEmpty {
      var slice = rest
      let isCertain = encoding?.isASCIICompatible == true
      if !isCertain { slice = UnsafeBufferPointer(rebasing: rest.prefix(max(Self.sliceLength, body.count))) }
      if !isCertain || keepsPage && body.count < PageSubstance.limit { body.append(contentsOf: slice) }
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
      if let certain = markedOrLabelled {
        encoding = certain
        scanner?.leaveEncoding()
        return
      }
      let (found, _) = sniff()
      if !found.isASCIICompatible {
        encoding = found
        scanner?.leaveEncoding()
        return
      }
    }
    encoding = declared
  }

  /// What no meta element can change: a byte order mark, or else the header's charset.
  var markedOrLabelled: CharacterEncoding? {
    let body = body
    return EncodingSniffer.marked(body.span) ?? labelled
  }

  /// Whether all is found but the encoding, in bytes that are the same in every encoding that a meta may yet declare.
  private var isPlainSoFar: Bool {
    guard !lacksEncodingAlone, scanner?.lacksEncodingAlone == true else { return false }
    lacksEncodingAlone = true
    return body.allSatisfy { $0 < 0x80 && $0 != 0x1B && $0 != 0 }
  }

  /// Keeps the whole of XHTML, which is read as a tree, and of what turns out to be HTML though no usable media type says
  /// so.
  private func keepIfHTML(_ bytes: UnsafeRawBufferPointer) {
    let declared = mediaType.flatMap { $0.isUsable ? $0 : nil }
    if let declared, !declared.isHTML, !declared.isXHTML {
      if keepsPage, body.count < PageSubstance.limit { return body.append(contentsOf: bytes) }
      isKeeping = false
      return
    }
    body.append(contentsOf: bytes)
    if keepsWhole || declared != nil || body.count < ContentSniffer.limit { return }
    let body = body
    let type = ContentSniffer.mediaType(of: body.span)
    keepsWhole = type?.isHTML == true || type?.isXHTML == true
    if !keepsWhole, !keepsPage || body.count >= PageSubstance.limit {
      if !keepsPage { self.body = [] }
      isKeeping = false
    }
  }

  /// Whether the start of a page is kept, whatever the scanner still needs of it.
  var keepsPage: Bool { request?.keepsPage ?? false }

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
    hasOpenedSocket = true
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
