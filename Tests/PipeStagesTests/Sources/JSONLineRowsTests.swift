import PipeEngine
import PipeSpec
import PipeText
import PipeWeb
import Testing

@testable import PipeStages

@Suite("JSONLineRows")
struct JSONLineRowsTests {
  private func rows(_ text: String, field: String = "url", chunk: Int = 64 << 10) throws -> [InputRow] {
    try JSONLineRows(name: "urls.jsonl", field: field, takesRequests: true).rows(of: text, chunk: chunk)
  }

  @Test(
    "numbers keep their digits",
    arguments: [
      ("9007199254740993", Value.int(9_007_199_254_740_993)), ("12345678901234567890", .json("12345678901234567890")),
      ("1.10", .json("1.10")), ("1E400", .json("1E400")), ("-0", .json("-0")), ("-9223372036854775808", .int(.min)),
      ("0.30000000000000000001", .json("0.30000000000000000001")), ("[1.10, 1E400]", .json("[1.10,1E400]")),
    ])
  func digits(number: String, value: Value) throws {
    let rows = try rows(#"{"url": "http://a.example/", "n": \#(number)}"#)
    #expect(rows[0].columns["n"] == value)
  }

  @Test("an object a line; its other members come along as they are")
  func members() throws {
    let text = #"""
      {"url": "http://a.example/", "sku": "x", "count": 3, "price": 1.5, "new": true, "none": null}
      {"tags": ["a", 1], "url": "http://b.example/\u00e9", "more": {"a": {}}}
      """#
    for chunk in 1...40 {
      let rows = try rows(text, chunk: chunk)
      #expect(rows.map(\.url) == ["http://a.example/", "http://b.example/é"])
      #expect(rows.allSatisfy { $0.fault == nil })
      #expect(
        rows[0].columns == [
          "url": .string("http://a.example/"), "sku": .string("x"), "count": .int(3), "price": .json("1.5"),
          "new": .bool(true), "none": .null,
        ])
      #expect(
        rows[1].columns == [
          "url": .string("http://b.example/é"), "tags": .json(#"["a",1]"#), "more": .json(#"{"a":{}}"#),
        ])
    }
  }

  @Test("without requests: true, method, headers and body are columns, and that is told once")
  func columnsAlone() throws {
    let text = #"""
      {"url": "u", "method": "BREW", "n": 1}
      {"url": "u", "headers": {"Content-Length": "5"}, "body": {"a": 1}}

      """#
    for chunk in [7, 1000] {
      var reader = JSONLineRows(name: "pages.jsonl", field: "url")
      var rows: [InputRow] = []
      var notices: [String] = []
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: chunk) {
        rows += try reader.rows(bytes[start..<min(start + chunk, bytes.count)])
        notices += reader.takeNotices()
      }
      rows += try reader.finish()
      #expect(rows.map(\.fault) == [nil, nil])
      #expect(rows.allSatisfy { $0.method == nil && $0.headers.isEmpty && $0.body == nil })
      #expect(rows[0].columns["method"] == .string("BREW"))
      #expect(rows[1].columns["body"] == .json(#"{"a":1}"#))
      #expect(
        notices == [
          "pages.jsonl has rows with 'method', which is a column and not sent; requests: true on the source makes method, "
            + "headers and body those of the row's request"
        ])
    }
    // A template reads it.
    var reader = JSONLineRows(name: "pages.jsonl", field: "url")
    reader.expect(["method", "headers", "body"])
    _ = try reader.rows(Array(text.utf8)[...])
    #expect(reader.takeNotices() == [])
  }

  @Test("with requests: true, method, headers and body are the request's own")
  func requestParts() throws {
    let rows = try rows(
      #"""
      {"url": "u", "method": "post", "headers": {"X-A": "1", "Accept": "*/*"}, "body": "a=1"}
      {"url": "u", "method": "PUT", "body": {"a": [1, null]}}
      {"url": "u", "body": null}
      """#)
    #expect(rows.map(\.fault) == [nil, nil, nil])
    #expect(rows.map(\.method) == [.post, .put, nil])
    #expect(rows[0].headers.map { "\($0.name)=\($0.value)" } == ["X-A=1", "Accept=*/*"])
    #expect(rows.map { $0.body.map { String(decoding: $0, as: UTF8.self) } } == ["a=1", #"{"a":[1,null]}"#, nil])
    // A field can tell them all the same.
    #expect(rows[0].columns["method"] == .string("post"))
    #expect(rows[1].columns["body"] == .json(#"{"a":[1,null]}"#))
  }

  @Test(
    "a number or a truth value is sent as a header as it is written",
    arguments: [
      ("5", "5"), ("1.50", "1.50"), ("-0", "-0"), ("1e3", "1e3"), ("12345678901234567890", "12345678901234567890"),
      ("true", "true"), ("false", "false"), ("\"\"", ""),
    ])
  func writtenHeaders(json: String, value: String) throws {
    let row = try #require(try rows("{\"url\": \"u\", \"headers\": {\"A\": \(json)}}\n").first)
    #expect(row.fault == nil)
    #expect(row.headers.map { "\($0.name)=\($0.value)" } == ["A=\(value)"])
  }

  @Test(
    "a line that is no request is a request that fails, and says where",
    arguments: [
      ("no json", "not JSON"), (#"{"url": "a""#, "not JSON"), ("[1]", "not a JSON object"),
      ("{}", "no member 'url'"), (#"{"url": 5}"#, "no member 'url'"),
      (#"{"url": "a", "method": "BREW"}"#, "the method 'BREW' is not known"),
      (#"{"url": "a", "headers": {"a b": "x"}}"#, "the header 'a b' is not a header field"),
      (
        #"{"url": "a", "headers": {"A": "x\r\nEvil: 1"}}"#,
        "the header 'A' holds a line break or a NUL, which no header field can"
      ),
      (#"{"url": "a", "headers": "A: b"}"#, "the member 'headers' must be an object of header fields, not a string"),
      (
        #"{"url": "a", "headers": [["A", "b"]]}"#,
        "the member 'headers' must be an object of header fields, not an array"
      ),
      (#"{"url": "a", "headers": 5}"#, "the member 'headers' must be an object of header fields, not a number"),
      (#"{"url": "a", "method": 5}"#, "the member 'method' must be a string, not a number"),
      (#"{"url": "a", "method": ["PUT"]}"#, "the member 'method' must be a string, not an array"),
      (#"{"url": "a", "method": true}"#, "the member 'method' must be a string, not a truth value"),
      (#"{"url": "a", "headers": {"Content-Length": "5"}}"#, "the header 'Content-Length' is set for each"),
      (#"{"url": "a", "headers": {"te": "trailers"}}"#, "the header 'te' is set for each request"),
      (#"{"url": "a", "headers": {"Host": "a b"}}"#, "the header 'Host' is not a host"),
      (#"{"url": "a", "headers": {"A": null}}"#, "the header 'A' is null: leave it out, or write \"\""),
      (#"{"url": "a", "headers": {"A": ["b"]}}"#, "the header 'A' must be a string, not an array"),
      (#"{"url": "a", "headers": {"A": {"b": 1}}}"#, "the header 'A' must be a string, not an object"),
      (#"{"url": "a", "headers": {"z": "1", "B": "2", "Z": "3"}}"#, "the headers 'z' and 'Z' are the same"),
      (#"{"url": "a", "url\#(String(repeating: "[", count: 10_000))"#, "not JSON"),
    ])
  func faults(line: String, fault: String) throws {
    let rows = try rows("{\"url\": \"first\"}\n\(line)\n{\"url\": \"last\"}\n")
    #expect(rows.map { $0.fault == nil } == [true, false, true])
    #expect(rows[1].fault?.hasPrefix(fault) == true, "\(rows[1].fault ?? "-")")
    #expect(rows[1].line == 2)
  }

  @Test("a faulty row keeps its columns, and never shows its text")
  func faultyRows() throws {
    let rows = try rows(
      #"""
      {"url": "a", "sku": "x", "method": "BREW", "note": 1}
      {"sku": "y", "password": "s3cret"}
      {"url": 5, "sku": "z"}
      {"url": "http://user:s3cret@a.example/", "sku": "w"
      {"url": "http://a/1\nhttp://a/2", "sku": "v"}
      {"url": "", "sku": "u"}
      """#)
    #expect(
      rows.map { $0.columns["sku"] } == [.string("x"), .string("y"), .string("z"), nil, .string("v"), .string("u")])
    #expect(rows[0].columns["note"] == .int(1))
    #expect(rows.allSatisfy { $0.fault != nil })
    #expect(rows.map(\.url) == ["a", "", "", "", "http://a/1\nhttp://a/2", ""])
    #expect(rows.allSatisfy { !($0.fault ?? "").contains("s3cret") })
  }

  @Test(
    "a document that is not JSON lines ends the run",
    arguments: [
      "[{\"url\": \"a\"}, {\"url\": \"b\"}]", "[\n  {\"url\": \"a\"}\n]", "{\n  \"url\": \"a\"\n}\n",
      "{\"url\": \"a\",\n \"b\": 1}", "\u{FEFF}[\n",
    ])
  func documents(text: String) throws {
    let error = #expect(throws: RunError.self) { try rows(text) }
    #expect(error?.reason.contains("not JSON lines") == true)
    #expect(error?.hint?.hasPrefix("jq -c") == true)
  }

  @Test("a row of up to 16 MiB is read; a longer one is a fault, and the next one is read")
  func longRows() throws {
    let filler = String(repeating: "x", count: 3 << 20)
    let most = #"{"url": "a", "x": ""#
    let long = most + String(repeating: filler, count: 6) + "\"}"
    let rows = try rows("\(most)\(filler)\"}\n\(long)\n{\"url\": \"b\"}\n\(long)")
    #expect(rows.map(\.url) == ["a", "", "b", ""])
    #expect(rows.map(\.fault) == [nil, "the row is longer than 16 MiB", nil, "the row is longer than 16 MiB"])
    #expect(rows.map(\.line) == [1, 2, 3, 4])
  }

  @Test("a row that is not UTF-8 is a fault")
  func octets() throws {
    let bytes = Array(#"{"url": "http://a/caf"#.utf8) + [0xE9] + Array("\"}\n{\"url\": \"é\"}".utf8)
    let rows = try JSONLineRows(name: "x", field: "url").rows(of: bytes)
    #expect(rows.map(\.fault) == ["not valid UTF-8 (RFC 8259, 8.1)", nil])
  }

  @Test("blank lines, CRLF and a byte order mark are no problem")
  func lineEnds() throws {
    #expect(try rows("\u{FEFF}{\"url\": \"a\"}\r\n\r\n\n  {\"url\": \"b\"}  ").map(\.url) == ["a", "b"])
  }

  @Test("the member that holds the URL can have another name")
  func field() throws {
    let rows = try rows(#"{"link": "a", "url": "other"}"#, field: "link")
    #expect(rows.map(\.url) == ["a"])
    #expect(rows[0].columns == ["link": .string("a"), "url": .string("other")])

  }

  @Test(
    "numbers that no integer holds are kept as numbers",
    arguments: [("9223372036854775807", true), ("9223372036854775808", false), ("1e400", false)])
  func largeNumbers(number: String, isInteger: Bool) throws {
    let value = try #require(try rows("{\"url\": \"a\", \"n\": \(number)}").first?.columns["n"])
    if case .int = value { #expect(isInteger) } else { #expect(!isInteger) }
  }
}
