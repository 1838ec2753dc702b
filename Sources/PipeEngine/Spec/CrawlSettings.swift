package import PipeSpec
package import PipeWeb

/// The `crawl` block of a spec: which links are followed, and how far.
package struct CrawlSettings: Sendable {
  package let follow: LinkPicks?
  package let depth: Int
  package let scope: CrawlScope.Kind
  package let include: [Located<URLPattern>]
  package let exclude: [Located<URLPattern>]
  package let maxPages: Int?
  package let maxLinks: Int
  package let nofollow: Nofollow
  package let canonical: Canonical
  package let check: Located<Check>?
  package let fragments: Located<Bool>?

  /// Which links are asked what comes of them, besides those that are followed.
  package enum Check: String, CaseIterable, Sendable {
    case none, external
  }
  package let traps: Traps

  /// What is done about links that pages ask not to follow.
  package enum Nofollow: String, CaseIterable, Sendable {
    case respect, ignore
  }

  /// What is done about URLs without an end that say nothing new.
  package enum Traps: String, CaseIterable, Sendable {
    case `guard`, off
  }

  /// In what two URLs of one page may differ.
  package struct Canonical: Sendable {
    package let stripQuery: [String]
    package let sortQuery: Bool

    package init(stripQuery: [String] = [], sortQuery: Bool = false) {
      self.stripQuery = stripQuery
      self.sortQuery = sortQuery
    }
  }

  /// The greatest depth: one byte is kept for it with every URL.
  static let deepest = 250

  static let shape = MapShape(
    Key(
      optional: "follow", LinkPicks.shape,
      "What picks the links of a page, in the order of the keys; without it, all count that"
        + " docs/reference/links.md lists.", example: "{css: [a.next, .product]}"),
    Key(
      "depth", Shape<Int>.int(0...deepest), default: 3, shown: "3",
      "The most links between a source's URL and a page; 0 is the sources' pages alone.", example: "5"),
    Key(
      "scope", CrawlScope.Kind.shape, default: CrawlScope.Kind.host, shown: "host",
      "Which of the pages that links lead to belong to the crawl."),
    Key(
      "include", URLPattern.shape.located.list(orOne: true), default: [], shown: "[]",
      "Patterns of which a link's URL must match one; without any, every URL does.", example: "[/docs/*]"),
    Key(
      "exclude", URLPattern.shape.located.list(orOne: true), default: [], shown: "[]",
      "Patterns of URLs that are not followed, whatever include says.", example: "[/search*, \"*.pdf\"]"),
    Key(
      optional: "max_pages", Shape<Int>.int(1...1_000_000_000_000),
      "The most pages that are asked for, those that fail among them.", example: "10000"),
    Key(
      "max_links_per_page", Shape<Int>.int(1...100_000), default: 10_000, shown: "10000",
      "The most links that are taken of one page."),
    Key(
      "nofollow", Nofollow.shape, default: Nofollow.respect, shown: "respect",
      "What is done about links with rel=nofollow, and pages that say nofollow in a robots meta element or in X-Robots-Tag."
    ),
    Key(
      "canonical", Canonical.map.shape, default: Canonical(), shown: "{}",
      "What makes no difference between two URLs, so that they are one page.",
      example: "{strip_query: [utm_*, gclid]}"),
    Key(
      "check", Check.shape.located.optional, default: nil, shown: "none",
      "Which links are checked without being followed, for the rows of sinks with rows: links."),
    Key(
      "fragments", Shape<Bool>.bool.located.optional, default: nil, shown: "false",
      "Whether the `#id` of a link is looked for in its page, for the rows of sinks with rows: links."),
    Key(
      "traps", Traps.shape, default: Traps.guard, shown: "guard",
      "What is done about calendars, facets and the like, whose pages lead to more of their kind without an end."),
    make: {
      follow, depth, scope, include, exclude, maxPages, maxLinks, nofollow, canonical, check,
      fragments, traps in
      CrawlSettings(
        follow: follow, depth: depth, scope: scope, include: include, exclude: exclude, maxPages: maxPages,
        maxLinks: maxLinks, nofollow: nofollow, canonical: canonical, check: check, fragments: fragments,
        traps: traps)
    }
  ).shape.located
}

