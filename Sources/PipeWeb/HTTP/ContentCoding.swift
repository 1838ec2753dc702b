/// A coding of a response's content (RFC 9110, 8.4.1).
package enum ContentCoding: Hashable, Sendable {
  case gzip, deflate, brotli, zstd
  /// One of those that are registered and that nothing here undoes, by its name.
  case other(String)

  /// What a request says that it can undo (RFC 9110, 12.5.3).
  package static let accepted = HTTPFields.Field(name: "Accept-Encoding", value: "gzip, deflate, br, zstd")

  /// Adds the codings that a Content-Encoding field names, in the order in which they were applied; `identity` is
  /// none (RFC 9110, 8.4).
  ///
  /// Names of no coding (`UTF-8`, `none`, `binary`, `aws-chunked`) are passed over: the bytes are as they are without
  /// them. Fetch ("handle content codings") leaves the bytes alone for one such name among others; but what is named
  /// `gzip, UTF-8` is gzip. Of the registered ones that cannot be undone, the content is not what it seems to be.
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
    // Some servers write a weight, which is for requests alone (RFC 9110, 12.5.3).
    var token = name.prefix { $0 != UInt8(ascii: ";") }
    while let last = token.last, Self.isSpace(last) { token.removeLast() }
    switch String(decoding: token, as: UTF8.self).lowercased() {
    // RFC 9110, 8.4.1.3: the same as gzip. The others are written by the same habit.
    case "gzip", "x-gzip": self = .gzip
    case "deflate", "x-deflate": self = .deflate
    case "br", "x-br": self = .brotli
    case "zstd", "x-zstd": self = .zstd
    case let known where Self.others.contains(known): self = .other(known)
    default: return nil
    }
  }

  /// IANA's HTTP Content Coding Registry.
  private static let others: Set = ["aes128gcm", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress"]

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
    case .other(let name): name
    }
  }

  /// What undoes it; `nil` where nothing does.
  package func makeDecompressor() -> (any Decompressor)? {
    switch self {
    case .gzip: InflateDecompressor(.gzip)
    case .deflate: InflateDecompressor(.deflate)
    case .brotli: BrotliDecompressor()
    case .zstd: ZstdDecompressor()
    case .other: nil
    }
  }
}
