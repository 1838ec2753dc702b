import PipeEngine
import PipeSpec
import PipeTesting
import PipeText
import PipeWeb
import Testing

@testable import PipeEngine

/// A source of a spec, over lists that are fetched from a table.
struct FetchedLists {
  /// What URLs answer: a text of status 200, or bytes, or a status.
  enum Answer: Sendable {
    case text(String)
    case bytes([UInt8], isTruncated: Bool = false)
    /// What came before the content broke off, and why it did.
    case broken([UInt8], String)
    case status(Int)
    case redirect(String)
    case failure(String)
  }

  var urls: [String] = []
  var inputs: [[String: Value]] = []
  var notices: [String] = []
  /// What was fetched, in order.
  var fetched: [String] = []

  /// - Parameters:
  ///   - spec: The source as a spec has it.
  ///   - answers: By URL; what is not in it is a 404.
  init(_ spec: String, _ answers: [String: Answer], columns: [String] = []) async throws {
    let pipeline = Pipeline(spec: "sources:\n  - \(spec)\n")
    let source = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))").sources[0].source
    let log = Recorder<String>()
    let fetcher = SourceFetcher { url, _ in
      log.append(url.href)
      return Self.response(url, answers)
    }
    let control = RunControl()
    let told = Recorder<String>()
    control.onNotice { told.append($0) }
    let requests = try await source.requests(
      columns: Set(columns.map { ExactText($0) }), fetcher: fetcher, control: control)
    urls = requests.map(\.written)
    inputs = requests.map { request in
      Dictionary(uniqueKeysWithValues: request.input.map { ($0.key.text, $0.value) })
    }
    notices = told.all
    fetched = log.all
  }

  private static func response(_ url: WebURL, _ answers: [String: Answer]) -> SourceResponse {
    func answer(
      _ status: Int, _ body: [UInt8] = [], isTruncated: Bool = false, error: RequestError? = nil
    ) -> SourceResponse {
      SourceResponse(
        url: url,
        response: HTTPResponse(
          status: status, version: .http11, body: body, length: body.count, isTruncated: isTruncated), error: error)
    }
    switch answers[url.href] {
    case .text(let text): return answer(200, Array(text.utf8))
    case .bytes(let bytes, let isTruncated): return answer(200, bytes, isTruncated: isTruncated)
    case .broken(let bytes, let reason):
      return answer(200, bytes, isTruncated: true, error: RequestError(.body, reason))
    case .status(let status): return answer(status)
    case .redirect(let target): return WebURL(target).map { response($0, answers) } ?? answer(404)
    case .failure(let reason):
      return SourceResponse(url: url, response: nil, error: RequestError(.connect, reason))
    case nil: return answer(404)
    }
  }
}
