import PipeWeb

/// What comes of a sitemap.
struct ReadSitemap: Equatable {
  var items: [SitemapReader.Item] = []
  var kind = SitemapKind.urls
  var faults: XMLReader.Faults = []
  var isStopped = false
  var isBeyondProtocol = false

  init(
    _ bytes: [UInt8], url: String = "https://example.com/folder/sitemap.xml", type: String? = nil,
    entryLimit: Int = SitemapReader.entryLimit, pieces: (Int) -> Int = { _ in .max }
  ) {
    let mediaType = type.flatMap { MediaType($0) }
    var reader = SitemapReader(url: WebURL(url), mediaType: mediaType, entryLimit: entryLimit)
    for piece in bytes.pieces(pieces) { piece.withUnsafeBufferPointer { reader.read($0) { items.append($0) } } }
    reader.finish { items.append($0) }
    kind = reader.kind
    faults = reader.faults
    isStopped = reader.isStopped
    isBeyondProtocol = reader.isBeyondProtocol
  }

  init(_ text: String, pieces: (Int) -> Int = { _ in .max }) { self.init(Array(text.utf8), pieces: pieces) }

  var entries: [SitemapEntry] {
    items.compactMap { if case .entry(let entry) = $0 { entry } else { nil } }
  }

  var entryFaults: [SitemapFault] {
    items.compactMap { if case .fault(let fault) = $0 { fault } else { nil } }
  }

  var urls: [String] { entries.map(\.url.href) }
}
