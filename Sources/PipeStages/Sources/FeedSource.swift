import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `feed`: the pages that feeds link to.
struct FeedSource: Source {
  let urls: [String]
  let since: Timestamp?
  let onError: FetchedInput.Failure

  static let component = Component<any Source>(
    .source, "feed",
    "The pages that feeds link to: RSS, RDF, Atom and JSON Feed. They are kept in the journal: a resumed run reads the feeds "
      + "again only if it had not read all of them, and adds the pages that are new.",
    options: MapShape(
      main: "urls",
      Key(
        "urls", URLsSource.url.list(minimum: 1, orOne: true), "The feeds.", example: "https://example.com/feed.xml"),
      FetchedInput.since, FetchedInput.onError,
      make: { FeedSource(urls: $0, since: $1, onError: $2) }),
    examples: [
      "feed: https://example.com/feed.xml", "feed: {urls: [\"https://example.com/feed.xml\"], since: 2026-01-31}",
    ],
    make: { $0 })

  var summary: String { (urls.count == 1 ? urls[0] : "\(urls.count) feeds") + FetchedInput.summary(since: since) }

  static let columns = ["title", "id", "published", "updated", "author", "summary", "feed"]

  func columns(in folder: SourceFolder) -> SourceColumns { .named(Self.columns) }

  func rereading(in folder: SourceFolder) -> SourceRereading { .changing }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    output.note(columns: Self.columns)
    for url in urls.compactMap({ WebURL($0) }) {
      do {
        try await read(url, environment.fetcher, &output)
      } catch let error as Unreadable {
        if onError == .continue {
          output.tell("cannot read the feed \(url): \(error.reason)")
        } else {
          throw RunError(
            "the feed \(url)", error.reason, hint: "with on_error: continue this is a warning, and the others are read")
        }
      }
    }
  }

  private func read(_ url: WebURL, _ fetcher: SourceFetcher, _ output: inout RequestOutput) async throws {
    // What is gathered must not wait for the answer.
    try await output.flush()
    var list = try await fetcher.fetch(url, for: .sitemap) { answer in try FetchedList(answer) }
    var reader = FeedReader(url: list.url, mediaType: list.mediaType)
    var (entries, withoutURL) = (0, 0)
    func take(_ read: [FeedEntry]) async throws {
      for entry in read {
        entries += 1
        if let since, !entry.mayHaveChanged(since: since) { continue }
        guard let link = entry.url else {
          withoutURL += 1
          continue
        }
        try await output.yield(
          Request(id: output.nextID, written: link.href, input: input(entry, url, output.columns)))
      }
    }
    while let piece = try list.next() {
      var read: [FeedEntry] = []
      piece.withUnsafeBufferPointer { reader.read($0) { read.append($0) } }
      try await take(read)
    }
    var last: [FeedEntry] = []
    reader.finish { last.append($0) }
    try await take(last)
    let fault = list.fault
    if entries == 0, let fault { throw fault }
    if reader.isStopped { throw Unreadable("it is longer than a feed may be") }
    if let fault = reader.fault { throw Unreadable("it is not a feed: \(fault.message)") }
    if reader.feed.format == nil {
      throw Unreadable(reader.root.map { "it is not a feed: it begins with <\($0)>" } ?? "it is not a feed")
    }
    if withoutURL > 0 {
      output.tell("\(url): left out \(withoutURL) entr\(withoutURL == 1 ? "y" : "ies") without a link")
    }
    if reader.hasLeftOut { output.tell("\(url): values above the bounds were left out") }
    if let fault { throw fault }
    if reader.faults.contains(.cut) { output.tell("\(url): ends before its last element does; entries may be missing") }
    if entries == 0 { output.tell("\(url): has no entries") }
  }

  private func input(_ entry: FeedEntry, _ url: WebURL, _ columns: Set<ExactText>) -> [ExactText: Value] {
    if columns.isEmpty { return [:] }
    let author = entry.authors.isEmpty ? nil : entry.authors.joined(separator: ", ")
    let values = [
      entry.title, entry.id, entry.published?.written, entry.updated?.written, author, entry.summary, url.href,
    ]
    var input: [ExactText: Value] = [:]
    for (name, value) in zip(Self.columns, values) where columns.contains(ExactText(name)) {
      input[ExactText(name)] = value.map { .string($0) } ?? .null
    }
    return input
  }
}
