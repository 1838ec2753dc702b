package import PipeSpec

/// Fields as the command line has them: `title`, `css=h1`, `price:css=.price`, `{css: .price, as: number}`.
///
/// They are decoded as those of a spec are, from a file of which each argument is a line. So what is wrong with one is told
/// in the same words, with its place in the argument.
package struct TrialFields: Sendable {
  /// An argument.
  package struct Entry: Sendable {
    package let name: String
    /// The extractor as a spec would have it, in YAML on one line.
    package let extractor: String
    /// Whether it is a name alone, which may be that of a spec's field.
    let isNameAlone: Bool
    fileprivate let nameNode: Node
    fileprivate let node: Node
  }

  package let file: SourceFile
  package private(set) var diagnostics: [Diagnostic] = []
  package private(set) var entries: [Entry] = []
  private var fields: [FieldSpec] = []

  /// - Parameters:
  ///   - variables: What `${…}` can name.
  ///   - known: The fields that a spec has.
  package init(_ arguments: [String], catalogue: Catalogue, variables: Variables, known: [String] = []) {
    file = SourceFile(name: "FIELD", text: arguments.joined(separator: "\n"))
    let components = Dictionary(catalogue.extractors.map { ($0.name, $0.main) }) { first, _ in first }
    var reader = Reader(file: file, components: components)
    var start = 0
    for argument in arguments {
      let length = argument.utf8.count
      if let entry = reader.entry(start..<start + length) { entries.append(entry) }
      start += length + 1
    }
    diagnostics = reader.diagnostics
    var context = DecodingContext(file: file, variables: variables)
    let own = entries.filter { !($0.isNameAlone && known.contains($0.name)) }
    if !own.isEmpty {
      let map = Node(
        .mapping(own.map { Node.Entry(key: $0.nameNode, value: $0.node) }),
        span: .wholeFile)
      fields = context.within("extract") { FieldList.shape(catalogue).decode(map, &$0) } ?? []
    }
    diagnostics += context.diagnostics
    for field in fields {
      guard let use = field.use, let extractor = use.product else { continue }
      _ = FieldPlan(name: field.name.value, shown: field.name.value, extractor, use.common) { diagnostics.append($0) }
    }
  }

  package var report: DiagnosticReport { DiagnosticReport(file, diagnostics) }

  /// The fields in their order; a name alone is that field of a spec if it has one.
  package func fields(amid others: [FieldSpec]) -> [FieldSpec] {
    entries.compactMap { entry in
      fields.first { $0.name.span == entry.nameNode.span } ?? others.first { $0.name.value == entry.name }
    }
  }
}

/// Reads arguments as nodes of a document.
private struct Reader {
  let file: SourceFile
  /// The extractors, and the option that a value alone stands for.
  let components: [String: String?]
  private(set) var diagnostics: [Diagnostic] = []
  private var names: Set<String> = []

  init(file: SourceFile, components: [String: String?]) {
    self.file = file
    self.components = components
  }

