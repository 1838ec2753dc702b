/// Reads a feed while it arrives: RSS 0.9 to 2.0, RDF and Atom an entry at a time, JSON Feed as a whole. Its compression is
/// undone before. How it is cut into pieces changes nothing.
package struct FeedReader {
  /// The most bytes of a feed; the most of a JSON Feed, which is kept until its end.
  package static let byteLimit = 512 << 20
  package static let jsonLimit = 16 << 20
  private static let jsonMemory = 128 << 20

  private enum Form {
    case unknown, xml, json
  }

  private let base: WebURL?
  private var decoder: DocumentDecoder
  private var form = Form.unknown
  /// What is decoded and not read yet.
  private var text: [UInt8] = []
  private var reader = XMLReader()
  private var elements: FeedElements
  private var json: Feed?
  private var bytes = 0

  /// The name of the first element of what is not a feed.
  package private(set) var root: String?
  /// Whether the end was not read because of the bounds.
  package private(set) var isStopped = false
  /// Why JSON cannot be read.
  package private(set) var fault: JSONSyntaxError?

  /// - Parameters:
  ///   - url: Where the feed is; what its links are relative to.
  ///   - mediaType: The Content-Type's.
  package init(url: WebURL?, mediaType: MediaType? = nil) {
    base = url
    decoder = DocumentDecoder(mediaType: mediaType)
    elements = FeedElements(base: url)
  }

  /// What the feed says of itself; known at the end. It has no format if the document is not a feed.
  package var feed: Feed { json ?? elements.feed }

  /// What was wrong with its XML.
  package var faults: XMLReader.Faults { reader.faults }

  /// Whether values were left out because they are too long or too many.
  package var hasLeftOut: Bool { elements.hasLeftOut }

  /// Reads the next bytes.
  package mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ handle: (FeedEntry) -> Void) {
    var start = 0
    while start < bytes.count, !isStopped {
      let end = min(bytes.count, start + 64 << 10, start + Self.byteLimit - self.bytes)
      if end == start {
        isStopped = true
        return
      }
      self.bytes += end - start
      decoder.decode(UnsafeBufferPointer(rebasing: bytes[start..<end]), into: &text)
      if form != .unknown || text.count >= EncodingSniffer.declarationLimit { readText(handle) }
      start = end
    }
  }

  /// Reads what was waiting for more.
  package mutating func finish(_ handle: (FeedEntry) -> Void) {
    decoder.finish(into: &text)
    readText(handle)
    if form == .json { return readJSON(handle) }
    Self.finish(&reader, &elements, &root, handle)
  }

  private mutating func readText(_ handle: (FeedEntry) -> Void) {
    if form == .unknown { form = text.trimmed.first == UInt8(ascii: "{") ? .json : .xml }
    if form == .json {
      if text.count > Self.jsonLimit {
        isStopped = true
        text.removeAll()
      }
      return
    }
    text.withUnsafeBufferPointer { Self.read($0, &reader, &elements, &root, handle) }
    text.removeAll(keepingCapacity: true)
  }

  private mutating func readJSON(_ handle: (FeedEntry) -> Void) {
    if isStopped { return }
    do throws(JSONSyntaxError) {
      let document = try JSONValue(parsing: text.span, memory: Self.jsonMemory)
      text.removeAll()
      guard let read = JSONFeed.read(document, base: base) else { return }
      json = read.feed
      for entry in read.entries { handle(entry) }
    } catch {
      fault = error
    }
  }

  // MARK: XML

  private static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ reader: inout XMLReader, _ elements: inout FeedElements,
    _ root: inout String?, _ handle: (FeedEntry) -> Void
  ) {
    reader.read(bytes) { event in
      if root == nil, case .start(let element) = event { root = element.name.local }
      elements.take(event, handle)
    }
  }

  private static func finish(
    _ reader: inout XMLReader, _ elements: inout FeedElements, _ root: inout String?, _ handle: (FeedEntry) -> Void
  ) {
    reader.finish { event in
      if root == nil, case .start(let element) = event { root = element.name.local }
      elements.take(event, handle)
    }
  }
}
