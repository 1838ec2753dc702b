/// The basic URL parser (WHATWG URL 4.4), as one function for each group of its states.
///
/// The states never look past a `#`, nor (once the scheme is known) past a `?`, so the input is cut into
/// head, query and fragment first; what remains of the state machine is choosing what the head is and how
/// much of the base it keeps. The output is built in serialized form.
struct URLParser: ~Copyable {
  typealias Failure = WebURL.Failure

  let base: WebURL?
  /// What the query is encoded in.
  let encoding: CharacterEncoding
  var output: [UInt8] = []
  var layout = WebURL.Layout()

  private init(base: WebURL?, encoding: CharacterEncoding, capacity: Int) {
    self.base = base
    self.encoding = encoding
    output.reserveCapacity(capacity)
  }

  static func parse(
    _ bytes: Span<UInt8>, isValidUTF8: Bool, base: WebURL?, encoding: CharacterEncoding
  ) throws(Failure) -> WebURL {
    guard bytes.count <= WebURL.maximumLength else { throw .tooLong }
    let input = bytes.extracting(trimmed(bytes))
    if let layout = SerializedForm.scan(input) {
      let href = input.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
      return WebURL(href: href, layout: layout)
    }
    if let base, let layout = SerializedForm.scan(pathOf: input, against: base) {
      let origin = Int(layout.pathStart)
      guard origin + input.count <= WebURL.maximumLength else { throw .tooLong }
      return WebURL(href: text(base.href.utf8.span.extracting(0..<origin), input), layout: layout)
    }
    if !isValidUTF8, input.indices.contains(where: { input[$0] >= 0x80 }) {
      // Repaired before anything else: percent-encoding takes the bytes as they are.
      let text = input.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
      return try parse(withoutTabs: text.utf8.span, base: base, encoding)
    }
    return try parse(withoutTabs: input, base: base, encoding)
  }

  /// Two parts of ASCII as one text.
  private static func text(_ first: Span<UInt8>, _ second: Span<UInt8>) -> String {
    String(unsafeUninitializedCapacity: first.count + second.count) { text in
      let middle = first.withUnsafeBufferPointer { text.initialize(fromContentsOf: $0) }
      return second.withUnsafeBufferPointer { text[middle...].initialize(fromContentsOf: $0) }
    }
  }

  /// Without the C0 controls and spaces at both ends.
  private static func trimmed(_ bytes: Span<UInt8>) -> Range<Int> {
    var start = 0
    var end = bytes.count
    while start < end, bytes[start] <= 0x20 { start += 1 }
    while start < end, bytes[end - 1] <= 0x20 { end -= 1 }
    return start..<end
  }

  /// Removes ASCII tabs and newlines where there are any, and parses.
  private static func parse(
    withoutTabs input: Span<UInt8>, base: WebURL?, _ encoding: CharacterEncoding
  ) throws(Failure) -> WebURL {
    let capacity = input.count + 16 + (base?.href.utf8.count ?? 0)
    var parser = URLParser(base: base, encoding: encoding, capacity: capacity)
    if input.indices.contains(where: { isTabOrNewline(input[$0]) }) {
      var cleaned: [UInt8] = []
      cleaned.reserveCapacity(input.count)
      for index in input.indices where !isTabOrNewline(input[index]) { cleaned.append(input[index]) }
      try parser.run(cleaned.span)
    } else {
      try parser.run(input)
    }
    return try parser.finished()
  }

  @inline(__always)
  private static func isTabOrNewline(_ byte: UInt8) -> Bool { byte == 0x09 || byte == 0x0A || byte == 0x0D }

  private consuming func finished() throws(Failure) -> WebURL {
    guard output.count <= WebURL.maximumLength else { throw .tooLong }
    return WebURL(href: String(decoding: output, as: UTF8.self), layout: layout)
  }

  /// Scheme start, scheme and no scheme state.
  private mutating func run(_ input: Span<UInt8>) throws(Failure) {
    if let end = Self.schemeEnd(input) {
      for index in 0..<end { output.append(ASCII.lowercase(input[index])) }
      layout.scheme = WebURL.Scheme(lowercase: output.span)
      layout.schemeEnd = UInt32(end)
      output.append(UInt8(ascii: ":"))
      try parseAfterScheme(input, Parts(input, from: end + 1))
      return
    }
    guard let base else { throw .relativeWithoutBase }
    let parts = Parts(input, from: 0)
    layout = base.layout
    if base.layout.hasOpaquePath {
      guard parts.head.isEmpty, parts.query == nil, parts.fragment != nil else { throw .relativeToOpaquePath }
      copyBase(base, to: base.layout.fragmentStart)
      appendFragment(input, parts)
    } else if base.layout.scheme == .file {
      output.append("file:")
      try parseFile(input, parts, base: base)
    } else {
      try parseRelative(input, parts, base: base)
    }
  }

  /// The rest of the scheme state.
  private mutating func parseAfterScheme(_ input: Span<UInt8>, _ parts: Parts) throws(Failure) {
    let head = input.extracting(parts.head)
    let hasTwoSlashes = head.count >= 2 && head.extracting(0..<2) == "//"
    if layout.scheme == .file {
      try parseFile(input, parts, base: base?.layout.scheme == .file ? base : nil)
    } else if layout.scheme.isSpecial {
      if let base, base.layout.scheme == layout.scheme, !hasTwoSlashes {
        output.removeAll(keepingCapacity: true)
        try parseRelative(input, parts, base: base)
      } else {
        try parseSpecialAuthority(input, parts)
      }
    } else if hasTwoSlashes {
      try parseAuthority(input, parts, from: parts.head.lowerBound + 2)
    } else if head.first == UInt8(ascii: "/") {
      markNoHost()
      appendPath(head.extracting(1...))
      appendQueryAndFragment(input, parts)
    } else {
      markNoHost()
      appendOpaquePath(head, isLast: parts.query == nil && parts.fragment == nil)
      appendQueryAndFragment(input, parts)
    }
  }

  /// The place of the `:` after a scheme, if the input has one at `start`.
  static func schemeEnd(_ input: Span<UInt8>, from start: Int = 0) -> Int? {
    guard start < input.count, ASCII.isLetter(input[start]) else { return nil }
    let punctuation = ByteSet("+-.")
    var index = start + 1
    while index < input.count {
      let byte = input[index]
      if byte == UInt8(ascii: ":") { return index }
      guard ASCII.isLetter(byte) || ASCII.isDigit(byte) || punctuation.contains(byte) else { return nil }
      index += 1
    }
    return nil
  }

  /// Whether a scheme, in letters of any case, is http or https.
  static func isHTTP(_ scheme: Span<UInt8>) -> Bool {
    guard scheme.count == 4 || scheme.count == 5 else { return false }
    let name: StaticString = "https"
    for index in scheme.indices where ASCII.lowercase(scheme[index]) != name.utf8Start[index] { return false }
    return true
  }
}

extension URLParser {
  /// Where the head (what is before the `?` and the `#`), the query and the fragment are in the input.
  struct Parts {
    let head: Range<Int>
    /// Without its `?`; nil when there is none.
    let query: Range<Int>?
    /// Without its `#`; nil when there is none.
    let fragment: Range<Int>?

    init(_ input: Span<UInt8>, from start: Int) {
      let hash = input.firstIndex(of: UInt8(ascii: "#"), from: start)
      let end = hash ?? input.count
      var mark = start
      while mark < end, input[mark] != UInt8(ascii: "?") { mark += 1 }
      head = start..<mark
      query = mark < end ? (mark + 1)..<end : nil
      fragment = hash.map { ($0 + 1)..<input.count }
    }
  }
}
