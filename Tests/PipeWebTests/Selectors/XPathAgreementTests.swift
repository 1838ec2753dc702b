import CLibxml2
import PipeTesting
import Testing

@testable import PipeWeb

/// libxml2 evaluates XPath 1.0, too: on the same tree both must find the same.
///
/// Known to differ are numbers as texts (libxml2 writes exponents and 15 digits, and reads exponents), positions outside of
/// any predicate, and the axes of attributes and namespaces: no random expression has them. What the standard wants there
/// is told in `XPathExpressionTests`.
struct XPathAgreementTests {
  private static let pages = [
    """
    <html><body class="a b"><h1 id=t>A  title</h1><ul><li class=x>1</li><li>2<li class=x>3<ul><li>4<li id=u>5</ul></ul>
    <p lang=en>text <b>bold</b><!--c--> 7</p><p class=x><a name=v href=/1>one</a> <a href="/2">two</a><b>2</b></p>
    <div><div><div class=x>é ü</div>3</div><i></i></div><p> 12.5 </p></body></html>
    """,
    "<table><tr><td>1<td>2<td>x<tr><td>3<td>-4<td> 5 </table><p>t<p>u<p><i>2</i><i>2</i>",
    "<div>" + String(repeating: "<div class=x>a<b>1</b>", count: 12), "",
  ]

  @Test(arguments: Effort.seeds(10))
  func `Random expressions are worth what libxml2 finds`(seed: UInt64) throws {
    var expressions = RandomExpressions(seed: seed)
    for page in Self.pages {
      let bytes = Array(page.utf8)
      let parsed = DOMDocument(parsing: bytes.span)
      let document = try #require(parsed)
      for _ in 0..<40 { try compare(expressions.next(), in: document) }
    }
  }

