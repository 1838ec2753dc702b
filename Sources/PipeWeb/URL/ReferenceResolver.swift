/// Resolves the references of a page against its base, each to the http or https URL that it leads to.
///
/// Most references are in a form that goes into the URL byte for byte, behind a part of the base; those are only looked
/// at and copied. The rest goes through the parser. Either way the bytes are those of the parser.
package struct ReferenceResolver {
  private let base: WebURL?
  private let encoding: CharacterEncoding
  /// The serialization of the base where it is http or https; empty otherwise.
  private let serialization: [UInt8]
  private let layout: WebURL.Layout
  /// Where the last segment of the base's path begins.
  private let folderEnd: Int

  /// - Parameters:
  ///   - base: What relative references are relative to; without it they lead nowhere.
  ///   - encoding: The page's, which queries are encoded in (WHATWG HTML 2.4.1, "encoding-parse a URL").
  package init(base: WebURL?, encoding: CharacterEncoding = .utf8) {
    self.base = base
    self.encoding = encoding
    guard let base, base.isHTTP else {
      serialization = []
      layout = WebURL.Layout()
      folderEnd = 0
      return
    }
    serialization = Array(base.href.utf8)
    layout = base.layout
    var end = Int(layout.queryStart)
    while end > Int(layout.pathStart), serialization[end - 1] != UInt8(ascii: "/") { end -= 1 }
    folderEnd = end
  }

  /// The serialization of the URL that a reference leads to, or nil where it leads to no http or https URL.
  ///
  /// - Parameter reference: UTF-8; bytes that are not stand for U+FFFD.
  package func url(of reference: [UInt8]) -> [UInt8]? {
    var output = OwnedBuffer<UInt8>()
    let leads = reference.withUnsafeBufferPointer { append($0, to: &output) }
    return leads ? Array(output.elements) : nil
  }

  /// Appends the serialization of the URL that a reference leads to.
  ///
  /// - Parameter reference: UTF-8; bytes that are not stand for U+FFFD.
  /// - Returns: False where it leads to no http or https URL; then nothing is appended.
  func append(_ reference: UnsafeBufferPointer<UInt8>, to output: inout OwnedBuffer<UInt8>) -> Bool {
    appendWithoutParser(reference, to: &output) ?? appendParsed(reference, to: &output)
  }

  /// As `append`, or nil where the parser is needed; then the reference may be no ASCII as well.
  func appendWithoutParser(
    _ reference: UnsafeBufferPointer<UInt8>, to output: inout OwnedBuffer<UInt8>
  ) -> Bool? {
    switch plan(reference.span) {
    case .copy(let prefix, let slash, let rest):
      serialization.withUnsafeBufferPointer { output.append(UnsafeBufferPointer(rebasing: $0[..<prefix])) }
      if let slash {
        output.append(UnsafeBufferPointer(rebasing: reference[rest.lowerBound..<slash]))
        output.append(UInt8(ascii: "/"))
        output.append(UnsafeBufferPointer(rebasing: reference[slash..<rest.upperBound]))
      } else {
        output.append(UnsafeBufferPointer(rebasing: reference[rest]))
      }
      return true
    case .leadsElsewhere: return false
    case .parse: return nil
    }
  }

  func appendParsed(_ reference: UnsafeBufferPointer<UInt8>, to output: inout OwnedBuffer<UInt8>) -> Bool {
    guard let url = try? WebURL(parsing: reference, base: base, encoding: encoding), url.isHTTP else { return false }
    url.href.utf8.span.withUnsafeBufferPointer { output.append($0) }
    return true
  }

  /// Whether something can be done with a reference, before its base is known.
  enum Use {
    case none, certain, possible
  }

  /// Whether a value of a page leads to an http or https URL; empty ones lead nowhere.
  ///
  /// - Parameter value: An attribute's raw value, in the page's encoding.
  static func use(of value: UnsafeBufferPointer<UInt8>) -> Use {
    guard value.contains(where: { $0 > 0x20 }) else { return .none }
    var text = OwnedBuffer<UInt8>()
    HTMLText.attribute.append(value, to: &text)
    var url = OwnedBuffer<UInt8>()
    if anywhere.append(text.elements, to: &url) { return .certain }
    // A host is read in the page's encoding.
    return text.elements.contains { $0 >= 0x80 } ? .possible : .none
  }

  private static let anywhere = ReferenceResolver(base: WebURL("http://a.example/"))

  private enum Plan {
    /// As many bytes of the base, then this part of the reference, with a `/` before its byte at `slash`.
    case copy(prefix: Int, slash: Int?, Range<Int>)
    /// To another scheme, or nowhere.
    case leadsElsewhere
    /// The parser knows.
    case parse
  }

  @inline(__always)
  private func plan(_ reference: Span<UInt8>) -> Plan {
    var start = 0
    var end = reference.count
    guard end + serialization.count + 8 <= WebURL.maximumLength else { return .parse }
    while start < end, reference[start] <= 0x20 { start += 1 }
    while start < end, reference[end - 1] <= 0x20 { end -= 1 }
    let input = reference.extracting(0..<end)
    guard start < end else { return relative(input, start, to: Int(layout.fragmentStart), .fragment) }
    switch input[start] {
    case UInt8(ascii: "/"):
      guard start + 1 < end, input[start + 1] == UInt8(ascii: "/") || input[start + 1] == UInt8(ascii: "\\") else {
        return relative(input, start, to: Int(layout.pathStart), .path)
      }
      if input[start + 1] == UInt8(ascii: "\\") || serialization.isEmpty { return .parse }
      return authority(input, start, hostStart: start + 2, prefix: Int(layout.schemeEnd) + 1, layout.scheme)
    case UInt8(ascii: "?"):
      return relative(input, start, to: Int(layout.queryStart), .query)
    case UInt8(ascii: "#"):
      return relative(input, start, to: Int(layout.fragmentStart), .fragment)
    case UInt8(ascii: "."):
      return inFolder(input, start)
    case let first where ASCII.isLetter(first):
      guard let colon = URLParser.schemeEnd(input, from: start) else {
        return relative(input, start, to: folderEnd, .path)
      }
      return absolute(input, start, colon)
    default:
      return relative(input, start, to: folderEnd, .path)
    }
  }

  private enum Part: Int {
    case path, query, fragment
  }

  /// A reference that begins with one of the parts of a URL, and takes what is before it from the base.
  @inline(__always)
  private func relative(_ input: Span<UInt8>, _ start: Int, to prefix: Int, _ part: Part) -> Plan {
    guard !serialization.isEmpty, isSerialized(input, from: start, part) else { return .parse }
    return .copy(prefix: prefix, slash: nil, start..<input.count)
  }

  /// Whether the rest of the input, which begins with one of the parts of a URL, is in serialized form.
  @inline(__always)
  private func isSerialized(_ input: Span<UInt8>, from start: Int, _ part: Part) -> Bool {
    var index = start
    if part == .path {
      guard let end = SerializedForm.scanPath(input, from: index) else { return false }
      index = end
    }
    if part != .fragment { index = SerializedForm.scanQuery(input, from: index) }
    return SerializedForm.scanFragment(input, from: index) == input.count
  }

  /// `./` and `../` in front of a path.
  @inline(__always)
  private func inFolder(_ input: Span<UInt8>, _ start: Int) -> Plan {
    var index = start
    var folder = folderEnd
    let root = Int(layout.pathStart) + 1
    while index < input.count, input[index] == UInt8(ascii: ".") {
      let second = index + 1 < input.count ? input[index + 1] : 0
      if second == UInt8(ascii: "/") {
        index += 2
      } else if second == UInt8(ascii: "."), index + 2 < input.count, input[index + 2] == UInt8(ascii: "/") {
        index += 3
        if folder > root {
          folder -= 1
          while folder > root, serialization[folder - 1] != UInt8(ascii: "/") { folder -= 1 }
        }
      } else {
        break
      }
    }
    return relative(input, index, to: folder, .path)
  }

  /// A reference with a scheme.
  @inline(__always)
  private func absolute(_ input: Span<UInt8>, _ start: Int, _ colon: Int) -> Plan {
    let scheme: WebURL.Scheme
    if input.extracting(start..<colon) == "https" {
      scheme = .https
    } else if input.extracting(start..<colon) == "http" {
      scheme = .http
    } else {
      return URLParser.isHTTP(input.extracting(start..<colon)) ? .parse : .leadsElsewhere
    }
    guard input.count > colon + 2, input[colon + 1] == UInt8(ascii: "/"), input[colon + 2] == UInt8(ascii: "/")
    else { return .parse }
    return authority(input, start, hostStart: colon + 3, prefix: 0, scheme)
  }

  /// A reference that has a host.
  @inline(__always)
  private func authority(
    _ input: Span<UInt8>, _ start: Int, hostStart: Int, prefix: Int, _ scheme: WebURL.Scheme
  ) -> Plan {
    guard let hostEnd = SerializedForm.scanHost(input, from: hostStart)?.end,
      let pathStart = SerializedForm.scanPort(input, from: hostEnd, defaultPort: scheme.defaultPort)?.end
    else { return .parse }
    let hasPath = pathStart < input.count && input[pathStart] == UInt8(ascii: "/")
    guard isSerialized(input, from: pathStart, hasPath ? .path : .query) else { return .parse }
    return .copy(prefix: prefix, slash: hasPath ? nil : pathStart, start..<input.count)
  }
}
