/// Collects a page's facts from its tokens, knowing of tree construction (WHATWG HTML 13.2.6) what bears on them:
/// the open elements, foreign content, templates, raw text and framesets.
///
/// Left out, because hardly a fact hangs on it: the list of active formatting elements and their copies (a link
/// that the tree repeats is reported once, where it was written), and foster parenting (what stands between the
/// parts of a table stays in the order it was written). Scripts do not run, so `noscript` is markup, but in the head, where
/// it is raw text as in a browser.
struct PageCollector: HTMLTokenHandler, ~Copyable {
  enum Mode: UInt8, Comparable {
    case beforeHead, inHead, afterHead, inBody, inFrameset

    static func < (left: Mode, right: Mode) -> Bool { left.rawValue < right.rawValue }
  }

  static let keepsNames = false
  let wantsComments = false
  var wantsDoctype: Bool { !wanted.isDisjoint(with: [.firstHeading, .headings, .linkTexts]) }

  let wanted: PageFacts.Wanted
  let limits: PageFacts.Limits
  var facts = PageFacts()
  /// What the facts' values are slices of.
  var bytes = OwnedBuffer<UInt8>()
  /// The wanted facts that later markup may still change.
  var open: PageFacts.Wanted

  var elements: OpenElements
  var mode = Mode.beforeHead
  var isFramesetAllowed = true
  /// The facts before the body, kept while a frameset may yet replace it.
  var factsBeforeBody: PageFacts?
  /// The raw text element whose end tag comes next.
  var textElement: HTMLTag?

  /// The raw text being gathered for the title, a link and the headings.
  var title: [UInt8]?
  var link: HeadingMarkup?
  /// What the link stands in, once its text takes a tree.
  var linkContext: [UInt8] = []
  var heading: HeadingMarkup?
  /// The headings being read, which may nest.
  var openHeadings: [OpenHeading] = []

  struct OpenHeading {
    /// Its place among the facts' headings.
    let index: Int
    /// Where it begins in `heading`.
    let start: Int
    /// What it stands in; `nil` where it stands in too many others.
    let context: [UInt8]?
  }

  /// Headings in more headings than these have no text: each holds the markup of all inside of it.
  static let headingNesting = 8

  /// Whether the page is in quirks mode, as far as headings and links ask for it.
  private(set) var isQuirky = true

  /// Whether the places of links are wanted. Then every tag is looked at, since its role may make a landmark of it.
  let wantsPlaces: Bool
  /// Whether the names of elements are wanted. Every tag may have one.
  let wantsNames: Bool
  var lines: LineCounter
  /// The regions that `html` and `body` are by their roles.
  var htmlRegion: PageRegion?
  var bodyRegion: PageRegion?

  private(set) var wantsText = true
  /// Whether the text of a link or a heading is being read.
  private(set) var isReading = false
  /// Whether attributes are wanted of every start tag.
  private(set) var looksIntoAll: Bool
  /// Whether which elements are open is not asked at present, so that tags are put off.
  private(set) var isPostponing = false
  /// The tags that tell something wanted, or change what the tags after them mean.
  private var tellingTraits: HTMLTagTraits

  init(wanted: PageFacts.Wanted, limits: PageFacts.Limits) {
    self.wanted = wanted
    self.limits = limits
    open = wanted
    elements = OpenElements(postponedLimit: limits.postponedTags)
    wantsPlaces = wanted.contains(.linkPlaces)
    wantsNames = wanted.contains(.names)
    looksIntoAll = wantsPlaces || wantsNames
    lines = LineCounter(limit: limits.lineParts)
    tellingTraits = Self.telling(wanted)
  }

  var isFinished: Bool { open.isEmpty }
  var isInForeignContent: Bool { elements.isCurrentForeign }

  func comment(_ bytes: UnsafeBufferPointer<UInt8>) {}
  mutating func doctype(_ doctype: HTMLDoctype) {
    if mode == .beforeHead { isQuirky = doctype.isQuirky }
  }
  mutating func limitReached() { facts.isTruncated = true }

  mutating func updateWantsText() {
    isReading = link != nil || heading != nil
    looksIntoAll = isReading || wantsPlaces || wantsNames
    wantsText = isFramesetAllowed || title != nil || isReading
  }

  // MARK: Tags that tell nothing

