import PipeStorage
import PipeTesting
import Testing

@testable import PipeEngine

struct PageBookTests {
  private func disk(_ files: MemoryStorage = MemoryStorage(), limit: Int = 1 << 30) -> TemporaryDisk {
    TemporaryDisk(files: files, folders: ["/tmp"], limit: limit)
  }

  private func bytes(_ count: Int, _ random: inout RepeatableRandom) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  @Test func `URLs come back as they were found`() throws {
    var book = PageBook(on: disk(), memory: 0)
    let long = "https://example.com/" + String(repeating: "ä/", count: 4000)
    let urls =
      [
        "", "a", "", "https://example.com/", "https://example.com/", long, long + "b", "https://example.com",
        "http://x/ä",
      ]
      + (0..<500).map { "https://example.com/page/\($0 % 77)/\($0)" }
    for url in urls { try book.add(url: url.utf8.span) }
    #expect(book.count == urls.count)
    for number in urls.indices.reversed() { #expect(try book.url(of: number) == urls[number]) }
    #expect(try book.url(of: urls.count) == "")
    #expect(try book.url(of: -1) == "")
  }

  @Test func `What neighbours share is written once`() throws {
    let disk = disk()
    var book = PageBook(on: disk, memory: 0)
    let url = "https://www.example.com/a/rather/long/path/of/a/shop/category"
    for number in 0..<10_000 { try book.add(url: "\(url)/\(number).html".utf8.span) }
    #expect(disk.used < 10_000 * 20)
  }

  @Test func `What was never set is nil, an empty block is not`() throws {
    var book = PageBook(on: disk())
    try book.setLinks([], of: 3)
    try book.setOutcome([], of: 3)
    try book.setParent(0, of: 3)
    #expect(try book.links(of: 3) == [])
    #expect(try book.outcome(of: 3) == [])
    #expect(try book.parent(of: 3) == 0)
    for number in [-1, 0, 2, 4, 1 << 40] {
      #expect(try book.links(of: number) == nil)
      #expect(try book.outcome(of: number) == nil)
      #expect(try book.parent(of: number) == nil)
    }
    try book.setParent(nil, of: 3)
    #expect(try book.parent(of: 3) == nil)
  }

  @Test func `A block of links may have megabytes`() throws {
    var random = RepeatableRandom(seed: 5)
    var book = PageBook(on: disk(), memory: 0)
    let blocks = [bytes(200_000, &random), [1], bytes(70_001, &random)]
    for (number, block) in blocks.enumerated() { try book.setLinks(block, of: number) }
    for (number, block) in blocks.enumerated() { #expect(try book.links(of: number) == block) }
  }

  @Test func `An outcome that is replaced takes the room of the one before it`() throws {
    let disk = disk()
    var book = PageBook(on: disk, memory: 0)
    for round in 0..<200 {
      for number in 0..<50 { try book.setOutcome(Array(repeating: UInt8(round), count: 40), of: number) }
    }
    for number in 0..<50 { #expect(try book.outcome(of: number) == Array(repeating: 199, count: 40)) }
    #expect(disk.used == 0)
    try book.setOutcome(Array(repeating: 1, count: 100), of: 7)
    #expect(try book.outcome(of: 7)?.count == 100)
    #expect(try book.outcome(of: 8)?.count == 40)
  }

  /// After an error, what was to be set is what it was.
  @Test(arguments: 0..<30 as Range<UInt64>)
  func `Random pages are remembered as a model has them, whatever fails meanwhile`(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let isTroubled = !seed.isMultiple(of: 3)
    let failing = Set((0..<60).map { _ in Int.random(in: 0..<600, using: &random) })
    let files = MemoryStorage(failing: isTroubled ? .init(taken: 9) { number, _ in failing.contains(number) } : nil)
    if isTroubled { files.failReading { failing.contains($0) } }
    var book = PageBook(on: disk(files), memory: 0)
    var model: [(url: String, parent: Int?, links: [UInt8]?, outcome: [UInt8]?)] = []
    for _ in 0..<900 {
      do throws(RunError) {
        if model.isEmpty || random.oneIn(3) {
          let url = "http://h\(Int.random(in: 0..<4, using: &random))/\(Int.random(in: 0..<99_999, using: &random))"
          try book.add(url: url.utf8.span)
          model.append((url, nil, nil, nil))
        }
        let number = Int.random(in: model.indices, using: &random)
        switch Int.random(in: 0..<7, using: &random) {
        case 0:
          let parent = random.oneIn(4) ? nil : Int.random(in: 0..<1 << 33, using: &random)
          try book.setParent(parent, of: number)
          model[number].parent = parent
        case 1:
          let links = bytes(Int.random(in: 0...(random.oneIn(9) ? 9000 : 200), using: &random), &random)
          try book.setLinks(links, of: number)
          model[number].links = links
        case 2:
          let outcome = bytes(Int.random(in: 0...60, using: &random), &random)
          try book.setOutcome(outcome, of: number)
          model[number].outcome = outcome
        case 3: #expect(try book.url(of: number) == model[number].url)
        case 4: #expect(try book.parent(of: number) == model[number].parent)
        case 5: #expect(try book.links(of: number) == model[number].links)
        default: #expect(try book.outcome(of: number) == model[number].outcome)
        }
      } catch {
        #expect(isTroubled)
      }
    }
  }
}

struct NumberQueueTests {
  private func disk(_ files: MemoryStorage = MemoryStorage(), limit: Int = 1 << 30) -> TemporaryDisk {
    TemporaryDisk(files: files, folders: ["/tmp"], limit: limit)
  }

  @Test func `Numbers leave a queue in their order, and their space is used again`() throws {
    var random = RepeatableRandom(seed: 1)
    let files = MemoryStorage()
    let disk = disk(files)
    var queue = NumberQueue(on: disk, pageSize: 64)
    var model: [Int] = []
    for round in 0..<6000 {
      if Int.random(in: 0..<10, using: &random) < (round / 1000 % 2 == 0 ? 6 : 4) {
        let number = Int.random(in: 0..<1 << 40, using: &random)
        try queue.append(number)
        model.append(number)
      } else {
        #expect(try queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
      }
      #expect(queue.count == model.count)
    }
    while !model.isEmpty { #expect(try queue.popFirst() == model.removeFirst()) }
    #expect(try queue.popFirst() == nil)
    #expect(disk.used == 0)
    #expect(files.size == 0)
  }

  @Test func `A list is read from its start as often as is wanted, while it grows`() throws {
    var list = NumberList(on: disk(), pageSize: 64)
    for number in 0..<500 {
      try list.append(number * 3)
      if number.isMultiple(of: 100) {
        for index in 0..<list.count { #expect(try list.number(at: index) == index * 3) }
      }
    }
    #expect(try list.number(at: 500) == nil)
    #expect(try list.number(at: -1) == nil)
  }

  @Test func `A queue at the bound of the disk refuses, and goes on when numbers were taken`() throws {
    var queue = NumberQueue(on: disk(limit: 64 * 20), pageSize: 64)
    var added = 0
    #expect(throws: RunError.self) {
      while true {
        try queue.append(added)
        added += 1
      }
    }
    #expect(added == 160)
    for number in 0..<80 { #expect(try queue.popFirst() == number) }
    for _ in 0..<80 {
      try queue.append(added)
      added += 1
    }
    for number in 80..<added { #expect(try queue.popFirst() == number) }
  }
}
