internal import PipeSpec
internal import PipeText

// A record on its way to sinks, as bytes. Every property is written; a test walks through all of them, so that a new one
// cannot be left out.
extension Routed: Spilled {
  func encode(into bytes: inout [UInt8]) {
    // Requests of the run itself would have -1.
    bytes.append(varint: record.id.source + 1)
    bytes.append(varint: record.id.ordinal)
    bytes.append(varint: record.values.count)
    for value in record.values { bytes.append(value) }
    bytes.append(varint: sinks.count)
    for sink in sinks { bytes.append(varint: sink) }
    bytes.append(varint: others.count)
    for other in others { other.encode(into: &bytes) }
  }

  static func decode(_ reader: inout ByteReader) -> Routed? {
    guard let source = reader.count(), let ordinal = reader.count(), let count = reader.count(ofBytes: 1) else {
      return nil
    }
    var values: [Value] = []
    values.reserveCapacity(min(count, 1024))
    for _ in 0..<count {
      guard let value = reader.value() else { return nil }
      values.append(value)
    }
    guard let routes = reader.count(ofBytes: 1) else { return nil }
    var sinks: [Int] = []
    for _ in 0..<routes {
      guard let sink = reader.count() else { return nil }
      sinks.append(sink)
    }
    guard let rest = reader.count(ofBytes: 6) else { return nil }
    var others: [Routed] = []
    for _ in 0..<rest {
      guard let other = Routed.decode(&reader), other.others.isEmpty else { return nil }
      others.append(other)
    }
    let record = Record(id: RequestID(source: source - 1, ordinal: ordinal), values: values)
    return Routed(record: record, sinks: sinks, others: others)
  }
}
