import Glibc
import PipeTesting
import Testing

@testable import PipeStorage

struct PagedFileTests {
  private func disk(_ files: MemoryStorage, limit: Int = 1 << 20) -> TemporaryDisk {
    TemporaryDisk(files: files, folders: ["/tmp"], limit: limit)
  }

  private func bytes(_ count: Int, _ value: UInt8) -> [UInt8] { Array(repeating: value, count: count) }

  @Test func `While everything fits in memory, no file is made`() throws {
    let files = MemoryStorage()
    let disk = disk(files)
    let file = PagedFile(on: disk, memory: 8 * 64, pageSize: 64)
    for number in 0..<8 { #expect(try file.append(bytes(64, UInt8(number)).span) == number * 64) }
    for number in (0..<8).reversed() { #expect(try file.read(at: number * 64, count: 64) == bytes(64, UInt8(number))) }
    #expect(files.attempts == 0)
    #expect(disk.used == 0)
    #expect(disk.folder == nil)
    _ = try file.append([1].span)
    // Every page has its place from now on, but one alone had to be written.
    #expect(disk.used == 9 * 64)
    #expect(files.operations.count == 2)
  }

  @Test func `Bytes that were never written read as zeros`() throws {
    let file = PagedFile(on: disk(MemoryStorage()), memory: 0, pageSize: 16)
    try file.write([1, 2].span, at: 95)
    #expect(file.size == 97)
    #expect(try file.read(at: 90, count: 12) == [0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0])
    #expect(try file.read(at: 1 << 40, count: 3) == [0, 0, 0])
    #expect(try file.word(1 << 40) == 0)
    var wasShown = false
    try file.look(at: 3) { _ in wasShown = true }
    #expect(!wasShown)
  }

  @Test func `Memory holds no more pages than it may`() throws {
    let disk = disk(MemoryStorage())
    let file = PagedFile(on: disk, memory: 6 * 64, pageSize: 64)
    for number in 0..<100 { try file.setWord(UInt64(number), number * 8) }
    #expect(file.sizeInMemory == 6 * 64)
    #expect(disk.used == 100 * 64)
    for number in 0..<100 { #expect(try file.word(number * 8) == UInt64(number)) }
    #expect(file.sizeInMemory == 6 * 64)
    #expect(disk.used == 100 * 64)
  }

  @Test func `A page that was only read is not written again`() throws {
    let files = MemoryStorage()
    let file = PagedFile(on: disk(files), memory: 0, pageSize: 64)
    for number in 0..<20 { try file.setWord(UInt64(number), number * 8) }
    for number in 0..<20 { _ = try file.word(number * 8) }
    let attempts = files.attempts
    for _ in 0..<3 { for number in 0..<20 { #expect(try file.word(number * 8) == UInt64(number)) } }
    #expect(files.attempts == attempts)
  }

  @Test func `All files share one bound, and give back what they took`() throws {
    let files = MemoryStorage()
    let disk = disk(files, limit: 64 * 10)
    let first = PagedFile(on: disk, memory: 0, pageSize: 64)
    for number in 0..<6 { try first.setWord(1, number * 8) }
    do {
      let second = PagedFile(on: disk, memory: 0, pageSize: 64)
      for number in 0..<4 { try second.setWord(2, number * 8) }
      #expect(disk.used == 64 * 6)
      #expect(throws: TemporaryDisk.Refusal.full(folder: "/tmp", limit: 640)) { try second.setWord(2, 32) }
      for number in 6..<8 { try first.setWord(1, number * 8) }
      #expect(throws: TemporaryDisk.Refusal.full(folder: "/tmp", limit: 640)) { try second.setWord(2, 32) }
      for number in 0..<4 { #expect(try second.word(number * 8) == 2) }
    }
    for number in 8..<10 { try first.setWord(1, number * 8) }
    #expect(throws: TemporaryDisk.Refusal.full(folder: "/tmp", limit: 640)) { try first.setWord(1, 80) }
    for number in 0..<10 { #expect(try first.word(number * 8) == 1) }
    #expect(disk.used == 640)
  }

  @Test func `What a file took is given back with it`() throws {
    let files = MemoryStorage()
    let disk = disk(files)
    do {
      let file = PagedFile(on: disk, memory: 0, pageSize: 64)
      for number in 0..<20 { try file.setWord(1, number * 8) }
      #expect(disk.used == 20 * 64)
    }
    #expect(disk.used == 0)
    #expect(files.size == 0)
  }

  @Test func `The place of a discarded page is used again, and an empty file goes`() throws {
    let files = MemoryStorage()
    let disk = disk(files)
    let file = PagedFile(on: disk, memory: 0, pageSize: 64)
    for number in 0..<1000 {
      try file.setWord(UInt64(number), number * 8)
      if number >= 20 {
        #expect(try file.word((number - 20) * 8) == UInt64(number - 20))
        file.discard(number - 20)
        #expect(try file.word((number - 20) * 8) == 0)
      }
      #expect(disk.used <= 24 * 64)
    }
    for number in 980..<1000 { file.discard(number) }
    #expect(disk.used == 0)
    #expect(files.size == 0)
    try file.setWord(5, 8)
    #expect(try file.word(8) == 5)
  }

  @Test func `The first folder that takes a file is used, and the person is told`() throws {
    let folder = try TemporaryFolder()
    let told = Recorder<String>()
    let disk = TemporaryDisk(folders: ["/nowhere", folder.path], limit: 1 << 20) { told.append($0) }
    let file = PagedFile(on: disk, memory: 0, pageSize: 64)
    for number in 0..<9 { try file.setWord(UInt64(number), number * 8) }
    for number in 0..<9 { #expect(try file.word(number * 8) == UInt64(number)) }
    #expect(disk.folder == folder.path)
    #expect(
      told.all == [
        "no temporary file can be made in /nowhere: No such file or directory; \(folder.path) is used instead"
      ])
    #expect(try folder.names() == [])
  }

  @Test func `Without a folder that takes a file, all of them are named`() throws {
    let disk = TemporaryDisk(folders: ["/nowhere", "/nor/here"], limit: 1 << 20)
    let file = PagedFile(on: disk, memory: 0, pageSize: 64)
    for number in 0..<4 { try file.setWord(7, number * 8) }
    let error = #expect(throws: TemporaryDisk.Refusal.self) { try file.setWord(7, 32) }
    #expect(
      error?.words
        == "no temporary file can be made (/nowhere: No such file or directory; /nor/here: No such file or directory)")
    #expect(try file.word(24) == 7)
  }

  @Test func `A reading that fails is thrown, and the page is there when it is read again`() throws {
    let files = MemoryStorage()
    let file = PagedFile(on: disk(files), memory: 0, pageSize: 64)
    for number in 0..<9 { try file.setWord(UInt64(number), number * 8) }
    files.failReading { $0 == 0 }
    let error = #expect(throws: TemporaryDisk.Refusal.self) { try file.word(0) }
    #expect(error?.words == "a temporary file in /tmp cannot be read: Input/output error")
    for number in 0..<9 { #expect(try file.word(number * 8) == UInt64(number)) }
  }

  /// Every change goes to a model as well. After an error the range that was written is what it was, or what it should
  /// have become, byte by byte; everything else is as it was.
  @Test(arguments: 0..<60 as Range<UInt64>)
  func `Random writes read back as an array has them, whatever fails meanwhile`(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let isTroubled = seed.isMultiple(of: 2)
    let isTight = seed % 6 == 3
    let failing = Set((0..<30).map { _ in Int.random(in: 0..<300, using: &random) })
    let files = MemoryStorage(failing: isTroubled ? .init(taken: 5) { number, _ in failing.contains(number) } : nil)
    if isTroubled { files.failReading { failing.contains($0) } }
    let disk = disk(files, limit: isTight ? 64 * 40 : 1 << 20)
    let file = PagedFile(on: disk, memory: Int.random(in: 0...640, using: &random), pageSize: 64)
    var model = bytes(4000, 0)
    for _ in 0..<400 {
      let start = Int.random(in: 0..<3000, using: &random)
      let count = Int.random(in: 0...(random.oneIn(4) ? 900 : 40), using: &random)
      do throws(TemporaryDisk.Refusal) {
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1:
          #expect(try file.read(at: start, count: count) == Array(model[start..<start + count]))
        case 2:
          let word = try file.word(start / 8)
          #expect(word == (0..<8).reversed().reduce(0) { $0 << 8 | UInt64(model[start / 8 * 8 + $1]) })
        case 3:
          let word = random.next()
          try file.setWord(word, start / 8)
          for place in 0..<8 { model[start / 8 * 8 + place] = UInt8(truncatingIfNeeded: word >> UInt64(8 * place)) }
        case 4 where random.oneIn(4):
          file.discard(start / 64)
          for place in start / 64 * 64..<start / 64 * 64 + 64 { model[place] = 0 }
        default:
          let content = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
          do throws(TemporaryDisk.Refusal) {
            try file.write(content.span, at: start)
            model.replaceSubrange(start..<start + count, with: content)
          } catch {
            #expect(isTroubled || isTight)
            let read = try again(isTroubled) { () throws(TemporaryDisk.Refusal) in
              try file.read(at: start, count: count)
            }
            for place in 0..<count {
              #expect(read[place] == model[start + place] || read[place] == content[place])
              model[start + place] = read[place]
            }
          }
        }
      } catch {
        #expect(isTroubled || isTight)
      }
      #expect(files.size <= disk.used)
      #expect(disk.used <= disk.limit)
    }
    files.failReading { _ in false }
    for start in stride(from: 0, to: 4000, by: 100) {
      let read = try again(isTroubled) { () throws(TemporaryDisk.Refusal) in try file.read(at: start, count: 100) }
      #expect(read == Array(model[start..<start + 100]))
    }
  }

  /// Reading may write pages to make room: where that fails by chance, it is tried again.
  private func again(
    _ isTroubled: Bool, _ body: () throws(TemporaryDisk.Refusal) -> [UInt8]
  ) throws(TemporaryDisk.Refusal) -> [UInt8] {
    while isTroubled { if let bytes = try? body() { return bytes } }
    return try body()
  }
}
