/// A coding of a response's content (RFC 9110, 8.4.1).
package enum ContentCoding: Hashable, Sendable {
  case gzip, deflate, brotli, zstd
  /// By its name as it was written.
  case unknown(String)

  /// What a request says that it can undo (RFC 9110, 12.5.3).
  package static let accepted = HTTPFields.Field(name: "Accept-Encoding", value: "gzip, deflate, br, zstd")

  /// Adds the codings that a Content-Encoding field names, in the order in which they were applied; `identity` is
  /// none (RFC 9110, 8.4).
  ///
  /// - Parameters:
  ///   - value: The field's value.
  ///   - limit: What comes when there are so many is left out.
  package static func append(_ value: some Collection<UInt8>, to codings: inout [ContentCoding], upTo limit: Int) {
    for element in value.split(separator: UInt8(ascii: ",")) where codings.count < limit {
      guard let first = element.firstIndex(where: { !isSpace($0) }) else { continue }
      var name = Array(element[first...])
      while let last = name.last, isSpace(last) { name.removeLast() }
      if let coding = ContentCoding(name) { codings.append(coding) }
    }
  }

  /// - Returns: `nil` for no coding.
  private init?(_ name: [UInt8]) {
    let written = String(decoding: name, as: UTF8.self)
    switch written.lowercased() {
    case "identity": return nil
    // RFC 9110, 8.4.1.3: the same as gzip.
    case "gzip", "x-gzip": self = .gzip
    case "deflate": self = .deflate
    case "br": self = .brotli
    case "zstd": self = .zstd
    default: self = .unknown(written)
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
  }

  /// As messages call it.
  package var name: String {
    switch self {
    case .gzip: "gzip"
    case .deflate: "deflate"
    case .brotli: "brotli"
    case .zstd: "zstd"
    case .unknown(let name): name
    }
  }

  /// What undoes it; `nil` for one that is not known.
  package func makeDecompressor() -> (any Decompressor)? {
    switch self {
    case .gzip: InflateDecompressor(.gzip)
    case .deflate: InflateDecompressor(.deflate)
    case .brotli: BrotliDecompressor()
    case .zstd: ZstdDecompressor()
    case .unknown: nil
    }
  }
}
