/// Where in a text of CSV (RFC 4180) a reader is, byte by byte.
///
/// LF, CR or CRLF end a record, and a quote inside an unquoted field stands for itself.
struct CSVState {
  enum Meaning {
    /// A byte of a field.
    case text
    /// A byte behind the quote that closed its field.
    case textBehindQuote
    /// The quote that opens a field.
    case openingQuote
    /// A quote that closes a field, unless another one follows.
    case closingQuote
    /// The delimiter: a field ends.
    case fieldEnd
    /// A line's end: a record ends.
    case recordEnd
    /// The second byte of a line's end.
    case restOfEnd
  }

  private enum Place {
    case fieldStart, unquoted, quoted, quoteInQuoted
  }

  var delimiter: UInt8
  private var place = Place.fieldStart
  private(set) var isAfterReturn = false
  /// The line that the next byte is in, from 1.
  private(set) var line = 1

  /// The byte that quotes; no byte at all if fields are never quoted.
  private let quote: UInt16

  init(delimiter: UInt8, quote: UInt8? = UInt8(ascii: "\"")) {
    self.delimiter = delimiter
    self.quote = quote.map { UInt16($0) } ?? .max
  }

  /// Begins where a record does.
  init(delimiter: UInt8, quote: UInt8? = UInt8(ascii: "\""), at place: RowPlace) {
    self.init(delimiter: delimiter, quote: quote)
    (line, isAfterReturn) = (place.line + 1, place.isAfterReturn)
  }

  /// Whether a quote is open.
  var isInQuotes: Bool { place == .quoted }

  /// Begins a field where a byte order mark was taken for text.
  mutating func beginField() { place = .fieldStart }

  @inline(__always)
  mutating func take(_ byte: UInt8) -> Meaning {
    let isFeedOfReturn = isAfterReturn && byte == UInt8(ascii: "\n")
    isAfterReturn = byte == UInt8(ascii: "\r")
    if !isFeedOfReturn, byte == UInt8(ascii: "\n") || isAfterReturn { line += 1 }
    switch place {
    case .quoted:
      if UInt16(byte) != quote { return .text }
      place = .quoteInQuoted
      return .closingQuote
    case .quoteInQuoted where UInt16(byte) == quote:
      place = .quoted
      return .text
    case .fieldStart where UInt16(byte) == quote:
      place = .quoted
      return .openingQuote
    default:
      if isFeedOfReturn { return .restOfEnd }
      switch byte {
      case delimiter:
        place = .fieldStart
        return .fieldEnd
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        place = .fieldStart
        return .recordEnd
      default:
        if place == .quoteInQuoted { return .textBehindQuote }
        place = .unquoted
        return .text
      }
    }
  }
}
