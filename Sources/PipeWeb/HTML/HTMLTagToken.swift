/// A start or end tag, with those of its attributes that the handler asked for.
///
/// Valid during the call that hands it over. Names and values are raw bytes of the page's encoding, before character
/// references.
package struct HTMLTagToken {
  /// The tokenizer's own, in place: neither copied nor counted a tag.
  private let parts: UnsafePointer<HTMLTagParts>

  init(_ parts: UnsafePointer<HTMLTagParts>) { self.parts = parts }

  package var tag: HTMLTag { parts.pointee.tag }
  package var traits: HTMLTagTraits { parts.pointee.traits }
  package var isEnd: Bool { parts.pointee.isEnd }
  package var isSelfClosing: Bool { parts.pointee.isSelfClosing }
  package var name: HTMLName { parts.pointee.name }

  /// Where a start tag with wanted attributes begins in the chunk that is read; 0 where that was in an earlier one.
  var start: Int { parts.pointee.start }

  /// How many attributes were captured; the first of a name alone counts.
  package var attributeCount: Int { parts.pointee.attributeCount }

  /// The captured attribute of this name.
  package func index(of name: HTMLName) -> Int? { parts.pointee.index(of: name) }

  /// The raw name of the tag, empty unless the handler keeps names.
  package func withRawName<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    parts.pointee.withRawName(body)
  }

  package func withRawName<Result>(
    ofAttribute index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    parts.pointee.withRawName(ofAttribute: index, body)
  }

  package func withValue<Result>(ofAttribute index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    parts.pointee.withValue(ofAttribute: index, body)
  }
}
