import PipeTesting
import Testing

@testable import PipeEngine

@Suite("LedgerCodec")
struct LedgerCodecTests {
  /// A ledger after a random life of several sources and sinks.
  private static func ledger(_ seed: UInt64) -> LedgerState {
    var random = RepeatableRandom(seed: seed)
    let sources = Int.random(in: 0...4, using: &random)
    var ledger = LedgerState(sources: sources, awaitsDurability: Bool.random(using: &random))
    guard sources > 0 else { return ledger }
    var next = Array(repeating: 0, count: sources)
    var open: [RequestID] = []
    var routed: [(id: RequestID, sinks: Int)] = []
    var written: [RequestID] = []
    for _ in 0..<Int.random(in: 0...400, using: &random) {
      switch Int.random(in: 0..<7, using: &random) {
      case 0, 1:
        let source = Int.random(in: 0..<sources, using: &random)
        // Some are passed over, as a resumed source does with those that are done.
        next[source] += Int.random(in: 0..<20, using: &random) == 0 ? 1000 : 0
        open.append(RequestID(source: source, ordinal: next[source]))
        next[source] += 1
        ledger.admitted([open[open.count - 1]])
      case 2:
        guard let place = open.indices.randomElement(using: &random) else { continue }
        let id = open.remove(at: place)
        let records = Int.random(in: 0...3, using: &random)
        ledger.extracted(id, records: records)
        for _ in 0..<records { routed.append((id, Int.random(in: 0...3, using: &random))) }
      case 3:
        guard let (id, sinks) = routed.popLast() else { continue }
        ledger.routed(id, sinks: sinks)
        written += Array(repeating: id, count: sinks)
      case 4:
        guard let place = written.indices.randomElement(using: &random) else { continue }
        let id = written.remove(at: place)
        ledger.written(id)
        if Bool.random(using: &random) { ledger.durable(id) }
      case 5: ledger.ownBegan()
      default: if open.count > 3, open.popLast() != nil { ledger.leftUndone(1) }
      }
    }
    if Bool.random(using: &random) { ledger.sourcesEnded() }
    return ledger
  }

  @Test("a ledger is the same after it was written and read", arguments: Effort.seeds(50))
  func roundTrip(seed: UInt64) {
    let ledger = Self.ledger(seed)
    #expect(LedgerCodec.decode(LedgerCodec.encode(ledger)) == ledger)
  }

  @Test("bytes that are cut off, or have more behind them, are refused", arguments: Effort.seeds(6))
  func torn(seed: UInt64) {
    let bytes = LedgerCodec.encode(Self.ledger(seed))
    for count in 0..<bytes.count { #expect(LedgerCodec.decode(bytes[..<count]) == nil) }
    #expect(LedgerCodec.decode(bytes + [0]) == nil)
  }

  @Test("bytes of which one is another are refused, or are another ledger's", arguments: Effort.seeds(6))
  func changed(seed: UInt64) {
    let ledger = Self.ledger(seed)
    let bytes = LedgerCodec.encode(ledger)
    var random = RepeatableRandom(seed: seed)
    for place in bytes.indices {
      var other = bytes
      other[place] ^= UInt8.random(in: 1...255, using: &random)
      // What is read is written as it was: there is one way to write a ledger.
      if let read = LedgerCodec.decode(other) { #expect(LedgerCodec.encode(read) == other) }
    }
  }

  @Test("another version, and a window that would take all memory, are refused")
  func refused() {
    var bytes = LedgerCodec.encode(LedgerState(sources: 1))
    bytes[0] += 1
    #expect(LedgerCodec.decode(bytes) == nil)
    bytes = [1, 0] + Array(repeating: 0, count: 9)
    let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
    #expect(LedgerCodec.decode(bytes + [1, 0] + huge + [1] + huge) == nil)
    #expect(LedgerCodec.decode(bytes + huge) == nil)
  }

  @Test("a long window is a few bytes")
  func size() {
    var ledger = LedgerState(sources: 1)
    ledger.admitted((0..<100_000).map { RequestID(source: 0, ordinal: $0) })
    for ordinal in stride(from: 1, to: 100_000, by: 1) {
      ledger.extracted(RequestID(source: 0, ordinal: ordinal), records: 0)
    }
    #expect(LedgerCodec.encode(ledger).count < 40)
  }

  @Test("with durability awaited, a request is done only when all of its rows are durable")
  func durability() {
    let id = RequestID(source: 0, ordinal: 0)
    var ledger = LedgerState(sources: 1, awaitsDurability: true)
    ledger.admitted([id])
    ledger.extracted(id, records: 1)
    ledger.routed(id, sinks: 2)
    ledger.written(id)
    ledger.written(id)
    ledger.durable(id)
    #expect(ledger.doneCount == 0 && ledger.rowDiscrepancy != nil)
    ledger.durable(id)
    #expect(ledger.doneCount == 1 && ledger.strayCount == 0 && ledger.rowDiscrepancy == nil)
  }

  @Test("a row that is sent, written or durable once too often or too seldom is noticed", arguments: 0..<3, [-1, 1])
  func rows(number: Int, off: Int) {
    var ledger = LedgerState(sources: 1)
    (ledger.routedRows, ledger.writtenRows, ledger.durableRows) = (5, 5, 5)
    #expect(ledger.rowDiscrepancy == nil)
    ledger[keyPath: [\LedgerState.routedRows, \.writtenRows, \.durableRows][number]] += off
    #expect(ledger.rowDiscrepancy != nil)
  }
}
