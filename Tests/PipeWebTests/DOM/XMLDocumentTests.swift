import PipeTesting
import PipeWeb
import Testing

struct XMLDocumentTests {
  private static func document(_ text: String) throws -> DOMDocument {
    let bytes = Array(text.utf8)
    let parsed = DOMDocument(parsingXML: bytes.span)
    return try #require(parsed)
  }

  /// The tree in one line: `a[x=1](b,'text')`.
  private static func described(_ text: String) throws -> String {
    func describe(_ node: DOMNode) -> String {
      guard let name = node.name else {
        if let target = node.target { return "?\(target) \(node.content)" }
        return node.isText ? "'\(node.content)'" : "!\(node.content)"
      }
      let attributes = node.attributes.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
      let children = node.children.map(describe).joined(separator: ",")
      return name + (attributes.isEmpty ? "" : "[\(attributes)]") + (children.isEmpty ? "" : "(\(children))")
    }
    return try document(text).root.map(describe) ?? ""
  }

  @Test(arguments: [
    ("<a/>", "a"), ("<?xml version='1.0'?>\n<!-- c --><A>x</A>\n", "A('x')"), ("\u{FEFF}<a>x</a>", "a('x')"),
    ("<a x='1' y = \"2\"><b/></a >", "a[x=1,y=2](b)"), ("<a>1<b>2</b>3</a>", "a('1',b('2'),'3')"),
    ("<a>x<![CDATA[<b>&amp;]]>y</a>", "a('x<b>&amp;y')"), ("<a>1<!--c-->2</a>", "a('1',!c,'2')"),
    ("<a>1<?php echo '>' ?>2</a>", "a('1',?php echo '>' ,'2')"),
    ("<a><?x?>1<?X-y  ?><?xml b?><??></a>", "a(?x ,'1',?X-y )"),
    ("<a>&lt;&#60;&#x3c;&quot;&apos;&amp;lt;</a>", "a('<<<\"'&lt;')"),
    ("<a x='&lt;&#10;\t\n'/>", "a[x=<\n  ]"), ("<a>1\r\n2\r3</a>", "a('1\n2\n3')"), ("<é ü='ß'>日本</é>", "é[ü=ß]('日本')"),
    ("<!DOCTYPE a [<!ENTITY e \"x>]\"><!-- ' ]> --><?p ]>?><!ELEMENT a ANY>]><a>1</a>", "a('1')"),
    ("<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'><a>1</a>", "a('1')"),
    ("<a xmlns='u' xmlns:p='v' p:x='1'><p:b/></a>", "a[p:x=1](p:b)"), ("<p:a xml:lang='en'/>", "p:a[xml:lang=en]"),
  ])
  func `A document has its tree`(text: String, tree: String) throws {
    #expect(try Self.described(text) == tree)
  }

  @Test(arguments: [
    ("<a>AT&T, a & b, &nbsp;&eacute;&foo;&#xZ;&#;</a>", "a('AT&T, a & b, \u{A0}é&foo;&#xZ;&#;')"),
    ("<a>1 < 2 <= 3</a>", "a('1 < 2 <= 3')"), ("<a><b>1</a>", "a(b('1'))"), ("<a></b>1</a>", "a('1')"),
    ("<a><b><c>1</b>2</a>", "a(b(c('1')),'2')"), ("<a x=1 y z='2' x='3'>1", "a[x=1,y=,z=2]('1')"),
    ("<a x='1>1</a>", "a[x='1]('1')"), ("<a <b>1</b></a>", "a(b('1'))"), ("<a/><b/>", "a"), ("text<a/>more", "a"),
    ("<a><![CDATA[1</a>", "a('1</a>')"), ("<a><!-- 1</a>", "a(! 1</a>)"), ("<a>\u{0}&#0;&#xD800;</a>", "a('���')"),
    ("<a:b:c/>", "a:b:c"), ("<:a b:='1'/>", ":a[b:=1]"), ("<a", ""), ("", ""), ("no markup", ""), ("<!DOCTYPE a [", ""),
  ])
  func `What is not well-formed is read as what it most likely means`(text: String, tree: String) throws {
    #expect(try Self.described(text) == tree)
  }

