import PipeTesting
import PipeWeb
import Testing

@testable import PipeHTTP

@Suite("Head of a response")
struct HeadTests {
  /// What a head comes to that arrives line by line.
  private static func read(_ lines: [String], keepsFields: Bool = true) -> (head: TransferHead, fault: String?) {
    var head = TransferHead()
    head.begin(keepsFields: keepsFields)
    for line in lines {
      if let fault = Array("\(line)\r\n".utf8).withUnsafeBytes({ head.read($0) }) { return (head, fault) }
    }
    return (head, nil)
  }

  @Test(
    "a status line is HTTP's, with a version and three digits",
    arguments: [
      ("HTTP/1.1 200 OK", 200), ("HTTP/1.0 404", 404), ("HTTP/1.1 404 ", 404), ("HTTP/2 204 ", 204),
      ("HTTP/3 200 ", 200),
      ("HTTP/1.1   503   Busy", 503), ("HTTP/1.1 999 Request denied", 999), ("HTTP/1.1 600\tOdd", 600),
      ("HTTP/1.1 100 Continue", 100),
      ("http/1.1 404 Not Found", nil), ("Http/1.1 404 Not Found", nil), ("HTTP/1.1 099 Odd", nil),
      ("HTTP/1.1 20 OK", nil),
      ("HTTP/1.1 2000 OK", nil), ("HTTP/1.1 abc", nil), ("HTTP/1.1", nil), ("HTTP/1.1 ", nil),
      ("HTTP/1.1\t200 OK", nil),
      ("HTTP/1.1200 OK", nil), ("HTTP/x.1 200 OK", nil), ("HTTP/1.x 200 OK", nil), ("HTTP 200 OK", nil),
      ("HTTP/1.1 200OK", nil), ("ICY 200 OK", nil), (" HTTP/1.1 200 OK", nil), ("", nil), ("H", nil),
      ("HTTP/1.1 -20 OK", nil), ("HTTP/1.1:200 OK", nil),
    ])
  func statusLine(line: String, status: Int?) {
    let (head, fault) = Self.read([line])
    #expect(fault == (status == nil ? "the status line is not HTTP's" : nil))
    #expect(head.status == status ?? 0)
  }

  @Test("the line behind an informational answer is a status line again")
  func informational() {
    let (head, fault) = Self.read(["HTTP/1.1 103 Early", "Location: /x", "", "HTTP/1.1 200 OK", "A: b", ""])
    #expect(fault == nil)
    #expect(head.isWhole && head.status == 200 && head.location == nil)
    #expect(Self.read(["HTTP/1.1 103 Early", "", "http/1.1 200 OK"]).fault == "the status line is not HTTP's")
    #expect(!Self.read(["HTTP/1.1 103 Early", ""]).head.isWhole)
  }

  @Test("a line within a head that looks like a status line is none")
  func statusLineWithin() {
    let (head, fault) = Self.read(
      ["HTTP/1.1 404 Not Found", "Content-Type: text/plain", "HTTP/1.1 200 OK", "Location: /x", ""])
    #expect(fault == nil)
    #expect(head.status == 404)
    #expect(head.contentType.array == Array("text/plain".utf8))
  }

  @Test(
    "the lines of a field are joined before it is read", arguments: [true, false],
    [
      (["Content-Type: text/html;", " charset=latin1"], "text/html; charset=latin1"),
      (["Content-Type:", " text/html"], "text/html"),
      (["content-type:", "\t \ttext/html ", "  ;a=b\t"], "text/html ;a=b"),
      (["CONTENT-TYPE: text/html", " "], "text/html"), (["Content-Type : text/html"], "text/html"),
      (["X: a", "Content-Type: text/html", " ;b", "Y: c", " Content-Type: z"], "text/html ;b"),
      (["Content-Type: a", "Content-Type:"], "a"), (["Content-Type:", "Content-Type: a"], "a"),
      (["Content-Type: a", "Content-Type: b"], "a, b"),
      (["Content-Type: a", " b", "X: y", "content-type:", " c"], "a b, c"),
    ])
  func folding(keepsFields: Bool, field: (lines: [String], value: String)) {
    let (head, fault) = Self.read(["HTTP/1.1 200 OK"] + field.lines + [""], keepsFields: keepsFields)
    #expect(fault == nil)
    #expect(HTTPFields.text(head.contentType.array) == field.value)
  }

