import NIOCore

/// Answers whose content coding is broken, untrue or out of proportion (RFC 9110 8.4).
enum BrokenCodingRoutes {
  static let all: [Route] = [
    BrokenRoutes.broken(
      "gzip-bomb", "a gzip of so many megabytes of zeros, at most 10,000", query: "mb=",
      example: "/broken/gzip-bomb?mb=100", bomb),
    BrokenRoutes.broken(
      "bad-gzip", "a gzip that is broken, or has more after its end",
      kinds: [
        "garbage": {
          var coded = Self.coded
          coded.replaceSubrange(10..., with: Array(repeating: 0xFF, count: 100))
          return answer(coded, "gzip")
        },
        "crc": {
          var coded = Self.coded
          coded[coded.count - 8] ^= 0xFF
          return answer(coded, "gzip")
        },
        "cut": { answer(coded.dropLast(20), "gzip") },
        "header": { answer(coded.prefix(10), "gzip") },
        "empty": { answer([], "gzip") },
        "trailing": { answer(coded + Array("and more".utf8), "gzip") },
        // RFC 1952 2.2: a gzip file is one member after the other.
        "members": { answer(coded + Deflate.gzip(Array("<p>The second member</p>\n".utf8)), "gzip") },
      ]),
    BrokenRoutes.broken(
      "wrong-coding", "a plain page under a Content-Encoding of this text", query: "named=",
      example: "/broken/wrong-coding?named=gzip"
    ) { (request, _) throws(Refusal) -> Answer in
      answer(Array(html.utf8), try request.fieldValue("named"))
    },
    BrokenRoutes.broken("unnamed-gzip", "a gzip without a Content-Encoding") { _, _ in answer(coded, nil) },
    BrokenRoutes.broken(
      "many-codings", "a page in gzip so many times over, at most 100", query: "count=",
      example: "/broken/many-codings?count=2"
    ) { (request, _) throws(Refusal) -> Answer in
      let count = try request.number("count", in: 1...100, or: 10)
      let coded = (0..<count).reduce(Array(html.utf8)) { content, _ in Deflate.gzip(content) }
      return answer(coded, Array(repeating: "gzip", count: count).joined(separator: ", "))
    },
  ]

  private static let html = BrokenBodyRoutes.html
  private static let coded = Deflate.gzip(Array(html.utf8))

  private static func answer(_ bytes: some Sequence<UInt8>, _ coding: String?) -> Answer {
    .whole(
      ByteBuffer(bytes: bytes), type: "text/html; charset=utf-8",
      headers: coding.map { [("Content-Encoding", $0)] } ?? [])
  }

  private static func bomb(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let bomb = GzipBomb(atLeast: try request.number("mb", in: 1...10_000, or: 1000) * 1_000_000)
    return .stream(bomb.steps, type: "text/html", headers: [("Content-Encoding", "gzip")])
  }
}
