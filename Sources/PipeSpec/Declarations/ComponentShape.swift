extension Shape {
  /// A one-key map that names a component: the key names it, the value is its options.
  ///
  /// - Parameter common: The options that every component of this kind has.
  package static func component<Product, Common>(
    _ components: [Component<Product>], kind: ComponentKind, common: MapShape<Common>
  ) -> Self where Value == Use<Product, Common> {
    let byName = Dictionary(components.map { ($0.name, $0) }) { first, _ in first }
    let family = ComponentFamily(kind: kind, components: components.map(\.description), common: common.keys)
    let reader = ComponentReader(family)
    return Shape(.component(family)) { node, context in
      guard let written = reader.parts(of: node, &context) else { return nil }
      let name = reader.name(written.key, of: written.value, &context)
      let component = name.flatMap { byName[$0] }
      return context.within(name ?? written.key.text ?? kind.rawValue) { context in
        let isGuess = name != written.key.text
        if let component, reader.reportMissingOptions(component.description, written, isGuess: isGuess, &context) {
          return nil
        }
        let main = component.map(\.main) ?? (written.value.isMap ? nil : "")
        if let component, main == nil, !written.value.isMap, let example = component.examples.first {
          context.report(
            .wrongType, on: written.value, "\(context.place) must be a map, not \(written.value.kindName)",
            hint: "for example: \(example)")
          return nil
        }
        guard var map = MapNode(written.value, main: main, &context) else { return nil }
        var product: Product?
        if let component {
          map.reportUnknown(known: component.keys + common.keys, &context)
          product = component.decode(map, &context)
        }
        guard let shared = common.decodeKnown(map, &context) else { return nil }
        return Use(
          product: product, common: shared, name: Located(name ?? "", at: written.key.span), span: node.span)
      }
    }
  }
}

/// Reads how a component is written, whatever it makes.
struct ComponentReader: Sendable {
  let kind: ComponentKind
  let names: [String]
  let components: [String: ComponentDescription]
  private let options: Set<String>

  init(_ family: ComponentFamily) {
    kind = family.kind
    names = family.components.map(\.name)
    components = Dictionary(family.components.map { ($0.name, $0) }) { first, _ in first }
    options = Set((family.components.flatMap(\.keys) + family.common).map(\.name))
  }

  struct Parts {
    let key: Node
    let value: Node
    /// Whether the name stands alone.
    let isPlain: Bool
  }

  func parts(of node: Node, _ context: inout DecodingContext) -> Parts? {
    switch node.content {
    case .scalar(let scalar) where scalar.value == .string:
      // A path alone is a sink of the format that its ending names.
      if components[scalar.text] == nil, let owner = owner(ofPath: scalar.text) {
        let key = Node(.scalar(Scalar(text: owner, value: .string, style: .plain)), span: node.span)
        return Parts(key: key, value: node, isPlain: false)
      }
      return Parts(key: node, value: Node(.mapping([]), span: node.span, anchored: node.anchored), isPlain: true)
    case .mapping(let entries) where entries.count == 1:
      return Parts(key: entries[0].key, value: entries[0].value, isPlain: false)
    case .mapping(let entries) where entries.count > 1:
      return parts(ofSeveral: entries, &context)
    default:
      let isNothing = node.isUnwritten
      context.report(
        .wrongType, on: node,
        isNothing
          ? "\(context.place) has no value"
          : "\(context.place) must be \(kind.article) \(kind.rawValue), not \(node.kindName)",
        hint: hint(for: node, at: context.lastKey))
      return nil
    }
  }

  private func hint(for node: Node, at key: String?) -> String {
    guard kind == .extractor, let key else { return list }
    if !node.isUnwritten, let text = node.text { return "for a fixed value write \(key): {const: \(excerpt(text))}" }
    if components[key]?.standsAlone == true { return "write \(key): \(key)" }
    if key.count > 2, let near = nearestName(to: key, among: names) { return "did you mean \(key): \(near)?" }
    return list
  }

  /// What was meant by a text in an extractor's place that is not a word: a selector or a path.
  private func hint(forPath text: String) -> String? {
    if kind == .source, text.contains("://"), names.contains("urls") { return "did you mean 'urls: \(excerpt(text))'?" }
    if kind == .sink { return hint(forOutput: text) }
    guard kind == .extractor, text.utf8.contains(where: { !isWordByte($0) }) else { return nil }
    let name = text.hasPrefix("/") ? "xpath" : text.hasPrefix("$") ? "json" : "css"
    guard names.contains(name) else { return nil }
    // Scrapy's and parsel's own pseudo-elements.
    if name == "css", let end = text.firstRange(of: "::") {
      let selector = JSONText.string(excerpt(String(text[..<end.lowerBound]))).text
      let pseudo = text[end.upperBound...]
      if pseudo == "text" { return "did you mean {css: \(selector)}?" }
      if pseudo.hasPrefix("attr("), pseudo.hasSuffix(")") {
        return "did you mean {css: {selector: \(selector), attribute: \(pseudo.dropFirst(5).dropLast())}}?"
      }
    }
    return "did you mean {\(name): \(JSONText.string(excerpt(text)).text)}?"
  }

