internal import PipeWeb

/// The fields of a head as they arrive. libcurl keeps them too, but walks through all of them for each that it tells:
/// a head of 15,000 of them takes it a second.
struct HeadFields {
  /// Each field, its lines joined, and a line feed ahead of it.
  private var lines: [UInt8] = []

  /// Adds the first line of a field.
  mutating func begin(_ line: UnsafeRawBufferPointer) {
    lines.append(UInt8(ascii: "\n"))
    lines.append(contentsOf: line)
  }

  /// Adds another line to the last field (RFC 9112, 5.2).
  mutating func goOn(_ line: UnsafeRawBufferPointer) {
    if lines.isEmpty { return }
    lines.append(UInt8(ascii: " "))
    lines.append(contentsOf: line)
  }

  mutating func removeAll() { if !lines.isEmpty { lines.removeAll(keepingCapacity: lines.capacity <= Self.kept) } }

  /// The most memory that is kept for the next head, as there may be many transfers.
  private static let kept = 4096

  /// The fields in the order of arrival.
  var all: HTTPFields {
    var fields = HTTPFields()
    lines.withUnsafeBytes { bytes in
      var start = 0
      while start < bytes.count {
        // Behind the line feed that it begins with.
        start += 1
        var end = start
        var colon = -1
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
          if colon < 0, bytes[end] == UInt8(ascii: ":") { colon = end }
          end += 1
        }
        if colon >= 0 {
          fields.append(
            HTTPFields.Field(
              name: String(decoding: bytes[start..<colon], as: UTF8.self),
              octets: UnsafeRawBufferPointer(rebasing: bytes[FieldText.trimmed(bytes, colon + 1..<end)])))
        }
        start = end
      }
    }
    return fields
  }
}
