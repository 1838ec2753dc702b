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
  private var document: ArrivingDocument
  private var form = Form.unknown
  private var reader = XMLReader()
  private var elements: FeedElements
  private var json: Feed?

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
    document = ArrivingDocument(mediaType: mediaType, limit: Self.byteLimit)
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
    var rest = bytes
    while !isStopped, document.decode(&rest) {
      if form != .unknown || document.hasBeginning { readText(handle) }
    }
    if document.isCut { isStopped = true }
  }

  /// Reads what was waiting for more.
  package mutating func finish(_ handle: (FeedEntry) -> Void) {
    document.finish()
    readText(handle)
    if form == .json { return readJSON(handle) }
    Self.finish(&reader, &elements, &root, handle)
  }

  private mutating func readText(_ handle: (FeedEntry) -> Void) {
    if form == .unknown { form = document.text.trimmed.first == UInt8(ascii: "{") ? .json : .xml }
    if form == .json {
      if document.text.count > Self.jsonLimit {
        isStopped = true
        document.text.removeAll()
      }
      return
    }
    document.text.withUnsafeBufferPointer { Self.read($0, &reader, &elements, &root, handle) }
    document.text.removeAll(keepingCapacity: true)
  }

  private mutating func readJSON(_ handle: (FeedEntry) -> Void) {
    if isStopped { return }
    do throws(JSONSyntaxError) {
      let value = try JSONValue(parsing: document.text.span, memory: Self.jsonMemory)
      document.text.removeAll()
      guard let read = JSONFeed.read(value, base: base) else { return }
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
    reader.read(bytes) { take($0, &elements, &root, handle) }
  }

  private static func finish(
    _ reader: inout XMLReader, _ elements: inout FeedElements, _ root: inout String?, _ handle: (FeedEntry) -> Void
  ) {
    reader.finish { take($0, &elements, &root, handle) }
  }

  private static func take(
    _ event: XMLEvent, _ elements: inout FeedElements, _ root: inout String?, _ handle: (FeedEntry) -> Void
  ) {
    if root == nil, case .start(let element) = event { root = element.name.local }
    elements.take(event, handle)
  }
}
