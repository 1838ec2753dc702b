/// Decodes a document of XML, JSON or lines that arrives in pieces, to UTF-8 that is always well-formed. How it is cut into
/// pieces changes nothing.
///
/// The encoding is that of a byte order mark, of the Content-Type's charset, or of the XML declaration, in this order
/// (RFC 7303, 3.2), else UTF-8. Only its first ``EncodingSniffer/declarationLimit`` bytes wait until it is known.
///
/// In UTF-8, a byte that is not is read as windows-1252, by itself: feeds paste texts of that encoding into documents
/// that declare UTF-8, and a stream cannot be looked at as a whole first.
struct DocumentDecoder {
  private let mediaType: MediaType?
  /// What it is decoded by; `nil` until that is known.
  private(set) var encoding: CharacterEncoding?
  private var decoder = CharacterDecoder(.utf8)
  /// What came and is not decoded yet.
  private var held: [UInt8] = []
  private var hasReplaced = false

  /// The most bytes that wait for a place where a text can be cut; such texts are not made by people.
  private static let holdLimit = 64 << 10

  init(mediaType: MediaType?) { self.mediaType = mediaType }

  /// Appends the text of the next bytes.
  mutating func decode(_ bytes: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
    held.append(contentsOf: bytes)
    if encoding == nil {
      if held.count < EncodingSniffer.declarationLimit { return }
      begin()
    }
    drain(into: &output, isLast: false)
  }

  /// Appends what was waiting for more.
  mutating func finish(into output: inout [UInt8]) {
    if encoding == nil { begin() }
    drain(into: &output, isLast: true)
  }

  // MARK: The encoding

  private mutating func begin() {
    let (encoding, mark) = held.withUnsafeBufferPointer { sniff($0) }
    held.removeFirst(mark)
    self.encoding = encoding
    decoder = CharacterDecoder(encoding)
  }

  private func sniff(_ bytes: UnsafeBufferPointer<UInt8>) -> (CharacterEncoding, mark: Int) {
    if let mark = ByteOrderMark(bytes) { return (mark.encoding, mark.length) }
    let head = UnsafeBufferPointer(rebasing: bytes.prefix(EncodingSniffer.declarationLimit))
    // XML 1.0, appendix F; a document need not have a declaration.
    if head.count >= 4, head[0] != 0 || head[1] != 0 {
      if head[0] == 0x3C, head[1] == 0, head[3] == 0 { return (.utf16LE, 0) }
      if head[0] == 0, head[1] == 0x3C, head[2] == 0 { return (.utf16BE, 0) }
    }
    if let label = mediaType?.charset, let encoding = CharacterEncoding(label: label) {
      // Bytes that are ASCII's are not UTF-16, whatever a server says.
      let isWide = encoding == .utf16BE || encoding == .utf16LE
      if !isWide || !head.prefix(4).allSatisfy({ $0 != 0 && $0 < 0x80 }) { return (encoding, 0) }
    }
    // Some documents begin with what a program printed before it.
    let sign = Array("<?xml".utf8)
    let start = head.indices.first { head[$0] == sign[0] && head[$0...].starts(with: sign) } ?? 0
    let declaration = UnsafeBufferPointer(rebasing: head[start...])
    return (XMLEncodingDeclaration.encoding(ofHTML: declaration)?.asDeclaredInDocument ?? .utf8, 0)
  }

  // MARK: Pieces

  private mutating func drain(into output: inout [UInt8], isLast: Bool) {
    guard let encoding else { return }
    var start = 0
    held.withUnsafeBufferPointer { bytes in
      while true {
        let end = isLast && encoding != .iso2022JP ? bytes.count : Self.end(of: bytes, from: start, encoding, isLast)
        if end == start { break }
        let part = UnsafeBufferPointer(rebasing: bytes[start..<end])
        switch encoding {
        case .utf8: Self.appendUTF8(part, to: &output)
        // One error for the whole of a dangerous encoding (Encoding Standard 14.1).
        case .replacement where hasReplaced: break
        default: decoder.appendPart(part, to: &output)
        }
        hasReplaced = encoding == .replacement
        start = end
      }
    }
    held.removeFirst(start)
  }

  /// How far bytes can be decoded without those that follow. It depends on the document alone, not on its pieces.
  private static func end(
    of bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ encoding: CharacterEncoding, _ isLast: Bool
  ) -> Int {
    if start == bytes.count { return start }
    switch encoding {
    case .utf8: return wholeUTF8(bytes)
    case .utf16BE, .utf16LE:
      let end = bytes.count & ~1
      // A leading surrogate waits for its other half.
      guard end >= start + 2 else { return start }
      return bytes[encoding == .utf16BE ? end - 2 : end - 1] & 0xFC == 0xD8 ? end - 2 : end
    // An escape says how everything up to the next one is read.
    case .iso2022JP:
      let window = bytes[(start + 1)..<min(bytes.count, start + holdLimit)]
      if let escape = window.firstIndex(of: 0x1B) { return escape }
      return isLast ? window.endIndex : window.endIndex - start == holdLimit ? window.endIndex : start
    case .replacement: return bytes.count
    case _ where SingleByteDecoder.all[encoding] != nil: return bytes.count
    // Controls, blanks and most punctuation are never a part of a longer sequence.
    default:
      var (end, run) = (start, 0)
      for index in start..<bytes.count {
        run += 1
        if bytes[index] < 0x30 || (0x3A...0x3F).contains(bytes[index]) {
          (end, run) = (index + 1, 0)
        } else if run == holdLimit {
          return index + 1
        }
      }
      return end
    }
  }

  /// Where the last sequence begins that more bytes could go on with, or the end.
  private static func wholeUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    for count in 1...min(3, bytes.count) {
      let place = bytes.count - count
      let byte = bytes[place]
      if byte < 0x80 { break }
      guard byte >= 0xC2, byte <= 0xF4 else { continue }
      let (length, isSound) = UTF8Validity.sequence(in: bytes, at: place)
      return !isSound && length == count ? place : bytes.count
    }
    return bytes.count
  }

  private static func appendUTF8(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
    if UTF8Validity(bytes).isValid { return output.append(contentsOf: bytes) }
    var (start, index) = (0, 0)
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index += 1
        continue
      }
      let (length, isSound) = UTF8Validity.sequence(in: bytes, at: index)
      if !isSound {
        output.append(contentsOf: bytes[start..<index])
        for byte in bytes[index..<(index + length)] { output += windows1252[Int(byte & 0x7F)] }
        start = index + length
      }
      index += length
    }
    output.append(contentsOf: bytes[start...])
  }

  /// What the bytes of 0x80 and above stand for.
  private static let windows1252: [[UInt8]] = (0x80...0xFF).map { byte in
    CharacterDecoder(.windows1252).decodeToUTF8([UInt8(byte)].span)
  }
}
