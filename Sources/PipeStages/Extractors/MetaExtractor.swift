import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `meta`: the content of a `meta` element.
struct MetaExtractor: Extractor {
  let name: String
  let all: Bool

  static let component = Component<any Extractor>(
    .extractor, "meta",
    "The content of the meta element with this name, property or http-equiv, in any case; its white space is kept, line "
      + "breaks included.",
    options: MapShape(
      main: "name",
      Key("name", .name("a name"), "The value of its name, property or http-equiv attribute.", example: "og:title"),
      Key("all", .bool, default: false, shown: "false", "Whether all of them are taken, as a list."),
      make: MetaExtractor.init),
    examples: ["meta: og:title", "meta: {name: 'article:tag', all: true}"],
    make: { $0 })

  let needs = PageNeeds.scan(.metas)
  var type: FieldType { FieldType(.string, isList: all) }

  init(name: String, all: Bool) {
    self.name = name
    self.all = all
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard let facts = page.facts else { return .null }
    let found = facts.metas.lazy.filter { meta in
      isName(meta.name, page) || isName(meta.property, page) || isName(meta.httpEquiv, page)
    }
    if !all {
      return Value(try page.text(of: found.first?.content, .metas))
    }
    var budget = page.room.budget
    var texts: [Value] = []
    var hasTooLarge = false
    for meta in found {
      hasTooLarge = hasTooLarge || meta.content.isTooLarge
      guard let text = page.string(of: meta.content) else { continue }
      guard budget.takeElement(bytes: text.utf8.count) else { break }
      texts.append(.string(text))
    }
    let list = try page.room.checked(.list(texts), budget)
    if hasTooLarge {
      throw ExtractionFault("one is larger than 1 MiB; it is missing", partial: list)
    }
    if facts.incomplete.contains(.metas) { throw Page.tooMuch(list) }
    return list
  }

  private func isName(_ value: PageFacts.Value?, _ page: Page) -> Bool {
    guard let value else { return false }
    return page.string(of: value)?.trimmingWhiteSpace().isExactlyInAnyCase(name) == true
  }
}
