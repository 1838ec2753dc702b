import NIOCore
import NIOHTTP1

/// Answers whose head is right, and whose body ends before its time or never.
enum BrokenBodyRoutes {
  static let all: [Route] = [
    BrokenRoutes.broken("close-in-body", "half of the body that Content-Length tells") { _, _ in
      .raw(head(["Content-Length: \(html.utf8.count * 2)"]) + html)
    },
    BrokenRoutes.broken(
      "drop-at/{count}", "the answer of page 1, or a small one, cut off after so many bytes, head included",
      query: "form=page|length|chunked|gzip|close", example: "/broken/drop-at/100", dropAt),
    BrokenRoutes.broken(
      "endless-body", "a body that goes on, to so many megabytes: 1000 unless given, 100,000 at most", query: "mb=",
      example: "/broken/endless-body", endless),
  ]

  /// The title of the page whose body breaks off.
  static let title = "A page that breaks off"
  /// What is sent of it.
  static let html = HTMLText.page(title: title)

  /// The head of the page, which these fields frame.
  static func head(_ fields: [String]) -> String {
    BrokenRoutes.head(["Content-Type: text/html; charset=utf-8"] + fields)
  }

  static func chunk(_ text: String) -> String {
    String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n"
  }

  private static func dropAt(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let count = try request.number(at: 0, in: 0...1_000_000)
    var whole: ByteBuffer
    switch request.parameter("form") ?? "page" {
    case "page":
      guard let page = site.pages.page(1) else { throw Refusal("there is no page 1", status: .notFound) }
      whole = ByteBuffer(
        string: BrokenRoutes.head([
          "Content-Type: \(page.contentType)", "Content-Length: \(page.body.readableBytes)",
        ]))
      whole.writeImmutableBuffer(page.body)
    case "length": whole = ByteBuffer(string: head(["Content-Length: \(html.utf8.count)"]) + html)
    case "chunked": whole = ByteBuffer(string: head(["Transfer-Encoding: chunked"]) + chunk(html) + "0\r\n\r\n")
    case "gzip":
      let coded = Deflate.gzip(Array(html.utf8))
      whole = ByteBuffer(string: head(["Content-Encoding: gzip", "Content-Length: \(coded.count)"]))
      whole.writeBytes(coded)
    // Its end is that of the connection: nobody can tell that something is missing.
    case "close": whole = ByteBuffer(string: head(["Connection: close"]) + html)
    default: throw Refusal("the form of what is dropped is page, length, chunked, gzip or close")
    }
    return .raw(.one(whole.readSlice(length: min(count, whole.readableBytes)) ?? ByteBuffer()))
  }

  private static func endless(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let total = try request.number("mb", in: 1...100_000, or: 1000) * 1_000_000
    return .stream(.repeating(ByteBuffer(repeating: UInt8(ascii: "e"), count: 65_536), total: total), type: "text/html")
  }
}
