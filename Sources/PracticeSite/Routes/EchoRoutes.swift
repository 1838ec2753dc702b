import NIOCore
import NIOHTTP1

/// What the client sent, as JSON.
enum EchoRoutes {
  static let all: [Route] = [
    Route("/headers", "the headers of the request", headers),
    Route("/method", "the method, the target, the headers and the body of the request", method),
  ]

  private static func headers(_ request: SiteRequest, _ site: Site) -> Answer {
    .json(.object([("headers", list(request))]))
  }

  private static func method(_ request: SiteRequest, _ site: Site) -> Answer {
    .json(
      .object([
        ("method", .string(request.method.rawValue)), ("target", .string(request.target)),
        ("headers", list(request)), ("body", .string(String(buffer: request.body))),
      ]))
  }

  /// Pairs rather than an object: a name may come twice, and the order may matter.
  private static func list(_ request: SiteRequest) -> JSON {
    .array(request.headers.map { .array([.string($0.name), .string($0.value)]) })
  }
}
