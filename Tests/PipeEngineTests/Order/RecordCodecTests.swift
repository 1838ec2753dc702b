import PipeSpec
import PipeTesting
import PipeText
import Testing

@testable import PipeEngine

/// Rows on disk are the rows that went there.
struct RecordCodecTests {
  /// Every case of a value. Another one does not compile until it is here.
  private static func random(_ random: inout RepeatableRandom, depth: Int = 0) -> Value {
    let kinds: [Value] = [
      .null, .bool(true), .int(0), .double(0), .string(""), .json(""), .list([]), .list(ValueList(packed([]))),
    ]
    let kind = kinds[Int.random(in: 0..<(depth > 3 ? 6 : kinds.count), using: &random)]
    switch kind {
    case .null: return .null
    case .bool: return .bool(random.oneIn(2))
    case .int: return .int(Int(truncatingIfNeeded: random.next() >> UInt64.random(in: 0..<64, using: &random)))
    case .double: return .double(Double(bitPattern: random.next()))
    case .string: return .string(text(&random))
    case .json: return .json("{\"n\":\(random.next())\(random.next()).0e\(random.next())}")
    case .list(let list):
      let count = Int.random(in: 0...5, using: &random)
      if list.packedTexts != nil { return .list(ValueList(packed((0..<count).map { _ in text(&random) }))) }
      return .list((0..<count).map { _ in Self.random(&random, depth: depth + 1) })
    }
  }

  private static func text(_ random: inout RepeatableRandom) -> String {
    let parts = ["", "a", "\0", "ä", "e\u{301}", "é", "\u{1F600}", "\r\n", String(repeating: "x", count: 300)]
    return (0..<Int.random(in: 0...4, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
  }

  private static func packed(_ texts: [String]) -> PackedTexts {
    var bytes: [UInt8] = []
    var ends: [UInt32] = []
    for text in texts {
      bytes += text.utf8
      ends.append(UInt32(bytes.count))
    }
    return PackedTexts(bytes: bytes, ends: ends)
  }

  private static func row(_ random: inout RepeatableRandom) -> Routed {
    let values = (0..<Int.random(in: 0...6, using: &random)).map { _ in Self.random(&random) }
    let id = RequestID(
      source: Int.random(in: -1...3, using: &random), ordinal: Int.random(in: 0...Int.max, using: &random))
    func sinks() -> [Int] {
      (0..<Int.random(in: 0...3, using: &random)).map { _ in Int.random(in: 0...300, using: &random) }
    }
    var row = Routed(record: Record(id: id, values: values), sinks: sinks())
    for number in 0..<max(0, Int.random(in: -4...3, using: &random)) {
      row.others.append(Routed(record: Record(id: id, values: [.int(number)]), sinks: sinks()))
    }
    return row
  }

  /// A value exactly: `==` finds NaN unequal, texts equal that are written differently, and lists however they are
  /// stored.
  private static func exact(_ value: Value) -> String {
    switch value {
    case .double(let number): "double \(number.bitPattern)"
    case .string(let text): "string \(Array(text.utf8))"
    case .json(let text): "json \(Array(text.utf8))"
    case .list(let values):
      values.packedTexts.map { "packed \($0)" } ?? "list [\(values.map { exact($0) }.joined(separator: ", "))]"
    default: "\(value)"
    }
  }

  private static func exact(_ row: Routed) -> String {
    "\(row.record.id) \(row.record.values.map { exact($0) }) \(row.sinks) \(row.others.map { exact($0) })"
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func `A row is the same after it was away`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let rows = (0..<20).map { _ in Self.row(&random) }
    var bytes: [UInt8] = []
    for row in rows { row.encode(into: &bytes) }
    var reader = ByteReader(bytes)
    let read = rows.map { _ in Routed.decode(&reader) }
    #expect(read.map { $0.map { Self.exact($0) } } == rows.map { Self.exact($0) })
    #expect(reader.isAtEnd)
  }

  @Test func `No property of a row is lost, whatever properties there are`() {
    // A new one has to be written, read, and told here.
    let row = Routed(record: Record(id: RequestID(source: 1, ordinal: 2), values: [.int(3)]), sinks: [4])
    #expect(Mirror(reflecting: row).children.map(\.label) == ["record", "sinks", "others"])
    #expect(Mirror(reflecting: row.record).children.map(\.label) == ["id", "values"])
    #expect(Mirror(reflecting: row.record.id).children.map(\.label) == ["source", "ordinal"])
  }

  @Test(arguments: 0..<30 as Range<UInt64>)
  func `Bytes that are cut off are no row, and changed ones do no harm`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var bytes: [UInt8] = []
    Self.row(&random).encode(into: &bytes)
    for count in 0..<bytes.count {
      var reader = ByteReader(bytes[..<count])
      #expect(Routed.decode(&reader) == nil, "\(count) of \(bytes.count) bytes")
    }
    for _ in 0..<300 {
      var changed = bytes
      for _ in 0...Int.random(in: 0...3, using: &random) {
        changed[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      var reader = ByteReader(changed)
      if let row = Routed.decode(&reader) { _ = Self.exact(row) }
    }
  }

  @Test func `Lists in lists without an end are no value, and do not exhaust the stack`() {
    var reader = ByteReader(Array(repeating: [UInt8]([7, 1]), count: 1_000_000).joined())
    #expect(reader.value() == nil)
  }

  @Test(
    arguments: [
      [8, 2, 65, 66, 1, 3], [8, 2, 65, 66, 2, 2, 1], [8, 2, 65, 66, 200, 1], [7, 255, 255, 255, 255, 15],
      [5, 2, 0xC3, 0x28],
      [6, 1, 0xFF], [9], [3, 0, 0],
    ] as [[UInt8]])
  func `Lengths and texts that cannot be are no value`(bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    #expect(reader.value() == nil)
  }
}
