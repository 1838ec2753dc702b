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
  private var named: NamedSitemaps
  /// Sitemaps that wait or were read.
  private var listed: Set<URLFingerprint> = []
  /// Where those that were read are, redirects followed.
  private var read: Set<URLFingerprint> = []
  private let key = URLFingerprint.Key.random()

  init(since: Timestamp?, onError: FetchedInput.Failure, fetcher: SourceFetcher) {
    self.since = since
    self.onError = onError
    self.fetcher = fetcher
    named = NamedSitemaps(fetcher)
  }

  mutating func begin(_ urls: [WebURL], _ output: RequestOutput) {
    var files: [File] = []
    for url in urls {
      if listed.insert(fingerprint(url)).inserted {
        files.append(File(url: url, parents: []))
      } else {
        output.tell("\(url) is listed more than once; it is read once")
      }
    }
    waiting = files.reversed()
  }

  /// Begins with what the robots.txt of an origin names, else with its /sitemap.xml.
  mutating func discover(_ origin: WebURL, _ output: inout RequestOutput) async throws {
    let answer = try await named.by(origin, &output)
    var urls = answer.urls
    if urls.isEmpty, let usual = WebURL("/sitemap.xml", base: origin) { urls = [usual] }
    if let fault = answer.fault, let robots = WebURL("/robots.txt", base: origin) {
      if case .unreadable(let reason) = fault {
        // Which sitemaps there are is not known then; the usual one may be one of many.
        if onError == .fail {
          throw RunError(
            robots.href, reason, hint: "with on_error: continue this is a warning, and /sitemap.xml is read")
        }
        output.tell("cannot read \(robots): \(reason); sitemaps that it names are not known")
      } else {
        output.tell("\(robots): only the first \(RobotsRules.sizeLimit >> 10) KiB were read; it may name more sitemaps")
      }
    }
    begin(urls, output)
  }

  /// Reads the next sitemap; false if there is none.
  mutating func step(_ output: inout RequestOutput) async throws -> Bool {
    guard let file = waiting.popLast() else { return false }
    if read.contains(fingerprint(file.url)) {
      output.tell("\(file.url) was read before, as what another one redirects to; it is read once")
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

  private func fingerprint(_ url: WebURL) -> URLFingerprint { URLIdentity().fingerprint(of: url, key: key) }

  // MARK: A sitemap

  /// What is known of the sitemap at hand.
  private struct Reading {
    let file: File
    let scope: SitemapScope
    /// It first, then the indexes that led to it.
    let chain: [WebURL]
    var notes: SitemapNotes
    var children: [File] = []
    var fault: Unreadable?
  }

  private mutating func read(_ file: File, _ output: inout RequestOutput) async throws {
    // What is gathered must not wait for the answer.
    try await output.flush()
    let fetcher = fetcher
    var list = try await fetcher.fetch(file.url, for: .sitemap) { answer in try FetchedList(answer) }
    if !read.insert(fingerprint(list.url)).inserted {
      return output.tell("\(file.url) redirects to \(list.url), which was read before")
    }
    var reader = SitemapReader(url: list.url, mediaType: list.mediaType)
    let chain = [file.url] + file.parents
    var reading = Reading(
      file: file, scope: SitemapScope(chain: chain, answer: list.url), chain: chain,
      notes: SitemapNotes(url: file.url))
    while let piece = try list.next() {
      var items: [SitemapReader.Item] = []
      piece.withUnsafeBufferPointer { reader.read($0) { items.append($0) } }
      try await take(items, &reading, &output)
    }
    var items: [SitemapReader.Item] = []
    reader.finish { items.append($0) }
    try await take(items, &reading, &output)
    waiting += reading.children.reversed()
    // Content that is not whole explains whatever is wrong with it.
    let fault = list.fault
    if reader.hasNothing, let fault { throw fault }
    if case .other(let root) = reader.kind {
      throw Unreadable(root.map { "it is not a sitemap: it begins with <\($0)>" } ?? "it is not a sitemap")
    }
    if reader.kind == .text, reader.entries == 0 { throw Unreadable("it is not a sitemap: it has no URL") }
    reading.notes.tell(reader, output, isWhole: fault == nil && !reader.isStopped)
    if let fault { throw fault }
    if reader.isStopped {
      throw Unreadable("it is longer than a sitemap may be; only its first \(reader.entries) entries were read")
    }
    if let fault = reading.fault { throw fault }
  }

  private mutating func take(
    _ items: [SitemapReader.Item], _ reading: inout Reading, _ output: inout RequestOutput
  ) async throws {
    for item in items {
      switch item {
      case .fault(let fault): reading.notes.add(fault)
      case .entry(let entry):
        if let since, !entry.mayHaveChanged(since: since) { continue }
        if !reading.scope.isOwn(entry.url) {
          let named = try await named.by(entry.url, &output)
          guard reading.scope.admits(entry.url, named: named.urls) else {
            reading.notes.addForeign(entry.url, named.fault)
            continue
          }
        }
        if entry.isSitemap {
          list(entry.url, &reading)
        } else {
          try await output.yield(
            Request(id: output.nextID, written: entry.url.href, input: input(entry, reading.file, output.columns)))
        }
      }
    }
  }

  /// Adds a sitemap that an index lists.
  private mutating func list(_ url: WebURL, _ reading: inout Reading) {
    if reading.chain.count > Self.depthLimit {
      reading.fault = Unreadable("indexes are nested deeper than \(Self.depthLimit)")
    } else if listed.contains(fingerprint(url)) {
      reading.notes.addRepeated(url)
    } else if listed.count >= Self.fileLimit {
      reading.fault = Unreadable("there are more than \(Self.fileLimit) sitemaps")
    } else {
      listed.insert(fingerprint(url))
      reading.children.append(File(url: url, parents: reading.chain))
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
}
