import PipeTesting

/// Makes pages that are hardly ones: tags in places where they do not belong, markup that is cut off, real pages that
/// were mutilated. The same seed makes the same pages.
struct RandomPages {
  private var random: RepeatableRandom
  private let tags: [String]
  private var links = 0

  static let tags = """
    html head body title title base link meta a a a area h1 h2 p div span b i em font nobr u table tr td th tbody thead
    caption colgroup col ul li dl dd dt form button style script textarea noscript iframe noembed noframes xmp pre
    listing br hr img image input address section center marquee object applet frameset frame plaintext ruby rt option
    optgroup unknown x-y
    """.words
  static let foreign = "svg math desc foreignObject mi mtext annotation-xml mglyph".words

  init(seed: UInt64, tags: [String]) {
    random = RepeatableRandom(seed: seed)
    self.tags = tags
  }

  /// A page of tokens that are put together blindly.
  mutating func tokens() -> String {
    let starts = ["", "<!doctype html>", "<!doctype html><html><head>", "<!doctype html><body>", "<table>"]
    return one(of: starts) + (0..<one(of: [3, 8, 15, 30, 60])).map { _ in token() }.joined()
  }

  /// A stretch of a page, with pieces of it repeated, moved, left out and replaced.
  mutating func mutilated(_ page: [UInt8]) -> String {
    let limit = 1_500
    let start = random.oneIn(2) ? 0 : Int.random(in: 0...max(0, page.count - limit), using: &random)
    var bytes = Array(page[start...].prefix(Int.random(in: 1...limit, using: &random)))
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      let piece = place..<min(bytes.count, place + one(of: [1, 5, 30, 200]))
      let other = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.removeSubrange(piece)
      case 1: bytes.insert(contentsOf: bytes[piece], at: other)
      case 2: bytes.insert(contentsOf: token().utf8, at: place)
      default: bytes.replaceSubrange(piece, with: [one(of: Array("<>/=\"'& \n!-".utf8))])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  mutating func one<Choice>(of choices: [Choice]) -> Choice {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func token() -> String {
    let tag = random.oneIn(20) ? one(of: tags).uppercased() : one(of: tags)
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<9: return "<" + tag + attributes(of: tag.lowercased()) + one(of: [">", ">", ">", ">", " >", "/>"])
    case 9..<15: return "</" + tag + one(of: [">", ">", ">", " >", " x>"])
    case 15..<18:
      return one(of: [
        "x", " ", "\n", "text ", "&amp;", "&lt", "&notit;", "&#65;", "&", "<", "a b ", "\u{0}", "\r\n", "é", "\t",
        "&nbsp",
      ])
    case 18:
      return one(of: [
        "<!-- c -->", "<!--", "-->", "<!-->", "<!--->", "--!>", "<!doctype html>", "<!DOCTYPE x>", "<![CDATA[", "]]>",
        "<?pi?>", "</", "<!x>", "</ x>", "<! ", "<!---", "<!-- <title>",
      ])
    default: return one(of: ["</p>", "</table>", "<p>", "<td>", "<tr>", "<table>", "</body>", "</html>", "</head>"])
    }
  }

  private mutating func attributes(of tag: String) -> String {
    var text = ""
    if ["a", "area", "base", "link"].contains(tag), !random.oneIn(10) {
      links += 1
      let quote = one(of: ["\"", "\"", "'", ""])
      let query = one(of: ["", "", "?a=1&amp;b=2", "&copy", "&copy=1"])
      text += one(of: [" href", " href", " HREF"]) + "=\(quote)u\(links)\(query)\(quote)"
    }
    if tag == "link" {
      text += " rel=" + one(of: ["canonical", "\"x canonical\"", "CANONICAL", "next", "\"alternate\""])
    }
    if ["html", "body", "p"].contains(tag), random.oneIn(3) {
      text += " lang=" + one(of: ["en", "\"de-AT\"", "'fr'", "\"\""])
    }
    if tag == "input", random.oneIn(2) { text += " type=hidden" }
    if tag == "annotation-xml" { text += one(of: [" encoding=text/html", "", " encoding=\"application/xhtml+xml\""]) }
    if tag == "font" { text += one(of: [" color=x", "", " size=1"]) }
    if random.oneIn(10) { text += one(of: [" class=x", " / ", " a", "=\"", " x=y x=z", " =", " \"", "'", " <"]) }
    return text
  }
}

extension String {
  fileprivate var words: [String] { split(whereSeparator: \.isWhitespace).map(String.init) }
}