  @Test("every field that is read may go on")
  func everyField() {
    let (head, fault) = Self.read(
      [
        "HTTP/1.1 302 Found", "Location:", " /next", "Retry-After:", "\t120", "Content-Encoding: deflate,", " gzip",
        "Set-Cookie: a=b;", " Path=/", "",
      ])
    #expect(fault == nil)
    #expect(head.location == Array("/next".utf8))
    #expect(head.retryAfter == Array("120".utf8))
    #expect(head.codings == [.deflate, .gzip])
    #expect(head.fields?.all["set-cookie"] == "a=b; Path=/")
    #expect(head.fields?.all.all.map(\.name) == ["Location", "Retry-After", "Content-Encoding", "Set-Cookie"])
  }

  @Test(
    "what tells the end of the content is clear, or nobody knows what was read",
    arguments: [
      (["Content-Length: 1", " 5"], "a Content-Length that is not a length"),
      (["Content-Length: 1,", " 5"], "a Content-Length that is not a length"),
      (["Content-Length:", " "], "a Content-Length that is not a length"),
      (["Content-Length:", " 5", "Content-Length: 6"], "two Content-Length fields that differ"),
      (["Transfer-Encoding: gzip,", " chunked"], "a Transfer-Encoding over several lines"),
      (["Transfer-Encoding: chun", " ked"], "a Transfer-Encoding over several lines"),
      (["Transfer-Encoding:", " gzip"], "a Transfer-Encoding over several lines"),
      (["Transfer-Encoding:", " gzip, chunked"], "a Transfer-Encoding over several lines"),
      (["Transfer-Encoding : chunked"], "a space behind the name Transfer-Encoding"),
      (["Content-Length : 5"], "a space behind the name Content-Length"),
      (["Content-Length: x"], "a Content-Length that is not a length"),
      (["Content-Length: 5", "Content-Length: 6"], "two Content-Length fields that differ"),
    ])
  func framing(lines: [String], words: String) {
    for end in [[""], ["X: y", ""]] {
      #expect(Self.read(["HTTP/1.1 200 OK"] + lines + end).fault == words)
    }
  }

  @Test(
    "a length is read over several lines (RFC 9112, 5.2)",
    arguments: [
      ["Content-Length:", " 5"], ["Content-Length:", "\t5 "], ["Content-Length: 5", " "],
      ["content-length:", " ", " 5"],
      ["Content-Length: 5,", " 5"], ["Content-Length: 5", " , 5"], ["Content-Length:", " 5", "Content-Length: 5"],
    ])
  func foldedLength(lines: [String]) {
    let (head, fault) = Self.read(["HTTP/1.1 200 OK"] + lines + [""])
    #expect(fault == nil)
    #expect(head.contentLength == 5)
  }

  @Test(
    "chunks are those of a coding over several lines",
    arguments: [
      (["Transfer-Encoding:", " chunked"], true), (["transfer-encoding:", " ", "\tChunked"], true),
      (["Transfer-Encoding: chunked", " "], false), (["Transfer-Encoding: chunked"], false),
      (["X: a", " chunked"], false),
    ])
  func foldedCoding(lines: [String], isUnseen: Bool) {
    let (head, fault) = Self.read(["HTTP/1.1 200 OK"] + lines + [""])
    #expect(fault == nil)
    #expect(head.isChunkedUnseen == isUnseen)
    #expect(head.hasTransferCoding == (lines.first?.hasPrefix("X") == false))
  }

  @Test("names that only begin like those that are read are others")
  func otherNames() {
    let (head, fault) = Self.read(
      [
        "HTTP/1.1 302 Found", "Content-Types: a", "Content-Location: /a", "Content-Lengthy: x", "Locations: /b", "Loc",
        "Transfer-Encodings: x", "Retry-Afters: 1", "Content-Encoding", "l:", "c: content-type: x", ":", "",
      ])
    #expect(fault == nil)
    #expect(head.contentType.isEmpty && head.location == nil && head.retryAfter == nil && head.codings.isEmpty)
  }

  @Test("nothing of a transfer's head stays for the next one")
  func nextTransfer() {
    var (head, _) = Self.read(
      [
        "HTTP/1.1 302 Found", "Location: /a", "Location: /b", "Content-Type: a", "Content-Encoding: gzip",
        "Content-Length: 5", "",
      ])
    #expect(head.isWhole && head.leadsToTwoPlaces)
    head.begin(keepsFields: false)
    #expect(!head.isWhole && head.bytes == 0 && head.fields == nil)
    for line in ["HTTP/1.1 200 OK", "Content-Length: 6", ""] {
      #expect(Array("\(line)\r\n".utf8).withUnsafeBytes { head.read($0) } == nil)
    }
    #expect(head.isWhole && !head.leadsToTwoPlaces && head.location == nil && head.codings.isEmpty)
    #expect(head.contentType.isEmpty && head.contentLength == 6)
  }

