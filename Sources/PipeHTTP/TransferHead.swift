internal import PipeWeb

/// How far the head of a response is, and what its fields say that the transfer itself needs.
///
/// A field may go on in the next line (RFC 9112, 5.2), so each is read when the line behind it has come: the lines of
/// a field are joined here, once, and nobody reads them before. libcurl reads each line by itself.
struct TransferHead {
  /// Bytes of all heads of the transfer, informational ones included.
  private(set) var bytes = 0
  /// Whether the empty line after the final head has come.
  private(set) var isWhole = false
  /// The codings of the content, in the order in which they were applied; one more than can be undone at most.
  private(set) var codings: [ContentCoding] = []
  /// The Content-Type fields that are not empty, joined by commas (Fetch, "get, decode, and split"); no bytes for none.
  private(set) var contentType = ReusedBytes()
  private(set) var location: [UInt8]?
  /// Whether two Location fields lead to two places.
  private(set) var leadsToTwoPlaces = false
  private(set) var retryAfter: [UInt8]?
  /// The fields of the final head; `nil` where nobody asked for them.
  private(set) var fields: HeadFields?
  private(set) var status = 0
  private(set) var contentLength: Int64?
  /// Whether the content has a transfer coding.
  private(set) var hasTransferCoding = false
  /// Whether the content is chunked by a field whose first line has no value, so that libcurl does not know of it.
  private(set) var isChunkedUnseen = false

  private var isStatusLineNext = true
  /// The field that may go on; `nil` where nobody reads it.
  private var pending: HeadFieldKind?
  /// Its value.
  private var value = ReusedBytes()
  /// The bytes of the value in its first line.
  private var firstCount = 0
  private var isFolded = false

  /// The most bytes of headers; an honest answer stays below it.
  static let limit = 64 << 10
  static let excess = "more than \(limit >> 10) KiB of headers"
  static let noLength = "a Content-Length that is not a length"

  /// Begins the head of another transfer.
  mutating func begin(keepsFields: Bool) {
    bytes = 0
    restart()
    isStatusLineNext = true
    if keepsFields != (fields != nil) { fields = keepsFields ? HeadFields() : nil }
  }

  /// Begins another head. Memory is kept, as there is one for every page.
  private mutating func restart() {
    isWhole = false
    if !codings.isEmpty { codings = [] }
    contentType.removeAll()
    if location != nil { location = nil }
    leadsToTwoPlaces = false
    if retryAfter != nil { retryAfter = nil }
    fields?.removeAll()
    contentLength = nil
    hasTransferCoding = false
    isChunkedUnseen = false
    pending = nil
  }

  /// Reads the next line. This is called for every field of every answer: plain comparisons of bytes, no sequences.
  ///
  /// - Returns: What is wrong with it.
  mutating func read(_ line: UnsafeRawBufferPointer) -> String? {
    bytes += line.count
    if bytes > Self.limit { return Self.excess }
    if isStatusLineNext { return readStatusLine(line) }
    if line.count == 2 && line[0] == UInt8(ascii: "\r") || line.count == 1 && line[0] == UInt8(ascii: "\n") {
      if pending != nil, let fault = finishField() { return fault }
      isStatusLineNext = isInformational
      isWhole = !isInformational
      return nil
    }
    // Behind the final head come trailers; or another head, where libcurl has sent the request once more.
    if isWhole { return StatusLine(line) == nil ? nil : readStatusLine(line) }
    if line.isEmpty { return nil }
    if FieldText.isBlank(line[0]) {
      goOn(line)
      return nil
    }
    if pending != nil, let fault = finishField() { return fault }
    fields?.begin(UnsafeRawBufferPointer(rebasing: line[..<FieldText.end(of: line)]))
    var colon = 0
    guard let kind = HeadFieldKind(line, colon: &colon) else { return nil }
    // libcurl does not take this for the field that it is. Where the content ends would be anybody's guess.
    if kind.isFraming, FieldText.isBlank(line[colon - 1]) { return "a space behind the name \(kind.name)" }
    pending = kind
    value.removeAll()
    value.append(UnsafeRawBufferPointer(rebasing: line[FieldText.trimmed(line, colon + 1..<line.count)]))
    firstCount = value.count
    isFolded = false
    return nil
  }

