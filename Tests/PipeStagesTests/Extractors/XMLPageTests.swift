import PipeEngine
import PipeSpec
import PipeTesting
import Testing

/// Entities of XML, and the namespaces of XHTML, as fields see them.
struct XMLPageTests {
  private static let large = String(repeating: "y", count: 65_537)
  private static let doubling = (1...9).map { "<!ENTITY a\($0) '\(String(repeating: "&a\($0 - 1);", count: 10))'>" }
    .joined()

  @Test(arguments: ["css: t", "xpath: string(//t)", "xpath: //t", "css: {selector: t, all: true}"])
  func `A reference beyond the bounds stays as it is, with an error that says why`(extractor: String) throws {
    for declarations in [
      "<!ENTITY e '\(Self.large)'>", "<!ENTITY a0 'x'>\(Self.doubling)<!ENTITY e '&a9;'>", "<!ENTITY e '&e;'>",
    ] {
      let (value, error) = try Field(extractor).value(
        "<!DOCTYPE r [\(declarations)]><r><t>s&e;t</t></r>", type: "text/xml")
      #expect(value == (extractor.contains("all") ? .list([.string("s&e;t")]) : .string("s&e;t")))
      #expect(error?.contains("entities come to more than 64 KiB") == true)
    }
  }

  @Test func `All references of a document are bounded together`() throws {
    let page =
      "<!DOCTYPE r [<!ENTITY e '\(Self.large.dropLast(1000))'>]><r>\(String(repeating: "&e;", count: 80))<t>&e;</t></r>"
    let (value, error) = try Field("css: t").value(page, type: "text/xml")
    #expect(value == .string("&e;"))
    #expect(error?.contains("4 MiB in all") == true)
  }

  @Test(arguments: ["?a=1&b;", "?a=1&b;&c;d", "?a=1&b=2", "&b;", "&b", "&#b;", "&b.c-d;", "?a&#x1F600"])
  func `A reference that nobody knows stays as it is`(text: String) throws {
    let page = "<r a='\(text)'><t>\(text)</t></r>"
    #expect(try Field("css: t").value(page, type: "text/xml") == (.string(text), nil))
    #expect(try Field("xpath: string(//r/@a)").value(page, type: "text/xml") == (.string(text), nil))
    let page2 = "<!DOCTYPE r [<!ENTITY x 'y'>]>\(page)"
    #expect(try Field("css: {selector: r, attribute: a}").value(page2, type: "text/xml") == (.string(text), nil))
  }

  @Test func `An external entity is not loaded, and its reference stays`() throws {
    let page = "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><r q='&a;'>x&a;y</r>"
    #expect(try Field("css: r").value(page, type: "text/xml") == (.string("x&a;y"), nil))
    #expect(try Field("xpath: string(//r/@q)").value(page, type: "text/xml") == (.string("&a;"), nil))
  }

  // MARK: XHTML

  private static let html = "xmlns='http://www.w3.org/1999/xhtml'"
  private static let svg = "xmlns='http://www.w3.org/2000/svg'"

  private static let prefixed = """
    <?xml version="1.0"?><h:html xmlns:h="http://www.w3.org/1999/xhtml" h:x="" xml:lang="de"><h:head><h:title>T &amp; t</h:title>
    <title>no</title><h:meta name="Description" content=" d&#10; e "/><h:link rel="x canonical" href="/c?a&amp;b"/></h:head>
    <h:body><a href="/no">n</a><h:script/><h1>no</h1><h:h1>One<h:br/>two</h:h1><h:a href="/x">x</h:a></h:body></h:html>
    """

  @Test(
    arguments: [
      ("title", .string("T & t")), ("h1", .string("One two")), ("language", .string("de")),
      ("canonical", .string("https://example.com/c?a&b")), ("description", .string(" d\n e ")),
      ("links", .list([.string("https://example.com/x")])),
      ("links: {unique: false}", .list([.string("https://example.com/x")])), ("text", .string("n\nno\nOne\ntwo\nx")),
    ] as [(String, Value)])
  func `XHTML may have a prefix`(extractor: String, expected: Value) throws {
    for type in ["application/xhtml+xml", nil] {
      #expect(try Field(extractor).value(Self.prefixed, type: type) == (expected, nil))
    }
  }

  @Test(
    arguments: [
      ("<a href='/1'>x</a>", ["1"]), ("<svg \(svg)><a href='/0'/></svg><a href='/1'/>", ["1"]),
      ("<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:a href='/0'/><a href='/1'/></s:svg>", ["1"]),
      ("<svg \(svg)><foreignObject><a \(html) href='/1'/></foreignObject><a href='/0'/></svg>", ["1"]),
      ("<x xmlns='u'><a href='/0'/></x><a xmlns='' href='/0'/><a href='/1'/>", ["1"]),
      ("<f:a xmlns:f='u' href='/0'/>", []),
      ("<h:a xmlns:h='http://www.w3.org/1999/xhtml' href='/1'/><g:a href='/0'/>", ["1"]),
      ("<a xmlns:f='u' f:href='/0' href='/1'/>", ["1"]), ("<area href='/1'/><A href='/0'/>", ["1"]),
      ("<script><a href='/1'/></script>", ["1"]), ("<template><a href='/0'/></template>", []),
      ("<p><a href='/1'/><a href='/2'/><a href='/1'/></p>", ["1", "2"]),
    ])
  func `Only the links of XHTML's namespace are links`(content: String, expected: [String]) throws {
    let page = "<html \(Self.html)><head><title>T</title></head><body>\(content)</body></html>"
    let urls = Value.list(expected.map { .string("https://example.com/\($0)") })
    #expect(try Field("links").value(page, type: "application/xhtml+xml") == (urls, nil))
  }

  @Test(
    arguments: [
      ("<svg \(svg)><h1>no</h1></svg><h1>yes</h1>", "yes"), ("<h1 xmlns='u'>no</h1><h1>yes</h1>", "yes"),
      ("<h1>a<svg \(svg)><desc>no</desc><text>b</text></svg></h1>", "ab"),
      ("<h1>a<b hidden=''>x</b><p>b</p>c</h1>", "a b c"),
      ("<h1>a<details>x<summary>s</summary></details></h1>", "a s"), ("<h1>&amp;lt; <![CDATA[<b>]]></h1>", "&lt; <b>"),
    ])
  func `The first heading is XHTML's, as its tree reads`(content: String, expected: String) throws {
    let page = "<html \(Self.html)><head><title>T</title></head><body>\(content)</body></html>"
    #expect(try Field("h1").value(page, type: "application/xhtml+xml") == (.string(expected), nil))
  }
}
