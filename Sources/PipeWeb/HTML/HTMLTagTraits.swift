/// How tree construction treats an element, as the standard's lists of names give it.
package struct HTMLTagTraits: OptionSet, BitwiseCopyable, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The special category (13.2.4.2), where a stray end tag stops looking upward.
  static let special = HTMLTagTraits(rawValue: 1 << 0)
  /// Never has content, so it is never open.
  static let void = HTMLTagTraits(rawValue: 1 << 1)
  /// Its start tag closes a `p` in button scope (13.2.6.4.7).
  static let closesParagraph = HTMLTagTraits(rawValue: 1 << 2)
  /// Its end tag closes it where it is in scope, whatever is open inside.
  static let closesInScope = HTMLTagTraits(rawValue: 1 << 3)
  /// A part of a table: its end tag looks in table scope.
  static let tablePart = HTMLTagTraits(rawValue: 1 << 4)
  /// The formatting category.
  static let formatting = HTMLTagTraits(rawValue: 1 << 5)
  static let heading = HTMLTagTraits(rawValue: 1 << 6)
  /// Stays in the head (13.2.6.4.4).
  static let headContent = HTMLTagTraits(rawValue: 1 << 7)
  /// Its start tag sets the frameset-ok flag to "not ok".
  static let forbidsFrameset = HTMLTagTraits(rawValue: 1 << 8)
  /// Its start tag ends foreign content (13.2.6.5).
  static let breaksOut = HTMLTagTraits(rawValue: 1 << 9)

  /// The boundaries of the kinds of scope (13.2.4.2).
  static let boundsScope = HTMLTagTraits(rawValue: 1 << 10)
  static let boundsButtonScope = HTMLTagTraits(rawValue: 1 << 11)
  static let boundsListScope = HTMLTagTraits(rawValue: 1 << 12)
  static let boundsTableScope = HTMLTagTraits(rawValue: 1 << 13)

  /// How the tokenizer goes on inside the element.
  static let escapableText = HTMLTagTraits(rawValue: 1 << 14)
  static let rawText = HTMLTagTraits(rawValue: 1 << 15)
  static let script = HTMLTagTraits(rawValue: 1 << 16)
  static let plaintext = HTMLTagTraits(rawValue: 1 << 17)
  static let anyText: HTMLTagTraits = [.escapableText, .rawText, .script, .plaintext]

  /// Elements of foreign content that hold HTML (13.2.6); given where they are opened, for it takes a namespace.
  static let htmlIntegrationPoint = HTMLTagTraits(rawValue: 1 << 18)
  static let textIntegrationPoint = HTMLTagTraits(rawValue: 1 << 19)
  /// The tags that are about the document as a whole.
  static let documentStructure = HTMLTagTraits(rawValue: 1 << 20)

  /// Inside of these elements tags mean something else.
  static let opensTemplate = HTMLTagTraits(rawValue: 1 << 21)
  static let opensForeign = HTMLTagTraits(rawValue: 1 << 22)

  /// What a page's facts are told by.
  static let link = HTMLTagTraits(rawValue: 1 << 23)
  static let image = HTMLTagTraits(rawValue: 1 << 24)
  static let meta = HTMLTagTraits(rawValue: 1 << 25)
  static let linkElement = HTMLTagTraits(rawValue: 1 << 26)
  static let base = HTMLTagTraits(rawValue: 1 << 27)
  static let firstHeading = HTMLTagTraits(rawValue: 1 << 28)

  /// Each trait with the names that have it.
  static let lists: [(trait: HTMLTagTraits, names: StaticString)] = [
    (
      .special,
      """
      address applet area article aside base basefont bgsound blockquote body br button caption center col colgroup
      dd details dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head
      header hgroup hr html iframe img input keygen li link listing main marquee menu meta nav noembed noframes
      noscript object ol p param plaintext pre script search section select source style summary table tbody td
      template textarea tfoot th thead title tr track ul wbr xmp
      """
    ),
    (
      .void,
      """
      area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr
      """
    ),
    (
      .closesParagraph,
      """
      address article aside blockquote center dd details dialog dir div dl dt fieldset figcaption figure footer form
      h1 h2 h3 h4 h5 h6 header hgroup hr li listing main menu nav ol p plaintext pre search section summary table ul
      xmp
      """
    ),
    (
      .closesInScope,
      """
      address applet article aside blockquote button center dd details dialog dir div dl dt fieldset figcaption
      figure footer header hgroup listing main marquee menu nav object ol pre search section select summary ul
      """
    ),
    (.tablePart, "caption table tbody td tfoot th thead tr"),
    (.formatting, "a b big code em font i nobr s small strike strong tt u"),
    (.heading, "h1 h2 h3 h4 h5 h6"),
    (.headContent, "base basefont bgsound link meta noframes noscript script style template title"),
    (
      .forbidsFrameset,
      """
      applet area body br button dd dt embed hr iframe image img input keygen li listing marquee object pre select
      table template textarea wbr xmp
      """
    ),
    (
      .breaksOut,
      """
      b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta
      nobr ol p pre ruby s small span strong strike sub sup table tt u ul var
      """
    ),
    (.boundsScope, "applet caption marquee object select table td template th"),
    (.boundsButtonScope, "button"),
    (.boundsListScope, "ol ul"),
    (.boundsTableScope, "table template"),
    (.escapableText, "textarea title"),
    (.rawText, "iframe noembed noframes style xmp"),
    (.script, "script"),
    (.plaintext, "plaintext"),
    (.documentStructure, "body frame frameset head html"),
    (.opensTemplate, "template"),
    (.opensForeign, "math svg"),
    (.link, "a area"),
    (.image, "image img"),
    (.meta, "meta"),
    (.linkElement, "link"),
    (.base, "base"),
    (.firstHeading, "h1"),
  ]
}
