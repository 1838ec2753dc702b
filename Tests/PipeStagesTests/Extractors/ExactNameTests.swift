import PipeEngine
import PipeSpec
import PipeWeb
import Testing

/// Names of pages compare by their code points, whatever Unicode holds equivalent, and by the cases of ASCII alone.
struct ExactNameTests {
  private static let one = "\u{E9}"
  private static let two = "e\u{301}"

  @Test(
    arguments: [
      ("meta: \(one)", "<meta name='\(two)' content=no><meta name='\(one)' content=yes>"),
      ("meta: \(two)", "<meta property='\(one)' content=no><meta property='\(two)' content=yes>"),
      ("meta: keywords", "<meta name='\u{212A}eywords' content=no><meta name='KEYWORDS' content=yes>"),
      ("css: .\(one)", "<p class='\(two)'>no<p class='\(one)'>yes"),
      ("css: '#\(two)'", "<p id='\(one)'>no<p id='\(two)'>yes"),
      ("css: '[x=\(one)]'", "<p x='\(two)'>no<p x='\(one)'>yes"),
      ("css: {selector: p, attribute: 'x-\(one)'}", "<p x-\(two)=no x-\(one)=yes>"),
      ("css: {selector: p, attribute: 'x-\u{212A}'}", "<p x-k=no x-\u{212A}=yes>"),
      ("css: x-\(one)", "<x-\(two)>no</x-\(two)><x-\(one)>yes</x-\(one)>"),
      ("xpath: //x-\(two)", "<x-\(one)>no</x-\(one)><x-\(two)>yes</x-\(two)>"),
      ("xpath: \"//p[@x='\(one)']\"", "<p x='\(two)'>no</p><p x='\(one)'>yes</p>"),
      (
        "css: {selector: 'input:checked', attribute: value}",
        "<input type=radio name='\(one)' checked value=yes><input type=radio name='\(two)' checked value=no>"
      ),
      (
        "css: {selector: 'button:default', attribute: value}",
        "<form id='\(one)'></form><form id='\(two)'></form><button form='\(one)' value=yes></button><button form='\(two)' value=no></button>"
      ),
    ])
  func `A name of HTML is itself alone`(extractor: String, page: String) throws {
    #expect(try Field(extractor).value(page) == (.string("yes"), nil))
  }

  @Test(arguments: [
    ("css: {selector: r, attribute: '\(one)'}", "<r \(two)='no' \(one)='yes'/>"),
    ("css: \(two)", "<r><\(one)>no</\(one)><\(two)>yes</\(two)></r>"),
    ("xpath: //\(one):b", "<r xmlns:\(two)='u' xmlns:\(one)='v'><\(two):b>no</\(two):b><\(one):b>yes</\(one):b></r>"),
  ])
  func `A name of XML is itself alone`(extractor: String, page: String) throws {
    #expect(try Field(extractor).value(page, type: "text/xml") == (.string("yes"), nil))
  }

  @Test(arguments: [
    ("json: $.\(one)", #"{"\#(two)": "no", "\#(one)": "yes"}"#),
    ("json: $['\(two)']", #"{"\#(one)": "no", "\#(two)": "yes"}"#),
    ("json: $[?@.k == '\(one)'].v", #"[{"k": "\#(two)", "v": "no"}, {"k": "\#(one)", "v": "yes"}]"#),
  ])
  func `A member of JSON is itself alone`(extractor: String, json: String) throws {
    let field = extractor.contains("'") ? extractor.replacingFirst("json: ", with: "json: \"") + "\"" : extractor
    #expect(try Field(field).value(json, type: "application/json") == (.string("yes"), nil))
  }

  @Test func `The name of a header field has the cases of ASCII alone`() throws {
    var fields = HTTPFields()
    fields.append(name: "X-\u{212A}ey", value: "no")
    fields.append(name: "x-KEY", value: "yes")
    #expect(try Field("header: X-Key").value("", fields: fields) == (.string("yes"), nil))
    #expect(try Field("header: {name: X-Key, all: true}").value("", fields: fields) == (.list([.string("yes")]), nil))
  }

  @Test(
    arguments: [
      ("description", "<meta name=description content=' a\n  b '>"), ("meta: x", "<meta name=x content=' a\n  b '>"),
      ("css: {selector: meta, attribute: content}", "<meta name=x content=' a\n  b '>"),
    ])
  func `The white space of an attribute is data`(extractor: String, page: String) throws {
    #expect(try Field(extractor).value(page) == (.string(" a\n  b "), nil))
  }
}

extension String {
  fileprivate func replacingFirst(_ start: String, with other: String) -> String {
    hasPrefix(start) ? other + dropFirst(start.count) : self
  }
}
