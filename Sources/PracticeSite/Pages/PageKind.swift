/// What a numbered page is like: its language, its encoding, how it declares it, and its title.
///
/// Page N has the kind `PageKind.all[(N - 1) % PageKind.all.count]`, and its title is that kind's with `{n}`
/// replaced by N. This is the whole rule; a test may rely on it.
struct PageKind: Sendable {
  /// Where the page says which encoding it has.
  enum Declaration: Sendable {
    /// In the header Content-Type; the markup says nothing.
    case header
    /// In `<meta charset>` alone, under the label given.
    case meta(label: String)
    /// In `<meta http-equiv="Content-Type">` alone, under the label given.
    case httpEquivalent(label: String)
    /// In the header and, the same, in `<meta charset>`.
    case headerAndMeta
    /// Rightly in the header, wrongly in `<meta charset>`: the header holds (WHATWG HTML 13.2.3.2).
    case headerAgainstMeta(wrong: String)
    /// By a byte order mark, whatever the header says (WHATWG Encoding 6.1, "decode").
    case byteOrderMark(wrongHeader: String?)
  }

  let language: String
  let charset: Charset
  let declaration: Declaration
  /// The title that an extractor must find, with `{n}` for the page's number: references decoded, ASCII white space
  /// stripped and collapsed (WHATWG HTML 3.1.4, "document.title").
  let title: String
  /// The title element as it stands in the markup, where it is more than the escaped title.
  let markup: String?

  init(
    _ language: String, _ title: String, markup: String? = nil, in charset: Charset = .utf8,
    _ declaration: Declaration = .headerAndMeta
  ) {
    self.language = language
    self.title = title
    self.markup = markup
    self.charset = charset
    self.declaration = declaration
  }

  /// The kind of page `number`, which counts from 1.
  static func ofPage(_ number: Int) -> PageKind {
    all[(max(number, 1) - 1) % all.count]
  }

  /// The title of page `number`.
  func title(ofPage number: Int) -> String {
    Self.fill(title, number)
  }

  /// The title element of page `number`, and what stands around it.
  func titleElement(ofPage number: Int) -> String {
    if let markup { return Self.fill(markup, number) }
    return "<title>\(HTMLText.escape(title(ofPage: number)))</title>"
  }

  private static func fill(_ template: String, _ number: Int) -> String {
    template.split(separator: "{n}", omittingEmptySubsequences: false).joined(separator: String(number))
  }
}
