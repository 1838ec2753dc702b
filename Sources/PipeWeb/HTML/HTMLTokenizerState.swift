/// The tokenizer's states (WHATWG HTML 13.2.5), less those that slicing makes needless: character references
/// are resolved after slicing, a comment's less-than signs only serve parse errors, and a doctype ends at the
/// first `>` whatever is in it.
///
/// RCDATA and RAWTEXT differ in character references alone, so they share the raw text states.
enum HTMLTokenizerState {
  case data, tagOpen, endTagOpen
  case tagName, beforeAttributeName, attributeName, afterAttributeName, beforeAttributeValue
  case doubleQuotedValue, singleQuotedValue, unquotedValue, selfClosingStartTag
  case markupDeclarationOpen, bogusComment, doctype
  case commentStart, commentStartDash, comment, commentEndDash, commentEnd, commentEndBang
  case cdataSection, cdataSectionBracket, cdataSectionEnd
  case rawText, rawTextLessThan, rawTextEndTagOpen, rawTextEndTagName, plaintext
  case script, scriptLessThan, scriptEscapeStart, scriptEscapeStartDash
  case scriptEscaped, scriptEscapedDash, scriptEscapedDashDash, scriptEscapedLessThan
  case scriptDoubleEscapeStart, scriptDoubleEscaped, scriptDoubleEscapedDash, scriptDoubleEscapedDashDash
  case scriptDoubleEscapedLessThan, scriptDoubleEscapeEnd
  case finished
}
