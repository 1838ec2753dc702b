/// What a person may have meant by a key that is not known where it stands.
struct KeyGuess {
  let hint: String
  /// The known key that was meant.
  let key: String?
  /// Whether only the spelling is wrong, so that the value is one of that key's.
  let isMisspelling: Bool

  init(_ name: String, among known: [KeyDescription], in context: DecodingContext) {
    let names = known.map(\.name)
    if let words = KnownWords.explanation(of: name, among: names) {
      self.init(words)
    } else if name == "url", names.contains("urls") {
      self.init("did you mean 'urls'?", key: "urls", isMisspelling: true)
    } else if ["url", "urls"].contains(name), !names.contains("sources") {
      // Every map that has a URL of its own is a worse guess.
      self.init("the URLs to fetch belong in 'sources': sources: [{urls: […]}]")
    } else if let owner = known.first(where: { $0.shape.keys.contains { $0.name == name } }) {
      self.init("put it under '\(owner.name)'")
    } else if let ours = KnownWords.ours(for: name, among: names) {
      self.init("did you mean '\(ours)'?", key: ours)
    } else if let near = nearestName(to: name, among: names) {
      // A name that is much longer or shorter says something else as well: `timeout_ms`.
      let isMisspelling = abs(near.utf8.count - name.utf8.count) <= 2
      self.init("did you mean '\(near)'?", key: near, isMisspelling: isMisspelling)
    } else if let place = Self.place(ofOursFor: name, below: known) {
      self.init("did you mean \(place)?")
    } else if let place = Self.place(of: name, in: context.rootKeys) {
      self.init(place.hint, key: names.contains(place.key) ? place.key : nil)
    } else {
      self.init(names.isEmpty ? "there are no keys here" : "the keys here are \(names.joined(separator: ", "))")
    }
  }

  private init(_ hint: String, key: String? = nil, isMisspelling: Bool = false) {
    self.hint = hint
    self.key = key
    self.isMisspelling = isMisspelling
  }

  /// Our word for another tool's, where it is known in a map below.
  private static func place(ofOursFor name: String, below known: [KeyDescription]) -> String? {
    for key in known {
      if let ours = KnownWords.ours(for: name, among: key.shape.keys.map(\.name)) {
        return "'\(ours)' under '\(key.name)'"
      }
      if let place = place(ofOursFor: name, below: key.shape.keys) { return "\(place) in '\(key.name)'" }
    }
    return nil
  }

  /// Where else in a spec a name is known: a key at the top or in a map below it, or a component.
  private static func place(of name: String, in root: [KeyDescription]) -> (hint: String, key: String)? {
    if root.contains(where: { $0.name == name }) { return ("it belongs at the top of the file", name) }
    for key in root {
      if let path = path(to: name, under: key) { return ("it belongs under \(path)", key.name) }
    }
    for key in root {
      guard let family = key.shape.family else { continue }
      let kind = family.kind
      if family.common.contains(where: { $0.name == name }) {
        return ("it is an option of \(kind.article) \(kind.rawValue): write it there, under '\(key.name)'", key.name)
      }
      guard family.components.contains(where: { $0.name == name }) else { continue }
      let form = kind == .extractor ? "a field under" : "an element of"
      return ("'\(name)' is \(kind.article) \(kind.rawValue): write it as \(form) '\(key.name)'", key.name)
    }
    return nil
  }

  private static func path(to name: String, under key: KeyDescription) -> String? {
    for child in key.shape.keys {
      if child.name == name { return "'\(key.name)'" }
      if let path = path(to: name, under: child) { return "'\(key.name)', \(path)" }
    }
    return nil
  }
}
