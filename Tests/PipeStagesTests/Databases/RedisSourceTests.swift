import PipeDatabase
import PipeSpec
import PipeStorage
import PipeTesting
import PipeText
import Testing

@testable import PipeEngine
@testable import PipeStages

@Suite("The source redis", .timeLimit(.minutes(20)))
struct RedisSourceTests {
  private func source(_ redis: RedisPlace, _ options: String) throws -> any Source {
    let pipeline = Pipeline(spec: "sources:\n  - redis: {database: \"\(redis.url)\", \(options)}\n")
    return try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))").sources[0].source
  }

  private func requests(_ redis: RedisPlace, _ options: String, columns: Set<ExactText> = []) async throws -> [Request]
  {
    try await source(redis, options).requests(in: "", columns: columns)
  }

  private func add(_ redis: RedisPlace, _ commands: RedisCommands) throws {
    let replies = try RedisConnection(RedisAddress(redis.url)).replies(to: commands)
    #expect(replies.allSatisfy { $0.error == nil })
  }

  @Test("a list is read in its order and stays, and a set and a stream are read whole", arguments: [0, 1, 500, 1203])
  func whole(count: Int) async throws {
    let redis = try RedisPlace()
    var commands = RedisCommands()
    let urls = (0..<count).map { "http://h/\($0)" }
    for url in urls {
      commands.add("RPUSH", "l", url)
      commands.add("SADD", "s", url)
      commands.add("XADD", "x", "*", "url", url)
    }
    try add(redis, commands)
    #expect(try await requests(redis, "list: l").map(\.written) == urls)
    #expect(try await requests(redis, "set: s").map(\.written).sorted() == urls.sorted())
    #expect(try await requests(redis, "stream: x").map(\.written) == urls)
    #expect(try redis.replies("LLEN", "l") == [.integer(count)])
  }

  @Test("a stream is read behind an entry")
  func after() async throws {
    let redis = try RedisPlace()
    var commands = RedisCommands()
    for number in 1...5 { commands.add("XADD", "x", "\(number)-1", "url", "http://h/\(number)") }
    try add(redis, commands)
    #expect(try await requests(redis, "stream: x, after: 3-1").map(\.written) == ["http://h/4", "http://h/5"])
    #expect(
      try await requests(redis, "stream: x, after: \"3\"").map(\.written) == ["http://h/3", "http://h/4", "http://h/5"])
  }

  @Test("elements are URLs or objects with columns, which keep their types and digits")
  func columns() async throws {
    let redis = try RedisPlace()
    var commands = RedisCommands()
    for element in [
      "http://h/a", #" {"url":"http://h/b","n":12345678901234567890,"t":"x\u0000","o":{"a":1},"z":null}"#,
      #"{"link":"http://h/c"}"#,
      #"{"url":"http://h/d""#, "nonsense", "",
    ] { commands.add("RPUSH", "l", element) }
    commands.add([Array("RPUSH".utf8), Array("l".utf8), [0x7B, 0xFF, 0x7D]])
    commands.add("XADD", "x", "*", "url", "http://h/e", "n", "1", "t", "a\0b")
    try add(redis, commands)
    let found = try await requests(redis, "list: l", columns: ["url", "n", "t", "o", "z"])
    #expect(found.map(\.written).prefix(2) == ["http://h/a", "http://h/b"])
    #expect(found[0].input == ["url": .string("http://h/a")])
    #expect(
      found[1].input == [
        "url": .string("http://h/b"), "n": .json("12345678901234567890"), "t": .string("x\0"), "o": .json("{\"a\":1}"),
        "z": .null,
      ])
    let faults = found.map { $0.fault?.message ?? "" }
    #expect(faults[2].contains("row 3: no field 'url'"), "\(faults)")
    #expect(faults[3].contains("not a URL, and not a JSON object"), "\(faults)")
    #expect(faults[4...].allSatisfy { !$0.isEmpty }, "\(faults)")
    #expect(found.count == 7)
    let entry = try await requests(redis, "stream: x", columns: ["n", "t"])
    #expect(entry.map(\.input) == [["n": .string("1"), "t": .string("a\0b")]])
    #expect(
      try await requests(redis, "stream: x, url: \"http://h/?t={t}&n={n}\"").map(\.written) == ["http://h/?t=a%00b&n=1"]
    )
    #expect(try await requests(redis, "list: l, column: link")[2].written == "http://h/c")
  }

  @Test("a key of another type and a server that is not there end the source in words")
  func refused() async throws {
    let redis = try RedisPlace()
    _ = try redis.program.cli("SET", "l", "x")
    for options in ["list: l", "set: l", "stream: l"] {
      let error = await #expect(throws: RunError.self) { try await requests(redis, options) }
      #expect(error?.reason.contains("WRONGTYPE") == true, "\(error?.reason ?? "")")
    }
    for options in ["list: m, take: true", "stream: m, group: g"] {
      let error = await #expect(throws: RunError.self) { try await requests(redis, options) }
      #expect(error?.reason.contains("a run with a journal") == true, "\(error?.reason ?? "")")
    }
    await redis.program.kill()
    let error = await #expect(throws: RunError.self) { try await requests(redis, "list: l") }
    #expect(error?.reason.contains("cannot connect") == true, "\(error?.reason ?? "")")
  }

  @Test(
    "what cannot be read is a finding",
    arguments: [
      ("list: a, set: b", "conflict"), ("column: a", "missing-key"), ("set: a, take: true", "conflict"),
      ("list: a, group: g", "conflict"), ("stream: a, consumer: c", "conflict"), ("stream: a, idle: 1h", "conflict"),
      ("stream: a, group: g, after: 1-1", "conflict"), ("stream: a, after: yesterday", "bad-value"),
      ("list: a, column: b, url: \"http://h/{c}\"", "conflict"),
    ])
  func findings(options: String, code: String) {
    let pipeline = Pipeline(spec: "sources:\n  - redis: {database: \"redis://h\", \(options)}\n")
    #expect(pipeline.diagnostics.map(\.code.rawValue) == [code], "\(pipeline.diagnostics.map(\.message))")
  }

  // MARK: Taking

  /// A whole run with a journal on a disk in memory.
  private func run(_ redis: RedisPlace, _ options: String, on storage: MemoryStorage) async throws -> [String] {
    let pipeline = Pipeline(
      whole: """
        version: 1
        name: queue
        sources:
          - redis: {database: "\(redis.url)", \(options)}
        fetch: {retry: 1, concurrency: 12, per_host: {concurrency: 12}}
        extract: {url: url, status: status}
        sinks: [csv: /w/out.csv]
        """)
    let plan = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))")
    var settings = RunJournal.Settings(folder: "/w/.pipe/queue")
    settings.interval = .milliseconds(5)
    let opening = try RunJournal.open(
      settings, for: .resume, spec: try #require(SpecMeaning([1, 0])), at: "/w/a.yaml", shown: "a.yaml", of: plan,
      in: storage)
    guard case .run(let journal) = opening else {
      Issue.record("it did not run")
      return []
    }
    let fetcher = UnevenFetcher(seed: 1, round: 9, hasItems: false, hasLists: false)
    let outcome = await Run(plan, fetcher: fetcher, journal: journal, storage: storage).perform()
    #expect(outcome.reason == .complete, "\(outcome.failure?.reason ?? "")")
    let bytes = try #require(storage.disk["/w/out.csv"])
    return bytes.split(separator: UInt8(ascii: "\n")).dropFirst().map {
      String(decoding: $0.prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)
    }.sorted()
  }

  @Test(
    "what is taken from a list is in neither list once its rows are durable, and what an earlier run has left comes first"
  )
  func list() async throws {
    let redis = try RedisPlace()
    var commands = RedisCommands()
    for number in 0..<40 { commands.add("RPUSH", "l", "http://h/\(number)") }
    for number in 40..<60 { commands.add("RPUSH", "l:pipe", "http://h/\(number)") }
    try add(redis, commands)
    let rows = try await run(redis, "list: l, take: true", on: MemoryStorage(MemoryDisk(folders: ["/w"])))
    #expect(rows == (0..<60).map { "http://h/\($0)" }.sorted())
    #expect(try redis.replies("EXISTS", "l", "l:pipe") == [.integer(0)])
  }

  @Test("the same URL once more is another element, for a run as well that goes on")
  func twice() async throws {
    let redis = try RedisPlace()
    var commands = RedisCommands()
    for _ in 0..<3 { commands.add("RPUSH", "l", "http://h/1") }
    commands.add("RPUSH", "l:pipe", "http://h/1")
    try add(redis, commands)
    let rows = try await run(redis, "list: l, take: true", on: MemoryStorage(MemoryDisk(folders: ["/w"])))
    #expect(rows == Array(repeating: "http://h/1", count: 4))
    #expect(try redis.replies("EXISTS", "l", "l:pipe") == [.integer(0)])
  }

  @Test("entries of a group are acknowledged, those left pending and those that others have left come as well")
  func group() async throws {
    let redis = try RedisPlace()
    var commands = RedisCommands()
    for number in 0..<60 { commands.add("XADD", "x", "*", "url", "http://h/\(number)") }
    commands.add("XGROUP", "CREATE", "x", "g", "0")
    commands.add("XREADGROUP", "GROUP", "g", "me", "COUNT", "10", "STREAMS", "x", ">")
    commands.add("XREADGROUP", "GROUP", "g", "dead", "COUNT", "10", "STREAMS", "x", ">")
    try add(redis, commands)
    let storage = MemoryStorage(MemoryDisk(folders: ["/w"]))
    // Another one's are his, as long as he may be working on them.
    var rows = try await run(redis, "stream: x, group: g, consumer: me, idle: 1000h", on: storage)
    #expect(rows == (Array(0..<10) + Array(20..<60)).map { "http://h/\($0)" }.sorted())
    #expect(try redis.replies("XPENDING", "x", "g")[0].elements?.first == .integer(10))
    while try redis.replies("XPENDING", "x", "g", "IDLE", "1000", "-", "+", "10")[0].elements?.count != 10 {}
    rows = try await run(
      redis, "stream: x, group: g, consumer: me, idle: 1s", on: MemoryStorage(MemoryDisk(folders: ["/w"])))
    #expect(rows == (10..<20).map { "http://h/\($0)" }.sorted())
    #expect(try redis.replies("XPENDING", "x", "g")[0].elements?.first == .integer(0))
  }
}
