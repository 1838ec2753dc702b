internal import PipeWeb

extension FuzzTarget {
  /// A template on the first line, `<` for a hole and `>` for a raw one; the lines behind it are the values.
  static let template = FuzzTarget(name: "template", summary: "a URL with holes, and what is put into them") { input in
    let input = TwoParts(input)
    var pieces: [URLTemplate.Piece] = []
    for character in input.line {
      switch (character, pieces.last) {
      case ("<", _): pieces.append(.hole(isRaw: false))
      case (">", _): pieces.append(.hole(isRaw: true))
      case (_, .text(let text)?): pieces[pieces.count - 1] = .text(text + String(character))
      default: pieces.append(.text(String(character)))
      }
    }
    guard let template = try? URLTemplate(pieces) else { return }
    var values = input.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    values += Array(repeating: "", count: max(0, template.places.count - values.count))
    guard let text = try? template.filled(with: Array(values.prefix(template.places.count))) else { return }
    guard let url = WebURL(text) else {
      require(template.origin == nil, "a template whose origin is known makes URLs, whatever the values are")
      return
    }
    if let origin = template.origin { require(url.originKey == origin, "no value changes the origin") }
    // As a template without values would be read.
    guard template.origin != nil, !template.places.contains(.raw), !template.places.contains(.behindHost),
      let sample = try? template.filled(with: template.places.map { _ in "a" }), let plain = WebURL(sample)
    else { return }
    func count(_ byte: Character, in text: Substring) -> Int { text.count { $0 == byte } }
    require(count("/", in: url.pathname) == count("/", in: plain.pathname), "no value adds or removes a segment")
    require(count("&", in: url.search) == count("&", in: plain.search), "no value adds or removes a parameter")
    require(url.hash.isEmpty == plain.hash.isEmpty || template.places.contains(.fragment), "no value adds a fragment")
  }
}
