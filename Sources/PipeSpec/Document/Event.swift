/// One step of the serialization of a document (YAML 1.2.2, 3.1).
struct Event {
  enum Kind {
    case streamStart, streamEnd
    case documentStart, documentEnd
    case alias(String)
    case scalar(text: String, style: Scalar.Style)
    case sequenceStart, sequenceEnd
    case mappingStart, mappingEnd
  }

  let kind: Kind
  let anchor: String?
  /// As resolved by the tag directives: `!!str` is `tag:yaml.org,2002:str`.
  let tag: String?
  /// Byte offsets, from the start of the node's properties (anchor and tag).
  let range: Range<Int>
  /// Whether a scalar's text must be read from its source (`ReaderText`).
  let isAltered: Bool
}

/// What libyaml says of a text that is not YAML. The places are byte offsets.
struct SyntaxError: Error {
  let problem: String
  let place: Int
  /// What libyaml was reading, and where that began.
  let context: String
  let contextPlace: Int?
}
