// Where tags begin, for those who count lines.

extension HTMLTokenizer where Handler: ~Copyable {
  /// Whether the tag that is being read goes on with the next chunk.
  ///
  /// - Parameter byte: The first of that chunk.
  func continuesTag(with byte: UInt8) -> Bool {
    // A second `<` makes text of the one before it (13.2.5.6).
    isInTag && !(state == .tagOpen && byte == UInt8(ascii: "<"))
  }

  /// Where the tag begins that the chunk has ended in; 0 where that was in an earlier one. `nil` outside of tags.
  var unfinishedTagStart: Int? { isInTag ? textStart : nil }

  private var isInTag: Bool {
    switch state {
    case .tagOpen, .endTagOpen, .tagName, .beforeAttributeName, .attributeName, .afterAttributeName,
      .beforeAttributeValue, .doubleQuotedValue, .singleQuotedValue, .unquotedValue, .selfClosingStartTag:
      true
    default: false
    }
  }
}
