internal import PipeWeb

/// The fields of a head as they arrive. libcurl keeps them too, but walks through all of them for each that it tells:
/// a head of 15,000 of them takes it a second.
struct HeadFields {
  private var lines: [UInt8] = []

  mutating func append(_ line: UnsafeRawBufferPointer) { lines.append(contentsOf: line) }

  mutating func removeAll() { lines.removeAll() }

  /// The fields in the order of arrival. A line that begins with white space goes on with the value before it
  /// (RFC 9112, 5.2).
  var all: HTTPFields {
    var fields = HTTPFields()
    var name: ArraySlice<UInt8>?
    var value: [UInt8] = []
    func finish() {
      guard let name else { return }
      fields.append(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
    }
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      if let first = line.first, Self.isBlank(first) {
        value += [UInt8(ascii: " ")] + Self.trimmed(line)
      } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
        finish()
        name = line[..<colon]
        value = Array(Self.trimmed(line[(colon + 1)...]))
      }
    }
    finish()
    return fields
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let start = text.drop(while: isBlank)
    return start.prefix((start.lastIndex { !isBlank($0) }).map { $0 + 1 - start.startIndex } ?? 0)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
}
