import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine

@Suite("Blocks of the frontier's store", .timeLimit(.minutes(20)))
struct FrontierBlockTests {
  private func requests(_ ordinals: Range<Int>) -> [Request] { ordinals.map { request($0) } }

  @Test func `A few requests at a time become a long block, and nothing is written for it`() throws {
    let store = FrontierStore(files: MemoryStorage(), memory: 1 << 16)
    var blocks: [FrontierStore.Block] = []
    for start in stride(from: 0, to: 130, by: 10) {
      let block = try store.append(requests(start..<start + 10), behind: blocks.last)
      if block.id == blocks.last?.id { blocks.removeLast() }
      blocks.append(block)
    }
    // 64 is what a block may have.
    #expect(blocks.map(\.count) == [60, 60, 10])
    #expect(store.size == 0)
    #expect(try blocks.flatMap { try store.take($0) }.map(\.id.ordinal) == Array(0..<130))
  }

  @Test func `Without memory each block is written at once, and none grows`() throws {
    let store = FrontierStore(files: MemoryStorage())
    let first = try store.append(requests(0..<2))
    let size = store.size
    #expect(size > 0)
    let second = try store.append(requests(2..<4), behind: first)
    #expect(second.id != first.id)
    #expect(store.size == 2 * size)
  }

  @Test func `What waits to be written is bounded, and the oldest goes first`() throws {
    let files = MemoryStorage()
    let store = FrontierStore(files: files, memory: 4096)
    // Each is alone, as those of many hosts are.
    let blocks = try (0..<500).map { try store.append([request($0)]) }
    var encoded: [UInt8] = []
    for number in 0..<500 { RequestCodec.encode(request(number), into: &encoded) }
    #expect(store.size >= encoded.count - 4096)
    #expect(store.size < encoded.count)
    let before = store.size
    // One that was written takes no more.
    #expect(try store.append([request(500)], behind: blocks[0]).id != blocks[0].id)
    #expect(try store.append([request(501)], behind: blocks[499]).id == blocks[499].id)
    #expect(store.size >= before)
    #expect(try store.take(FrontierStore.Block(id: blocks[499].id, count: 2)).map(\.id.ordinal) == [499, 501])
    #expect(try blocks.dropLast().flatMap { try store.take($0) }.map(\.id.ordinal) == Array(0..<499))
  }

  @Test func `Pages, and what was asked for before, are apart`() throws {
    let store = FrontierStore(files: MemoryStorage(), memory: 1 << 16)
    let page = Request(id: RequestID(source: 0, ordinal: 0), written: "http://a.example/")
    let check = Request(
      RequestSeed(id: RequestID(source: 0, ordinal: 1), written: "http://a.example/", purpose: .check))
    let pages = try store.append([page])
    let checks = try store.append([check], behind: pages)
    #expect(pages.isOfPages)
    #expect(!checks.isOfPages)
    #expect(checks.id != pages.id)
  }

  @Test func `A block that was taken is gone, and takes no more`() throws {
    let store = FrontierStore(files: MemoryStorage(), memory: 1 << 16)
    let block = try store.append(requests(0..<3))
    _ = try store.take(block)
    #expect(throws: RunError.self) { try store.take(block) }
    #expect(try store.append([request(3)], behind: block).id != block.id)
  }

  /// What was accepted comes back whole and in its order, whatever the disk refuses meanwhile.
  @Test(arguments: 0..<40) func `Nothing is lost, and nothing comes twice`(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let memory = [0, 600, 5000, 1 << 16].randomElement(using: &random)!
    let limit = [2000, 20_000, 1 << 20].randomElement(using: &random)!
    let files = MemoryStorage(
      failing: .init(code: 28, taken: 3) { number, operation in
        if case .write = operation { number % 7 == Int(seed % 14) } else { false }
      })
    let store = FrontierStore(files: files, limit: limit, memory: memory)
    var hosts: [[FrontierStore.Block]] = Array(repeating: [], count: 3)
    var expected: [[Int]] = Array(repeating: [], count: 3)
    var next = 0
    var refusals = 0
    for _ in 0..<600 {
      let host = Int.random(in: 0..<3, using: &random)
      if Int.random(in: 0..<3, using: &random) > 0 {
        let count = Int.random(in: 1...20, using: &random)
        do throws(FrontierStore.Refusal) {
          let block = try store.append(requests(next..<next + count), behind: hosts[host].last)
          if hosts[host].last?.id == block.id { hosts[host].removeLast() }
          hosts[host].append(block)
          expected[host] += next..<next + count
        } catch {
          refusals += 1
        }
        next += count
      } else if let block = hosts[host].first {
        hosts[host].removeFirst()
        #expect(try store.take(block).map(\.id.ordinal) == Array(expected[host].prefix(block.count)))
        expected[host].removeFirst(block.count)
      }
    }
    for (blocks, expected) in zip(hosts, expected) {
      #expect(try blocks.flatMap { try store.take($0) }.map(\.id.ordinal) == expected)
    }
    if limit == 2000, memory < 5000 { #expect(refusals > 0) }
  }
}