  /// What was meant by a map that names its component by a key of its own: `{type: csv, path: a.csv}`.
  private func hint(forTypeIn value: Node) -> String? {
    guard case .mapping(let entries) = value.content else { return nil }
    return hint(forTypeIn: entries)
  }

  private func hint(forTypeIn entries: [Node.Entry]) -> String? {
    for entry in entries where ["type", "uses", "kind", "format", "name"].contains(entry.key.text ?? "") {
      guard let name = entry.value.text, components[name] != nil else { continue }
      return "the \(kind.rawValue)'s name is its key: write \(name): {…}"
    }
    return nil
  }

  /// What was meant by a format in a source's place.
  private func hint(forList name: String) -> String? {
    guard kind == .source, ["csv", "tsv", "jsonl", "ndjson", "json", "lines"].contains(name.lowercased()) else {
      return nil
    }
    let format = ["csv", "tsv"].contains(name.lowercased()) ? "csv" : name.lowercased() == "lines" ? "lines" : "jsonl"
    return "a list is a file with a format: write file: {path: …, format: \(format)}"
  }

  /// What was meant by the path of a list in a source's place.
  private func hint(forFile text: String) -> String? {
    guard kind == .source, names.contains("file"), !text.contains("://") else { return nil }
    var path = text.lowercased()
    for ending in [".gz", ".zst"] where path.hasSuffix(ending) { path.removeLast(ending.utf8.count) }
    let endings = [".txt", ".lst", ".list", ".csv", ".tsv", ".jsonl", ".ndjson"]
    return endings.contains { path.hasSuffix($0) } ? "did you mean 'file: \(excerpt(text))'?" : nil
  }

  private func owner(ofPath text: String) -> String? {
    var path = text.lowercased()
    for ending in [".gz", ".zst"] where path.hasSuffix(ending) { path.removeLast(ending.utf8.count) }
    return names.first { name in components[name]?.endings.contains { path.hasSuffix("." + $0) } ?? false }
  }

