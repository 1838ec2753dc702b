/// What a page says about itself, as raw slices: nothing is decoded until somebody asks.
package struct PageFacts: Sendable {
  /// Which facts are collected.
  package struct Wanted: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let title = Wanted(rawValue: 1 << 0)
    package static let language = Wanted(rawValue: 1 << 1)
    package static let base = Wanted(rawValue: 1 << 2)
    package static let description = Wanted(rawValue: 1 << 3)
    package static let metas = Wanted(rawValue: 1 << 4)
    package static let canonical = Wanted(rawValue: 1 << 5)
    package static let linkElements = Wanted(rawValue: 1 << 6)
    package static let links = Wanted(rawValue: 1 << 7)
    /// The text of each link; with `links` alone.
    package static let linkTexts = Wanted(rawValue: 1 << 8)
    package static let images = Wanted(rawValue: 1 << 9)
    package static let firstHeading = Wanted(rawValue: 1 << 10)
    package static let headings = Wanted(rawValue: 1 << 11)
    /// The relations of each link; with `links` alone.
    package static let linkRelations = Wanted(rawValue: 1 << 12)
    package static let encoding = Wanted(rawValue: 1 << 13)
    /// `iframe` and `frame` elements with a `src`.
    package static let frames = Wanted(rawValue: 1 << 14)
    /// Where the tags of links, frames, `link` and `meta` elements stand in the page; with these facts alone.
    package static let linkPlaces = Wanted(rawValue: 1 << 15)
    /// What the fragments of URLs can refer to: each `id`, and the `name` of each `a`.
    package static let names = Wanted(rawValue: 1 << 16)
  }

  /// Bounds on what one page may make us keep.
  package struct Limits: Sendable {
    /// Links, and as many images, `meta` and `link` elements and headings each.
    package var items = 100_000
    /// Bytes of one value or text. A larger one is not cut, since a URL that is cut is another one: it is too large.
    package var value = 1 << 20
    /// Bytes of all values together; below 4 GiB.
    package var total = 16_777_216
    /// Bytes of lines that are kept to tell the columns of places; those in lines beyond it have none. Below 4 GiB.
    package var lineParts = 1 << 20
    /// Tags whose effect on the open elements is not worked out before it is asked for. Changes no fact.
    package var postponedTags = 16_384

    package init() {}
  }

  /// A captured slice.
  package struct Value: Sendable {
    enum Kind: UInt8 {
      case attribute, title, text
      /// A heading or a link whose text takes its tree (`HeadingMarkup`).
      case markup, linkMarkup
      /// Beyond the limit, and not kept.
      case tooLarge
    }

    let kind: Kind
    let offset: UInt32
    let count: UInt32

    static let tooLarge = Value(kind: .tooLarge, offset: 0, count: 0)

    /// Whether its text takes building a tree.
    package var takesTree: Bool { kind == .markup || kind == .linkMarkup }

    /// Whether the page has a value here that is larger than the limit, so that it is not kept.
    package var isTooLarge: Bool { kind == .tooLarge }
  }

  /// A `meta` element with a `content`.
  package struct Meta: Sendable {
    package let name: Value?
    package let property: Value?
    package let httpEquiv: Value?
    package let content: Value
  }

  /// A `link` element.
  package struct LinkElement: Sendable {
    package let rel: Value?
    package let href: Value?
    package let hreflang: Value?
    package let type: Value?
  }

  /// An `a` or `area` element with an `href`.
  package struct Link: Sendable {
    package let href: Value
    /// Its `rel`, where relations are wanted.
    package let rel: Value?
    /// The text of an `a`, as its tree's reader has it, on one line, or the `alt` of an `area`, where texts are wanted.
    package internal(set) var text: Value?
    package internal(set) var isArea = false
  }

  /// An `iframe` or `frame` element with a `src`, and without a `srcdoc`, which stands for it.
  package struct Frame: Sendable {
    package let source: Value
    package let isInline: Bool
  }

  /// document.title: the first `title` element of HTML.
  package internal(set) var titleValue: Value?
  /// The `lang` of the `html` element.
  package internal(set) var languageValue: Value?
  /// The first `href` of a `base` element.
  package internal(set) var baseValue: Value?
  /// The first `meta` named `description`.
  package internal(set) var descriptionValue: Value?
  /// The `href` of each `link` whose `rel` has `canonical`, up to the first that leads to an http or https URL for
  /// sure; those that cannot are left out.
  package internal(set) var canonicalValues: [Value] = []
  /// What the first `meta` that declares a known encoding says (WHATWG HTML 13.2.6.4.4).
  package internal(set) var encoding: CharacterEncoding?
  package internal(set) var metas: [Meta] = []
  package internal(set) var linkElements: [LinkElement] = []
  /// The links of HTML, not those of SVG, in the order they are written.
  package internal(set) var links: [Link] = []
  /// The `src` of each `img` element, nil where it has none.
  package internal(set) var images: [Value?] = []
  package internal(set) var frames: [Frame] = []
  /// The text of each `h1` element, as its tree's reader has it.
  package internal(set) var headings: [Value] = []
  /// The places of the links, frames, `link` and `meta` elements, in the order of these; empty unless they are wanted.
  package internal(set) var linkPlaces: [Place] = []
  package internal(set) var framePlaces: [Place] = []
  package internal(set) var linkElementPlaces: [Place] = []
  package internal(set) var metaPlaces: [Place] = []
  /// The `id` of each element, in SVG and MathML too, and the `name` of each `a`.
  package internal(set) var names: [Value] = []
  /// Whether a limit left something out.
  package internal(set) var isTruncated = false
  /// The facts of which the page has more than the limits allow.
  package internal(set) var incomplete: Wanted = []

  /// What the values are slices of.
  var bytes: [UInt8] = []
  /// What the columns of places are counted in.
  var lineParts: [UInt8] = []
  /// Whether the page begins with the byte order mark of UTF-8.
  var startsWithMark = false

  /// The raw bytes of a value: the page's encoding, before character references.
  package func withBytes<Result>(of value: Value, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let range = Int(value.offset)..<Int(value.offset) + Int(value.count)
    return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  /// A value as text: decoded, character references replaced, white space stripped and collapsed unless it is
  /// an attribute's.
  ///
  /// - Parameter transcode: the page's decoder; nil where the page is UTF-8.
  package func string(of value: Value, transcode: HTMLTranscode? = nil) -> String {
    withBytes(of: value) { bytes in
      switch value.kind {
      case .attribute, .tooLarge:
        HTMLText.attribute.string(bytes, transcode: transcode)
      case .title:
        HTMLText(references: .inText, nulls: .replaced).collapsedString(bytes, transcode: transcode)
      case .text:
        HTMLText(references: .inText, nulls: .dropped).collapsedString(bytes, transcode: transcode)
      case .markup:
        HeadingMarkup.text(of: bytes, .heading, transcode: transcode).text
      case .linkMarkup:
        HeadingMarkup.text(of: bytes, .link, transcode: transcode).text
      }
    }
  }

  /// The text of a heading or a link; `nil` where it has more nodes than a tree may have.
  package func shownText(_ value: Value, transcode: HTMLTranscode? = nil) -> String? {
    let subject: HeadingMarkup.Subject
    switch value.kind {
    case .markup: subject = .heading
    case .linkMarkup: subject = .link
    default: return string(of: value, transcode: transcode)
    }
    let (text, isWhole) = withBytes(of: value) { HeadingMarkup.text(of: $0, subject, transcode: transcode) }
    return isWhole ? text : nil
  }

  package func title(transcode: HTMLTranscode? = nil) -> String? {
    titleValue.map { string(of: $0, transcode: transcode) }
  }
  package func language(transcode: HTMLTranscode? = nil) -> String? {
    languageValue.map { string(of: $0, transcode: transcode) }
  }
  package func base(transcode: HTMLTranscode? = nil) -> String? {
    baseValue.map { string(of: $0, transcode: transcode) }
  }
  package func description(transcode: HTMLTranscode? = nil) -> String? {
    descriptionValue.map { string(of: $0, transcode: transcode) }
  }
  package func canonical(transcode: HTMLTranscode? = nil) -> String? {
    canonicalValues.first.map { string(of: $0, transcode: transcode) }
  }

  /// Takes back what the body of a page said that turns out to be a frameset (13.2.6.4.7).
  mutating func cutBack(to earlier: PageFacts) {
    titleValue = earlier.titleValue
    baseValue = earlier.baseValue
    descriptionValue = earlier.descriptionValue
    canonicalValues = earlier.canonicalValues
    metas = earlier.metas
    linkElements = earlier.linkElements
    links = earlier.links
    images = earlier.images
    frames = earlier.frames
    headings = earlier.headings
    linkPlaces = earlier.linkPlaces
    framePlaces = earlier.framePlaces
    linkElementPlaces = earlier.linkElementPlaces
    metaPlaces = earlier.metaPlaces
    names = earlier.names
  }
}

extension HTMLText {
  /// The text that raw bytes stand for, ASCII white space stripped and collapsed, as document.title has it.
  fileprivate func collapsedString(_ bytes: UnsafeBufferPointer<UInt8>, transcode: HTMLTranscode?) -> String {
    var output = OwnedBuffer<UInt8>()
    if let transcode {
      var text = transcode(bytes)
      text.withUTF8 { append($0, to: &output) }
    } else {
      append(bytes, to: &output)
    }
    output.collapseHTMLSpace()
    return String(decoding: output.elements, as: UTF8.self)
  }
}
