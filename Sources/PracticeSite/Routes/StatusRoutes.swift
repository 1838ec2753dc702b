import NIOCore
import NIOHTTP1

/// Any status, with the headers that belong to it.
enum StatusRoutes {
  static let all: [Route] = [
    Route(
      "/status/{code}", "an answer with this status, 200 to 599, and a Retry-After of this text",
      query: "retry_after=", example: "/status/404", status)
  ]

  /// `404 Not Found`
  static func title(_ code: Int) -> String {
    let status = HTTPResponseStatus(statusCode: code)
    return status.reasonPhrase.isEmpty ? String(code) : "\(code) \(status.reasonPhrase)"
  }

  /// The body of the answer with this status.
  static func html(_ code: Int) -> String {
    HTMLText.page(title: title(code), body: "<p>This is what was asked for.</p>")
  }

  private static func status(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let code = try request.number(at: 0, in: 200...599)
    let status = HTTPResponseStatus(statusCode: code)
    let html = ByteBuffer(string: html(code))
    var headers: [(String, String)] =
      switch code {
      case 300...303, 305...308: [("Location", "/page/1")]
      case 401: [("WWW-Authenticate", "Basic realm=\"practice\"")]
      case 405: [("Allow", "GET, HEAD")]
      case 407: [("Proxy-Authenticate", "Basic realm=\"practice\"")]
      case 429, 503: [("Retry-After", "1")]
      default: []
      }
    if request.parameter("retry_after") != nil {
      headers.removeAll { $0.0 == "Retry-After" }
      headers.append(("Retry-After", try request.fieldValue("retry_after")))
    }
    guard status.mayHaveResponseBody else {
      return Answer(framing: .http(status: status, headers: HTTPHeaders(headers), length: nil), steps: .list([]))
    }
    return .whole(html, type: "text/html; charset=utf-8", status: status, headers: headers)
  }
}