  /// What was meant by a sink that is not a component: an output without a format.
  private func hint(forOutput text: String) -> String? {
    let endings = names.flatMap { components[$0]?.endings ?? [] }
    guard !endings.isEmpty else { return nil }
    if ["-", "stdout", "stderr", "console", "print", "standard_output"].contains(text.lowercased()) {
      return "standard output is a path: write \(names.map { "\($0): \"-\"" }.joined(separator: " or "))"
    }
    if ["file", "filename", "files", "fs", "disk"].contains(text.lowercased()) {
      return "a sink is named by its format: write csv: out/pages.csv"
    }
    return text.contains(".") || text.contains("/")
      ? "a path alone is a sink if it ends in \(endings.map { "." + $0 }.joined(separator: ", "))" : nil
  }

  /// What was meant by an option that stands where the component's name belongs.
  private func hint(forOption name: String) -> String? {
    let owner = names.first { components[$0]?.keys.contains { $0.name == name } ?? false }
    return owner.map { "'\(name)' is an option: write \($0): {\(name): …}" }
  }

  /// The component that an option alone tells, by our word for another tool's: `{selector: .price}` is a css.
  private func option(in entries: [Node.Entry]) -> String? {
    kind == .extractor ? entries.first?.key.text.flatMap { KnownWords.ours(for: $0, among: names) } : nil
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
      || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
  }

  private var list: String {
    let most = 12
    return "the \(kind.rawValue)s are \(names.prefix(most).joined(separator: ", "))"
      + (names.count > most ? ", … (pipe explain extract)" : "")
  }

  /// Reads `{csv: out.csv, when: ok}` as it was meant: what is not a component is an option of the one that is.
  private func parts(ofSeveral entries: [Node.Entry], _ context: inout DecodingContext) -> Parts? {
    let isName = entries.map { entry in entry.key.text.map { components[$0] != nil } ?? false }
    guard let index = isName.firstIndex(of: true) ?? misspeltName(in: entries, &context) else {
      context.report(
        .wrongType, on: entries[0].key, "\(kind.article) \(kind.rawValue) is a map with one key, its name",
        hint: hint(forTypeIn: entries) ?? option(in: entries).map { "write \($0): {…}" }
          ?? (kind == .extractor ? nil : entries[0].key.text.flatMap(hint(forOption:)))
          ?? (kind == .extractor ? "name the extractor above its options; " + list : list))
      return nil
    }
    let owner = entries[index]
    let ownerName = owner.key.text ?? ""
    let component = components[ownerName] ?? nearestName(to: ownerName, among: names).flatMap { components[$0] }
    let beside = entries.indices.filter { $0 != index && !isName[$0] }.map { entries[$0] }
    if let stray = entries.indices.first(where: { $0 != index && isName[$0] }) {
      context.report(
        .wrongType, on: entries[stray].key, "\(kind.article) \(kind.rawValue) is a map with one key, its name",
        hint: kind == .extractor ? "a field has one extractor" : "begin another element with '- '")
    }
    let isWord = !owner.value.isMap && !owner.value.isUnwritten
    // `{css: a, b}`: in braces a comma ends the value.
    if isWord, let rest = beside.first(where: { $0.value.isUnwritten }), let text = owner.value.text,
      let cut = rest.key.text, !(component?.keys.contains { $0.name == cut } ?? false)
    {
      context.report(
        .wrongType, on: rest.key, "a comma ends a value in braces, so '\(excerpt(cut))' is a key of its own",
        hint: "put quotes around the whole: {\(ownerName): \(JSONText.string(excerpt(text + ", " + cut)).text)}")
      return nil
    }
    // The component itself says that it has no main option.
    if isWord, component?.main == nil { return Parts(key: owner.key, value: owner.value, isPlain: false) }
    let own = CanonicalForm.options(of: owner.value, main: component?.main)
    let ownByName = Dictionary(own.map { ($0.key.text ?? "", $0) }) { first, _ in first }
    var options: [Node.Entry] = []
    var isMisplacementTold = false
    for option in beside {
      if let other = option.key.text.flatMap({ ownByName[$0] }) {
        report(option, twiceWith: other, beside: owner, &context)
        continue
      }
      options.append(option)
      // What the component cannot do without stands under its name.
      let isNeeded = component?.keys.contains { $0.name == option.key.text && $0.isRequired } ?? false
      guard isNeeded || owner.value.isUnwritten && component?.standsAlone != true, !isMisplacementTold else { continue }
      isMisplacementTold = true
      context.report(
        .wrongType, on: option.key, "\(kind.article) \(kind.rawValue) is a map with one key, its name",
        hint: "indent the options under '\(ownerName):'")
    }
    return Parts(key: owner.key, value: Node(.mapping(own + options), span: owner.value.span), isPlain: false)
  }

  /// The key that was meant for a component's name beside its options: `{cvs: out.csv, when: ok}`.
  private func misspeltName(in entries: [Node.Entry], _ context: inout DecodingContext) -> Int? {
    let others = entries.indices.filter { !options.contains(entries[$0].key.text ?? "") }
    guard others.count == 1, hint(forTypeIn: entries) == nil, let name = entries[others[0]].key.text,
      context.takeGuess()
    else { return nil }
    return nearestName(to: name, among: names) == nil ? nil : others[0]
  }

  /// Reports an option that stands beside its component's name and under it too.
  private func report(
    _ option: Node.Entry, twiceWith other: Node.Entry, beside owner: Node.Entry, _ context: inout DecodingContext
  ) {
    let (name, ownerName) = (excerpt(option.key.text ?? ""), owner.key.text ?? "")
    let place = owner.value.isMap ? "under '\(ownerName)'" : "as the value of '\(ownerName)'"
    context.report(
      .conflict, at: option.key.span, "'\(name)' stands beside '\(ownerName)', and \(place) too",
      hint: "remove one of them",
      notes: [Diagnostic.Note("the other one is here", at: owner.value.isMap ? other.key.span : other.value.span)])
  }

  /// The name that was written or, once the fault is reported, the one that was meant.
  func name(_ key: Node, of value: Node, _ context: inout DecodingContext) -> String? {
    guard let name = key.text else {
      context.report(.wrongType, on: key, "the name of \(kind.article) \(kind.rawValue) must be a word")
      return nil
    }
    if components[name] != nil { return name }
    guard context.takeGuess() else {
      context.report(.unknownComponent, on: key, "no \(kind.rawValue) is called '\(excerpt(name))'")
      return nil
    }
    let near = nearestName(to: name, among: names)
    let meant = near ?? KnownWords.ours(for: name, among: names)
    context.report(
      .unknownComponent, on: key, "no \(kind.rawValue) is called '\(excerpt(name))'",
      hint: hint(forTypeIn: value) ?? hint(forList: name) ?? hint(forFile: name)
        ?? (kind == .sink ? hint(forOutput: name) : nil) ?? meant.map { "did you mean '\($0)'?" } ?? hint(
          forPath: name) ?? hint(forOption: name) ?? list)
    return near
  }

  /// Reports a name that stands without the options that it needs.
  ///
  /// - Parameter isGuess: Whether another name was written, of which the fault is reported already.
  func reportMissingOptions(
    _ component: ComponentDescription, _ written: Parts, isGuess: Bool, _ context: inout DecodingContext
  ) -> Bool {
    let isAlone = written.isPlain || written.value.isUnwritten && component.main != nil
    guard isAlone, !(written.isPlain && component.standsAlone) else { return false }
    if isGuess { return true }
    let main = component.keys.first { $0.name == component.main }
    let example = main?.example.map { "write \(component.name): \($0)" }
    if component.standsAlone {
      context.report(
        .wrongType, on: written.value, "\(context.place) has no value",
        hint: "write \(component.name) without the colon, or its \(component.main ?? "options")")
    } else {
      context.report(
        .missingKey, on: written.key, "\(component.name) needs \(main.map { "its \($0.name)" } ?? "its options")",
        hint: context.commentHint(behind: written.value) ?? example)
    }
    return true
  }
}

extension Node {
  fileprivate var isMap: Bool { if case .mapping = content { true } else { false } }
}
