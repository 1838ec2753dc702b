/// What two URLs are compared by in a crawl: the serialization without its fragment (WHATWG URL 4.5), percent-encoding
/// normalized (RFC 3986, 6.2.2.1 and 6.2.2.2), and the query without parameters that tell nothing, or sorted, if the spec
/// says so. Two URLs are the same only if nothing but these differ. What is asked for is the URL as it was found.
package struct URLIdentity: Sendable {
  private let stripped: [StrippedParameter]
  private let sortsQuery: Bool

  /// - Parameters:
  ///   - stripQuery: Names of parameters that tell nothing, `*` standing for any characters: `utm_*`.
  ///   - sortQuery: Whether the order of parameters tells nothing, but for those of one name.
  package init(stripQuery: [String] = [], sortQuery: Bool = false) {
    stripped = stripQuery.map(StrippedParameter.init)
    sortsQuery = sortQuery
  }

  /// Calls a closure with the bytes that are compared, which are ASCII. Nothing is allocated where they are the URL's own,
  /// as they are for most.
  package func withBytes<Result>(of url: WebURL, _ body: (Span<UInt8>) -> Result) -> Result {
    let bytes = url.href.utf8.span.extracting(0..<Int(url.layout.fragmentStart))
    let query = Int(url.layout.queryStart)
    let touchesQuery = query < bytes.count && (sortsQuery || !stripped.isEmpty)
    guard touchesQuery || PercentNormalization.changes(bytes) else { return body(bytes) }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    guard touchesQuery else {
      PercentNormalization.append(bytes, to: &output)
      return body(output.span)
    }
    PercentNormalization.append(bytes.extracting(0..<query), to: &output)
    appendQuery(bytes.extracting(query + 1..<bytes.count), to: &output)
    return body(output.span)
  }

  /// The identity as text, for messages and tests.
  package func text(of url: WebURL) -> String {
    withBytes(of: url) { bytes in bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
  }

  private func appendQuery(_ query: Span<UInt8>, to output: inout [UInt8]) {
    var normalized: [UInt8] = []
    normalized.reserveCapacity(query.count)
    PercentNormalization.append(query, to: &normalized)
    var kept = Self.parameters(of: normalized)
    let count = kept.count
    if !stripped.isEmpty {
      kept.removeAll { parameter in
        let name = normalized.span.extracting(parameter.name)
        return stripped.contains { $0.matches(name) }
      }
      // The `?` was there for them.
      if kept.isEmpty, count > 0 { return }
    }
    if sortsQuery {
      // As URLSearchParams sorts them (WHATWG URL 6.2): by name, those of one name as they come.
      let places = kept.indices.sorted { left, right in
        let (first, second) = (normalized[kept[left].name], normalized[kept[right].name])
        if first.lexicographicallyPrecedes(second) { return true }
        return left < right && first.elementsEqual(second)
      }
      kept = places.map { kept[$0] }
    }
    output.append(UInt8(ascii: "?"))
    for (place, parameter) in kept.enumerated() {
      if place > 0 { output.append(UInt8(ascii: "&")) }
      output += normalized[parameter.whole]
    }
  }

  private struct Parameter {
    var whole: Range<Int>
    var name: Range<Int>
  }

  private static func parameters(of query: [UInt8]) -> [Parameter] {
    var parameters: [Parameter] = []
    var start = 0
    var nameEnd: Int?
    for index in 0...query.count {
      if index == query.count || query[index] == UInt8(ascii: "&") {
        parameters.append(Parameter(whole: start..<index, name: start..<(nameEnd ?? index)))
        (start, nameEnd) = (index + 1, nil)
      } else if query[index] == UInt8(ascii: "="), nameEnd == nil {
        nameEnd = index
      }
    }
    return parameters
  }
}

/// The name of a parameter, with wildcards, in the form in which names are compared.
private struct StrippedParameter {
  private let pattern: [UInt8]

  init(_ glob: String) {
    var pattern: [UInt8] = []
    for (place, piece) in glob.split(separator: "*", omittingEmptySubsequences: false).enumerated() {
      if place > 0 { pattern.append(WildcardSearch.wildcard) }
      PercentNormalization.append(text: String(piece), to: &pattern)
    }
    self.pattern = pattern
  }

  func matches(_ name: Span<UInt8>) -> Bool {
    var steps = 0
    return WildcardSearch.matches(pattern.span, name, isWhole: true, steps: &steps)
  }
}