  @Test(arguments: [
    "string(1 div 0)", "string(-1 div 0)", "string(0 div 0)", "string(-0)", "string(0.5)", "string(-12.25)",
    "5 mod 2", "5 mod -2", "-5 mod 2", "1.5 mod 0.5", "7 div 2", "- - 3", "2 - -2", "round(-2.5)", "round(2.5)",
    "floor(-1.5)", "ceiling(-1.5)", "number(' -12.50 ')", "number('+1')", "number('.5')",
    "number('5.')", "number('.')", "number('')", "number('1 2')", "number(true())", "number(//li)",
    "substring('12345', 2, 3)", "substring('12345', 1.5, 2.6)", "substring('12345', 0, 3)",
    "substring('12345', 0 div 0, 3)", "substring('12345', 1, 0 div 0)", "substring('12345', -42, 1 div 0)",
    "substring('12345', -1 div 0, 1 div 0)", "substring('aéü字😀z', 2, 4)", "substring('é', 2)", "substring('', 1)",
    "string-length('aéü字😀')", "string-length(//p)", "translate('bar', 'abc', 'AB')", "translate('--aaa--', 'a-', 'é')",
    "translate('aéa', 'éa', '字')", "translate('aa', 'aa', 'bc')", "normalize-space('  a \t\n b  ')",
    "normalize-space('a b')", "normalize-space(' ')", "contains('abc', '')", "contains('', 'a')",
    "contains('aaaaaab', 'aab')", "substring-before('1999/04/01', '/')", "substring-after('1999/04/01', '19')",
    "substring-after('1999/04/01', 'x')", "substring-before('a', '')", "substring-after('a', '')",
    "starts-with('abc', 'abcd')", "concat(1, true(), //li, 'x')", "boolean('')", "boolean('false')", "boolean(0 div 0)",
    "not(//nothing)", "sum(//li)", "sum(//nothing)", "//li = 3", "//li != 3", "//nothing != 3", "//li > 4", "4 < //li",
    "//li = true()", "//nothing = false()", "'a' < 'b'", "'1' < '2'", "1 = '1'", "true() = 'x'", "//li = //b",
    "//li != //b",
    "//b < //li", "//b >= //li", "//li[2] != //li[2]", "1 < 2 < 3", "3 > 2 > 1", "1 = 1 = 1", "1 or 0 and 0",
    "(//li)[2]", "//li[2]", "//li[last()]", "(//li)[last()]", "//li[position() > 1][1]", "//li[true()]", "//li['']",
    "//li[.='3']/preceding-sibling::*[1]", "(//li[last()]/preceding::*)[2]", "//li[4]/ancestor::*[2]", "//p[a][b]",
    "//p[a]/a[1] | //p[a]/a[2]", "//*[self::p or self::li][@class]", "//@class", "//@*", "//p/@*[1]", "//a/@href/..",
    "/", "/*", "//text()", "//comment()", "//node()", "/..", "/self::node()", ".", "..", "./*", "../*", "//li/..",
    "//li/../../*", "//b/following::*", "//i/preceding::*", "//b/following::text()", "//b/preceding::node()",
    "id('t u')", "id('v')", "id(//li)", "id('')", "name(//@class)", "name(/)", "local-name(//b)", "name(//comment())",
    "namespace-uri(//b)", "count(//li | //b | //li)", "count(/descendant::node())", "lang('en')",
    "//processing-instruction()",
    "//div//div//b", "//div/descendant-or-self::div/b", "//li/descendant-or-self::node()",
    "//*[count(ancestor::*) = 3]",
    "//div[1]", "/descendant::div[1]", "//li[position() = last() - 1]", "(//b)[position() mod 2 = 1]",
    "//div[div[div[b]]]", "//p[normalize-space() = 'text bold 7']", "string()", "string-length()", "number()",
    "normalize-space()", "//div div //div", "//*[name() = 'li' and . > 2]", "//p [ @class ] / a",
    "child::*/child::body",
    "//li[not(@class)]", "//*[@class = 'x' and position() = 1]", "//p/a[last()][1]", "//a[contains(@href, '/')][2]",
  ])
  func `An expression is worth what libxml2 finds`(expression: String) throws {
    for page in Self.pages {
      let bytes = Array(page.utf8)
      let parsed = DOMDocument(parsing: bytes.span)
      try compare(expression, in: try #require(parsed))
    }
  }

  private func compare(_ expression: String, in document: DOMDocument) throws {
    let expected = Self.reference(expression, in: document)
    let compiled = try XPathExpression(expression)
    let found = Self.words(try compiled.evaluate(in: document))
    switch (compiled.kind, found.prefix(1)) {
    case (.nodes, "["), (.text, "'"), (.number, "#"), (.boolean, "?"): break
    default: Issue.record("\(expression) is not \(compiled.kind)")
    }
    #expect(found == expected, "\(expression)")
  }

  private static func words(_ result: XPathExpression.Result) -> String {
    switch result {
    case .nodes(let nodes): "[" + nodes.map { "\($0.pointer)" }.joined(separator: " ")
    case .text(let text): "'" + text
    case .number(let number): words(number)
    case .boolean(let value): "?\(value)"
    }
  }

  /// Zeros are one, and so is what is not a number.
  private static func words(_ number: Double) -> String { "#\(number == 0 ? 0 : number.isNaN ? .nan : number)" }

  private static func reference(_ expression: String, in document: DOMDocument) -> String {
    guard let context = xmlXPathNewContext(document.tree.document) else { return "no memory" }
    defer { xmlXPathFreeContext(context) }
    context.pointee.error = { _, _ in }
    context.pointee.node = document.tree.root
    guard let object = xmlXPathEvalExpression(expression, context) else {
      return "error \(context.pointee.lastError.code)"
    }
    defer { xmlXPathFreeObject(object) }
    switch object.pointee.type {
    case XPATH_NODESET:
      guard let set = object.pointee.nodesetval else { return "[" }
      xmlXPathNodeSetSort(set)
      return "["
        + (0..<Int(set.pointee.nodeNr)).compactMap { set.pointee.nodeTab[$0].map { "\($0)" } }
        .joined(separator: " ")
    case XPATH_NUMBER: return words(object.pointee.floatval)
    case XPATH_BOOLEAN: return "?\(object.pointee.boolval != 0)"
    default: return "'" + String(cString: object.pointee.stringval)
    }
  }
}

/// Expressions of every form of the grammar, with operands of every type.
struct RandomExpressions {
  private var random: RepeatableRandom

  init(seed: UInt64) { random = RepeatableRandom(seed: seed) }

  mutating func next() -> String { term(3) }

  private mutating func one(_ choices: String...) -> String {
    choices[Int.random(in: 0..<choices.count, using: &random)]
  }

  private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  private mutating func term(_ depth: Int, inPredicate: Bool = false) -> String {
    switch below(4) {
    case 0: nodes(depth)
    case 1: text(depth, inPredicate)
    case 2: number(depth, inPredicate)
    default: condition(depth, inPredicate)
    }
  }

  private mutating func nodes(_ depth: Int) -> String {
    if depth <= 0 {
      return one("//li", "//b", ".", "@class", "*", "//p/a", "//@href", "..", "text()", "//div", "/html/body")
    }
    switch below(10) {
    case 0: return "(" + nodes(depth - 1) + " | " + nodes(depth - 1) + ")"
    case 1: return "(" + nodes(depth - 1) + ")[" + predicate(depth - 1) + "]"
    case 2: return "id(" + one("'t'", "'u t'", "//@id", "//i") + ")"
    case 3: return "(" + nodes(depth - 1) + ")" + one("/", "//") + step(depth - 1)
    default:
      return one("/", "//", "", "//") + (0...below(3)).map { _ in step(depth - 1) }.joined(separator: one("/", "//"))
    }
  }

