import PipeTesting
import PipeWeb

@testable import PipeEngine

/// A source that fetches lists and yields their lines as URLs.
struct FetchingSource: Source {
  var lists: [String]
  var purpose = RequestPurpose.sitemap
  /// Whether all lists are fetched at once.
  var isConcurrent = false
  /// Whether a list that cannot be had ends the source.
  var isStrict = false
  /// What came of the lists, in the order in which it came.
  let responses = Recorder<SourceResponse>()
  let willFetch = Turnstile()

  var summary: String { "lists" }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let urls = lists.compactMap { WebURL($0) }
    if isConcurrent {
      try await withThrowingTaskGroup(of: SourceResponse.self) { group in
        for url in urls { group.addTask { try await fetch(url, environment) } }
        for try await response in group { try await read(response, &output) }
      }
    } else {
      for url in urls { try await read(fetch(url, environment), &output) }
    }
  }

  private func fetch(_ url: WebURL, _ environment: SourceEnvironment) async throws -> SourceResponse {
    willFetch.pass()
    return try await environment.fetcher.fetch(url, for: purpose)
  }

  private func read(_ response: SourceResponse, _ output: inout RequestOutput) async throws {
    responses.append(response)
    if isStrict, let error = response.error { throw RunError(response.url.href, error.description) }
    for line in String(decoding: response.response?.body ?? [], as: UTF8.self).split(separator: "\n") {
      try await output.yield(String(line))
    }
    try await output.flush()
  }
}
