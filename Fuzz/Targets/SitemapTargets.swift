internal import PipeWeb

extension FuzzTarget {
  /// The first byte says how long the pieces are in which the sitemap arrives.
  static let sitemap = FuzzTarget(name: "sitemap", summary: "a sitemap, whole and in pieces") { input in
    let bytes = Array(input.dropFirst())
    let (items, whole) = readSitemap(bytes, size: max(1, bytes.count))
    let (cut, pieces) = readSitemap(bytes, size: 1 + Int(input.first ?? 0) % 64)
    require(items == cut, "how a sitemap arrives changes none of its entries")
    require(
      whole.kind == pieces.kind && whole.faults == pieces.faults && whole.isStopped == pieces.isStopped,
      "how a sitemap arrives changes nothing that is told of it")
    let moment = Timestamp(seconds: 1_700_000_000)
    for case .entry(let entry) in items {
      require(entry.url.isHTTP && entry.alternates.allSatisfy { $0.url.isHTTP }, "entries are http or https URLs")
      if let span = entry.lastModified?.span, !entry.mayHaveChanged(since: moment) {
        require(span.upperBound < moment, "only what is older is left out")
      }
    }
    // What references to entities come to is bounded.
    require(items.reduce(0) { $0 + size(of: $1) } <= 200 * bytes.count + 8 << 20, "entries are bounded by what came")
  }

  /// The first byte says how long the pieces are in which the feed arrives.
  static let feed = FuzzTarget(name: "feed", summary: "a feed, whole and in pieces") { input in
    let bytes = Array(input.dropFirst())
    let (entries, whole) = readFeed(bytes, size: max(1, bytes.count))
    let (cut, pieces) = readFeed(bytes, size: 1 + Int(input.first ?? 0) % 64)
    require(entries == cut, "how a feed arrives changes none of its entries")
    require(
      whole.feed == pieces.feed && whole.faults == pieces.faults && whole.hasLeftOut == pieces.hasLeftOut,
      "how a feed arrives changes nothing that is told of it")
    for entry in entries {
      require(entry.url?.isHTTP ?? true, "an entry leads to an http or https URL")
      require(entry.enclosures.allSatisfy { $0.url.isHTTP }, "an enclosure is an http or https URL")
    }
  }

  private static func readSitemap(_ bytes: [UInt8], size: Int) -> ([SitemapReader.Item], SitemapReader) {
    var items: [SitemapReader.Item] = []
    var reader = SitemapReader(url: WebURL("https://example.com/folder/sitemap.xml"))
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(start + size, bytes.count)].withUnsafeBufferPointer { reader.read($0) { items.append($0) } }
    }
    reader.finish { items.append($0) }
    return (items, reader)
  }

  private static func readFeed(_ bytes: [UInt8], size: Int) -> ([FeedEntry], FeedReader) {
    var entries: [FeedEntry] = []
    var reader = FeedReader(url: WebURL("https://example.com/folder/feed.xml"))
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(start + size, bytes.count)].withUnsafeBufferPointer { reader.read($0) { entries.append($0) } }
    }
    reader.finish { entries.append($0) }
    return (entries, reader)
  }

  private static func size(of item: SitemapReader.Item) -> Int {
    switch item {
    case .fault(let fault): fault.text.utf8.count
    case .entry(let entry):
      // A base is repeated in each URL, and percent-encoding triples.
      entry.alternates.reduce(entry.url.length) { $0 + $1.url.length }
    }
  }
}