  @Test(arguments: [
    "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>1&e;2</a>",
    "<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;]><a>12</a>",
    "<!DOCTYPE a [<!ENTITY e '&e;'>]><a>1&e;2</a>", "<!DOCTYPE a [<!ENTITY e '&f;'><!ENTITY f 'x&e;'>]><a>1&e;2</a>",
    "<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;<!ENTITY e 'x'>]><a>1&e;2</a>",
    "<!DOCTYPE a [<!ENTITY % p '%q;'><!ENTITY % q '%p;'>%p;]><a>12</a>",
    "<!DOCTYPE a PUBLIC '-//x' 'file:///etc/passwd'><a>12</a>",
    "<a xmlns:xi='http://www.w3.org/2001/XInclude'>12<xi:include href='file:///etc/passwd' parse='text'/></a>",
  ])
  func `No entity refers to itself, and nothing is loaded`(text: String) throws {
    #expect(try Self.document(text).root?.textContent == (text.contains("&e;2") ? "1&e;2" : "12"))
  }

  @Test(arguments: [
    ("<!DOCTYPE a [<!ENTITY e 'x'>]><a>1&e;2</a>", "a('1x2')"),
    (
      "<?xml version='1.0'?><!-- [ --><!DOCTYPE a SYSTEM 'a[' [<!-- <!ENTITY e 'c'> --><!ENTITY e \"x\"><!ENTITY e 'y'>]><a b='&e;'/>",
      "a[b=x]"
    ),
    ("<!DOCTYPE a [<!ENTITY e 'x&f;'><!ENTITY f 'y'>]><a>&e;&e;</a>", "a('xyxy')"),
    ("<!DOCTYPE a [<!ENTITY e '<b>x</b>'>]><a>&e;</a>", "a(b('x'))"),
    ("<!DOCTYPE a [<!ENTITY e \"it's <&#34;>\">]><a b='&e;'/>", "a[b=it's <\">]"),
    ("<!DOCTYPE a [<!ENTITY e 'x'><!ENTITY f '<b c=\"&e;\"/>'>]><a>&f;</a>", "a(b[c=x])"),
    ("<!DOCTYPE a [<!ENTITY lt 'no'><!ENTITY copy '(c)'>]><a>&lt;&copy;&eacute;</a>", "a('<(c)é')"),
    ("<!DOCTYPE a [<!ENTITY e '&#38;#60;'>]><a>&e;b</a>", "a('<b')"),
    ("<!DOCTYPE a [<!ENTITY e 'x'>]><a><!--&e;--><?p &e;?><![CDATA[&e;]]></a>", "a(!&e;,?p &e;,'&e;')"),
    ("<!DOCTYPE a [<!ENTITY % p '<!ENTITY e \"x\">'>%p;]><a>&e;</a>", "a('x')"),
    ("<!DOCTYPE a [<!ATTLIST a b CDATA '>'><!ENTITY e 'x'>]><a>&e;</a>", "a('x')"),
    ("<!DOCTYPE a [<!ENTITY e SYSTEM 'x'><!ENTITY e 'y'>]><a>1&e;2</a>", "a('1&e;2')"),
    ("<!DOCTYPE a [<!ENTITY e SYSTEM 'x'><!ENTITY f '1&e;2'>]><a b='&f;'>&f;</a>", "a[b=1&e;2]('1&e;2')"),
  ])
  func `An entity of the document itself stands for its text`(text: String, tree: String) throws {
    #expect(try Self.described(text) == tree)
  }

  @Test(
    arguments: [
      "<!DOCTYPE a [<!ENTITY e '" + repeated("x", 70_000) + "'>]><a>&e;</a>",
      "<!DOCTYPE a [<!ENTITY e0 ''>" + (1...60).map { "<!ENTITY e\($0) '&e\($0 - 1);&e\($0 - 1);'>" }.joined()
        + "]><a>&e60;</a>",
      "<!DOCTYPE a [<!ENTITY e '" + repeated("x", 50_000) + "'>]><a>" + repeated("&e;", 10_000) + "</a>",
      "<!DOCTYPE a [" + (0..<100_000).map { "<!ENTITY e\($0) '&e\($0 + 1);'>" }.joined() + "]><a>&e0;</a>",
      "<!DOCTYPE a [<!ENTITY % p0 '<!ENTITY e \"x\">'>"
        + (1...60).map { "<!ENTITY % p\($0) '%p\($0 - 1);%p\($0 - 1);'>" }.joined()
        + "%p60;]><a>&e;</a>",
      "<!DOCTYPE a [<!ENTITY e '" + repeated("&#38;e;", 1_000) + "'>]><a>&e;</a>",
    ].map(HostileText.init))
  func `References to entities beyond the bounds stay as they are, and the document is called cut`(hostile: HostileText)
    throws
  {
    let document = try Self.document(hostile.text)
    #expect(document.missing.contains(.entities))
    #expect(hostile.text.contains("p60") || document.root?.textContent.contains("&e") == true)
    #expect((document.root?.textContent.utf8.count ?? 0) <= 4 << 20)
  }

