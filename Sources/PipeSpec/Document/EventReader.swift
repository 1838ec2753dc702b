internal import CLibyaml

/// The owner of a libyaml parser: reads one text as events.
struct EventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let file: SourceFile
  private var input: UnsafeMutableBufferPointer<UInt8>
  private var text: ReaderText
  /// Tabs that are the first content of a block scalar, as found so far.
  private var contentTabs: [Int] = []
  private var eventsRead = 0
  private var bytesRereadable = Self.rereadLimit

  /// Each block scalar that begins with a tab has the file read again; the sum is bounded.
  private static let rereadLimit = 64 << 20

  /// - Parameter file: One that `SourceCheck` found no fault in.
  init(_ file: SourceFile) {
    self.file = file
    text = ReaderText(file)
    input = Self.copy(text.bytes)
    parser = .allocate(capacity: 1)
    Self.start(parser, input)
  }

  private static func copy(_ bytes: [UInt8]) -> UnsafeMutableBufferPointer<UInt8> {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = copy.update(fromContentsOf: bytes)
    return copy
  }

  private static func start(_ parser: UnsafeMutablePointer<yaml_parser_t>, _ input: UnsafeMutableBufferPointer<UInt8>) {
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event; none follows `streamEnd`.
  mutating func next() throws(SyntaxError) -> Event {
    var event = yaml_event_t()
    while yaml_parser_parse(parser, &event) != 1 {
      let error = error
      let tab = BlockTab.offset(of: error, in: file, indentation: Int(parser.pointee.indent))
      guard let tab, file.bytes.count <= bytesRereadable else { throw error }
      bytesRereadable -= file.bytes.count
      contentTabs.append(tab)
      restart()
    }
    defer { yaml_event_delete(&event) }
    eventsRead += 1
    return converted(event)
  }

  /// Reads the file again, with the tabs known by now, to where it was.
  private mutating func restart() {
    yaml_parser_delete(parser)
    input.deallocate()
    text = ReaderText(file, contentTabs: contentTabs)
    input = Self.copy(text.bytes)
    Self.start(parser, input)
    for _ in 0..<eventsRead {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else { return }
      yaml_event_delete(&event)
    }
  }

  private var error: SyntaxError {
    let parser = parser.pointee
    let isScanned = parser.error == YAML_SCANNER_ERROR || parser.error == YAML_PARSER_ERROR
    return SyntaxError(
      problem: parser.problem.map { String(cString: $0) } ?? "the text cannot be read",
      place: text.offset(ofCharacter: isScanned ? parser.problem_mark.index : parser.mark.index),
      context: parser.context.map { String(cString: $0) } ?? "",
      contextPlace: isScanned && parser.context != nil ? text.offset(ofCharacter: parser.context_mark.index) : nil)
  }

  private func converted(_ event: yaml_event_t) -> Event {
    let data = event.data
    switch event.type {
    case YAML_STREAM_START_EVENT: return make(.streamStart, event)
    case YAML_DOCUMENT_START_EVENT: return make(.documentStart, event)
    case YAML_DOCUMENT_END_EVENT: return make(.documentEnd, event)
    case YAML_ALIAS_EVENT: return make(.alias(string(data.alias.anchor) ?? ""), event)
    case YAML_SCALAR_EVENT:
      let bytes = UnsafeBufferPointer(start: data.scalar.value, count: data.scalar.length)
      let content = text.restored(String(decoding: bytes, as: UTF8.self))
      let kind = Event.Kind.scalar(text: content, style: style(data.scalar.style))
      return make(kind, event, anchor: data.scalar.anchor, tag: data.scalar.tag)
    case YAML_SEQUENCE_START_EVENT:
      return make(.sequenceStart, event, anchor: data.sequence_start.anchor, tag: data.sequence_start.tag)
    case YAML_SEQUENCE_END_EVENT: return make(.sequenceEnd, event)
    case YAML_MAPPING_START_EVENT:
      return make(.mappingStart, event, anchor: data.mapping_start.anchor, tag: data.mapping_start.tag)
    case YAML_MAPPING_END_EVENT: return make(.mappingEnd, event)
    default: return make(.streamEnd, event)
    }
  }

  private func make(
    _ kind: Event.Kind, _ event: yaml_event_t, anchor: UnsafeMutablePointer<yaml_char_t>? = nil,
    tag: UnsafeMutablePointer<yaml_char_t>? = nil
  ) -> Event {
    let start = text.offset(ofCharacter: event.start_mark.index)
    let end = text.offset(ofCharacter: event.end_mark.index)
    let range = start..<max(start, end)
    return Event(
      kind: kind, anchor: string(anchor), tag: string(tag), range: range, isAltered: text.isAltered(range))
  }

  private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    text.map { String(cString: $0) }
  }

  private func style(_ style: yaml_scalar_style_t) -> Scalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }
}
