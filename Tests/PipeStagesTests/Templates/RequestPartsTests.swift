import PipeEngine
import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine
@testable import PipeStages

@Suite("Methods, headers and bodies from rows")
struct RequestPartsTests {
  private static let rows = "q,n\n\"say \"\"hi\"\"\\\",5\n\"a&b=c +\nü\",\"[1, {\"\"x\"\": null}]\"\n"

  private func lines(_ options: String, _ rows: String = Self.rows, rest: String = "") async throws -> [String] {
    try await TemplatedSource("{file: rows.csv, url: http://h.example/, \(options)}", rows, rest: rest).lines()
  }

  private static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
    var object = JSONObject()
    for (name, value) in members { object.set(name, to: value) }
    return .object(object)
  }

  @Test("texts in JSON are escaped, and {+name} alone is JSON")
  func json() async throws {
    let lines = try await lines(
      #"body: {json: {q: "{q}", both: "<{q}{n}>", n: "{+n}", "no {q}": [1.50, true, null, "5", 0x10, {}]}}"#)
    #expect(
      lines == [
        #"POST http://h.example/ Content-Type=application/json {"q":"say \"hi\"\\","both":"<say \"hi\"\\5>","n":5,"#
          + #""no {q}":[1.50,true,null,"5",16,{}]}"#,
        #"POST http://h.example/ Content-Type=application/json {"q":"a&b=c +\nü","both":"<a&b=c +\nü[1, {\"x\": null}]>","#
          + #""n":[1, {"x": null}],"no {q}":[1.50,true,null,"5",16,{}]}"#,
      ])
  }

  @Test("whatever a cell holds, the JSON of its row has it as it is", arguments: Effort.seeds(10))
  func anyText(seed: UInt64) async throws {
    var random = RepeatableRandom(seed: seed)
    let alphabet = Array("ab\"\\{}[],:\u{0}\n\r\t\u{1F}ü\u{2028}😀\u{301}/<&+=% ".unicodeScalars)
    let texts = (0..<100).map { _ in
      String(
        String.UnicodeScalarView(
          (0..<Int.random(in: 0...8, using: &random)).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
          }))
    }
    let rows = texts.map { Self.object(["q": .string($0)]).serialized + "\n" }.joined()
    let json = try TemplatedSource(
      #"{file: rows.jsonl, url: http://h.example/, body: {json: {q: "{q}", in: ["<{q}>"]}}}"#, rows)
    for (text, request) in zip(texts, try await json.requests()) {
      let body = try JSONValue(parsing: String(decoding: request.body ?? [], as: UTF8.self))
      #expect(body == Self.object(["q": .string(text), "in": .array([.string("<\(text)>")])]))
    }
    let form = try TemplatedSource(
      #"{file: rows.jsonl, url: http://h.example/, body: {form: {"a b": "{q}", c: "<{q}>"}}}"#, rows)
    for (text, request) in zip(texts, try await form.requests()) {
      let parts = (request.body ?? []).split(separator: UInt8(ascii: "&"))
      try #require(parts.count == 2)
      #expect(FormText.decoded(parts[0]).elementsEqual("a b=\(text)".utf8))
      #expect(FormText.decoded(parts[1]).elementsEqual("c=<\(text)>".utf8))
    }
  }

  @Test(
    "a column that is not JSON cannot stand as such",
    arguments: [
      ("3,5", "is not JSON; a text is written {n}"), ("", "is empty, which is not JSON"), ("Bern", "is not JSON"),
      ("[1", "is not JSON"), ("007", "is not JSON"),
    ])
  func notJSON(cell: String, reason: String) async throws {
    let lines = try await lines(#"body: {json: {n: "{+n}"}}"#, "n,x\n\"\(cell)\",x\n")
    #expect(lines.count == 1 && lines[0].hasPrefix("bad-url: rows.csv line 2: the column 'n' \(reason)"), "\(lines)")
  }

  @Test("a form has its own encoding and its Content-Type")
  func form() async throws {
    #expect(
      try await lines(#"body: {form: {"q 1": "{q}", n: "{n}", fixed: a b}}"#) == [
        "POST http://h.example/ Content-Type=application/x-www-form-urlencoded "
          + "q+1=say+%22hi%22%5C&n=5&fixed=a+b",
        "POST http://h.example/ Content-Type=application/x-www-form-urlencoded "
          + "q+1=a%26b%3Dc+%2B%0A%C3%BC&n=%5B1%2C+%7B%22x%22%3A+null%7D%5D&fixed=a+b",
      ])
  }

  @Test("a text has columns as they are, and a file is sent as it is")
  func others() async throws {
    #expect(try await lines("body: \"<{n}>\"", "n\na&b\n") == ["POST http://h.example/ <a&b>"])
    #expect(try await lines("body: {file: content.xml}", "n\n1\n") == ["POST http://h.example/ <a>{b}</a>\n"])
  }

  @Test(
    "the method follows: what the source says, what fetch says, POST where there is a body",
    arguments: [
      ("body: x", "", Method?(.post)), ("method: PUT, body: x", "", .put),
      ("body: x", "fetch: {method: PATCH}\n", .patch),
      ("method: GET, body: x", "fetch: {method: PATCH}\n", .get), ("method: DELETE", "", .delete),
      ("params: {a: b}", "fetch: {method: PATCH}\n", nil), ("params: {a: b}", "", nil),
    ])
  func method(options: String, rest: String, method: Method?) async throws {
    let source = try TemplatedSource("{file: rows.csv, url: http://h.example/, \(options)}", "n\n1\n", rest: rest)
    #expect(try await source.requests().map(\.method) == [method])
  }

  @Test("headers have columns, and win over the type of the content")
  func headers() async throws {
    #expect(
      try await lines(#"headers: {X-N: "n={n}", Content-Type: text/x}, body: {form: {a: "{n}"}}"#, "n\nä\n") == [
        "POST http://h.example/ X-N=n=ä Content-Type=text/x a=%C3%A4"
      ])
    #expect(
      try await lines("headers: {X-A: a, X-B: \"\"}", "n\n1\n") == ["http://h.example/ X-A=a X-B="])
  }

  @Test("a header cannot be broken out of", arguments: ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\u{0}b"])
  func brokenHeaders(value: String) async throws {
    let row = Self.object(["n": .string(value)]).serialized + "\n"
    let source = try TemplatedSource(#"{file: rows.jsonl, url: http://h.example/, headers: {X-N: "{n}"}}"#, row)
    #expect(
      try await source.lines() == [
        "bad-url: rows.jsonl line 1: the column 'n' holds a line break or a NUL, which no header field can"
      ])
  }

  @Test("a row cannot make a Host field of what is none")
  func host() async throws {
    #expect(
      try await lines(#"headers: {Host: "{n}"}"#, "n\na.example\na/b\n") == [
        "http://h.example/ Host=a.example",
        "bad-url: rows.csv line 3: the header 'Host' is not a host with or without a port (RFC 9110, 7.2)",
      ])
  }

  @Test("fetch.body without a method is sent by POST")
  func fetchBody() throws {
    #expect(Pipeline(spec: "fetch: {body: x}").plan?.fetch.method == .post)
    #expect(Pipeline(spec: "fetch: {body: x, method: GET}").plan?.fetch.method == .get)
    #expect(Pipeline(spec: "").plan?.fetch.method == .get)
  }
}

/// A form as the URL Standard reads it (5.1).
enum FormText {
  static func decoded(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = Array(bytes)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "+") {
        result.append(UInt8(ascii: " "))
      } else if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        result.append(value)
        rest = rest.dropFirst(2)
      } else {
        result.append(byte)
      }
    }
    return result
  }
}
