internal import PipeText

/// When something was published or changed, as a sitemap or a feed states it.
package struct StatedDate: Hashable, Sendable {
  /// As written, without white space around it.
  package let written: String
  /// The first and the last moment that it may mean: `2026-01-31` is all of that day in UTC (W3C Date and Time Formats
  /// has six lengths). `nil` for what cannot be read as a date.
  package let span: ClosedRange<Timestamp>?

  /// `nil` for a text without anything in it.
  package init?(_ text: String) {
    let written = String(decoding: text.utf8.trimmed, as: UTF8.self)
    if written.isEmpty { return nil }
    self.written = written
    span = (try? Timestamp(written: written)).map { $0...max($0, Self.end(of: written, from: $0)) }
  }

  /// Whether what changed then may have changed since a moment; a date that cannot be read rules nothing out.
  package func mayBe(since moment: Timestamp) -> Bool { span.map { $0.upperBound >= moment } ?? true }

  /// The last moment of the year, month, week, day, minute or second that begins at a moment.
  private static func end(of written: String, from start: Timestamp) -> Timestamp {
    let bytes = Array(written.utf8)
    if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      let hasSeconds = bytes.dropFirst(colon + 3).first == UInt8(ascii: ":")
      if start.nanoseconds > 0 { return start }
      return Timestamp(seconds: start.seconds + (hasSeconds ? 0 : 59), nanoseconds: 999_999_999)
    }
    // The basic form of ISO 8601 has no colons.
    if bytes.prefix(4).allSatisfy(ASCII.isDigit), bytes.dropFirst(4).contains(where: { $0 | 0x20 == UInt8(ascii: "t") })
    {
      return start
    }
    let first = CivilDate(daysSince1970: start.seconds.dividedDown(by: 86_400))
    let next = nextDay(after: first, bytes)
    return Timestamp(seconds: next * 86_400 - 1, nanoseconds: 999_999_999)
  }

  /// The day behind the last one, in days since 1970.
  private static func nextDay(after first: CivilDate, _ bytes: [UInt8]) -> Int {
    let day = first.daysSince1970
    guard bytes.count >= 4, bytes.prefix(4).allSatisfy(ASCII.isDigit) else { return day + 1 }
    if bytes.count == 4 { return CivilDate(year: first.year + 1, month: 1, day: 1)?.daysSince1970 ?? day + 365 }
    let hyphen = bytes[4] == UInt8(ascii: "-")
    let rest = bytes.dropFirst(hyphen ? 5 : 4)
    if rest.first == UInt8(ascii: "W") { return rest.count == 3 ? day + 7 : day + 1 }
    guard hyphen, rest.count == 2 else { return day + 1 }
    let (year, month) = first.month == 12 ? (first.year + 1, 1) : (first.year, first.month + 1)
    return CivilDate(year: year, month: month, day: 1)?.daysSince1970 ?? day + 31
  }
}

extension Collection<UInt8> where Self: BidirectionalCollection {
  /// Without ASCII white space at both ends.
  var trimmed: SubSequence {
    let start = firstIndex { !$0.isASCIIWhitespace } ?? endIndex
    let end = lastIndex { !$0.isASCIIWhitespace }.map { index(after: $0) } ?? start
    return self[start..<end]
  }
}
