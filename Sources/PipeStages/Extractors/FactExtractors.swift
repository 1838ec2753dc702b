import PipeEngine
import PipeSpec
import PipeWeb

// The built-in fields that the HTML scanner tells, without a tree.

/// `title`: document.title of the HTML Standard (3.1.5).
struct TitleExtractor: Extractor {
  static let component = Component.builtIn(
    "title", "The page's title: the text of its first title element, white space collapsed (document.title).",
    TitleExtractor())
  let type = FieldType.string
  let needs = PageNeeds.scan(.title)

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    Value(try page.text(of: page.facts?.titleValue, .title))
  }
}

/// `language`: the `lang` of the `html` element.
struct LanguageExtractor: Extractor {
  static let component = Component.builtIn(
    "language", "The language that the page says it is in: the lang attribute of its html element.",
    LanguageExtractor())
  let type = FieldType.string
  let needs = PageNeeds.scan(.language)

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    let language = try page.text(of: page.facts?.languageValue, .language)?.collapsingWhiteSpace()
    return Value(language?.isEmpty == true ? nil : language)
  }
}

/// `description`: the `meta` named so.
struct DescriptionExtractor: Extractor {
  static let component = Component.builtIn(
    "description", "The content of the first meta element named description, as it is written, line breaks included.",
    DescriptionExtractor())
  let type = FieldType.string
  let needs = PageNeeds.scan(.description)

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    Value(try page.text(of: page.facts?.descriptionValue, .description))
  }
}

/// `canonical`: the `link` with `rel=canonical` (RFC 6596).
struct CanonicalExtractor: Extractor {
  static let component = Component.builtIn(
    "canonical",
    "The URL that the page calls its canonical one, absolute: the first link rel=canonical that leads to an http or https "
      + "URL.", CanonicalExtractor())
  let type = FieldType.url
  let needs = PageNeeds.scan([.canonical, .base])

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard let facts = page.facts else { return .null }
    try page.checkBase()
    for value in facts.canonicalValues where !value.isTooLarge {
      if let url = page.url(of: value), url.isHTTP { return .string(url.href) }
    }
    try page.checkSize(of: facts.canonicalValues.first { $0.isTooLarge }, .canonical)
    return .null
  }
}

/// `h1`: the first heading of the first rank.
struct FirstHeadingExtractor: Extractor {
  static let component = Component.builtIn(
    "h1", "The text of the page's first h1 element as a person would read it, on one line.", FirstHeadingExtractor())
  let type = FieldType.string
  let needs = PageNeeds.scan(.firstHeading)

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    Value(try page.firstHeading())
  }
}

extension Value {
  /// A text, or null.
  init(_ text: String?) { self = text.map { .string($0) } ?? .null }
}
