import PipeSpec
import PipeWeb

/// How a CSV input is written, as far as the spec says.
struct CSVForm: Hashable, Sendable {
  /// What stands between two fields; `nil` to learn it from the header.
  var delimiter: UInt8?
  /// What stands around fields that hold delimiters; `nil` for nothing.
  var quote: UInt8? = UInt8(ascii: "\"")
  /// `nil` for UTF-8, and windows-1252 for fields that are not.
  var encoding: CharacterEncoding?

  /// The form of the text, where the first bytes are not to tell it.
  var textForm: InputText.Form? {
    switch encoding {
    case nil: nil
    case .utf16LE: .utf16(isLittle: true)
    case .utf16BE: .utf16(isLittle: false)
    default: .utf8
    }
  }

  /// What fields are decoded from, once the text is one of bytes that include ASCII.
  var fieldEncoding: CharacterEncoding? {
    switch encoding {
    case .utf8, .utf16LE, .utf16BE: nil
    default: encoding
    }
  }
}

/// A quote that a spec names, or none.
struct CSVQuote: Sendable {
  let byte: UInt8?
}

extension CSVForm {
  static let delimiter = Key(
    "delimiter", CSVDialect.delimiterShape,
    unless: Implication(by: "path") { InputFormat.hasEnding("tsv", $0) ? #""\t""# : nil },
    "The character between two fields of format: csv. Without it, a tab in .tsv files; else that one of , ; | and tab "
      + "which makes the URL's column a name of the header.",
    example: #"";""#)

  static let quote = Key(
    "quote", quoteShape, default: CSVQuote(byte: UInt8(ascii: "\"")), shown: "'\"'",
    "The character around fields of format: csv that hold delimiters or line breaks; doubled, it stands for itself. "
      + "With none, quotes are text.", example: "none")

  static let encoding = Key(
    optional: "encoding", encodingShape,
    "The character encoding of format: csv, by a label of the WHATWG Encoding Standard. Without it, UTF-8, or UTF-16 and "
      + "UTF-32 as the first bytes tell; fields that are not UTF-8 are read as windows-1252.",
    example: "windows-1251")

  private static let quoteShape = Shape.scalar(
    .text(name: "one ASCII character, or none", examples: [#""'""#, "none"])
  ) { text throws(ScalarFault) -> CSVQuote in
    if text.text == "none" { return CSVQuote(byte: nil) }
    guard text.text.utf8.count == 1, let byte = text.text.utf8.first, (0x21...0x7E).contains(byte),
      !Character(UnicodeScalar(byte)).isLetter, !Character(UnicodeScalar(byte)).isNumber
    else {
      throw ScalarFault(
        .badValue, "must be one ASCII character other than a letter and a digit, or none, not \(text.shown)")
    }
    return CSVQuote(byte: byte)
  }

  private static let encodingShape = Shape.scalar(
    .text(name: "a character encoding", examples: ["windows-1251", "shift_jis", "utf-16"])
  ) { text throws(ScalarFault) -> CharacterEncoding in
    guard let encoding = CharacterEncoding(label: text.text), encoding != .replacement else {
      let near = nearestName(to: text.text.lowercased(), among: CharacterEncoding.allCases.map { $0.name.lowercased() })
      throw ScalarFault(
        .badValue, "is not a known character encoding: \(text.shown)",
        hint: near.map { "did you mean '\($0)'?" } ?? "such as utf-8, windows-1252, iso-8859-15, shift_jis or gb18030")
    }
    if encoding == .iso2022JP {
      throw ScalarFault(
        .badValue, "cannot be iso-2022-jp, whose escapes hide delimiters", hint: "recode the file with iconv -t UTF-8")
    }
    return encoding
  }

  /// Checks that the options fit each other.
  static func check(
    _ delimiter: UInt8?, _ quote: CSVQuote, _ encoding: CharacterEncoding?, map: MapNode,
    _ context: inout DecodingContext
  ) -> CSVForm? {
    let quoteSpan = map.entry("quote")?.value.span
    let delimiterSpan = map.entry("delimiter")?.value.span
    if let delimiter, delimiter == quote.byte {
      context.report(
        .conflict, at: delimiterSpan ?? quoteSpan ?? map.span, "the delimiter is the quote as well",
        notes: map.entry("quote").map { [Diagnostic.Note("the quote is given here", at: $0.value.span)] } ?? [])
      return nil
    }
    if let encoding, [.shiftJIS, .gbk, .gb18030, .big5].contains(encoding) {
      for (name, byte, span) in [("delimiter", delimiter, delimiterSpan), ("quote", quote.byte, quoteSpan)] {
        guard let byte, byte >= 0x40, let span else { continue }
        context.report(
          .conflict, at: span,
          "the \(name) '\(Character(UnicodeScalar(byte)))' is a part of other characters in \(encoding.name)",
          hint: "recode the file with iconv -t UTF-8",
          notes: map.entry("encoding").map { [Diagnostic.Note("the encoding is given here", at: $0.value.span)] } ?? [])
        return nil
      }
    }
    return CSVForm(delimiter: delimiter, quote: quote.byte, encoding: encoding)
  }
}
