package import PipeStorage
package import PipeWeb

/// What the journal of a run tells of one URL.
package struct RunStory: Sendable {
  package let pipeline: String
  package let run: Int
  /// When it began: milliseconds since 1970.
  package let began: Int
  /// The real path of its spec; empty for one from standard input.
  package let spec: String
  /// What is done of a run that is not finished; `nil` for one that is.
  package let unfinished: ListedRun.Progress?
  /// The requests for the URL, and those that were redirected to it, in the order in which they were done.
  package private(set) var requests: [RequestStory] = []

  /// The most requests that are told.
  private static let mostRequests = 1000

  /// Looks into the journals that are kept of a pipeline: first the last run, then the finished one before it.
  ///
  /// - Parameters:
  ///   - written: The URL as the person wrote it.
  ///   - folder: The folder that has one for each pipeline: `.pipe`.
  /// - Returns: The newest run that tells of the URL, or the newest without a word of it; `nil` without a journal.
  package static func find(
    _ url: WebURL, written: String, of pipeline: String, in folder: String, _ storage: any FileStorage
  ) throws(LogFault) -> RunStory? {
    let folder = JournalFolder(path: folder + "/" + pipeline, storage: storage)
    var newest: RunStory?
    for past in try folder.pastRuns() {
      let story = try RunStory(
        past, of: pipeline, in: folder, about: [written, url.href, String(url.hrefWithoutFragment)])
      if !story.requests.isEmpty { return story }
      newest = newest ?? story
    }
    return newest
  }

  /// The pipelines that have a folder of journals.
  package static func pipelines(in folder: String, _ storage: any FileStorage) throws(LogFault) -> [String] {
    try JournalFolder.names(in: folder, storage)
  }

  private init(
    _ past: PastRun, of pipeline: String, in folder: JournalFolder, about texts: Set<String>
  ) throws(LogFault) {
    self.pipeline = pipeline
    run = past.header.segment.run
    began = past.header.began
    spec = past.header.spec
    let checkpoint = past.checkpoint
    let work = JournalState.Work(checkpoint)
    unfinished = checkpoint.phase == .finished ? nil : ListedRun.Progress(done: work.done, total: work.total)
    let marks = Set(texts.map { URLMark(of: $0) })
    var requests: [RequestStory] = []
    var places: [RequestID: Int] = [:]
    try past.events(in: folder) { event in
      let isMeant = marks.contains(event.url)
      guard isMeant || event.redirects.contains(where: { texts.contains($0.url) }),
        requests.count < Self.mostRequests
      else { return }
      // Told once more, it had failed before.
      if let place = places.updateValue(requests.count, forKey: event.id) { requests[place].isRetried = true }
      requests.append(RequestStory(event, isRedirected: !isMeant))
    }
    self.requests = requests
  }
}

/// The story of one request.
package struct RequestStory: Hashable, Sendable {
  package struct Attempt: Hashable, Sendable {
    /// Milliseconds since 1970.
    package let start: Int
    /// Milliseconds.
    package let elapsed: Int
    /// `nil` if there was no answer.
    package let status: Int?
    /// The code of its error.
    package let error: String?
  }

  package struct Redirect: Hashable, Sendable {
    package let url: String
    package let status: Int
  }

  /// The place of its source in the spec; the requests of a crawl's links come behind those of the sources.
  package let source: Int
  /// From 0.
  package let ordinal: Int
  /// Whether another URL was asked for, which redirected to this one.
  package let isRedirected: Bool
  package let attempts: [Attempt]
  package let redirects: [Redirect]
  /// Bytes of content.
  package let bytes: Int
  /// The error of its record: `timeout: no answer within 10s`.
  package let error: String?
  /// Its rows at each sink.
  package let rows: [Int]
  /// Whether it was fetched again after the run had finished: its rows are those of a later story.
  package fileprivate(set) var isRetried = false

  init(_ event: RequestEvent, isRedirected: Bool) {
    source = event.id.source
    ordinal = event.id.ordinal
    self.isRedirected = isRedirected
    attempts = event.attempts.map { attempt in
      switch attempt.outcome {
      case .answered(let status):
        Attempt(start: attempt.start, elapsed: attempt.elapsed, status: status, error: nil)
      case .failed(let code):
        Attempt(start: attempt.start, elapsed: attempt.elapsed, status: nil, error: code.rawValue)
      }
    }
    redirects = event.redirects.map { Redirect(url: $0.url, status: $0.status) }
    bytes = event.bytes
    error = event.error?.description
    rows = event.rows
  }
}