  mutating func entry(_ range: Range<Int>) -> TrialFields.Entry? {
    let text = text(range)
    if text.allSatisfy(\.isWhitespace) {
      report(range, "a FIELD is empty", hint: "write NAME, EXTRACTOR=ARGUMENT or NAME:EXTRACTOR=ARGUMENT")
      return nil
    }
    if text.hasPrefix("http://") || text.hasPrefix("https://") {
      report(
        range, "pipe try fetches one URL", hint: "'pipe run' fetches several; a FIELD is title, css=h1 or 'json=$.id'")
      return nil
    }
    var rest = range
    var name: Range<Int>?
    // A colon in an argument is the argument's own.
    if let end = text.utf8.firstIndex(where: { ":={".utf8.contains($0) }), text.utf8[end] == UInt8(ascii: ":") {
      let count = text.utf8.distance(from: text.utf8.startIndex, to: end)
      name = range.lowerBound..<range.lowerBound + count
      rest = range.lowerBound + count + 1..<range.upperBound
      if let component = name.map(self.text), let known = components[component], known != nil, !isExtractor(rest) {
        report(
          range, "'\(component)' is an extractor, and what follows it is not",
          hint: "write '\(component)=\(self.text(rest))'")
        return nil
      }
    }
    if self.text(rest).hasPrefix("{") { return map(rest, name: name) }
    guard let sign = self.text(rest).utf8.firstIndex(of: UInt8(ascii: "=")) else {
      let nameRange = name ?? rest
      return TrialFields.Entry(
        name: self.text(nameRange), extractor: self.text(rest), isNameAlone: name == nil,
        nameNode: node(nameRange), node: node(rest))
    }
    let count = self.text(rest).utf8.distance(from: self.text(rest).utf8.startIndex, to: sign)
    let key = rest.lowerBound..<rest.lowerBound + count
    let value = rest.lowerBound + count + 1..<rest.upperBound
    let component = self.text(key)
    if name == nil, components[component] == nil, isExtractor(value) {
      report(
        range, "no extractor is called '\(component)', and what follows it is one",
        hint: "a name is set off by a colon: '\(component):\(self.text(value))'")
      return nil
    }
    if name == nil, components[component] == nil,
      component.count < 3 || nearestName(to: component, among: components.keys) == nil,
      let extractor = Self.extractor(reading: self.text(value)), components[extractor] != nil
    {
      report(
        key, "no extractor is called '\(component)'",
        hint: "a field of that name is '\(component):\(extractor)=\(self.text(value))'")
      return nil
    }
    let (called, nameNode) = named(name, or: component, at: key)
    return TrialFields.Entry(
      name: called, extractor: "{\(component): \(Self.scalar(self.text(value)))}", isNameAlone: false,
      nameNode: nameNode, node: Node(.mapping([Node.Entry(key: node(key), value: node(value))]), span: span(rest)))
  }

  /// The extractor whose language an argument is in, by the way it begins.
  private static func extractor(reading text: String) -> String? {
    if text.hasPrefix("$") { return "json" }
    if text.hasPrefix("/") {
      let isBetweenSlashes = text.dropFirst().lastIndex(of: "/").map { text[$0...].dropFirst().allSatisfy(\.isLetter) }
      return text.hasPrefix("//") || isBetweenSlashes != true ? "xpath" : "regex"
    }
    return text.isEmpty ? nil : "css"
  }

  /// An extractor with its options, in YAML.
  private mutating func map(_ range: Range<Int>, name: Range<Int>?) -> TrialFields.Entry? {
    // Everything else of the file is blank, so that all places stay as they are.
    let bytes = file.bytes.enumerated().map { index, byte in
      range.contains(index) || byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " ")
    }
    let document = Document(reading: SourceFile(name: file.name, bytes: bytes))
    diagnostics += document.diagnostics
    guard let root = document.root else { return nil }
    var component: String?
    if case .mapping(let entries) = root.content {
      component = entries.lazy.compactMap(\.key.text).first { components[$0] != nil }
    }
    let (called, nameNode) = named(name, or: component ?? "field", at: range.lowerBound..<range.lowerBound + 1)
    return TrialFields.Entry(
      name: called, extractor: text(range), isNameAlone: false, nameNode: nameNode, node: root)
  }

  /// The name of a field: the one that is written, or its extractor's, with a number from the second one on.
  private mutating func named(_ range: Range<Int>?, or component: String, at place: Range<Int>) -> (String, Node) {
    if let range { return (text(range), node(range)) }
    var name = component
    var number = 2
    while !names.insert(name).inserted {
      name = "\(component)\(number)"
      number += 1
    }
    return (name, Node(.scalar(Scalar(text: name, value: .string, style: .plain)), span: span(place)))
  }

  /// A text as YAML has it. One that is a number or a truth value to YAML stays one.
  private static func scalar(_ text: String) -> String {
    CoreSchema.value(of: text) == .string || text.isEmpty ? JSONText.string(text).text : text
  }

  private func isExtractor(_ range: Range<Int>) -> Bool {
    let text = text(range)
    return text.hasPrefix("{") || components[String(text.prefix { $0 != "=" })] != nil
  }

  private func node(_ range: Range<Int>) -> Node {
    let text = text(range)
    return Node(.scalar(Scalar(text: text, value: CoreSchema.value(of: text), style: .plain)), span: span(range))
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: file.bytes[range], as: UTF8.self) }
  private func span(_ range: Range<Int>) -> SourceSpan { file.span(range) }

  private mutating func report(_ range: Range<Int>, _ message: String, hint: String) {
    diagnostics.append(Diagnostic(.badValue, at: span(range), message, hint: hint))
  }
}