  @Test(arguments: ["<!--1--><?p q?><a/><!--2--><?r?>", "<a/>\n<!--2-->\n"])
  func `Comments and instructions around the root are the document's`(text: String) throws {
    let nodes = try Self.document(text).nodes.map { $0.name ?? $0.target ?? $0.content }
    #expect(nodes == (text.hasPrefix("<a") ? ["a", "2"] : ["1", "p", "a", "2", "r"]))
  }

  @Test(arguments: [
    ("<a/>", true),
    ("<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY e 'x'>]><a b='1'>&e;&nbsp;&#33;<b/>\n</a >\n<!--c-->", true),
    ("<a>", false), ("<a></b></a>", false), ("<a><b></a></b>", false), ("<a>&foo;</a>", false), ("<a>AT&T</a>", false),
    ("<a>1 < 2</a>", false), ("<a b></a>", false), ("<a b=1/>", false), ("<a b='<'/>", false), ("<a b='&'/>", false),
    ("<a b='1' b='2'/>", false), ("<a/><b/>", false), ("<a/>x", false), ("x<a/>", false), ("<a><!-- </a>", false),
    ("<a b='1'c='2'", false), ("<a / >", false), ("", false), ("<a></a b>", false), ("<a b='1></a>", false),
  ])
  func `It is known whether a document was well-formed`(text: String, isWellFormed: Bool) throws {
    #expect(try Self.document(text).isWellFormed == isWellFormed)
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `A bomb of entities is a short text`() throws {
    let bytes = try Corpus.bytes("sitemaps/xml-attacks/billion_laughs.xml")
    let parsed = DOMDocument(parsingXML: bytes.span)
    #expect(try #require(parsed).root?.textContent.hasPrefix("&") == true)
    #expect(try #require(parsed).root?.textContent.utf8.count ?? 0 < 64)
  }

  private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  /// An eighth of the count, unless more effort is asked for.
  private static func many(_ text: String, _ count: Int) -> String {
    repeated(text, count > 10_000 ? Effort.times(count / 8) : count)
  }

  /// Each would take minutes of a processor or more where a step takes linear time; libxml2's own parser takes that on several.
  @Test(
    arguments: [
      "<a " + (0..<Effort.times(25_000)).map { "a\($0)='' " }.joined() + "/>",
      "<a " + (0..<Effort.times(12_500)).map { "xmlns:p\($0)='u\($0)' " }.joined() + ">" + many("<p1:b/>", 50_000),
      (0..<Effort.times(5_000)).map { "<a\($0) xmlns:p\($0)='u\($0)'>" }.joined() + many("<p1:b/>", 50_000),
      many("<a xmlns:p='u'>", 100_000), many("<a>", 200_000) + many("</b>", 200_000),
      many("<a>", 200_000) + many("</a>", 200_000), "<a>" + many("x<!---->", 100_000),
      many("<!---->", 200_000), "<a>" + many("<![CDATA[x]]>", 200_000), "<a>" + many("&", 500_000),
      "<a>" + many("<", 500_000), "<a>" + many("<a ='", 200_000), "<a>" + many("<a b='", 200_001),
      "<a>" + many("<!--", 200_000), "<a>" + many("<![CDATA[", 200_000), "<a>" + many("</", 200_000),
      "<a b=\"" + many("&lt;", 500_000) + "\"/>", many("<!DOCTYPE a [", 100_000),
      "<!DOCTYPE" + many("<", 500_000),
      "<a>" + many("&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 20_000),
      many("<?", 200_000), many("x", 500_000), "<" + many("a", 1_000_000) + "/>",
    ].map(HostileText.init))
  func `A hostile document is read in time`(hostile: HostileText) throws {
    let start = Effort.processorSeconds
    let document = try Self.document(hostile.text)
    _ = document.root?.readableText
    #expect(Effort.processorSeconds - start < Double(Effort.times(10)))
  }

  @Test func `A document of more nodes than are kept is cut`() throws {
    #expect(try Self.document("<a>" + Self.repeated("<b/>", 600_000)).isTruncated)
  }

  @Test func `Elements below the deepest are beside it`() throws {
    let document = try Self.document(Self.repeated("<a>", 1_000) + "<b>x</b>")
    #expect(try XPathExpression("count(//b[.='x'])").number(in: document) == 1)
    #expect(try XPathExpression("count(//b/ancestor::*)").number(in: document) == 511)
  }
}

extension XPathExpression {
  fileprivate func number(in document: DOMDocument) throws -> Double? {
    if case .number(let number) = try evaluate(in: document) { number } else { nil }
  }
}
