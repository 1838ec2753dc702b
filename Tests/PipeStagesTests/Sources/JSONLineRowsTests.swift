import PipeEngine
import PipeSpec
import Testing

@testable import PipeStages

@Suite("JSONLineRows")
struct JSONLineRowsTests {
  private func rows(_ text: String, field: String = "url", chunk: Int = 64 << 10) throws -> [InputRow] {
    try JSONLineRows(name: "urls.jsonl", field: field).rows(of: text, chunk: chunk)
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
          "sku": .string("x"), "count": .int(3), "price": .json("1.5"), "new": .bool(true), "none": .null,
        ])
      #expect(rows[1].columns == ["tags": .json(#"["a",1]"#), "more": .json(#"{"a":{}}"#)])
    }
  }

  @Test("method, headers and body are the request's own")
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
  }

  @Test(
    "a line that is no request is a request that fails, and says where",
    arguments: [
      ("no json", "line 2: no JSON"), (#"{"url": "a""#, "line 2: no JSON"), ("[1]", "line 2: no JSON object"),
      ("{}", "line 2: no member 'url'"), (#"{"url": 5}"#, "line 2: no member 'url'"),
      (#"{"url": "a", "method": "BREW"}"#, "line 2: the method 'BREW' is not known"),
      (#"{"url": "a", "headers": {"a b": "x"}}"#, "line 2: the header 'a b' is no header field"),
      (#"{"url": "a", "headers": {"A": "x\r\nEvil: 1"}}"#, "line 2: the header 'A' is no header field"),
      (#"{"url": "a", "headers": {"Content-Length": "5"}}"#, "line 2: the header 'Content-Length' is set for each"),
      (#"{"url": "a", "headers": {"te": "trailers"}}"#, "line 2: the header 'te' is set for each request"),
      (#"{"url": "a", "headers": {"Host": "a b"}}"#, "line 2: the header 'Host' is not a host"),
      (#"{"url": "a", "headers": {"A": 5}}"#, "line 2: the header 'A' is no header field"),
      (#"{"url": "a", "url\#(String(repeating: "[", count: 10_000))"#, "line 2: no JSON"),
    ])
  func faults(line: String, fault: String) throws {
    let rows = try rows("{\"url\": \"first\"}\n\(line)\n{\"url\": \"last\"}\n")
    #expect(rows.map { $0.fault == nil } == [true, false, true])
    #expect(rows[1].fault?.hasPrefix(fault) == true, "\(rows[1].fault ?? "-")")
  }

  @Test("blank lines, CRLF and a byte order mark are no problem")
  func lineEnds() throws {
    #expect(try rows("\u{FEFF}{\"url\": \"a\"}\r\n\r\n\n  {\"url\": \"b\"}  ").map(\.url) == ["a", "b"])
  }

  @Test("the member that holds the URL can have another name")
  func field() throws {
    let rows = try rows(#"{"link": "a", "url": "other"}"#, field: "link")
    #expect(rows.map(\.url) == ["a"])
    #expect(rows[0].columns == ["url": .string("other")])
  }

  @Test(
    "numbers that no integer holds are kept as numbers",
    arguments: [("9223372036854775807", true), ("9223372036854775808", false), ("1e400", false)])
  func largeNumbers(number: String, isInteger: Bool) throws {
    let value = try #require(try rows("{\"url\": \"a\", \"n\": \(number)}").first?.columns["n"])
    if case .int = value { #expect(isInteger) } else { #expect(!isInteger) }
  }
}
