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
  /// The last Content-Type that is not empty.
  private(set) var contentType: [UInt8]?
  private(set) var location: [UInt8]?
  /// Whether two Location fields lead to two places.
  private(set) var leadsToTwoPlaces = false
  private(set) var retryAfter: [UInt8]?
  /// The fields of the final head; `nil` where nobody asked for them.
  private(set) var fields: HeadFields?
  private(set) var status = 0
  private var contentLength: Int64?

  private var isStatusLineNext = true
  /// The field that may go on, without its line's end; its kind is `nil` where nobody reads it.
  private var pending: [UInt8] = []
  private var pendingKind: HeadFieldKind?
  private var isPendingFolded = false

  /// The most bytes of headers: what is above it is no honest answer.
  static let limit = 64 << 10
  static let excess = "more than \(limit >> 10) KiB of headers"

  /// Begins the head of another transfer.
  mutating func begin(keepsFields: Bool) {
    bytes = 0
    restart()
    isStatusLineNext = true
    fields = keepsFields ? HeadFields() : nil
  }

  /// Begins another head. Memory is kept, as there is one for every page.
  private mutating func restart() {
    isWhole = false
    if !codings.isEmpty { codings = [] }
    contentType = nil
    location = nil
    leadsToTwoPlaces = false
    retryAfter = nil
    fields?.removeAll()
    contentLength = nil
    pending.removeAll(keepingCapacity: true)
    pendingKind = nil
    isPendingFolded = false
  }

  /// Reads the next line. This is called for every field of every answer: plain comparisons of bytes, no sequences.
  ///
  /// - Returns: What is wrong with it.
  mutating func read(_ line: UnsafeRawBufferPointer) -> String? {
    bytes += line.count
    if bytes > Self.limit { return Self.excess }
    if isStatusLineNext { return readStatusLine(line) }
    if line.count == 2 && line[0] == UInt8(ascii: "\r") || line.count == 1 && line[0] == UInt8(ascii: "\n") {
      if let fault = finishField() { return fault }
      isStatusLineNext = isInformational
      isWhole = !isInformational
      return nil
    }
    // Behind the final head come trailers; or another head, where libcurl has sent the request once more.
    if isWhole { return StatusLine(line) == nil ? nil : readStatusLine(line) }
    guard let first = line.first else { return nil }
    if Self.isBlank(first) {
      goOn(line)
      return nil
    }
    if let fault = finishField() { return fault }
    pendingKind = HeadFieldKind(line)
    if pendingKind == nil, fields != nil { pendingKind = .other }
    if pendingKind != nil { pending.append(contentsOf: Self.withoutEnd(line)) }
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
    if pendingKind == nil { return }
    isPendingFolded = true
    pending.append(UInt8(ascii: " "))
    pending.append(contentsOf: Self.trimmed(line[...]))
  }

  /// Reads the field that is complete.
  private mutating func finishField() -> String? {
    guard let kind = pendingKind else { return nil }
    defer {
      pending.removeAll(keepingCapacity: true)
      pendingKind = nil
      isPendingFolded = false
    }
    fields?.append(pending)
    if kind == .other { return nil }
    guard let colon = pending.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let value = Self.trimmed(pending[(colon + 1)...])
    // libcurl cannot read these otherwise than as they stand. Where the content ends would be anybody's guess.
    if kind.isFraming {
      if isPendingFolded { return "a \(kind.name) over several lines" }
      if Self.isBlank(pending[colon - 1]) { return "a space behind the name \(kind.name)" }
    }
    switch kind {
    case .contentLength:
      guard let length = Self.length(value) else { return "a Content-Length that is no length" }
      defer { contentLength = length }
      return contentLength ?? length == length ? nil : "two Content-Length fields that differ"
    case .contentEncoding: ContentCoding.append(value, to: &codings, upTo: ContentDecoding.limit + 1)
    case .contentType: if !value.isEmpty { contentType = Array(value) }
    case .location:
      if let location, !location.elementsEqual(value) { leadsToTwoPlaces = true }
      location = location ?? Array(value)
    case .retryAfter: retryAfter = retryAfter ?? Array(value)
    case .transferEncoding, .other: break
    }
    return nil
  }

  /// The value of a Content-Length field: digits, or a list of the same number (RFC 9110, 8.6). libcurl takes the first
  /// of several, and of one what `strtol` would.
  private static func length(_ value: ArraySlice<UInt8>) -> Int64? {
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

  private static func withoutEnd(_ line: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
    var end = line.count
    while end > 0, line[end - 1] == UInt8(ascii: "\n") || line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return line[..<end]
  }

  /// Without the white space around it.
  static func trimmed<Bytes: RandomAccessCollection<UInt8>>(_ text: Bytes) -> Bytes.SubSequence
  where Bytes.SubSequence == Bytes, Bytes.Index == Int {
    var (start, end) = (text.startIndex, text.endIndex)
    while start < end, isBlank(text[start]) { start += 1 }
    while start < end, isBlank(text[end - 1]) { end -= 1 }
    return text[start..<end]
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
  }
}
