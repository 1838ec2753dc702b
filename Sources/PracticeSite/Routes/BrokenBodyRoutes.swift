import NIOCore
import NIOHTTP1

/// Answers whose head is right, and whose body is not.
enum BrokenBodyRoutes {
  static let all: [Route] = [
    BrokenRoutes.broken("close-in-body", "half of the body that Content-Length tells") { _, _ in
      .raw(head(["Content-Length: \(html.utf8.count * 2)"]) + html)
    },
    BrokenRoutes.broken("wrong-content-length-short", "more body than Content-Length tells") { _, _ in
      .raw(head(["Content-Length: \(html.utf8.count)"]) + html + "<p>and more than was told</p>\n")
    },
    BrokenRoutes.broken("bad-chunk", "a chunk whose size is no number") { _, _ in
      .raw(chunkedHead + chunk(html) + "zz\r\nmore\r\n0\r\n\r\n")
    },
    BrokenRoutes.broken("no-last-chunk", "chunks without the last one") { _, _ in .raw(chunkedHead + chunk(html)) },
    BrokenRoutes.broken(
      "drop-at/{count}", "the answer of page 1, cut off after so many bytes, head included",
      example: "/broken/drop-at/100", dropAt),
    BrokenRoutes.broken("endless-body", "a body that goes on, to 1 GB") { _, _ in
      .stream(
        .repeating(ByteBuffer(repeating: UInt8(ascii: "e"), count: 65_536), total: 1_000_000_000), type: "text/html")
    },
    BrokenRoutes.broken(
      "gzip-bomb", "a gzip of so many megabytes of zeros, at most 10,000", query: "mb=",
      example: "/broken/gzip-bomb?mb=100", gzipBomb),
    BrokenRoutes.broken("bad-gzip", "a gzip that is broken", query: "kind=garbage|crc|cut", badGzip),
  ]

  /// The title of the page whose body breaks off.
  static let title = "A page that breaks off"
  /// What is sent of it.
  static let html = HTMLText.page(title: title)

  private static let chunkedHead = head(["Transfer-Encoding: chunked"])

  private static func head(_ fields: [String]) -> String {
    BrokenRoutes.head(["Content-Type: text/html; charset=utf-8"] + fields)
  }

  private static func chunk(_ text: String) -> String {
    String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n"
  }

  private static func dropAt(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let count = try request.number(at: 0, in: 0...1_000_000)
    guard let page = site.pages.page(1) else { throw Refusal("there is no page 1", status: .notFound) }
    var whole = ByteBuffer(
      string: BrokenRoutes.head([
        "Content-Type: \(page.contentType)", "Content-Length: \(page.body.readableBytes)",
      ]))
    whole.writeImmutableBuffer(page.body)
    return .raw(.one(whole.readSlice(length: min(count, whole.readableBytes)) ?? ByteBuffer()))
  }

  private static func gzipBomb(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let bomb = GzipBomb(atLeast: try request.number("mb", in: 1...10_000, or: 1000) * 1_000_000)
    return .stream(bomb.steps, type: "text/html", headers: [("Content-Encoding", "gzip")])
  }

  private static func badGzip(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    var coded = Deflate.gzip(Array(html.utf8))
    switch request.parameter("kind") ?? "garbage" {
    case "garbage": coded.replaceSubrange(10..., with: Array(repeating: 0xFF, count: 100))
    case "crc": coded[coded.count - 8] ^= 0xFF
    case "cut": coded.removeLast(20)
    default: throw Refusal("the kind of a bad gzip is garbage, crc or cut")
    }
    return .whole(
      ByteBuffer(bytes: coded), type: "text/html; charset=utf-8", headers: [("Content-Encoding", "gzip")])
  }
}
