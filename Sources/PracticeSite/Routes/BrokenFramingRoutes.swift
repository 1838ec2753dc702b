import NIOCore

/// Answers that tell their length wrongly, in two ways, or in chunks that are none (RFC 9112 6 and 7.1).
enum BrokenFramingRoutes {
  static let all: [Route] = [
    BrokenRoutes.broken("wrong-content-length-short", "more body than Content-Length tells") { _, _ in
      .raw(head(["Content-Length: \(html.utf8.count)"]) + html + "<p>and more than was told</p>\n")
    },
    BrokenRoutes.broken(
      "bad-length", "a Content-Length of this text", query: "value=", example: "/broken/bad-length?value=-1", badLength),
    BrokenRoutes.broken("length-and-chunks", "chunks, and a Content-Length of 5 beside them") { _, _ in
      .raw(head(["Content-Length: 5", "Transfer-Encoding: chunked"]) + chunked)
    },
    BrokenRoutes.broken(
      "transfer-encoding", "chunks under a Transfer-Encoding of this text", query: "value=",
      example: "/broken/transfer-encoding?value=x-unknown", transferEncoding),
    BrokenRoutes.broken("bad-chunk", "a chunk that is none", kinds: badChunks),
    BrokenRoutes.broken("no-last-chunk", "chunks without the last one") { _, _ in .raw(chunkedHead + chunk(html)) },
    BrokenRoutes.broken(
      "tiny-chunks", "a body of so many bytes (at most 10,000,000), each in a chunk of its own", query: "count=",
      example: "/broken/tiny-chunks?count=100", tinyChunks),
    BrokenRoutes.broken("endless-extension", "64 MB of chunk extension") { _, _ in
      BrokenHeadRoutes.endless(after: chunkedHead + "5;", "spam")
    },
    BrokenRoutes.broken("endless-trailers", "64 MB of trailer fields after the body") { _, _ in
      BrokenHeadRoutes.endless(
        after: chunkedHead + chunk(html) + "0\r\n", "X-Filler: " + String(repeating: "f", count: 100) + "\r\n")
    },
    BrokenRoutes.broken(
      "unasked-answer",
      "a page, and after so many milliseconds another answer, or more of a page, on a connection that stays open",
      query: "after=&what=answer|tail", example: "/broken/unasked-answer", unasked),
  ]

  private static let html = BrokenBodyRoutes.html
  private static let chunkedHead = head(["Transfer-Encoding: chunked"])
  private static let chunked = chunk(html) + "0\r\n\r\n"

  private static func head(_ fields: [String]) -> String { BrokenBodyRoutes.head(fields) }
  private static func chunk(_ text: String) -> String { BrokenBodyRoutes.chunk(text) }

  private static let badChunks: KeyValuePairs<String, @Sendable () -> Answer> = [
    "word": { after("zz\r\nmore\r\n0\r\n\r\n") },
    "negative": { after("-5\r\nmore!\r\n0\r\n\r\n") },
    "empty": { after("\r\nmore!\r\n0\r\n\r\n") },
    // More than there is, and more than 64 bits hold.
    "huge": { after("7fffffffffffffff\r\nmore!\r\n0\r\n\r\n") },
    "overflow": { after("ffffffffffffffff5\r\nmore!\r\n0\r\n\r\n") },
    "zeros": { after(String(repeating: "0", count: 5000) + "5\r\nmore!\r\n0\r\n\r\n") },
    "too-long": { after("6\r\nmore!\r\n0\r\n\r\n") },
    "too-short": { after("4\r\nmore!\r\n0\r\n\r\n") },
    "prefix": { after("0x5\r\nmore!\r\n0\r\n\r\n") },
  ]

  /// The page in a chunk that is right, and this.
  private static func after(_ text: String) -> Answer { .raw(chunkedHead + chunk(html) + text) }

  private static func badLength(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    .raw(head(["Content-Length: \(try request.fieldValue("value"))"]) + html)
  }

  private static func transferEncoding(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    .raw(head(["Transfer-Encoding: \(try request.fieldValue("value"))"]) + chunked)
  }

  private static func tinyChunks(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let count = try request.number("count", in: 0...10_000_000, or: 1000)
    let tiny = "1\r\nt\r\n"
    let many = ByteBuffer(string: String(repeating: tiny, count: min(count, 10_000)))
    return .raw(
      Steps.one(ByteBuffer(string: chunkedHead)).followed(by: .repeating(many, total: count * tiny.utf8.count))
        .followed(by: .one(ByteBuffer(string: "0\r\n\r\n"))))
  }

  private static func unasked(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    var answer = Answer.page(title: "What was asked for")
    let page = HTMLText.page(title: "What nobody asked for")
    let bytes: String
    switch request.parameter("what") ?? "answer" {
    case "answer": bytes = head(["Content-Length: \(page.utf8.count)"]) + page
    case "tail": bytes = page
    default: throw Refusal("what nobody asked for is an answer or a tail")
    }
    answer.postscript = Answer.Postscript(
      bytes: ByteBuffer(string: bytes),
      after: .milliseconds(Int64(try request.number("after", in: 0...10_000, or: 0))))
    return answer
  }
}
