/// Bounds beyond which a URL is taken for one of endlessly many: relative links that add to their own path, parameters that
/// are appended over and over, `&` that is escaped again on each page. They depend on the URL alone, so they bite in the
/// same places in every run.
package enum TrapBounds {
  /// The most bytes of a URL, its fragment aside.
  package static let length = 2048
  /// The most segments of a path (Heritrix, `TooManyPathSegmentsDecideRule`).
  package static let depth = 20
  /// So often the same segments may follow each other, or `amp;` itself: `/a/b/a/b` is two times (Heritrix,
  /// `PathologicalPathDecideRule`).
  package static let repeats = 2
  /// So often the same segment or parameter may come in all.
  package static let repeatsInAll = 4

  /// Which bound a URL is beyond; `nil` for none.
  package static func reason(toDrop url: WebURL) -> URLDropReason? {
    let bytes = url.href.utf8.span.extracting(0..<Int(url.layout.fragmentStart))
    if bytes.count > length { return .tooLong(bytes: bytes.count) }
    let query = Int(url.layout.queryStart)
    return reason(toDropPath: bytes.extracting(Int(url.layout.pathStart)..<query))
      ?? reason(toDropQuery: bytes.extracting(min(query + 1, bytes.count)..<bytes.count))
  }

  private static func reason(toDropPath path: Span<UInt8>) -> URLDropReason? {
    var count = 0
    for index in path.indices where path[index] == UInt8(ascii: "/") { count += 1 }
    if count > 0, path[path.count - 1] == UInt8(ascii: "/") { count -= 1 }
    if count > depth { return .tooDeep(segments: count) }
    guard count > repeats else { return nil }
    let segments = parts(of: path.extracting(1..<path.count), at: UInt8(ascii: "/"), limit: count)
    let text = path.extracting(1..<path.count)
    if let (first, last) = repetition(segments, text) {
      return .repeatedSegments(string(text.extracting(segments[first].lowerBound..<segments[last].upperBound)))
    }
    guard count > repeatsInAll, let most = mostFrequent(segments, text, limit: repeatsInAll) else { return nil }
    return .repeatedSegments(string(text.extracting(most)))
  }

  /// The first and the last of the segments that follow each other more than `repeats` times.
  private static func repetition(_ segments: [Range<Int>], _ text: Span<UInt8>) -> (first: Int, last: Int)? {
    for period in 1...max(1, segments.count / (repeats + 1)) {
      var run = 0
      for index in period..<max(period, segments.count) {
        run = isSame(segments[index], segments[index - period], text) ? run + 1 : 0
        if run == period * repeats { return (index - period + 1, index) }
      }
    }
    return nil
  }

  private static func mostFrequent(_ parts: [Range<Int>], _ text: Span<UInt8>, limit: Int) -> Range<Int>? {
    for index in parts.indices {
      var count = 1
      for other in parts.indices.dropFirst(index + 1) where isSame(parts[index], parts[other], text) { count += 1 }
      if count > limit { return parts[index] }
    }
    return nil
  }

  private static func reason(toDropQuery query: Span<UInt8>) -> URLDropReason? {
    var separators = 0
    for index in query.indices where query[index] == UInt8(ascii: "&") { separators += 1 }
    guard separators > 0 else { return nil }
    // `&` that was escaped too often, as `amp;amp;`, makes one parameter longer and longer.
    if let place = escapes(in: query) { return .repeatedParameter(string(query.extracting(place))) }
    guard separators >= repeatsInAll else { return nil }
    var places: [Substring: Int] = [:]
    let text = string(query)
    for parameter in text.split(separator: "&") {
      places[parameter, default: 0] += 1
      if places[parameter, default: 0] > repeatsInAll { return .repeatedParameter(String(parameter)) }
    }
    return nil
  }

  /// Where `amp;` follows itself more than `repeats` times.
  private static func escapes(in query: Span<UInt8>) -> Range<Int>? {
    var start = 0
    var index = 0
    while index + 4 <= query.count {
      if query.extracting(index..<index + 4) == "amp;" {
        index += 4
        if index - start > 4 * repeats { return start..<index }
      } else {
        index += 1
        start = index
      }
    }
    return nil
  }

  private static func parts(of text: Span<UInt8>, at separator: UInt8, limit: Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    parts.reserveCapacity(limit)
    var start = 0
    for index in text.indices where text[index] == separator && parts.count < limit {
      parts.append(start..<index)
      start = index + 1
    }
    if parts.count < limit { parts.append(start..<text.count) }
    return parts
  }

  private static func isSame(_ left: Range<Int>, _ right: Range<Int>, _ text: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for offset in 0..<left.count where text[left.lowerBound + offset] != text[right.lowerBound + offset] {
      return false
    }
    return true
  }

  private static func string(_ bytes: Span<UInt8>) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}
