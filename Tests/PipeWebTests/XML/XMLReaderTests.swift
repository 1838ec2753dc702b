import PipeTesting
import PipeWeb
import Testing

struct XMLReaderTests {
  private static func read(_ text: String, bounds: XMLReader.Bounds = XMLReader.Bounds()) -> ReadXML {
    ReadXML(Array(text.utf8), bounds: bounds)
  }

  private static let wellFormed = [
    ("<a/>", "a"), ("<?xml version='1.0'?>\n<!-- c --><A>x</A>\n", "A('x')"),
    ("<a x='1' y = \"2\"><b/></a >", "a[x=1,y=2](b)"), ("<a>1<b>2</b>3</a>", "a('1',b('2'),'3')"),
    ("<a>x<![CDATA[<b>&amp;]]>y</a>", "a('x<b>&amp;y')"), ("<a>1<!--c-->2</a>", "a('12')"),
    ("<a>1<?php echo '>' ?>2</a>", "a('12')"), ("<a>&lt;&#60;&#x3c;&quot;&apos;&amp;lt;</a>", "a('<<<\"'&lt;')"),
    ("<a x='&lt;&#10;\t\n'/>", "a[x=<\n  ]"), ("<a>1\r\n2\r3</a>", "a('1\n2\n3')"), ("<é ü='ß'>日本</é>", "é[ü=ß]('日本')"),
    ("<a><![CDATA[]]]]><![CDATA[>]]></a>", "a(']]>')"), ("<a><!----><!-- - -- -->x</a>", "a('x')"),
    ("<!DOCTYPE a [<!ENTITY e \"x>]\"><!-- ' ]> --><?p ]>?><!ELEMENT a ANY>]><a>1</a>", "a('1')"),
    ("<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'><a>1</a>", "a('1')"),
    ("<p:a xml:lang='en' p:x='1'/>", "p:a[xml:lang=en,p:x=1]"), ("<a b='>' c=\"'\" d='/'>x</a>", "a[b=>,c=',d=/]('x')"),
    ("<a><b></b><c></c></a>", "a(b,c)"),
  ]

  private static let illFormed = [
    ("<a>AT&T, a & b, &nbsp;&eacute;&foo;&#xZ;&#;</a>", "a('AT&T, a & b, \u{A0}é&foo;&#xZ;&#;')"),
    ("<a>1 < 2 <= 3 </ 4</a>", "a('1 < 2 <= 3 </ 4')"), ("<a><b>1</a>", "a(b('1'))"), ("<a></b>1</a>", "a('1')"),
    ("<a><b><c>1</b>2</a>", "a(b(c('1')),'2')"), ("<a x=1 y z='2' x='3'>1</a>", "a[x=1,y=,z=2]('1')"),
    ("<a x='1>1</a>", "a[x='1]('1')"), ("<a <b>1</b></a>", "a(b('1'))"), ("text<a/>more", "a"),
    ("<a>\u{0}&#0;&#xD800;</a>", "a('���')"), ("<a b=c/>x</a>", "a[b=c/]('x')"), ("<a / >x</a>", "a('x')"),
    ("<?xml version='1.0'><a>1</a>", "a('1')"), ("<br>Warning: <b>x</b><a>1</a>", "br('Warning: ',b('x'),a('1'))"),
    ("<!DOCTYPE a \"x><a>1</a>", "a('1')"), ("<a>1</a><b>2</b>", "a('1'),b('2')"), ("<a b='1'c='2'/>", "a[b=1,c=2]"),
    ("<a>\u{1}\u{1F}</a>", "a('\u{1}\u{1F}')"), ("<a href=x?a=1&b=2>1</a>", "a[href=x?a=1&b=2]('1')"),
  ]

  private static let cut = [
    ("<a>1", "a('1')"), ("<a><![CDATA[1</a>", "a('1</a>')"), ("<a><!-- 1</a>", "a"), ("<a>1<b x='2", "a('1')"),
    ("<a>1<", "a('1<')"), ("<a>1</", "a('1</')"), ("<a>1<b", "a('1')"), ("<a", ""), ("<!DOCTYPE a [", ""),
    ("<a>1</a", "a('1')"), ("<a>1<?x ", "a('1')"),
  ]

  @Test(arguments: wellFormed)
  func `Tags and texts are read`(text: String, expected: String) {
    let read = Self.read(text)
    #expect(read.text == expected)
    #expect(read.faults == [])
  }

  @Test(arguments: illFormed)
  func `What is not well-formed is read as what it most likely means`(text: String, expected: String) {
    #expect(Self.read(text).text == expected)
  }

  @Test(arguments: cut)
  func `A document that is cut is read as far as it goes, and told to be cut`(text: String, expected: String) {
    let read = Self.read(text)
    #expect(read.text == expected)
    #expect(read.faults.contains(.cut))
  }

