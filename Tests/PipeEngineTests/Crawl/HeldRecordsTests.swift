import PipeSpec
import PipeTesting
import Testing

@testable import PipeEngine

@Suite("Held records")
struct HeldRecordsTests {
  private func store(limit: Int = 1 << 20) -> SpillStore {
    SpillStore(SpillStore.Content(subject: "crawl", words: "rows that wait"), limit: limit)
  }

  private func extracted(_ number: Int, size: Int = 10) -> Extracted {
    Extracted(
      record: Record(
        id: RequestID(source: 0, ordinal: number), values: [.string(String(repeating: "x", count: size)), .int(number)]),
      status: number % 2 == 0 ? 200 : nil, error: number % 2 == 0 ? nil : .timeout, hasRecord: number % 5 != 4,
      others: (0..<max(0, number % 4 - 1)).map { place in
        Extracted.Item(
          record: Record(id: RequestID(source: 0, ordinal: number), values: [.int(place)]),
          error: place == 1 ? .extract : nil)
      })
  }

  @Test("records come back as they were, from memory and from disk", arguments: [1, 500, 1 << 20])
  func roundTrip(capacity: Int) throws {
    var held = HeldRecords(capacity: capacity, store: store())
    for number in 0..<20 { try held.hold(extracted(number), of: number) }
    #expect(held.count == 20)
    for number in (0..<20).reversed() {
      let back = try #require(try held.take(number))
      let before = extracted(number)
      #expect(back.record.values == before.record.values)
      #expect(back.record.id == before.record.id)
      #expect(back.status == before.status)
      #expect(back.error == before.error)
      #expect(back.hasRecord == before.hasRecord)
      #expect(back.others.map(\.record.values) == before.others.map(\.record.values))
      #expect(back.others.map(\.error) == before.others.map(\.error))
    }
    #expect(try held.take(3) == nil)
    #expect(held.count == 0)
    // What was taken makes room.
    try held.hold(extracted(1), of: 1)
    #expect(try held.takeAny()?.record.record.id == RequestID(source: 0, ordinal: 1))
    #expect(try held.takeAny() == nil)
  }

  @Test("where the disk takes no more, the run fails and the record is there")
  func full() throws {
    var held = HeldRecords(capacity: 100, store: store(limit: 50))
    try held.hold(extracted(0, size: 200), of: 0)
    #expect(throws: RunError.self) { try held.hold(extracted(1, size: 200), of: 1) }
    #expect(try held.take(1)?.record.id == RequestID(source: 0, ordinal: 1))
  }

  @Test("bytes that were cut are no record")
  func cutBytes() {
    let bytes = HeldRecords.encode(extracted(1))
    for count in bytes.indices { #expect(HeldRecords.decode(Array(bytes[..<count])) == nil) }
    #expect(HeldRecords.decode(bytes) != nil)
  }
}
