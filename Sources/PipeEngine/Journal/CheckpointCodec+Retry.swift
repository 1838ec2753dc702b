internal import PipeText

// What a checkpoint tells besides: of a run in which what failed is fetched again, and of commits that are announced.
extension CheckpointCodec {
  /// Appends what may not be there, or be as it was: 0, 1, or 2 and its bytes.
  static func append<Part: Equatable>(
    _ part: Part?, after last: Part?, to bytes: inout [UInt8], _ write: (Part, inout [UInt8]) -> Void
  ) {
    guard let part else { return bytes.append(0) }
    bytes.append(part == last ? 1 : 2)
    if part != last { write(part, &bytes) }
  }

  enum ReadPart<Part> {
    case read(Part?)
    case broken
  }

  static func part<Part>(
    _ reader: inout ByteReader, after last: Part?, _ read: (inout ByteReader) -> Part?
  ) -> ReadPart<Part> {
    switch reader.byte() {
    case 0: .read(nil)
    case 1: last.map { .read($0) } ?? .broken
    case 2: read(&reader).map { .read($0) } ?? .broken
    default: .broken
    }
  }

  static func append(_ retry: Checkpoint.Retry, to bytes: inout [UInt8]) {
    bytes.append(varint: retry.number)
    bytes.append(signed: retry.began)
    bytes.append(signed: retry.worked)
    append(retry.requests, to: &bytes)
  }

  static func retry(_ reader: inout ByteReader) -> Checkpoint.Retry? {
    guard let number = reader.count(), let began = reader.signed(), let worked = reader.signed(),
      let requests = sets(&reader)
    else { return nil }
    return Checkpoint.Retry(number: number, began: began, worked: worked, requests: requests)
  }

  static func append(_ base: SinkBase, to bytes: inout [UInt8]) {
    bytes.append(blob: base.position.bytes)
    bytes.append(varint: base.rows)
    base.leftOut.encode(into: &bytes)
    bytes.append(base.order == nil ? 0 : 1)
    if let order = base.order { append(order, to: &bytes) }
  }

  static func sinkBase(_ reader: inout ByteReader) -> SinkBase? {
    guard let position = reader.blob(), let rows = reader.count(), let leftOut = DoneSet.decode(&reader),
      leftOut.end <= rows, let isOrdered = reader.byte(), isOrdered < 2
    else { return nil }
    var order: [DoneSet]?
    if isOrdered == 1 {
      order = sets(&reader)
      if order == nil { return nil }
    }
    return SinkBase(position: SinkPosition(position), rows: rows, leftOut: leftOut, order: order)
  }

  static func append(_ batch: AnnouncedBatch, to bytes: inout [UInt8]) {
    bytes.append(blob: batch.position.bytes)
    bytes.append(varint: batch.rows)
    append(batch.requests, to: &bytes)
  }

  static func announced(_ reader: inout ByteReader) -> AnnouncedBatch? {
    guard let position = reader.blob(), let rows = reader.count(), let requests = sets(&reader) else { return nil }
    return AnnouncedBatch(position: SinkPosition(position), rows: rows, requests: requests)
  }

  static func append(_ sets: [DoneSet], to bytes: inout [UInt8]) {
    bytes.append(varint: sets.count)
    for set in sets { set.encode(into: &bytes) }
  }

  static func sets(_ reader: inout ByteReader) -> [DoneSet]? {
    guard let count = reader.count(ofBytes: 3) else { return nil }
    var sets: [DoneSet] = []
    for _ in 0..<count {
      guard let set = DoneSet.decode(&reader) else { return nil }
      sets.append(set)
    }
    return sets
  }
}
