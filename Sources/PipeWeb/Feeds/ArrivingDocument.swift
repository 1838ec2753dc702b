/// A document that arrives in pieces, decoded as far as it has come.
struct ArrivingDocument {
  /// What is decoded and not read yet.
  var text: [UInt8] = []
  /// Bytes that came.
  private(set) var bytes = 0
  /// Whether more came than is read.
  private(set) var isCut = false
  private var decoder: DocumentDecoder
  private let limit: Int

  /// - Parameter limit: The most bytes that are read.
  init(mediaType: MediaType?, limit: Int) {
    decoder = DocumentDecoder(mediaType: mediaType)
    self.limit = limit
  }

  /// Whether there is enough of it to tell what it is.
  var hasBeginning: Bool { text.count >= EncodingSniffer.declarationLimit }

  /// Decodes the next bytes, and takes them off `rest`.
  ///
  /// - Returns: Whether there were any that are read.
  mutating func decode(_ rest: inout UnsafeBufferPointer<UInt8>) -> Bool {
    if rest.isEmpty || isCut { return false }
    let count = min(rest.count, 64 << 10, limit - bytes)
    if count == 0 {
      isCut = true
      return false
    }
    bytes += count
    decoder.decode(UnsafeBufferPointer(rebasing: rest[..<count]), into: &text)
    rest = UnsafeBufferPointer(rebasing: rest[count...])
    return true
  }

  /// Decodes what was waiting for more.
  mutating func finish() { decoder.finish(into: &text) }
}