  @Test(arguments: ["", "no markup", "&", "<", "< a", "<1>", "]]>", "-->"])
  func `What has no element has no events`(text: String) {
    #expect(Self.read(text).text == "")
  }

  @Test(arguments: [
    ("<a xmlns='u'><b/></a>", "u a, u b"), ("<p:a xmlns:p='v' xmlns='u'><b p:c='1' d='2'/></p:a>", "v a, u b v c - d"),
    ("<a xmlns='u'><b xmlns=''><c/></b><d/></a>", "u a, - b, - c, u d"), ("<p:a/>", "- a"), ("<xml:a/>", "xml a"),
    ("<a xmlns:p='u'><b xmlns:p='v'><p:c/></b><p:d/></a>", "- a, - b, v c, u d"), (":a", ""),
    ("<a xmlns='u'/><b/>", "u a, - b"), ("<a xmlns='u'><b xmlns='v'/><c/></a>", "u a, v b, u c"),
  ])
  func `A prefix stands for the namespace that is declared`(text: String, expected: String) {
    var names: [String] = []
    func described(_ name: XMLName) -> String {
      let namespace = name.namespace.hasPrefix("http://www.w3.org/XML") ? "xml" : name.namespace
      return (namespace.isEmpty ? "-" : namespace) + " " + name.local
    }
    var reader = XMLReader()
    Array(text.utf8).withUnsafeBufferPointer {
      reader.read($0) {
        guard case .start(let element) = $0 else { return }
        names.append(([element.name] + element.attributes.map(\.name)).map(described).joined(separator: " "))
      }
    }
    #expect(names.joined(separator: ", ") == expected)
  }

  @Test(arguments: [
    ("<!DOCTYPE a [<!ENTITY e 'x'>]><a b='&e;'>1&e;2</a>", "a[b=x]('1x2')"),
    ("<!DOCTYPE a [<!ENTITY e 'x&f;'><!ENTITY f 'y'>]><a>&e;&e;</a>", "a('xyxy')"),
    ("<!DOCTYPE a [<!ENTITY e '<b>x</b>'>]><a>&e;</a>", "a('<b>x</b>')"),
    ("<!DOCTYPE a [<!ENTITY lt 'no'><!ENTITY copy '(c)'>]><a>&lt;&copy;&eacute;</a>", "a('<(c)é')"),
    ("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>1&e;2</a>", "a('1&e;2')"),
    ("<!DOCTYPE a [<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;<!ENTITY e 'x'>]><a>1&e;2</a>", "a('1&e;2')"),
    ("<!DOCTYPE a [<!ENTITY e '&e;'>]><a>1&e;2</a>", "a('1&e;2')"),
    ("<!DOCTYPE a [<!ENTITY e 'x'>]><a><![CDATA[&e;]]></a>", "a('&e;')"),
    ("<a>1</a><!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "a('1'),a('&e;')"),
  ])
  func `Entities of the document itself are texts, and nothing is loaded`(text: String, expected: String) {
    #expect(Self.read(text).text == expected)
  }

  @Test(.enabled(if: Corpus.isPresent, Comment(rawValue: Corpus.absence)))
  func `A bomb of entities is a short text`() throws {
    let read = ReadXML(try Corpus.bytes("sitemaps/xml-attacks/billion_laughs.xml"))
    #expect(read.text == "lolz('&lol9;')")
    #expect(read.faults == [.entities, .form])
  }

  // MARK: Bounds

  private static var small: XMLReader.Bounds {
    var bounds = XMLReader.Bounds()
    (bounds.text, bounds.subset, bounds.depth) = (16, 32, 3)
    return bounds
  }

  private static let beyond: [(String, String, XMLReader.Faults)] = [
    ("<a>0123456789abcdef</a>", "a('0123456789abcdef')", []),
    ("<a>0123456789abcdefg<b/>x</a>", "a('0123456789abcdef'…,b,'x')", .long),
    ("<a>0123456789abcdé</a>", "a('0123456789abcdé')", []),
    ("<a>0123456789abcdeé</a>", "a('0123456789abcde�'…)", .long),
    ("<a><![CDATA[0123456789abcdefg]]>x</a>", "a('0123456789abcdef'…)", .long),
    ("<a><![CDATA[0123456789abcdefg]]><b/>x</a>", "a('0123456789abcdef'…,b,'x')", .long),
    ("<a b='1' c='23456789abc'>x</a>", "a[b=1,c='2345]('x')", [.long, .form]),
    ("<a><b c='0123456789abcdef'/>x</a>", "a(b[c='0123456789],'x')", [.long, .form]),
    ("<a><b><c><d>1<e/></d>2</c></b></a>", "a(b(c('2')))", .deep),
    ("<a><b><c><d/>2</c></b></a>", "a(b(c('2')))", .deep),
    (
      "<!DOCTYPE a [<!ENTITY e '0123456789abcdef'><!ENTITY f 'x'>]><a>&f;</a>", "a('&f;')", [.entities, .form]
    ),
  ]

  @Test(arguments: beyond)
  func `What is beyond the bounds is left out and told`(text: String, expected: String, faults: XMLReader.Faults) {
    let read = Self.read(text, bounds: Self.small)
    #expect(read.text == expected)
    #expect(read.faults == faults)
  }

  @Test func `Names and attributes beyond the bounds are cut`() {
    let name = String(repeating: "n", count: 300)
    let read = Self.read("<\(name)>1</\(name)><b " + (0..<300).map { "a\($0)='' " }.joined() + "/>")
    #expect(read.text.hasPrefix(String(repeating: "n", count: 256) + "('1'),b[a0="))
    #expect(read.text.split(separator: ",").count == 257)
    #expect(read.faults == .long)
  }

  // MARK: Pieces

  @Test func `How a document is cut into pieces changes nothing`() {
    let documents = Self.wellFormed.map(\.0) + Self.illFormed.map(\.0) + Self.cut.map(\.0)
    for document in documents + [documents.joined()] {
      let bytes = Array(document.utf8)
      let whole = ReadXML(bytes)
      #expect(ReadXML(bytes, pieces: { _ in 1 }) == whole)
      for place in 1...max(1, min(bytes.count, 200)) {
        #expect(ReadXML(bytes, pieces: { $0 == 0 ? place : .max }) == whole, "\(document) cut at \(place)")
      }
    }
  }

  @Test(arguments: Effort.seeds(10))
  func `Random documents in random pieces are the same`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    for _ in 0..<100 {
      let words = (0..<Int.random(in: 1...24, using: &random)).map { _ in
        Self.words.randomElement(using: &random) ?? ""
      }
      let bytes = Array(words.joined().utf8)
      var bounds = seed % 2 == 0 ? XMLReader.Bounds() : Self.small
      bounds.depth = 4
      let whole = ReadXML(bytes, bounds: bounds)
      let cut = ReadXML(bytes, bounds: bounds, pieces: { _ in Int.random(in: 1...7, using: &random) })
      #expect(cut == whole, "\(words.joined())")
    }
  }

