/// Reads a sitemap while it arrives: XML, an index of sitemaps, a URL on each line, or a feed (sitemaps.org protocol).
/// Its compression is undone before. How it is cut into pieces changes nothing.
///
/// Nothing is kept but the entry at hand, so memory does not grow with the file. The protocol's limits of 50,000 entries
/// and 50 MiB are told, not enforced; ten times as much is the end.
package struct SitemapReader {
  package enum Item: Equatable, Sendable {
    case entry(SitemapEntry)
    case fault(SitemapFault)
  }

  /// The most entries and bytes that the protocol allows.
  package static let protocolEntries = 50_000
  package static let protocolBytes = 52_428_800
  /// The most entries that are read, and the most bytes.
  package static let entryLimit = 10 * protocolEntries
  package static let byteLimit = 10 * protocolBytes

  private enum Form {
    /// It is not known yet what begins.
    case unknown
    case xml, feed, lines
  }

  private let base: WebURL?
  private var document: ArrivingDocument
  private var form = Form.unknown
  private var reader = XMLReader()
  private var elements: SitemapElements
  private var feed: FeedElements
  private var lines = SitemapLines()
  private let entryLimit: Int

  package private(set) var entries = 0
  private var faultCount = 0
  /// Whether the end was not read because of the bounds.
  package private(set) var isStopped = false

  /// - Parameters:
  ///   - url: Where the sitemap is; what locations are relative to.
  ///   - mediaType: The Content-Type's.
  package init(url: WebURL?, mediaType: MediaType? = nil, entryLimit: Int = SitemapReader.entryLimit) {
    base = url
    document = ArrivingDocument(mediaType: mediaType, limit: Self.byteLimit)
    elements = SitemapElements(base: url)
    feed = FeedElements(base: url)
    self.entryLimit = entryLimit
  }

  /// What it is; known at the end.
  package var kind: SitemapKind {
    switch form {
    case .lines: .text
    case .feed: feed.feed.format.map { .feed($0) } ?? .other(root: elements.root)
    case .unknown, .xml: elements.kind ?? .other(root: elements.root)
    }
  }

  /// What was wrong with its XML.
  package var faults: XMLReader.Faults { reader.faults }

  /// Whether it neither is a sitemap, as far as can be told, nor had anything to tell.
  package var hasNothing: Bool {
    switch kind {
    case .other, .text: entries == 0
    case .urls, .index, .feed: false
    }
  }

  /// Bytes that came.
  package var bytes: Int { document.bytes }

  /// Whether it has more than the protocol allows.
  package var isBeyondProtocol: Bool { entries > Self.protocolEntries || document.bytes > Self.protocolBytes }

  /// Reads the next bytes.
  package mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ handle: (Item) -> Void) {
    var rest = bytes
    while !isStopped, document.decode(&rest) {
      if form != .unknown || document.hasBeginning { readText(handle) }
    }
    if document.isCut { isStopped = true }
  }

  /// Reads what was waiting for more.
  package mutating func finish(_ handle: (Item) -> Void) {
    document.finish()
    readText(handle)
    let limit = entryLimit
    if form == .lines {
      lines.finish { Self.count($0, limit, &entries, &faultCount, &isStopped, handle) }
    } else {
      Self.finish(&reader, &elements, &feed) { Self.count($0, limit, &entries, &faultCount, &isStopped, handle) }
      if elements.kind == nil, feed.feed.format != nil { form = .feed }
    }
  }

  // MARK: Text

  private mutating func readText(_ handle: (Item) -> Void) {
    if form == .unknown { form = Self.isMarkup(document.text.prefix(EncodingSniffer.declarationLimit)) ? .xml : .lines }
    let limit = entryLimit
    if form == .lines {
      document.text.withUnsafeBufferPointer { bytes in
        lines.read(bytes) { Self.count($0, limit, &entries, &faultCount, &isStopped, handle) }
      }
    } else {
      document.text.withUnsafeBufferPointer { bytes in
        Self.read(bytes, &reader, &elements, &feed) { Self.count($0, limit, &entries, &faultCount, &isStopped, handle) }
      }
      if elements.kind == nil, feed.feed.format != nil { form = .feed }
    }
    document.text.removeAll(keepingCapacity: true)
  }

  private static func count(
    _ item: Item, _ limit: Int, _ entries: inout Int, _ faultCount: inout Int, _ isStopped: inout Bool,
    _ handle: (Item) -> Void
  ) {
    if isStopped { return }
    switch item {
    case .entry:
      if entries == limit {
        isStopped = true
        return
      }
      entries += 1
    case .fault:
      // A file of faults alone would take as long as its bytes want.
      if faultCount == limit {
        isStopped = true
        return
      }
      faultCount += 1
    }
    handle(item)
  }

  /// Whether a text is XML, with or without what a program printed before it.
  private static func isMarkup(_ text: ArraySlice<UInt8>) -> Bool {
    let beginning = text.trimmed
    if beginning.first == UInt8(ascii: "<") { return true }
    return signs.contains { sign in
      beginning.indices.contains { beginning[$0] == sign[0] && beginning[$0...].starts(with: sign) }
    }
  }

  private static let signs = ["<?xml", "<urlset", "<sitemapindex", "<rss", "<feed", "<rdf:RDF"].map { Array($0.utf8) }

  // MARK: XML

  private static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ reader: inout XMLReader, _ elements: inout SitemapElements,
    _ feed: inout FeedElements, _ handle: (Item) -> Void
  ) {
    reader.read(bytes) { take($0, &elements, &feed, handle) }
  }

  private static func finish(
    _ reader: inout XMLReader, _ elements: inout SitemapElements, _ feed: inout FeedElements, _ handle: (Item) -> Void
  ) {
    reader.finish { take($0, &elements, &feed, handle) }
  }

  private static func take(
    _ event: XMLEvent, _ elements: inout SitemapElements, _ feed: inout FeedElements, _ handle: (Item) -> Void
  ) {
    // The first root that is known decides.
    if feed.feed.format == nil { elements.take(event, handle) }
    if elements.kind == nil {
      feed.take(event) { handle(item(of: $0)) }
    }
  }

  /// The link of an RSS item or Atom entry, with its date.
  private static func item(of entry: FeedEntry) -> Item {
    guard let url = entry.url else { return .fault(SitemapFault(.noLocation)) }
    return .entry(SitemapEntry(url: url, lastModified: entry.changed))
  }
}
