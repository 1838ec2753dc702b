package import PipeWeb

/// What a source has of its run: the folder of its inputs, a way to fetch, and word of what is done.
package struct SourceEnvironment: Sendable {
  package let folder: SourceFolder
  package let fetcher: SourceFetcher
  /// Which of its requests are done; `nil` in a run without a journal, where nothing is known of that.
  package let done: DoneRequests?

  package init(_ folder: SourceFolder, fetcher: SourceFetcher = .none, done: DoneRequests? = nil) {
    self.folder = folder
    self.fetcher = fetcher
    self.done = done
  }
}

/// Fetches what a source needs to know its requests: a sitemap, a feed.
///
/// What it fetches goes through the frontier as pages do: concurrency, delay, backoff and retries of its host hold for
/// both together. It never becomes a record.
package struct SourceFetcher: Sendable {
  /// The fetcher of a source that runs without a run: nothing can be fetched.
  package static let none = SourceFetcher { url, _ in
    SourceResponse(url: url, response: nil, error: RequestError(.forbidden, "nothing is fetched here"))
  }

  private let perform: @Sendable (WebURL, RequestPurpose) async throws(CancellationError) -> SourceResponse

  /// - Parameter perform: Fetches a URL; tests of a source give a function.
  package init(
    _ perform: @escaping @Sendable (WebURL, RequestPurpose) async throws(CancellationError) -> SourceResponse
  ) {
    self.perform = perform
  }

  /// Fetches a URL by GET, redirects and retries included; suspends until that is done. A source hands on what it has
  /// gathered first (`RequestOutput.flush`), or that would wait as well.
  ///
  /// Several tasks of a source may fetch side by side. Of contents that may be large, a few are under way at once.
  ///
  /// - Throws: `CancellationError` where the run stops.
  package func fetch(_ url: WebURL, for purpose: RequestPurpose) async throws(CancellationError) -> SourceResponse {
    var response = try await perform(url, purpose)
    response.hold = nil
    return response
  }

  /// Fetches a URL whose content may be large and gives it to a function. Until that returns, the content counts as one
  /// that is under way: of several, only as many are in memory as `limits.memory` allows.
  ///
  /// The function may fetch what is small (`RequestPurpose.robots`), and nothing else: that could wait for itself.
  ///
  /// - Throws: `CancellationError` where the run stops, and what the function throws.
  package func fetch<Result>(
    _ url: WebURL, for purpose: RequestPurpose, _ body: (SourceResponse) async throws -> Result
  ) async throws -> Result {
    var response = try await perform(url, purpose)
    let hold = response.hold
    response.hold = nil
    defer { withExtendedLifetime(hold) {} }
    return try await body(response)
  }
}

/// What came of a URL that was fetched for a source.
package struct SourceResponse: Sendable {
  /// Where the answer is from: the end of all redirects.
  package let url: WebURL
  /// Its head, and its content with codings undone, up to the purpose's limit (`isTruncated`); `nil` for none.
  package let response: HTTPResponse?
  /// Why there is no response, or why its content is not whole.
  package let error: RequestError?
  /// Counts the content as held for as long as it is there.
  var hold: RoomHold?

  package init(url: WebURL, response: HTTPResponse?, error: RequestError? = nil) {
    self.url = url
    self.response = response
    self.error = error
  }
}
