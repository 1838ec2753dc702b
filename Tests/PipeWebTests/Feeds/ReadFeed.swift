import PipeWeb

/// What comes of a feed.
struct ReadFeed: Equatable {
  var entries: [FeedEntry] = []
  var feed = Feed()
  var faults: XMLReader.Faults = []
  var root: String?
  var hasLeftOut = false
  var isStopped = false

  init(
    _ bytes: [UInt8], url: String = "https://example.com/folder/feed.xml", type: String? = nil,
    pieces: (Int) -> Int = { _ in .max }
  ) {
    var reader = FeedReader(url: WebURL(url), mediaType: type.flatMap { MediaType(header: $0) })
    for piece in bytes.pieces(pieces) { piece.withUnsafeBufferPointer { reader.read($0) { entries.append($0) } } }
    reader.finish { entries.append($0) }
    feed = reader.feed
    faults = reader.faults
    root = reader.root
    hasLeftOut = reader.hasLeftOut
    isStopped = reader.isStopped
  }

  init(_ text: String, pieces: (Int) -> Int = { _ in .max }) { self.init(Array(text.utf8), pieces: pieces) }
}
