import Glibc
import PipeStorage
import PipeTesting
import Synchronization
import Testing

@testable import PipeEngine

@Suite("FrontierStore", .timeLimit(.minutes(20)))
struct FrontierStoreTests {
  private let now = Instant.now

  @Test("the first folder is taken in silence, and no name is left in it")
  func first() throws {
    let folder = try TemporaryFolder()
    let told = Recorder<String>()
    let store = FrontierStore(folders: [folder.path, "/tmp"]) { told.append($0) }
    #expect(store.folder == nil)
    let block = try store.append([request(0)])
    #expect(store.folder == folder.path)
    #expect(try folder.names() == [])
    #expect(try store.take(block).map(\.id.ordinal) == [0])
    #expect(told.count == 0)
  }

  @Test("another folder is taken where the named one takes none, and that is told", arguments: ["/none", "/dev/null"])
  func fallback(named: String) throws {
    let folder = try TemporaryFolder()
    let told = Recorder<String>()
    let store = FrontierStore(folders: [named, "/none/either", folder.path]) { told.append($0) }
    _ = try store.append([request(0)])
    #expect(store.folder == folder.path)
    #expect(told.count == 1)
    #expect(told.all.first?.contains("\(named): ") == true && told.all.first?.contains(folder.path) == true)
  }

  @Test("where no folder takes one, a source's run is told the consequence and the way out")
  func none() async {
    let told = Recorder<String>()
    let frontier = Frontier(
      rules: HostRules(concurrency: 1), capacity: 1, store: FrontierStore(folders: ["/none"]),
      tell: { told.append($0) })
    _ = frontier.take(upTo: 1, now: now)
    #expect(await frontier.add([request(0)]))
    _ = frontier.take(upTo: 9, now: now)
    #expect(await frontier.add((1..<99).map { request($0) }))
    // Nothing more can begin, so it would let in more.
    _ = frontier.take(upTo: 9, now: now)
    #expect(await frontier.add((100..<199).map { request($0) }))
    #expect(frontier.counts.waiting == 98 + 99)
    #expect(told.count == 1)
    #expect(told.all.first?.contains("a slow host holds up the others") == true)
    #expect(told.all.first?.contains("TMPDIR") == true)
  }

  @Test("a run is told once, however often it is said")
  func once() {
    let control = RunControl()
    let heard = Mutex<[String]>([])
    control.tell("early")
    control.onNotice { notice in heard.withLock { $0.append(notice) } }
    for _ in 0..<3 { control.tell("late") }
    for number in 0..<1000 { control.tell("\(number)") }
    #expect(heard.withLock { Array($0.prefix(3)) } == ["early", "late", "0"])
    #expect(heard.withLock { $0.count } <= 100)
  }

  /// A crawl without its other stages: each page brings links.
  private struct Crawl {
    let frontier: Frontier
    /// Pages that were fetched.
    private(set) var fetched = 0
    /// Links that were added.
    private(set) var added = 1
    private let now = Instant.now

    init(_ store: FrontierStore) async {
      frontier = Frontier(rules: HostRules(concurrency: 4), capacity: 64, bytes: 1 << 16, store: store)
      #expect(await frontier.add([request(0)]))
    }

    /// Fetches what may begin and adds the links of each page.
    ///
    /// - Returns: How many pages there were.
    mutating func step(links: Int) throws -> Int {
      guard case .requests(let requests) = frontier.take(upTo: 8, now: now) else { return 0 }
      fetched += requests.count
      for _ in requests {
        let found = (0..<links).map { request(added + $0, host: "h\($0 % 3).example") }
        added += links
        _ = try frontier.add(found: found)
      }
      #expect(frontier.landed(requests.map { Landing($0) }, now: now).pages == 0)
      return requests.count
    }

    /// Fetches until the run fails, while what is on disk is brought back.
    mutating func failure(links: Int) async -> RunError? {
      let refilling = Task { [frontier] in try await frontier.keepRefilling() }
      defer { refilling.cancel() }
      do {
        while true { if try step(links: links) == 0 { await Task.yield() } }
      } catch {
        return error as? RunError
      }
    }
  }

  @Test(
    "links that come back faster than they are fetched never wait: at the bound the run fails, its counts true",
    arguments: [0, 1 << 16])
  func links(memory: Int) async throws {
    let store = FrontierStore(limit: 1 << 20, memory: memory)
    var crawl = await Crawl(store)
    let failure = await crawl.failure(links: 20)
    #expect(failure?.subject == "frontier")
    #expect(failure?.reason.contains("more than 1MiB") == true, "\(failure?.reason ?? "")")
    #expect(store.size <= 1 << 20)
    #expect(store.size > 1 << 19)
    #expect(crawl.fetched > 100)
    let (waiting, inFlight) = crawl.frontier.counts
    #expect(waiting + crawl.fetched == crawl.added)
    #expect(inFlight > 0)
    #expect(crawl.frontier.drain().pages == waiting)
  }

  @Test("a full disk fails the run at once, its counts true", arguments: [0, 1, 40], [0, 1 << 14])
  func fullDisk(writes: Int, memory: Int) async throws {
    let files = MemoryStorage(
      failing: .init(code: ENOSPC, taken: 100) { number, operation in
        // The first operations make the files.
        if case .write = operation { number > writes } else { false }
      })
    let store = FrontierStore(files: files, memory: memory)
    var crawl = await Crawl(store)
    let failure = await crawl.failure(links: 20)
    #expect(failure?.reason.contains("No space left on device") == true)
    #expect(failure?.hint?.contains("TMPDIR") == true)
    let (waiting, _) = crawl.frontier.counts
    #expect(waiting + crawl.fetched == crawl.added)
  }

  @Test(
    "what was read back is reclaimed: many times the bound goes through the store, and nothing is lost",
    arguments: [0, 1 << 16])
  func reclaimed(memory: Int) async throws {
    let files = MemoryStorage()
    let store = FrontierStore(files: files, limit: 1 << 19, memory: memory)
    var crawl = await Crawl(store)
    let frontier = crawl.frontier
    let refilling = Task { try await frontier.keepRefilling() }
    var written = 0
    var before = 0
    var mostOnDisk = 0
    // It finds more while little is on disk, and nothing while much is.
    var isFinding = true
    while written < Effort.times(3 << 20) {
      if try crawl.step(links: isFinding ? 12 : 0) == 0 { await Task.yield() }
      let size = store.size
      written += max(0, size - before)
      before = size
      mostOnDisk = max(mostOnDisk, size)
      if size > 350 << 10 { isFinding = false }
      if size < 100 << 10 { isFinding = true }
    }
    while frontier.counts.waiting > 0 { if try crawl.step(links: 0) == 0 { await Task.yield() } }
    refilling.cancel()
    _ = try? await refilling.value
    #expect(crawl.fetched == crawl.added)
    #expect(mostOnDisk <= 1 << 19)
    #expect(files.size <= 1 << 17, "what is left is a part of one file")
  }
}
