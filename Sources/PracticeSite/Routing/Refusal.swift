import NIOHTTP1

/// A request that a route cannot answer as asked: it becomes a small page with this status.
struct Refusal: Error {
  let status: HTTPResponseStatus
  let reason: String

  init(_ reason: String, status: HTTPResponseStatus = .badRequest) {
    self.status = status
    self.reason = reason
  }

  var answer: Answer {
    .page(
      title: "\(status.code) \(status.reasonPhrase)", body: "<p>\(HTMLText.escape(reason))</p>", status: status)
  }
}
