import PipeSpec
import Testing

@testable import PipeStages

@Suite("CSVDialect")
struct CSVDialectTests {
  private func row(_ values: [Value], _ dialect: CSVDialect = CSVDialect(lineEnd: .lf)) -> String {
    var bytes: [UInt8] = []
    dialect.append(values, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "a text is quoted where it must be, and nowhere else",
    arguments: [
      ("a", "a"), ("a b", "a b"), (" a ", " a "), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("\"", "\"\"\"\""),
      ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), ("a\r\nb", "\"a\r\nb\""), ("a;b", "a;b"), ("a\tb", "a\tb"),
      ("é,ʤ😀", "\"é,ʤ😀\""), ("e\u{301}", "e\u{301}"), ("\u{2028}", "\u{2028}"),
      ("\u{FEFF}a", "\"\u{FEFF}a\""), ("a\u{FEFF}", "a\u{FEFF}"),
    ])
  func quoting(text: String, field: String) { #expect(row([.string(text)]) == field + "\n") }

  @Test("with another delimiter it is that one which is quoted", arguments: [";", "\t", "|", " "])
  func delimiters(delimiter: String) throws {
    let byte = try #require(delimiter.utf8.first)
    let dialect = CSVDialect(delimiter: byte, lineEnd: .lf)
    #expect(row([.string("a,b"), .string("a\(delimiter)b")], dialect) == "a,b\(delimiter)\"a\(delimiter)b\"\n")
  }

  @Test("null is nothing and the empty text is two quotes; a row of one null is no blank line")
  func empty() {
    #expect(row([.null, .string(""), .null]) == ",\"\",\n")
    #expect(row([.null]) == "\"\"\n")
    #expect(row([.string("")]) == "\"\"\n")
    #expect(row([]) == "\"\"\n")
  }

  @Test(
    "numbers and booleans are written as JSON has them",
    arguments: [
      (Value.int(0), "0"), (.int(-5), "-5"), (.int(.max), "9223372036854775807"), (.int(.min), "-9223372036854775808"),
      (.double(1.5), "1.5"), (.double(-0.25), "-0.25"), (.double(1e300), "1e+300"), (.double(3), "3.0"),
      (.double(.nan), "\"\""), (.double(.infinity), "\"\""), (.bool(true), "true"), (.bool(false), "false"),
    ])
  func numbers(value: Value, field: String) { #expect(row([value]) == field + "\n") }

  @Test(
    "a packed list is written as one of its texts is",
    arguments: [
      [], [""], ["", ""], ["a"], ["a", "b"], ["https://a.example/?b=c,d", "é😀"], ["a\"b", "c"], ["a", "\\"], ["\n"],
      ["=1", "+2"], ["[", "]"], Array(repeating: "x", count: 500),
    ])
  func packed(texts: [String]) {
    var ends: [UInt32] = []
    var bytes: [UInt8] = []
    for text in texts {
      bytes += text.utf8
      ends.append(UInt32(bytes.count))
    }
    let packed = Value.list(ValueList(PackedTexts(bytes: bytes, ends: ends)))
    let plain = Value.list(ValueList(texts.map { .string($0) }))
    for join in [nil, "|", "\""] {
      for escapes in [false, true] {
        var dialect = CSVDialect(lineEnd: .lf)
        dialect.listJoin = join
        dialect.escapesFormulas = escapes
        #expect(row([.int(1), packed, .int(2)], dialect) == row([.int(1), plain, .int(2)], dialect))
      }
    }
    #expect(packed.plainText == plain.plainText)
  }

  @Test("a list is JSON, or joined by what the spec says")
  func lists() {
    let list = Value.list([.string("a"), .string("b \"c\""), .int(3), .null])
    #expect(row([list]) == #""["# + #"""a"",""b \""c\"""",3,null]""# + "\n")
    var dialect = CSVDialect(lineEnd: .lf)
    dialect.listJoin = " | "
    #expect(row([list], dialect) == #""a | b ""c"" | 3 | ""# + "\n")
    // An array of a JSON text is a list as well.
    #expect(row([.json(#"["a","b \"c\"",3,null]"#)], dialect) == #""a | b ""c"" | 3 | ""# + "\n")
    #expect(row([.json(#"[[1,2],{"a":1.10},true]"#)], dialect) == #""[1,2] | {""a"":1.10} | true""# + "\n")
    #expect(row([.json("[]")], dialect) == "\"\"\n")
    #expect(row([.json(#"{"a":[1]}"#)], dialect) == #""{""a"":[1]}""# + "\n")
    #expect(row([.list([.json("[1,2]"), .json("3.10")])], dialect) == "\"[1,2] | 3.10\"\n")
    #expect(row([.list([])], dialect) == "\"\"\n")
    dialect.listJoin = ""
    #expect(row([.list([.string("a"), .string("b")])], dialect) == "ab\n")
  }

  @Test("JSON is a text")
  func json() { #expect(row([.json(#"{"a":1}"#)]) == #""{""a"":1}""# + "\n") }

  @Test(
    "texts that a spreadsheet would run get an apostrophe where the spec wants it; numbers do not",
    arguments: [
      (Value.string("=1+1"), "'=1+1"), (.string("+1"), "'+1"), (.string("-1"), "'-1"), (.string("@x"), "'@x"),
      (.string("\tx"), "'\tx"), (.string("\rx"), "\"'\rx\""), (.string("\nx"), "\"'\nx\""),
      (.string(" =1"), "' =1"), (.string("  \t=1"), "'  \t=1"), (.string("\u{A0}@x"), "'\u{A0}@x"),
      (.string("\u{FF1D}1"), "'\u{FF1D}1"), (.string("\u{FF0B}1"), "'\u{FF0B}1"), (.string("\u{FF0D}1"), "'\u{FF0D}1"),
      (.string("\u{FF20}x"), "'\u{FF20}x"), (.string("\u{3000}\u{FF1D}1"), "'\u{3000}\u{FF1D}1"),
      (.string("\u{FEFF}=1"), "'\u{FEFF}=1"), (.string(" a"), " a"), (.string(" "), " "),
      (.string("\u{FF1E}"), "\u{FF1E}"),
      (.string("é"), "é"), (.string("\u{FF}"), "\u{FF}"), (.json("-1.10"), "-1.10"), (.json("[1]"), "[1]"),
      (.string("a=1"), "a=1"), (.string(""), "\"\""),
      (.int(-1), "-1"), (.double(-1.5), "-1.5"), (.string("=\"x\",y"), "\"'=\"\"x\"\",y\""),
    ])
  func formulas(value: Value, field: String) {
    #expect(row([value], CSVDialect(lineEnd: .lf, escapesFormulas: true)) == field + "\n")
    if case .string(let text) = value, text == "=1+1" { #expect(row([value]) == "=1+1\n") }
  }

  @Test(
    "packed texts are written as the list of them",
    arguments: [
      [], [""], ["a"], ["a", "b"], ["a,b", "c"], ["a\"", "\r\n"], ["=1", "=2"], ["\u{FEFF}x"], ["é", ""],
    ])
  func packedTexts(texts: [String]) {
    var bytes: [UInt8] = []
    var ends: [UInt32] = []
    for text in texts {
      bytes += Array(text.utf8)
      ends.append(UInt32(bytes.count))
    }
    let packed = Value.list(ValueList(PackedTexts(bytes: bytes, ends: ends)))
    for join in [nil, ";", ",", "\"", ""] {
      let dialect = CSVDialect(lineEnd: .lf, escapesFormulas: true, listJoin: join)
      #expect(row([packed], dialect) == row([.list(texts.map { .string($0) })], dialect))
    }
  }

  @Test("a formula in a list, and one that begins with a list's first element, is escaped as well")
  func formulasInLists() {
    let dialect = CSVDialect(lineEnd: .lf, escapesFormulas: true, listJoin: ";")
    #expect(row([.list([.string("=1"), .string("=2")])], dialect) == "'=1;=2\n")
    #expect(row([.json(#"["=1",2]"#)], dialect) == "'=1;2\n")
  }

  @Test("rows end by CRLF unless the spec says otherwise")
  func lineEnds() {
    #expect(row([.int(1)], CSVDialect()) == "1\r\n")
    #expect(row([.int(1)], CSVDialect(lineEnd: .lf)) == "1\n")
  }
}
