internal import PipeSpec
internal import PipeText

// Values as bytes, for what spills: every case with its type, so that a value is the same afterwards. A list of packed
// texts stays packed.

private enum ValueTag: UInt8 {
  case null, no, yes, int, double, string, json, list, texts
}

extension [UInt8] {
  mutating func append(_ value: Value) {
    switch value {
    case .null: append(tag: .null)
    case .bool(let value): append(tag: value ? .yes : .no)
    case .int(let value):
      append(tag: .int)
      append(word: UInt64(bitPattern: Int64(value)))
    case .double(let value):
      append(tag: .double)
      append(word: value.bitPattern)
    case .string(let text):
      append(tag: .string)
      append(text: text)
    case .json(let text):
      append(tag: .json)
      append(text: text)
    case .list(let values):
      if let texts = values.packedTexts { return append(texts) }
      append(tag: .list)
      append(varint: values.count)
      for value in values { append(value) }
    }
  }

  private mutating func append(_ texts: PackedTexts) {
    append(tag: .texts)
    append(varint: texts.bytes.count)
    append(contentsOf: texts.bytes)
    append(varint: texts.count)
    var start: UInt32 = 0
    for end in texts.ends {
      append(varint: UInt64(end - start))
      start = end
    }
  }

  private mutating func append(tag: ValueTag) { append(tag.rawValue) }
}

extension ByteReader {
  /// A value; `nil` where the bytes are not one. It keeps its own stack, so that no bytes can exhaust the thread's.
  mutating func value() -> Value? {
    var open: [(count: Int, values: [Value])] = []
    while true {
      guard var value = valueOrStart(&open) else { return nil }
      if case .started = value { continue }
      while case .whole(let one) = value {
        guard var list = open.popLast() else { return one }
        list.values.append(one)
        if list.values.count < list.count {
          open.append(list)
          break
        }
        value = .whole(.list(list.values))
      }
    }
  }

  private enum Part {
    case whole(Value)
    /// A list, whose elements follow.
    case started
  }

  private mutating func valueOrStart(_ open: inout [(count: Int, values: [Value])]) -> Part? {
    guard let tag = byte().flatMap({ ValueTag(rawValue: $0) }) else { return nil }
    switch tag {
    case .null: return .whole(.null)
    case .no: return .whole(.bool(false))
    case .yes: return .whole(.bool(true))
    case .int: return word().map { .whole(.int(Int(Int64(bitPattern: $0)))) }
    case .double: return word().map { .whole(.double(Double(bitPattern: $0))) }
    case .string: return text().map { .whole(.string($0)) }
    case .json: return text().map { .whole(.json($0)) }
    case .texts: return packedTexts().map { .whole(.list(ValueList($0))) }
    case .list:
      guard let count = count(ofBytes: 1) else { return nil }
      if count == 0 { return .whole(.list([])) }
      open.append((count, []))
      return .started
    }
  }

  private mutating func packedTexts() -> PackedTexts? {
    guard let length = count(), let texts = bytes(length), let count = count(ofBytes: 1) else { return nil }
    var ends: [UInt32] = []
    ends.reserveCapacity(count)
    var end: UInt64 = 0
    for _ in 0..<count {
      guard let step = varint(), step <= UInt64(length) - end else { return nil }
      end += step
      guard let narrow = UInt32(exactly: end) else { return nil }
      ends.append(narrow)
    }
    return PackedTexts(bytes: Array(texts), ends: ends)
  }
}