  /// libcurl takes a line that it only half knows for a status of 200, and what follows an informational response in
  /// such a line for content. So what is not a status line here is not one (RFC 9112, 4; "HTTP" is case-sensitive, 2.3).
  private mutating func readStatusLine(_ line: UnsafeRawBufferPointer) -> String? {
    guard let read = StatusLine(line) else { return "the status line is not HTTP's" }
    restart()
    isStatusLineNext = false
    status = read.status
    return status == 101 ? "101 Switching Protocols, which nobody asked for" : nil
  }

  /// Whether it has another after it (RFC 9110, 15.2).
  private var isInformational: Bool { status < 200 }

  /// The line goes on with the value of the field before it.
  private mutating func goOn(_ line: UnsafeRawBufferPointer) {
    let text = UnsafeRawBufferPointer(rebasing: line[FieldText.trimmed(line, 0..<line.count)])
    fields?.goOn(text)
    if pending == nil { return }
    isFolded = true
    value.append(UInt8(ascii: " "))
    value.append(text)
  }

  /// Reads the field that is complete.
  private mutating func finishField() -> String? {
    guard let kind = pending else { return nil }
    pending = nil
    if isFolded { value.trim() }
    switch kind {
    case .contentLength:
      guard let length = value.withBytes({ Self.length($0) }) else { return Self.noLength }
      defer { contentLength = length }
      return contentLength ?? length == length ? nil : "two Content-Length fields that differ"
    case .transferEncoding:
      hasTransferCoding = true
      return isFolded ? readFoldedCoding() : nil
    case .contentType:
      if value.isEmpty { return nil }
      if contentType.isEmpty {
        swap(&contentType, &value)
      } else {
        let more = [UInt8(ascii: ","), UInt8(ascii: " ")] + value.array
        more.withUnsafeBytes { contentType.append($0) }
      }
    case .contentEncoding: ContentCoding.append(value.array, to: &codings, upTo: ContentDecoding.limit + 1)
    case .location:
      let place = value.array
      if let location, location != place { leadsToTwoPlaces = true }
      location = location ?? place
    case .retryAfter: retryAfter = retryAfter ?? value.array
    }
    return nil
  }

  /// Reads a Transfer-Encoding over several lines. libcurl undoes those of its first line.
  private mutating func readFoldedCoding() -> String? {
    if value.count == firstCount { return nil }
    let isChunked = String(decoding: value.array, as: UTF8.self).lowercased() == "chunked"
    if firstCount > 0 || !isChunked { return "a Transfer-Encoding over several lines" }
    isChunkedUnseen = true
    return nil
  }

  /// The value of a Content-Length field: digits, or a list of the same number (RFC 9110, 8.6). libcurl takes the first
  /// of several, and of one what `strtol` would.
  private static func length(_ value: UnsafeRawBufferPointer) -> Int64? {
    // Negative for none: the element before, and this one.
    var length: Int64 = -1
    var number: Int64 = -1
    var isOver = false
    for byte in value {
      if byte &- 0x30 <= 9 {
        let (tens, isLarge) = max(0, number).multipliedReportingOverflow(by: 10)
        let (sum, isTooLarge) = tens.addingReportingOverflow(Int64(byte &- 0x30))
        if isOver || isLarge || isTooLarge { return nil }
        number = sum
      } else if byte == UInt8(ascii: ",") {
        if number < 0 || length >= 0 && length != number { return nil }
        (length, number, isOver) = (number, -1, false)
      } else if byte <= 0x20 {
        isOver = number >= 0
      } else {
        return nil
      }
    }
    return number < 0 || length >= 0 && length != number ? nil : number
  }
}