  var telling: HTMLTagTraits? { isPostponing && !wantsText ? tellingTraits : nil }

  @inline(__always)
  mutating func note(_ tag: NotedTag) { elements.postpone(tag) }

  /// Decides about the tags to come: which elements are open bears on the first tags of a page, inside of templates and
  /// foreign content, and on the ends of headings.
  mutating func updatePostponing() {
    isPostponing =
      mode == .inBody && !isFramesetAllowed && elements.isPlain && heading == nil && !wantsPlaces && !wantsNames
  }

  /// The tags before which it must be known what is open.
  var settling: HTMLTagTraits {
    open.isDisjoint(with: [.firstHeading, .headings]) ? .opensTemplate : [.opensTemplate, .firstHeading]
  }

  private static func telling(_ open: PageFacts.Wanted) -> HTMLTagTraits {
    var traits: HTMLTagTraits = [.anyText, .documentStructure, .opensTemplate, .opensForeign]
    if open.contains(.links) { traits.insert(.link) }
    if open.contains(.images) { traits.insert(.image) }
    if !open.isDisjoint(with: [.metas, .description, .encoding]) { traits.insert(.meta) }
    if !open.isDisjoint(with: [.linkElements, .canonical]) { traits.insert(.linkElement) }
    if open.contains(.base) { traits.insert(.base) }
    if !open.isDisjoint(with: [.firstHeading, .headings]) { traits.insert(.firstHeading) }
    return traits
  }

  // MARK: Text

  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>, in model: HTMLContentModel, startsRun: Bool) {
    switch model {
    case .escapableText:
      if let count = title?.count {
        let fitting = fitting(bytes, after: count)
        title?.append(contentsOf: fitting)
      } else if textElement == .textarea {
        appendToTexts(bytes, as: .raw, startsRun: false)
      }
    case .data, .cdata, .plaintext:
      if isFramesetAllowed, bytes.contains(where: { $0 != 0 && !HTMLBytes.isSpace($0) }) {
        if mode < .inBody { enterBody() }
        forbidFrameset()
      }
      guard isReading, !elements.isInTemplate else { return }
      if isInForeignContent, link != nil, bytes.contains(0) {
        link?.noteForeignNull()
        takeLinkContext()
      }
      appendToTexts(bytes, as: model == .data ? .text : model == .cdata ? .characters : .raw, startsRun: startsRun)
    case .rawText:
      if textElement == .xmp { appendToTexts(bytes, as: .raw, startsRun: false) }
    case .script:
      break
    }
  }

  private mutating func appendToTexts(
    _ bytes: UnsafeBufferPointer<UInt8>, as kind: HeadingMarkup.TextKind, startsRun: Bool
  ) {
    if let count = heading?.bytes.count {
      let fitting = fitting(bytes, after: count)
      heading?.append(fitting, as: kind, startsRun: startsRun)
    }
    if let count = link?.bytes.count {
      let fitting = fitting(bytes, after: count)
      link?.append(fitting, as: kind, startsRun: startsRun)
    }
  }

  private mutating func fitting(
    _ bytes: UnsafeBufferPointer<UInt8>, after count: Int
  ) -> Slice<UnsafeBufferPointer<UInt8>> {
    // One byte more tells what is too large.
    let room = max(0, limits.value + 1 - count)
    if bytes.count > room { facts.isTruncated = true }
    return bytes.prefix(room)
  }

  // MARK: Modes

  mutating func enterBody() {
    mode = .inBody
    if isFramesetAllowed { factsBeforeBody = facts }
  }

  mutating func forbidFrameset() {
    isFramesetAllowed = false
    factsBeforeBody = nil
    updateWantsText()
  }

  mutating func enterFrameset() {
    if let factsBeforeBody { facts.cutBack(to: factsBeforeBody) }
    elements.removeAll()
    link = nil
    heading = nil
    openHeadings = []
    mode = .inFrameset
    forbidFrameset()
  }

  /// A fact is known for good, or not wanted any more.
  mutating func leave(_ fact: PageFacts.Wanted) {
    open.subtract(fact)
    tellingTraits = Self.telling(open)
  }

  /// A fact is known for good, unless it stands in a body that a frameset may yet replace.
  mutating func settle(_ fact: PageFacts.Wanted) {
    if mode < .inBody || !isFramesetAllowed {
      leave(fact)
    }
  }
}
