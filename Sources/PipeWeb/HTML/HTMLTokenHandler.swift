/// Which state the tokenizer goes on in after a start tag (WHATWG HTML 13.2.6.2).
package enum HTMLContentModel: Sendable {
  case data, escapableText, rawText, script, plaintext, cdata
}

/// Bounds on what is captured; what is beyond them is read by the same rules, and dropped.
package struct HTMLTokenizerLimits: Sendable {
  /// Bytes of one captured value, name, comment or doctype.
  package var value = 65_536
  /// Captured attributes of one tag.
  package var attributes = 4096

  package init() {}
}

/// Receives the tokens, and says beforehand what it wants: what nobody wants is skipped, not captured.
///
/// The tokenizer is generic over its handler, so that the questions below cost nothing.
package protocol HTMLTokenHandler: ~Copyable {
  /// Whether the raw names of tags and attributes are kept; known names are told apart without.
  static var keepsNames: Bool { get }
  var wantsText: Bool { get }
  var wantsComments: Bool { get }
  var wantsDoctype: Bool { get }
  /// Whether the adjusted current node is in SVG or MathML, where CDATA sections exist.
  var isInForeignContent: Bool { get }
  /// Whether nothing more is needed; asked after each tag.
  var isFinished: Bool { get }

  /// Whether any attribute of this start tag is wanted; asked when its name is complete.
  mutating func wantsAttributes(of tag: HTMLTag) -> Bool
  /// Mutating, since a handler that is only borrowed may be copied for the call.
  mutating func wantsAttribute(_ name: HTMLName, of tag: HTMLTag) -> Bool

  /// A stretch of text, raw.
  ///
  /// - Parameters:
  ///   - bytes: valid during the call alone. A stretch never splits where the text is not split by the chunks.
  ///   - model: where it stood, which decides about character references and NUL.
  ///   - startsRun: false where the text continues the stretch before, so that a character reference may
  ///     span both.
  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, in model: HTMLContentModel, startsRun: Bool)
  /// The traits of which a start tag must have one to be handed over; nil where all tags are, and whenever text is
  /// wanted. End tags, and start tags without such traits, are noted.
  var telling: HTMLTagTraits? { get }
  mutating func note(_ tag: NotedTag)
  mutating func startTag(_ token: HTMLTagToken) -> HTMLContentModel
  mutating func endTag(_ token: HTMLTagToken)
  mutating func comment(_ bytes: UnsafeBufferPointer<UInt8>)
  mutating func doctype(_ doctype: HTMLDoctype)
  /// Something was longer or more than the limits allow, and was cut.
  mutating func limitReached()
}

extension HTMLTokenHandler where Self: ~Copyable {
  package var telling: HTMLTagTraits? { nil }
  package mutating func note(_ tag: NotedTag) {}
}