  private static let words = [
    "<a>", "</a>", "<b x='", "'", "\"", ">", "<", "/>", "<!--", "-->", "--", "<![CDATA[", "]]>", "]", "<?xml ", "<?p ",
    "?>", "<!DOCTYPE a [", "]>", "<!ENTITY e 'xyz'>", "&e;", "&amp;", "&", "text", " ", "=", "é", "\r", "\n", "</",
    "<c y=1 z>", "<p:d xmlns:p='u'/>", "0123456789abcdef",
  ]

  /// Each would take minutes of a processor if a byte were looked at more than a bounded number of times.
  @Test(
    arguments: [
      "<a " + (0..<Effort.times(25_000)).map { "a\($0)='' " }.joined() + "/>",
      "<a " + (0..<Effort.times(12_500)).map { "xmlns:p\($0)='u\($0)' " }.joined() + ">" + repeated("<p1:b/>", 50_000),
      repeated("<a xmlns:p='u'>", 100_000), repeated("<a>", 200_000) + repeated("</b>", 200_000),
      repeated("<a>", 200) + repeated("</b>", 500_000), "<a>" + repeated("x<!---->", 100_000),
      "<a>" + repeated("<![CDATA[x]]>", 200_000), "<a>" + repeated("&", 500_000), "<a>" + repeated("<", 500_000),
      "<a>" + repeated("<a ='", 200_000), "<a>" + repeated("<a b='", 200_001), "<a>" + repeated("<a b='\"", 200_001),
      "<a>" + repeated("<!--", 200_000), "<a>" + repeated("<![CDATA[", 200_000),
      "<a><![CDATA[" + repeated("]", 2_000_000),
      "<a>" + repeated("</", 200_000), "<a b=\"" + repeated("&lt;", 500_000) + "\"/>",
      repeated("<!DOCTYPE a [", 100_000), "<!DOCTYPE" + repeated("<", 500_000), repeated("<?", 200_000),
      "<" + repeated("a", 3_000_000) + "/>", "<a b='" + repeated("x\"='", 1_000_000),
      "<!DOCTYPE a [<!ENTITY e '" + repeated("x", 50_000) + "'>]><a>" + repeated("&e;", 10_000) + "</a>",
    ].map(HostileText.init))
  func `A hostile document is read in time and in bounds`(hostile: HostileText) {
    let start = Effort.processorSeconds
    let read = ReadXML(Array(hostile.text.utf8), pieces: { _ in 4096 })
    #expect(read.text.utf8.count <= 12 << 20)
    #expect(Effort.processorSeconds - start < Double(Effort.times(10)))
  }

  private static func repeated(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count > 10_000 ? Effort.times(count / 8) : count)
  }
}
