import PipeTesting
import PipeWeb
import Synchronization

@testable import PipeEngine

/// A source that fetches lists and yields their lines as URLs.
struct FetchingSource: Source {
  var lists: [String]
  var purpose = RequestPurpose.sitemap
  /// Whether all lists are fetched at once.
  var isConcurrent = false
  /// Whether a list that cannot be had ends the source.
  var isStrict = false
  /// Whether each content counts as held while it is read, after a robots.txt was asked for meanwhile.
  var holdsContents = false
  /// The most contents that were held at once.
  let held = HeldContents()
  /// What came of the lists, in the order in which it came.
  let responses = Recorder<SourceResponse>()
  let willFetch = Turnstile()

  var summary: String { "lists" }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let urls = lists.compactMap { WebURL($0) }
    if holdsContents {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for url in urls { group.addTask { try await hold(url, environment) } }
        try await group.waitForAll()
      }
    } else if isConcurrent {
      try await withThrowingTaskGroup(of: SourceResponse.self) { group in
        for url in urls { group.addTask { try await fetch(url, environment) } }
        for try await response in group { try await read(response, &output) }
      }
    } else {
      for url in urls { try await read(fetch(url, environment), &output) }
    }
  }

  private func hold(_ url: WebURL, _ environment: SourceEnvironment) async throws {
    try await environment.fetcher.fetch(url, for: purpose) { response in
      responses.append(response)
      held.begin()
      for number in 0..<3 {
        guard let robots = WebURL("/robots.txt?\(number)", base: url) else { continue }
        _ = try await environment.fetcher.fetch(robots, for: .robots)
      }
      held.end()
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

/// How many contents a source holds at once.
final class HeldContents: Sendable {
  private let counts = Mutex((now: 0, most: 0))

  var most: Int { counts.withLock { $0.most } }

  func begin() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }

  func end() { counts.withLock { $0.now -= 1 } }
}
