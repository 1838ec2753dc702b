import PipeWeb

/// The content of an input, decoded piece by piece: its first bytes tell how it is compressed, if it is.
///
/// What was compressed twice, as by a server and by the person who stored its answer, is decoded twice. Memory is
/// bounded whatever the input says: a piece, and the window of each decoder.
struct InputDecoding {
  /// The most layers of compression that are undone; more layers are deliberate.
  private static let most = 2

  /// Each decodes the content of the one before it.
  private var layers = [DecodingLayer()]

  /// How the input itself is compressed; `nil` for what is not, and as long as it cannot be told.
  var compression: Compression? { layers[0].compression }

  /// Whether the content is compressed once more.
  var isNested: Bool { layers.count > 1 && layers[1].compression != nil }

  /// Bytes of content given out.
  var contentBytes: Int { layers[layers.count - 1].contentBytes }

  /// Where in the input the last whole member ended.
  var wholeBytes: Int { layers[0].wholeBytes }

  /// Takes the next bytes of the input; everything before must have been asked for by `next`.
  mutating func take(_ chunk: ArraySlice<UInt8>) { layers[0].take(chunk) }

  /// The next piece of content; `nil` where more of the input has to come.
  mutating func next() throws(CompressionFault) -> ArraySlice<UInt8>? { try next(from: 0) }

  private mutating func next(from index: Int) throws(CompressionFault) -> ArraySlice<UInt8>? {
    while true {
      if index + 1 < layers.count, let piece = try next(from: index + 1) { return piece }
      guard let piece = try layers[index].next() else { return nil }
      guard layers[index].compression != nil else { return piece }
      if index == Self.most {
        throw CompressionFault(
          reason: "is compressed more than twice", hint: "decompress it first")
      }
      if index + 1 == layers.count { layers.append(DecodingLayer()) }
      layers[index + 1].take(piece)
    }
  }

  /// The input has ended; what `next` gives afterwards is the last.
  mutating func end() throws(CompressionFault) {
    for index in layers.indices { try layers[index].end() }
  }
}
