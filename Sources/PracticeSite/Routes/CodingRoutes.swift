import NIOCore

/// A page in each content coding.
enum CodingRoutes {
  static let all: [Route] = [
    Route("/gzip", "a page in gzip") { _, _ in coded("gzip", Deflate.gzip) },
    Route("/deflate", "a page in the zlib format, which HTTP calls deflate") { _, _ in coded("deflate", Deflate.zlib) },
    Route("/raw-deflate", "a page in deflate without the zlib format, which some servers send") { _, _ in
      coded("deflate", called: "raw deflate", Deflate.raw)
    },
    Route(
      "/zstd",
      "a page in zstd of this level, streamed; with a window of 2 to the power of this many bytes, as of --long",
      query: "level=&window=", example: "/zstd?level=3"
    ) { (request, _) throws(Refusal) -> Answer in
      let level = try request.number("level", in: 1...22, or: 3)
      let window = request.parameter("window") == nil ? nil : try request.number("window", in: 10...27, or: 21)
      let html = HTMLText.page(title: "A page in zstd")
      guard let frame = Zstd.frame(Array(html.utf8), level: level, window: window) else {
        throw Refusal("there is no memory for a window of that size")
      }
      return answer(frame, "zstd")
    },
  ]

  private static func coded(_ coding: String, called name: String? = nil, _ code: ([UInt8]) -> [UInt8]) -> Answer {
    let html = HTMLText.page(title: "A page in \(name ?? coding)")
    return answer(code(Array(html.utf8)), coding)
  }

  private static func answer(_ bytes: [UInt8], _ coding: String) -> Answer {
    .whole(
      ByteBuffer(bytes: bytes), type: "text/html; charset=utf-8",
      headers: [("Content-Encoding", coding), ("Vary", "Accept-Encoding")])
  }
}