  private mutating func step(_ depth: Int) -> String {
    if random.oneIn(8) { return one("..", ".") }
    let axis = one(
      "", "", "", "", "child::", "descendant::", "descendant-or-self::", "ancestor::", "ancestor-or-self::", "self::",
      "parent::", "following-sibling::", "preceding-sibling::", "following::", "preceding::")
    let test = one("li", "*", "node()", "text()", "b", "p", "div", "a", "*", "td", "comment()")
    // What follows an attribute is its element's content for us, and for libxml2 what is behind the element.
    let step = random.oneIn(8) && axis.isEmpty ? one("@class", "@*") + "/.." : axis + test
    let isBare = step.hasSuffix("..") || depth < 0 || !random.oneIn(3)
    return isBare ? step : step + "[" + predicate(depth) + "]" + (random.oneIn(3) ? "[" + predicate(depth) + "]" : "")
  }

  private mutating func predicate(_ depth: Int) -> String {
    switch below(5) {
    case 0: one("1", "2", "3", "last()", "position() > 1", "position() mod 2 = 0", "last() - 1")
    case 1: one("@class", "@class = 'x'", "b", ". = 2", "text()", ".//b", "not(*)", "@href")
    default: term(depth - 1, inPredicate: true)
    }
  }

  private mutating func text(_ depth: Int, _ inPredicate: Bool) -> String {
    if depth <= 0 { return one("'x'", "''", "' a  b '", "'1'", "\"é\"", "string()", "string(@class)", "name()", "'2'") }
    switch below(11) {
    case 0: return "string(" + term(depth - 1, inPredicate: inPredicate) + ")"
    case 1: return "concat(" + text(depth - 1, inPredicate) + ", " + term(depth - 1, inPredicate: inPredicate) + ")"
    case 2:
      return "substring(" + text(depth - 1, inPredicate) + ", " + number(depth - 1, inPredicate)
        + (random.oneIn(2) ? ")" : ", " + number(depth - 1, inPredicate) + ")")
    case 3...4:
      return one("substring-before", "substring-after") + "(" + text(depth - 1, inPredicate) + ", "
        + text(depth - 1, inPredicate) + ")"
    case 5: return "normalize-space(" + text(depth - 1, inPredicate) + ")"
    case 6:
      return "translate(" + text(depth - 1, inPredicate) + ", " + text(depth - 1, inPredicate) + ", "
        + text(depth - 1, inPredicate) + ")"
    case 7: return one("name", "local-name", "namespace-uri") + "(" + nodes(depth - 1) + ")"
    default: return "string(" + nodes(depth - 1) + ")"
    }
  }

  private mutating func number(_ depth: Int, _ inPredicate: Bool) -> String {
    if inPredicate, random.oneIn(4) { return one("position()", "last()") }
    if depth <= 0 { return one("0", "1", "2", "3.5", "-1", "10", "0.25", "number()") }
    switch below(6) {
    case 0: return "count(" + nodes(depth - 1) + ")"
    case 1: return "string-length(" + text(depth - 1, inPredicate) + ")"
    case 2: return one("floor", "ceiling", "round", "number") + "(" + number(depth - 1, inPredicate) + ")"
    case 3: return "number(" + term(depth - 1, inPredicate: inPredicate) + ")"
    case 4: return "sum(" + nodes(depth - 1) + ")"
    default:
      return "(" + number(depth - 1, inPredicate) + one(" + ", " - ", " * ", " mod ") + number(depth - 1, inPredicate)
        + ")"
    }
  }

  private mutating func condition(_ depth: Int, _ inPredicate: Bool) -> String {
    if depth <= 0 { return one("true()", "false()", "@class", "1 = 1", "b") }
    switch below(6) {
    case 0: return "not(" + term(depth - 1, inPredicate: inPredicate) + ")"
    case 1:
      return one("contains", "starts-with") + "(" + text(depth - 1, inPredicate) + ", " + text(depth - 1, inPredicate)
        + ")"
    case 2:
      return "(" + term(depth - 1, inPredicate: inPredicate) + one(" and ", " or ")
        + term(depth - 1, inPredicate: inPredicate) + ")"
    default:
      return "(" + term(depth - 1, inPredicate: inPredicate) + one(" = ", " != ", " < ", " <= ", " > ", " >= ")
        + term(depth - 1, inPredicate: inPredicate) + ")"
    }
  }
}
