import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// Reads sitemaps one after the other, those that an index lists right behind it, and yields their pages.
struct SitemapWalk {
  /// How deep indexes may be nested; the protocol allows none inside of another.
  static let depthLimit = 5
  /// The most sitemaps that are read; one index may list 50,000.
  static let fileLimit = 100_000
  /// The most hosts whose robots.txt is asked whether they name a sitemap of another host.
  static let hostLimit = 100

  private struct File {
    let url: WebURL
    /// The indexes that led to it, the nearest first.
    let parents: [WebURL]
  }

  private let since: Timestamp?
  private let onError: FetchedInput.Failure
  private let fetcher: SourceFetcher
  /// The next one last.
  private var waiting: [File] = []
  private var seen: Set<String> = []
  /// The sitemaps that the robots.txt of an origin names.
  private var named: [String: [WebURL]] = [:]

  init(since: Timestamp?, onError: FetchedInput.Failure, fetcher: SourceFetcher) {
    self.since = since
    self.onError = onError
    self.fetcher = fetcher
  }

  mutating func begin(_ urls: [WebURL]) { waiting = urls.reversed().map { File(url: $0, parents: []) } }

  /// Begins with what the robots.txt of an origin names, else with its /sitemap.xml.
  mutating func discover(_ origin: WebURL, _ output: inout RequestOutput) async throws {
    var urls = try await sitemaps(namedBy: origin, &output)
    if urls.isEmpty, let usual = WebURL("/sitemap.xml", base: origin) { urls = [usual] }
    begin(urls)
  }

  /// Reads the next sitemap; false if there is none.
  mutating func step(_ output: inout RequestOutput) async throws -> Bool {
    guard let file = waiting.popLast() else { return false }
    guard seen.insert(String(file.url.hrefWithoutFragment)).inserted else {
      output.tell("\(file.url) is listed more than once; it was read the first time")
      return true
    }
    do {
      try await read(file, &output)
    } catch let error as Unreadable {
      try fail(file.url, error.reason, output)
    }
    return true
  }

  private func fail(_ url: WebURL, _ reason: String, _ output: RequestOutput) throws(RunError) {
    if onError == .continue { return output.tell("cannot read the sitemap \(url): \(reason)") }
    throw RunError(
      "the sitemap \(url)", reason, hint: "with on_error: continue this is a warning, and the others are read")
  }

  // MARK: A sitemap

  private mutating func read(_ file: File, _ output: inout RequestOutput) async throws {
    if file.parents.count > Self.depthLimit { throw Unreadable("indexes are nested deeper than \(Self.depthLimit)") }
    if seen.count > Self.fileLimit { throw Unreadable("there are more than \(Self.fileLimit) sitemaps") }
    // What is gathered must not wait for the answer.
    try await output.flush()
    let fetcher = fetcher
    try await fetcher.fetch(file.url, for: .sitemap) { answer in try await read(answer, of: file, &output) }
  }

  private mutating func read(
    _ answer: SourceResponse, of file: File, _ output: inout RequestOutput
  ) async throws {
    let response = try FetchedInput.content(of: answer).get()
    let type = response.contentType.flatMap { MediaType(header: $0) }
    var reader = SitemapReader(url: answer.url, mediaType: type)
    var notes = SitemapNotes(url: file.url)
    let scope = SitemapScope(chain: [file.url] + file.parents, answer: answer.url)
    var children: [File] = []
    var pieces = FetchedPieces(response.body)
    while let piece = try pieces.next() {
      var items: [SitemapReader.Item] = []
      piece.withUnsafeBufferPointer { reader.read($0) { items.append($0) } }
      try await take(items, of: file, scope, &children, &notes, &output)
    }
    var items: [SitemapReader.Item] = []
    reader.finish { items.append($0) }
    try await take(items, of: file, scope, &children, &notes, &output)
    waiting += children.reversed()
    if case .other(let root) = reader.kind {
      throw Unreadable(root.map { "it is not a sitemap: it begins with <\($0)>" } ?? "it is not a sitemap")
    }
    if reader.kind == .text, reader.entries == 0 { throw Unreadable("it is not a sitemap: it has no URL") }
    notes.tell(reader, output)
    if let error = answer.error { throw Unreadable(error.message) }
    if response.isTruncated { throw Unreadable("it is longer than \(RequestPurpose.sitemap.contentLimit ?? 0) bytes") }
  }

  private mutating func take(
    _ items: [SitemapReader.Item], of file: File, _ scope: SitemapScope, _ children: inout [File],
    _ notes: inout SitemapNotes, _ output: inout RequestOutput
  ) async throws {
    for item in items {
      switch item {
      case .fault(let fault): notes.add(fault)
      case .entry(let entry):
        if let since, !entry.mayHaveChanged(since: since) { continue }
        if !scope.isOwn(entry.url) {
          let named = try await sitemaps(namedBy: entry.url, &output)
          guard scope.admits(entry.url, named: named) else {
            notes.addForeign(entry.url)
            continue
          }
        }
        if entry.isSitemap {
          children.append(File(url: entry.url, parents: [file.url] + file.parents))
        } else {
          try await output.yield(
            Request(id: output.nextID, written: entry.url.href, input: input(entry, file, output.columns)))
        }
      }
    }
  }

  private func input(_ entry: SitemapEntry, _ file: File, _ columns: Set<ExactText>) -> [ExactText: Value] {
    if columns.isEmpty { return [:] }
    let values = [entry.lastModified?.written, entry.changeFrequency, entry.priority, file.url.href]
    var input: [ExactText: Value] = [:]
    for (name, value) in zip(SitemapSource.columns, values) where columns.contains(ExactText(name)) {
      input[ExactText(name)] = value.map { .string($0) } ?? .null
    }
    return input
  }

  // MARK: robots.txt

  /// The sitemaps that the robots.txt of a URL's origin names; none if it cannot be had.
  private mutating func sitemaps(namedBy url: WebURL, _ output: inout RequestOutput) async throws -> [WebURL] {
    let origin = url.origin
    if let known = named[origin] { return known }
    guard named.count < Self.hostLimit, let robots = WebURL("/robots.txt", base: url) else { return [] }
    try await output.flush()
    let answer = try await fetcher.fetch(robots, for: .robots)
    var found: [WebURL] = []
    if let response = answer.response, response.status == 200 {
      let body = response.body
      let rules = RobotsRules(
        parsing: body.span, isCut: response.isTruncated, for: nil, at: answer.url)
      found = rules.sitemaps.map(\.url)
    }
    named[origin] = found
    return found
  }
}
