import PipeTesting
import PipeWeb
import Testing

@testable import PipeHTTP

@Suite("Content whose end libcurl does not know")
struct ContentFramingTests {
  /// What is content of some bytes that come in pieces of a size, and what the last of them came to.
  private static func read(
    _ framing: ContentFraming, _ text: String, pieces: Int
  ) -> (content: String, step: ContentFraming.Step) {
    var framing = framing
    var content: [UInt8] = []
    var step = framing.isWhole ? ContentFraming.Step.ended : .goesOn
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty, step == .goesOn {
      let piece = Array(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
      step = piece.withUnsafeBytes { bytes in
        framing.take(bytes) {
          content += $0
          return true
        }
      }
    }
    #expect(framing.isWhole == (step == .ended))
    return (String(decoding: content, as: UTF8.self), step)
  }

  @Test(
    "content ends with its length", arguments: [1, 2, 3, 100],
    [
      (5, "hello", "hello", ContentFraming.Step.ended), (5, "hello, world", "hello", .ended),
      (5, "hell", "hell", .goesOn),
      (0, "hello", "", .ended),
    ])
  func length(pieces: Int, one: (length: Int64, text: String, content: String, step: ContentFraming.Step)) {
    let (content, step) = Self.read(ContentFraming(length: one.length), one.text, pieces: pieces)
    #expect(content == one.content)
    #expect(step == one.step)
  }

  @Test(
    "content ends with its last chunk (RFC 9112, 7.1)", arguments: [1, 2, 3, 100],
    [
      ("5\r\nhello\r\n0\r\n\r\n", "hello", ContentFraming.Step.ended), ("0\r\n\r\n", "", .ended),
      ("2\r\nhe\r\n3;a=\"b\"\r\nllo\r\n0;x\r\nT: r\r\n\r\n", "hello", .ended), ("5\nhello\n0\n", "hello", .ended),
      ("00A \r\n0123456789\r\n00\r\n", "0123456789", .ended), ("5\r\nhel", "hel", .goesOn),
      ("5\r\nhello", "hello", .goesOn), ("5\r\nhello\r\n", "hello", .goesOn), ("zz\r\nhello", "", .broken),
      ("\r\n", "", .broken), ("-1\r\n", "", .broken), ("2\r\nhello\r\n", "he", .broken),
      ("fffffffffffffffff\r\n", "", .broken), (" 5\r\nhello", "", .broken),
    ])
  func chunks(pieces: Int, one: (text: String, content: String, step: ContentFraming.Step)) {
    let (content, step) = Self.read(.chunks, one.text, pieces: pieces)
    #expect(content == one.content)
    #expect(step == one.step)
  }

  @Test("what the taker does not want is not looked at")
  func stopped() {
    var framing = ContentFraming(length: 5)
    let step = Array("hello".utf8).withUnsafeBytes { framing.take($0) { _ in false } }
    #expect(step == .stopped)
    #expect(!framing.isWhole)
  }
}

@Suite("Framing over several lines, over a connection", .timeLimit(.minutes(20)))
struct FoldedFramingTests {
  /// Answers each request so, and keeps the connection.
  private func fetch(_ answer: String, method: String? = nil) async throws -> (result: TransferResult?, requests: Int) {
    let server = try RawServer { _ in [.serve { _ in Array(answer.utf8) }] }
    defer { server.close() }
    let results = try await perform([ScriptedRequest(server.url(), method: method)])
    return (results.first, server.requests.count)
  }

