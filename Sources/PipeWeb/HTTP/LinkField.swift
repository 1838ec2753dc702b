internal import PipeText

/// A link that a `Link` field tells of (RFC 8288, 3).
package struct LinkField: Hashable, Sendable {
  /// As it is written; relative to the URL that was asked for, whatever base the content names (3.1).
  package let target: String
  /// What the link is from, if it is not the content itself (3.2).
  package let anchor: String?
  /// In lowercase, each once.
  package let relations: [String]

  /// The most links of one response that are read.
  package static let limit = 1_000

  /// Those of all `Link` fields of a response, in their order. What cannot be read ends a field's links (B.2).
  package static func all(in fields: HTTPFields) -> [LinkField] {
    var links: [LinkField] = []
    for field in fields.all where field.name.isExactlyInAnyCase("link") {
      var parser = LinkFieldParser(field.value)
      while links.count < limit, let link = parser.next() { links.append(link) }
    }
    return links
  }

  init(target: String, anchor: String?, relations: [String]) {
    self.target = target
    self.anchor = anchor
    self.relations = relations
  }
}

/// RFC 8288, appendix B.2 and B.3.
private struct LinkFieldParser {
  private var rest: Substring.UTF8View

  init(_ value: String) { rest = value.utf8[...] }

  mutating func next() -> LinkField? {
    while let byte = rest.first, Self.isSpace(byte) || byte == UInt8(ascii: ",") { rest.removeFirst() }
    guard rest.first == UInt8(ascii: "<") else { return nil }
    rest.removeFirst()
    guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
    let target = String(Substring(rest[..<end]))
    rest = rest[rest.index(after: end)...]
    var anchor: String?
    var relations: [String]?
    while let (name, value) = nextParameter() {
      // Of a parameter that comes twice the first counts.
      switch name {
      case "rel" where relations == nil: relations = Self.words(value)
      case "anchor" where anchor == nil: anchor = value
      default: break
      }
    }
    return LinkField(target: target, anchor: anchor, relations: relations ?? [])
  }

  private mutating func nextParameter() -> (name: String, value: String)? {
    skipSpace()
    guard rest.first == UInt8(ascii: ";") else { return nil }
    rest.removeFirst()
    skipSpace()
    let name = take {
      !Self.isSpace($0) && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",")
    }
    skipSpace()
    guard rest.first == UInt8(ascii: "=") else { return (name.inASCIILowercase, "") }
    rest.removeFirst()
    skipSpace()
    guard rest.first == UInt8(ascii: "\"") else {
      return (name.inASCIILowercase, take { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",") && !Self.isSpace($0) })
    }
    rest.removeFirst()
    return (name.inASCIILowercase, quoted())
  }

  /// The rest of a quoted string; a backslash makes the next byte an ordinary one.
  private mutating func quoted() -> String {
    var bytes: [UInt8] = []
    while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
      bytes.append(byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func take(while isTaken: (UInt8) -> Bool) -> String {
    let taken = rest.prefix(while: isTaken)
    rest = rest[taken.endIndex...]
    return String(Substring(taken))
  }

  private mutating func skipSpace() { rest = rest.drop(while: Self.isSpace) }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    for word in text.utf8.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
      let word = String(Substring(word)).inASCIILowercase
      if !words.contains(word) { words.append(word) }
    }
    return words
  }
}
