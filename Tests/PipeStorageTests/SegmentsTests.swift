import Glibc
import PipeTesting
import Testing

@testable import PipeStorage

struct SegmentsTests {
  private func bytes(_ count: Int, _ value: UInt8) -> [UInt8] { Array(repeating: value, count: count) }

  private func segments(_ files: MemoryStorage, limit: Int) -> Segments {
    Segments(limit: limit) { () throws(StorageError) in try files.temporaryFile(in: "/tmp") }
  }

  @Test func `A block is read once, in any order`() throws {
    var segments = segments(MemoryStorage(), limit: 1 << 20)
    let blocks = try (0..<100).map { try segments.append(bytes($0 * 7, UInt8($0))) }
    #expect(segments.live == 99 * 100 / 2 * 7)
    for number in (0..<100).reversed() {
      #expect(try segments.take(blocks[number]) == bytes(number * 7, UInt8(number)))
      #expect(try segments.take(blocks[number]) == nil)
    }
    #expect(segments.live == 0)
  }

  @Test func `A file that is full is closed once all of its blocks were taken`() throws {
    let files = MemoryStorage()
    var segments = segments(files, limit: 16_000)
    let blocks = try (0..<12).map { try segments.append(bytes(1000, UInt8($0))) }
    #expect(segments.fileCount == 12)
    #expect(files.size == 12_000)
    for block in blocks[..<11] { _ = try segments.take(block) }
    #expect(segments.fileCount == 1)
    #expect(segments.size == 1000)
    #expect(files.size == 1000)
  }

  @Test func `At the limit it refuses, and takes more when blocks were taken`() throws {
    var segments = segments(MemoryStorage(), limit: 16_000)
    var blocks: [UInt32] = []
    for number in 0..<16 { blocks.append(try segments.append(bytes(1000, UInt8(number)))) }
    #expect(throws: Segments.Refusal.full(limit: 16_000)) { try segments.append([1]) }
    _ = try segments.take(blocks[3])
    let block = try segments.append(bytes(1000, 99))
    #expect(try segments.take(block) == bytes(1000, 99))
    #expect(try segments.take(blocks[4]) == bytes(1000, 4))
  }

  @Test func `Blocks of files that are mostly reclaimed are moved together at the limit`() throws {
    let files = MemoryStorage()
    var segments = segments(files, limit: 16_000)
    // One block in ten is kept, so that no file is closed by itself.
    var kept: [(block: UInt32, value: UInt8)] = []
    for number in 0..<2000 {
      let block = try segments.append(bytes(100, UInt8(number % 251)))
      if number % 25 == 0, kept.count < 30 {
        kept.append((block, UInt8(number % 251)))
      } else {
        _ = try segments.take(block)
      }
      #expect(segments.size <= 17_000)
      #expect(files.size == segments.size)
    }
    #expect(segments.live == 3000)
    for (block, value) in kept { #expect(try segments.take(block) == bytes(100, value)) }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `Random blocks come back as they were, whatever fails meanwhile`(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let isTroubled = seed.isMultiple(of: 2)
    let failing = Set((0..<40).map { _ in Int.random(in: 0..<1500, using: &random) })
    let files = MemoryStorage(failing: isTroubled ? .init(taken: 5) { number, _ in failing.contains(number) } : nil)
    let limit = Int.random(in: 2000...40_000, using: &random)
    var segments = segments(files, limit: limit)
    var kept: [UInt32: [UInt8]] = [:]
    for _ in 0..<600 {
      if random.oneIn(2) {
        let content = bytes(Int.random(in: 0...900, using: &random), UInt8.random(in: 0...255, using: &random))
        do throws(Segments.Refusal) {
          kept[try segments.append(content)] = content
        } catch {
          switch error {
          case .full: #expect(segments.live + content.count > limit / 2 - limit / 16 - 900)
          case .failed: #expect(isTroubled)
          }
        }
      } else if let block = kept.keys.sorted().randomElement(using: &random) {
        #expect(try segments.take(block) == kept.removeValue(forKey: block))
      }
      #expect(segments.live == kept.values.reduce(0) { $0 + $1.count })
      #expect(segments.size <= limit + limit / 16 + 900)
    }
    for (block, content) in kept { #expect(try segments.take(block) == content) }
  }

  @Test func `A temporary file has no name, and can be written, read and cut`() throws {
    let folder = try TemporaryFolder()
    let file = try SystemStorage().temporaryFile(in: folder.path)
    #expect(try folder.names() == [])
    #expect(try Array("hello".utf8).withUnsafeBytes { try file.write($0) } == 5)
    #expect(try file.read(at: 1, count: 9) == Array("ello".utf8))
    try file.truncate(to: 2)
    #expect(try file.status().size == 2)
    #expect(throws: StorageError(.open, "/nowhere", code: ENOENT)) {
      try SystemStorage().temporaryFile(in: "/nowhere")
    }
  }
}
