internal import PipeWeb

/// The fields of a head as they arrive. libcurl keeps them too, but walks through all of them for each that it tells:
/// a head of 15,000 of them takes it a second.
struct HeadFields {
  private var lines: [UInt8] = []

  /// Adds a field, its lines joined.
  mutating func append(_ line: some Collection<UInt8>) {
    lines.append(contentsOf: line)
    lines.append(UInt8(ascii: "\n"))
  }

  mutating func removeAll() { lines.removeAll() }

  /// The fields in the order of arrival.
  var all: HTTPFields {
    var fields = HTTPFields()
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      fields.append(
        HTTPFields.Field(
          name: String(decoding: line[..<colon], as: UTF8.self),
          octets: TransferHead.trimmed(line[(colon + 1)...])))
    }
    return fields
  }
}