  @Test(
    "content is read to its end, though the connection stays open",
    arguments: [
      "Content-Length:\r\n 5\r\n\r\nhello", "Content-Length: 5\r\n \r\n\r\nhello",
      "Content-Length:\r\n\t5\r\nX: y\r\n\r\nhello", "X: y\r\nContent-Length: 5,\r\n 5\r\n\r\nhello",
      "Transfer-Encoding:\r\n chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
      "Transfer-Encoding: chunked\r\n \r\n\r\n5\r\nhello\r\n0\r\n\r\n",
      "Content-Length:\r\n 9\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ])
  func content(answer: String) async throws {
    let (result, requests) = try await fetch("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + answer)
    #expect(result?.failure == nil)
    #expect(result?.response?.status == 200)
    #expect(result?.response?.body == Array("hello".utf8))
    #expect(result?.response?.isTruncated == false)
    #expect(result?.sends == requests)
    #expect(requests <= 2)
  }

  @Test(
    "no content is none",
    arguments: [
      ("200 OK", "Content-Length:\r\n 0", nil), ("204 No Content", "Content-Length:\r\n 5", nil),
      ("304 Not Modified", "Transfer-Encoding:\r\n chunked", nil), ("200 OK", "Content-Length:\r\n 5", "HEAD"),
      ("200 OK", "Transfer-Encoding:\r\n chunked", "HEAD"),
    ] as [(String, String, String?)])
  func noContent(status: String, field: String, method: String?) async throws {
    let (result, _) = try await fetch("HTTP/1.1 \(status)\r\n\(field)\r\n\r\n", method: method)
    #expect(result?.failure == nil)
    #expect(result?.response?.length == 0)
  }

  @Test(
    "content that breaks off is not whole",
    arguments: [
      ("Content-Length:\r\n 9\r\n\r\nhello", "the content broke off after 5 bytes"),
      ("Transfer-Encoding:\r\n chunked\r\n\r\n9\r\nhello", "the content broke off after 5 bytes"),
      (
        "Transfer-Encoding:\r\n chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
        "the transfer coding is unknown, or broken after 5 bytes"
      ),
    ])
  func broken(answer: String, words: String) async throws {
    let result = try await receive("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + answer)
    #expect(result?.failure?.message == words)
    #expect(result?.response?.status == 200)
    #expect(result?.response?.isTruncated == true)
  }

  @Test("a request that must not be sent twice is not")
  func once() async throws {
    let (result, requests) = try await fetch("HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nhello", method: "POST")
    #expect(result?.failure == TransferFailure(.protocol, "a Content-Length that is not a length"))
    #expect(requests == 1)
  }

  @Test("a length that is none is none over several lines too")
  func noLength() async throws {
    let (result, requests) = try await fetch("HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nhello")
    #expect(result?.failure == TransferFailure(.protocol, "a Content-Length that is not a length"))
    #expect(requests == 2)
  }

  @Test("a redirect whose length goes on is followed, and its content is passed over")
  func redirect() async throws {
    var settings = TransferSettings.loopback
    settings.followsRedirects = true
    let server = try RawServer { _ in
      [.serve { _ in Array("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length:\r\n 5\r\n\r\nmoved".utf8) }]
    }
    defer { server.close() }
    let result = try await perform([ScriptedRequest(server.url())], settings).first
    #expect(result?.failure == nil)
    #expect(result?.response?.location == "/next")
  }
}

@Suite("Content-Type fields that come twice", .timeLimit(.minutes(20)))
struct RepeatedTypeTests {
  /// The page with one letter that is another in each encoding.
  private static let page = Array("<title>m".utf8) + [0xB1] + Array("ka</title>".utf8)

  @Test(
    "they are read as a list is (Fetch, extract a MIME type)",
    arguments: [
      (["text/html; charset=iso-8859-2", "text/html"], CharacterEncoding.iso8859_2),
      (["text/html", "text/html; charset=iso-8859-2"], .iso8859_2),
      (["text/html; charset=iso-8859-2", "*/*"], .iso8859_2),
      (["text/html; charset=iso-8859-2", "garbage"], .iso8859_2),
      (["text/html; charset=iso-8859-2", ""], .iso8859_2),
      (["text/html; charset=iso-8859-2", "text/html; charset=koi8-r"], .koi8R),
      (["text/html; charset=iso-8859-2, text/html"], .iso8859_2),
      (["application/json", "text/html; charset=iso-8859-2", "text/html;a=b"], .iso8859_2),
      (["text/html; charset=iso-8859-2", "text/plain", "text/html"], .windows1252),
      (["text/html; charset=iso-8859-2", "application/json"], nil),
      (["text/html; charset=iso-8859-2, application/json"], nil),
    ])
  func types(fields: [String], encoding: CharacterEncoding?) async throws {
    var settings = TransferSettings.loopback
    settings.keeping = .until([.title])
    let head = "HTTP/1.1 200 OK\r\n" + fields.map { "Content-Type: \($0)\r\n" }.joined()
    let result = try await receive(
      Array("\(head)Content-Length: \(Self.page.count)\r\n\r\n".utf8) + Self.page, settings)
    let response = try #require(result?.response)
    #expect(response.scanned?.encoding == encoding)
    #expect(response.contentType == fields.filter { !$0.isEmpty }.joined(separator: ", "))
  }
}