extension CrawlSettings.Nofollow {
  fileprivate static let shape = Shape<Self>.choice { choice in
    switch choice {
    case .respect: "they are not followed"
    case .ignore: "they are followed as any other"
    }
  }
}

extension CrawlSettings.Check {
  fileprivate static let shape = Shape<Self>.choice { choice in
    switch choice {
    case .none: "no link is"
    case .external: "links that are out of scope: each URL is asked once what it answers, by HEAD where that tells it"
    }
  }
}

extension CrawlSettings.Traps {
  fileprivate static let shape = Shape<Self>.choice { choice in
    switch choice {
    case .guard:
      "of kinds of URLs whose pages keep saying nothing new, the links that such pages have to each other are not followed"
    case .off: "their links are followed as any other; bounds on a URL's own length and repetitions stay"
    }
  }
}

extension CrawlSettings.Canonical {
  fileprivate static let map = MapShape<Self>(
    Key(
      "strip_query", Shape.name("the name of a parameter").list(orOne: true), default: [], shown: "[]",
      "Parameters of the query that make no difference; * stands for any characters.", example: "[utm_*]"),
    Key("sort_query", .bool, default: false, shown: "false", "Whether the order of parameters makes no difference."),
    make: { (names: [String], sorts: Bool) in Self(stripQuery: names, sortQuery: sorts) })
}

extension CrawlScope.Kind {
  fileprivate static let shape = Shape<Self>.choice { kind in
    switch kind {
    case .page: "the sources' own pages, and where they redirect to"
    case .prefix: "pages in the folder of a source's URL: for /docs/index.html those below /docs/"
    case .host: "pages of the hosts that the sources have"
    case .domain: "pages of the domains that the sources have, and of all hosts below them (by the public suffix list)"
    case .any: "pages of every host"
    }
  }
}

/// A pattern of `include` or `exclude`: a glob, or a regular expression between slashes.
package struct URLPattern: Sendable {
  package let text: String
  package let pattern: URLFilter.Pattern

  static let shape = Shape<URLPattern>.scalar(
    .text(name: "a pattern of URLs", examples: ["/search*", "*.pdf", #"/\bprint=1\b/"#])
  ) { text throws(ScalarFault) in
    URLPattern(text: text.text, pattern: try pattern(of: text.text))
  }

  private static func pattern(of text: String) throws(ScalarFault) -> URLFilter.Pattern {
    guard try isExpression(text) else {
      do throws(URLGlob.Fault) {
        return .glob(try URLGlob(text))
      } catch {
        throw ScalarFault(.badValue, "is not a pattern of URLs: \(error.message)")
      }
    }
    do throws(RegularExpression.Fault) {
      let expression = try RegularExpression.parse(text).get()
      return .expression { expression.matches($0) }
    } catch {
      throw ScalarFault(
        .badRegex, "is not a regular expression: \(error.message)", hint: error.hint,
        range: error.range.isEmpty ? nil : error.range)
    }
  }

  /// Whether a pattern is `/…/`, with flags behind it. What reads as a path in just the same way is neither.
  private static func isExpression(_ text: String) throws(ScalarFault) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count > 2, bytes[0] == UInt8(ascii: "/"), let last = bytes.lastIndex(of: UInt8(ascii: "/")), last > 1,
      bytes[(last + 1)...].allSatisfy({ "imsx".utf8.contains($0) })
    else { return false }
    guard bytes.allSatisfy(\.isOfPathGlob) else { return true }
    // As /docs/is: the flags are a name.
    if last < bytes.count - 1 { return false }
    throw ScalarFault(
      .badValue, "can be read as a path and as a regular expression",
      hint: "write \(text)* for the folder; a regular expression has a character that no path has, as in "
        + #"/\bdocs\b/"#)
  }
}

extension UInt8 {
  /// What stands in paths and globs.
  fileprivate var isOfPathGlob: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "/-_~%,=&.*".utf8.contains(self)
    }
  }
}