  @Test("bytes are kept as they are")
  func octets() {
    var head = TransferHead()
    head.begin(keepsFields: true)
    for line in [
      Array("HTTP/1.1 302 \r\n".utf8), Array("Location: /J".utf8) + [0xF6] + Array("rg\r\n".utf8), Array("\r\n".utf8),
    ] {
      #expect(line.withUnsafeBytes { head.read($0) } == nil)
    }
    #expect(head.location == Array("/J".utf8) + [0xF6] + Array("rg".utf8))
    #expect(head.fields?.all.all.first?.octets == head.location)
    #expect(head.fields?.all["location"] == "/Jörg")
  }
}

@Suite("Head of a response, over a connection", .timeLimit(.minutes(20)))
struct ReceivedHeadTests {
  @Test(
    "a status line in another case is not HTTP, whatever its status",
    arguments: [
      "http/1.1 200 OK", "http/1.1 404 Not Found", "http/1.1 302 Found", "Http/1.0 503 Busy", "http/1.1 103 Early",
      "hTTP/1.1 500 Oops",
    ])
  func lowerCase(line: String) async throws {
    let result = try await receive(line + "\r\nLocation: /x\r\nContent-Length: 2\r\n\r\nok")
    #expect(result?.failure == TransferFailure(.protocol, "the status line is not HTTP's"))
    #expect(result?.response == nil)
  }

  @Test("statuses that nobody registered are as they stand", arguments: [600, 777, 999])
  func oddStatus(status: Int) async throws {
    let result = try await receive("HTTP/1.1 \(status) Odd\r\nContent-Length: 2\r\n\r\nok")
    #expect(result?.response?.status == status)
  }

  @Test("a page is read by the fields that go on")
  func folded() async throws {
    let coded = CodedContent.gzip("hello")
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n charset=latin1\r\nContent-Encoding:\r\n\tgzip\r\n"
    let result = try await receive(Array("\(head)Content-Length: \(coded.count)\r\n\r\n".utf8) + coded)
    #expect(result?.failure == nil)
    #expect(result?.response?.contentType == "text/html; charset=latin1")
    #expect(result?.response?.body == Array("hello".utf8))
  }

  @Test("a field is UTF-8, or else each byte a character; a Location's bytes are asked for as they are")
  func octets() async throws {
    var settings = TransferSettings.loopback
    settings.keepsFields = true
    let head =
      Array("HTTP/1.1 302 Found\r\nLocation: /caf".utf8) + [0xE9] + Array("\r\nContent-Type: text/html; a=".utf8)
      + [0xDC] + Array("\r\nX-A: \u{DC}\r\nX-B: ".utf8) + [0xDC, 0xFF] + Array("\r\nContent-Length: 0\r\n\r\n".utf8)
    let response = try #require(try await receive(head, settings)?.response)
    #expect(response.location == "/caf%E9")
    #expect(response.contentType == "text/html; a=Ü")
    #expect(response.fields["x-a"] == "Ü")
    #expect(response.fields["x-b"] == "Üÿ")
    #expect(response.fields.all.first { $0.name == "X-B" }?.octets == [0xDC, 0xFF])
    let valid = try await receive("HTTP/1.1 302 Found\r\nLocation: /café\r\nContent-Length: 0\r\n\r\n")
    #expect(valid?.response?.location == "/café")
  }

  @Test(
    "the content of a redirect that is followed is nobody's concern",
    arguments: [
      "Content-Length: 500\r\n\r\nmoved", "Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nmoved",
      "Content-Length: 5\r\nContent-Encoding: compress\r\n\r\nmoved", "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
      "Transfer-Encoding: chunked\r\n\r\n5\r\nmoved\r\n", "Content-Length: 0\r\nContent-Encoding: br\r\n\r\n",
      "\r\n" + String(repeating: "moved", count: 200_000),
    ])
  func faultyRedirect(rest: String) async throws {
    for status in [301, 302, 303, 307, 308] {
      var settings = TransferSettings.loopback
      settings.followsRedirects = true
      settings.maximumBody = 10
      settings.failsAboveMaximumBody = true
      let result = try await receive("HTTP/1.1 \(status) -\r\nLocation: /end\r\n" + rest, settings)
      #expect(result?.response?.status == status)
      #expect(result?.response?.location == "/end")
      #expect(result?.response?.body == [])
    }
  }

  @Test("the content of a redirect that is the answer is read as any other's", arguments: [300, 302, 304])
  func redirectAsAnswer(status: Int) async throws {
    var settings = TransferSettings.loopback
    settings.followsRedirects = status != 302
    let result = try await receive("HTTP/1.1 \(status) -\r\nLocation: /end\r\nContent-Length: 5\r\n\r\nmoved", settings)
    #expect(result?.failure == nil)
    #expect(result?.response?.location == "/end")
    #expect(result?.response?.body == (status == 304 ? [] : Array("moved".utf8)))
  }
}
