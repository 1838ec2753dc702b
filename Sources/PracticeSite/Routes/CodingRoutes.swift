import NIOCore

/// A page in each content coding.
enum CodingRoutes {
  static let all: [Route] = [
    Route("/gzip", "a page in gzip") { _, _ in coded("gzip", Deflate.gzip) },
    Route("/deflate", "a page in the zlib format, which HTTP calls deflate") { _, _ in coded("deflate", Deflate.zlib) },
    Route("/raw-deflate", "a page in deflate without the zlib format, which some servers send") { _, _ in
      coded("deflate", called: "raw deflate", Deflate.raw)
    },
  ]

  private static func coded(_ coding: String, called name: String? = nil, _ code: ([UInt8]) -> [UInt8]) -> Answer {
    let html = HTMLText.page(title: "A page in \(name ?? coding)")
    return .whole(
      ByteBuffer(bytes: code(Array(html.utf8))), type: "text/html; charset=utf-8",
      headers: [("Content-Encoding", coding), ("Vary", "Accept-Encoding")])
  }
}
