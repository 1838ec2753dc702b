import PipeSpec
import PipeText

/// A text with the names of columns in braces, cut into its pieces once: `Hello {name}`.
///
/// What `${…}` brings is text, braces and all: a secret can never name a column.
struct TemplateText: Sendable {
  struct Hole: Sendable {
    let column: ExactText
    /// Whether it is `{+name}`: the value as it is.
    let isRaw: Bool
    let span: SourceSpan

    /// As it is written.
    var shown: String { "{\(isRaw ? "+" : "")\(excerpt(column.text))}" }
  }

  enum Piece: Sendable {
    case text(String)
    case hole(Hole)
  }

  private(set) var pieces: [Piece] = []
  /// As it is written, with `***` for secrets.
  let shown: String
  /// Whether an interpolation has brought a part of it.
  let isInterpolated: Bool
  /// Whether an interpolation has brought a brace, which is text. A secret's are not told.
  private(set) var hasForeignBraces = false
  /// The first name in doubled braces, `{{name}}`, with which other tools mean a value.
  private(set) var doubled: String?

  var holes: [Hole] { pieces.compactMap { if case .hole(let hole) = $0 { hole } else { nil } } }

  /// The text, if it has no holes.
  var constant: String? {
    switch (pieces.count, pieces.first) {
    case (0, _): ""
    case (1, .text(let text)): text
    default: nil
    }
  }

  init(_ text: ResolvedText) throws(ScalarFault) {
    shown = text.masked ?? text.text
    isInterpolated = text.isInterpolated
    let bytes = Array(text.text.utf8)
    var literal: [UInt8] = []
    /// Braces that an interpolation, or its escape, has opened.
    var opened = 0
    var index = 0
    func isBrace(at index: Int) -> Bool {
      index < bytes.count && (bytes[index] == Self.open || bytes[index] == Self.close) && text.isWritten(at: index)
    }
    while index < bytes.count {
      let byte = bytes[index]
      guard isBrace(at: index) else {
        if byte == Self.open {
          opened += 1
          hasForeignBraces = text.isInterpolated && text.masked == nil
        }
        literal.append(byte)
        index += 1
        continue
      }
      if isBrace(at: index + 1), bytes[index + 1] == byte {
        if byte == Self.open { doubled = doubled ?? Self.name(inDoubledBraces: bytes[(index + 2)...]) }
        literal.append(byte)
        index += 2
        continue
      }
      if byte == Self.close {
        guard opened > 0 else {
          throw ScalarFault(
            .badValue, "has '}' without '{'", hint: "write }} for a brace", range: index..<index + 1)
        }
        opened -= 1
        literal.append(byte)
        index += 1
        continue
      }
      guard let end = bytes[index...].firstIndex(of: Self.close) else {
        throw ScalarFault(
          .badValue, "has '{' without '}'", hint: "write {name} for a column, or {{ for a brace",
          range: index..<bytes.count)
      }
      if !literal.isEmpty { pieces.append(.text(String(decoding: literal, as: UTF8.self))) }
      literal = []
      let range = index..<end + 1
      let (name, isRaw) = try Self.name(String(decoding: bytes[index + 1..<end], as: UTF8.self), range)
      pieces.append(.hole(Hole(column: ExactText(name), isRaw: isRaw, span: text.span(of: range))))
      index = end + 1
    }
    if !literal.isEmpty { pieces.append(.text(String(decoding: literal, as: UTF8.self))) }
  }

  private static let open = UInt8(ascii: "{")
  private static let close = UInt8(ascii: "}")

  /// What stands between braces: the name of a column, or `+` and one.
  private static func name(_ written: String, _ range: Range<Int>) throws(ScalarFault) -> (String, isRaw: Bool) {
    func fault(_ message: String, _ hint: String) -> ScalarFault {
      ScalarFault(.badValue, message, hint: hint, range: range)
    }
    let isRaw = written.utf8.first == UInt8(ascii: "+")
    let name = isRaw ? String(written.dropFirst()) : written
    if name.allSatisfy(\.isWhitespace) {
      throw fault("has braces without the name of a column", "write {name}, or {{ and }} for braces")
    }
    if name.contains("\"") || name.contains("{") || name.contains(where: \.isNewline) {
      throw fault(
        "has braces that are not around the name of a column",
        "write {{ and }} for braces; JSON is written as body: {json: {…}}")
    }
    if let first = name.first, let last = name.last, first.isWhitespace || last.isWhitespace {
      throw fault("has spaces at an end of '\(excerpt(written))'", "write the name of the column alone")
    }
    if let first = name.first, "?&".contains(first) {
      throw fault(
        "has a form of RFC 6570 that is not known here: {\(excerpt(written))}",
        "write the parameters under params: {name: \"{name}\"}")
    }
    let end = name.lastIndex(of: ":").map { name[name.index(after: $0)...] } ?? ""
    let isPrefix = !end.isEmpty && end.allSatisfy(\.isNumber)
    if let first = name.first, "#./;=,!@|+".contains(first) || name.hasSuffix("*") || isPrefix || name.contains(",") {
      throw fault(
        "has a form of RFC 6570 that is not known here: {\(excerpt(written))}",
        "write {name}, which is encoded for its place, or {+name}, which is not")
    }
    return (name, isRaw)
  }
}

extension TemplateText {
  private static func name(inDoubledBraces rest: ArraySlice<UInt8>) -> String? {
    guard let end = rest.firstIndex(of: close), end + 1 < rest.endIndex, rest[end + 1] == close else { return nil }
    let inside = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
    guard inside.count == 1, let name = inside.first,
      name.allSatisfy({ $0.isLetter || $0.isNumber || "_-.".contains($0) })
    else { return nil }
    return String(name)
  }

  /// Says that doubled braces are braces, if a column is meant.
  func reportDoubledBraces(_ node: Node, _ context: inout DecodingContext) {
    guard let doubled else { return }
    context.report(
      .noEffect, on: node, "{{ and }} write braces, and not the value of a column",
      hint: "write {\(excerpt(doubled))} for the column")
  }

  /// Whether a node is `{name}` without quotes, which is a map for YAML.
  static func isUnquoted(_ node: Node) -> Bool {
    if case .mapping(let entries) = node.content, entries.count == 1 { entries[0].value.text == "" } else { false }
  }

  /// A text with columns in braces.
  static let shape = Shape<TemplateText>(.template) { node, context in
    if isUnquoted(node), case .mapping(let entries) = node.content, let name = entries[0].key.text {
      context.report(
        .wrongType, on: node, "\(context.place) is a map, as braces without quotes are",
        hint: "put quotes around it: \"{\(excerpt(name))}\"")
      return nil
    }
    guard let text = scalar.decode(node, &context) else { return nil }
    if case .text(let only)? = text.pieces.first, text.pieces.count == 1, let name = text.doubled,
      only.filter({ $0 != " " }) == "{\(name)}"
    {
      text.reportDoubledBraces(node, &context)
    }
    return text
  }

  private static let scalar = Shape<TemplateText>.scalar(.template) { text throws(ScalarFault) in
    if text.value == .null, !text.isInterpolated {
      let hint =
        text.text.isEmpty ? "write \"\" for an empty one" : "write \"\" for an empty one, or \"null\" for the word"
      throw ScalarFault(.wrongType, "has no value", hint: hint)
    }
    return try TemplateText(text)
  }
}
