/// The stack of open elements (WHATWG HTML 13.2.4.2), without a tree: names and traits alone.
///
/// `html`, `head` and `body` are not on it: an empty stack stands for whichever of them is open. Depth is
/// bounded: the deepest element is replaced by the next one, as browsers do.
///
/// Tags may be put off: as long as nobody asks which elements are open it is enough to note them, and for most pages
/// nobody ever asks.
struct OpenElements: ~Copyable {
  enum Namespace: UInt8 {
    case html, svg, math
  }

  struct Element {
    let tag: HTMLTag
    let namespace: Namespace
    let traits: HTMLTagTraits
    /// Tells names apart that have no tag.
    let fingerprint: UInt32
    /// The one that its role names, where it is asked for.
    var region: PageRegion?
  }

  enum Scope {
    case any, button, list, table

    fileprivate var bounds: HTMLTagTraits {
      switch self {
      case .any: .boundsScope
      case .button: [.boundsScope, .boundsButtonScope]
      case .list: [.boundsScope, .boundsListScope]
      case .table: .boundsTableScope
      }
    }
  }

  /// How deep HTML may nest, and how deep what is inside of the outermost SVG or MathML.
  static let depthLimit = 512

  private var elements = OwnedBuffer<Element>()
  /// Where the outermost element of foreign content is.
  private var foreignStart: Int?
  /// How many HTML elements of each tag are open, so that most searches need not begin.
  private let counts: UnsafeMutablePointer<UInt16>

  /// Tags whose effect below `foreignStart` has not been worked out.
  private var postponed = OwnedBuffer<NotedTag>()
  /// So many are, at most.
  private let postponedLimit: Int

  init(postponedLimit: Int) {
    self.postponedLimit = postponedLimit
    counts = .allocate(capacity: HTMLTag.allCases.count)
    counts.initialize(repeating: 0, count: HTMLTag.allCases.count)
  }

  deinit { counts.deallocate() }

  var count: Int { elements.count }
  var current: Element? {
    @inline(__always) get { elements.last }
  }
  var isInTemplate: Bool {
    @inline(__always) get { contains(.template) }
  }

  @inline(__always)
  var isCurrentForeign: Bool { foreignStart != nil && elements.last?.namespace != .html }

  /// Whether nothing is open inside of which tags mean something else.
  @inline(__always)
  var isPlain: Bool { foreignStart == nil && !isInTemplate }

  @inline(__always)
  func contains(_ tag: HTMLTag) -> Bool { count(of: tag) > 0 }

  @inline(__always)
  func count(of tag: HTMLTag) -> Int { Int(counts[Int(tag.rawValue)]) }

  mutating func push(_ element: Element) {
    if elements.count - (foreignStart ?? 0) >= Self.depthLimit { pop() }
    if element.namespace == .html {
      counts[Int(element.tag.rawValue)] += 1
    } else if foreignStart == nil {
      foreignStart = elements.count
    }
    elements.append(element)
  }

  mutating func pop() {
    guard let element = elements.popLast() else { return }
    if let start = foreignStart, elements.count <= start { foreignStart = nil }
    uncount(element)
  }

  mutating func removeAll() {
    postponed.removeAll()
    while !elements.isEmpty { pop() }
  }

  private mutating func uncount(_ element: Element) {
    if element.namespace == .html { counts[Int(element.tag.rawValue)] -= 1 }
  }

  /// Pops up to and with the element at an index.
  mutating func pop(through index: Int) {
    while elements.count > index { pop() }
  }

  /// Pops while the current element is not one of those a condition names.
  mutating func pop(until isContext: (Element) -> Bool) {
    while let current, !isContext(current) { pop() }
  }

  mutating func pop(throughInnermost tag: HTMLTag) {
    var index = elements.count
    while index > 0 {
      index -= 1
      if elements[index].namespace == .html, elements[index].tag == tag { return pop(through: index) }
    }
  }

  mutating func remove(at index: Int) {
    let element = elements.remove(at: index)
    if let start = foreignStart, index < start { foreignStart = start - 1 }
    uncount(element)
  }

  /// Where the innermost HTML element that matches is, if it is in scope.
  func index(in scope: Scope, where matches: (Element) -> Bool) -> Int? {
    let bounds = scope.bounds
    var index = elements.count
    while index > 0 {
      index -= 1
      let element = elements[index]
      if element.namespace == .html, matches(element) { return index }
      if !element.traits.isDisjoint(with: bounds) { return nil }
    }
    return nil
  }

  func index(of tag: HTMLTag, in scope: Scope) -> Int? {
    guard contains(tag) else { return nil }
    return index(in: scope) { $0.tag == tag }
  }

  subscript(index: Int) -> Element { elements[index] }
}

// MARK: Tags put off

extension OpenElements {
  /// Takes note of a tag of HTML content, and works out later what it opens and closes. Nothing may be open that is
  /// not plain.
  @inline(__always)
  mutating func postpone(_ tag: NotedTag) {
    postponed.append(tag)
    if postponed.count >= postponedLimit { settle() }
  }

  /// Works out what the tags put off have opened and closed.
  mutating func settle() {
    guard !postponed.isEmpty else { return }
    // What is foreign was opened after them, and lies above what they leave.
    var above: [Element] = []
    if let start = foreignStart {
      while elements.count > start, let element = elements.popLast() { above.append(element) }
      foreignStart = nil
    }
    let tags = HTMLTagTable.shared
    for index in 0..<postponed.count {
      let tag = postponed[index].resolved(tags)
      if tag.isEnd { end(tag) } else { start(tag) }
    }
    postponed.removeAll()
    for element in above.reversed() { push(element) }
  }
}
