import FoundationEssentials
import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

@Suite("The sink redis", .timeLimit(.minutes(20)))
struct RedisSinkTests {
  private static let columns: [(String, FieldType)] = [
    ("url", .string), ("n", .int), ("tags", FieldType(.string, isList: true)),
  ]

  @Test("a row is a hash, of which only its fields are touched and a missing value is removed")
  func hashes() async throws {
    let redis = try RedisPlace()
    _ = try redis.program.cli("HSET", "page:a", "own", "mine", "n", "old", "tags", "old")
    let left = try await redis.write(
      [
        [.string("a"), .int(1), .null], [.string("b"), .null, .list([.string("x"), .string("y")])],
        [.string("b"), .int(2), .null],
      ], Self.columns, "key: \"page:{url}\"")
    #expect(left == RowsLeftOut(deduplicated: 1))
    #expect(try redis.hash("page:a") == ["own": "mine", "url": "a", "n": "1"])
    #expect(try redis.hash("page:b") == ["url": "b", "n": "2"])
    #expect(try redis.program.cli("TTL", "page:a") == "-1")
  }

  @Test("with ttl a hash is gone when it is over")
  func ttl() async throws {
    let redis = try RedisPlace()
    try await redis.write([[.string("a"), .int(1), .null]], Self.columns, "key: \"{url}\", ttl: 2h")
    #expect(7100...7200 ~= (Int(try redis.program.cli("TTL", "a")) ?? 0))
  }

  @Test("rows are JSON texts in a list, in their order")
  func lists() async throws {
    let redis = try RedisPlace()
    try await redis.write(
      [[.string("a"), .int(1), .list([.string("x")])], [.string("a"), .int(1), .null]], Self.columns,
      "key: pages, as: list")
    #expect(
      try redis.texts("LRANGE", "pages", "0", "-1") == [
        #"{"url":"a","n":1,"tags":["x"]}"#, #"{"url":"a","n":1,"tags":null}"#,
      ])
  }

  @Test("equal rows of a set are one, and the key is made of the row")
  func sets() async throws {
    let redis = try RedisPlace()
    try await redis.write(
      [[.string("a"), .int(1), .null], [.string("a"), .int(1), .null], [.string("b"), .int(2), .null]], Self.columns,
      "key: \"by:{n}:{url}\", as: set")
    #expect(try redis.texts("SMEMBERS", "by:1:a") == [#"{"url":"a","n":1,"tags":null}"#])
    #expect(try redis.texts("SMEMBERS", "by:2:b") == [#"{"url":"b","n":2,"tags":null}"#])
  }

  @Test("rows are entries of a stream, which is cut to about its length")
  func streams() async throws {
    let redis = try RedisPlace()
    let rows: [[Value]] = (0..<5000).map { [.string("u\($0)"), .int($0), .null] }
    try await redis.write(rows, Self.columns, "key: s, as: stream, max_length: 1000")
    let length = Int(try redis.program.cli("XLEN", "s")) ?? 0
    #expect(1000...1200 ~= length)
    let last = try redis.replies("XREVRANGE", "s", "+", "-", "COUNT", "1")[0].elements?[0].elements?[1]
    #expect(last?.elements?.map(\.text) == ["url", "u4999", "n", "4999"])
  }

  @Test("values and keys of any kind are kept as they are")
  func hostile() async throws {
    let redis = try RedisPlace()
    let texts = [
      "\0", "a\r\n$3\r\nDEL", "\u{1F600}", "", "*1\r\n$8\r\nFLUSHALL\r\n", String(repeating: "x", count: 1 << 20),
      "{url}", "%s%n",
      "a b\"'`",
    ]
    let number = "123456789012345678901234567890.5"
    let columns: [(String, FieldType)] = [("k", .string), ("v\r\n\0", .json), ("i", .number)]
    for form in ["hash", "list"] {
      let left = try await redis.write(
        texts.map { [.string($0), .json("{\"a\":[1]}"), .json(number)] }, columns, "key: \"\(form):{k}\", as: \(form)")
      #expect(left == RowsLeftOut())
    }
    #expect(try redis.replies("DBSIZE")[0] == .integer(2 * texts.count + 2))
    for text in texts {
      #expect(
        try redis.hash("hash:" + text) == ["k": text, "v\r\n\0": "{\"a\":[1]}", "i": number], "\(text.prefix(20))")
      let json = try #require(try redis.texts("LRANGE", "list:" + text, "0", "-1").first)
      let row = try JSONDecoder().decode([String: JSONPart].self, from: Data(json.utf8))
      #expect(row["k"] == .text(text))
      #expect(json.hasSuffix(",\"v\\r\\n\\u0000\":{\"a\":[1]},\"i\":\(number)}"), "\(json.suffix(60))")
    }
  }

  private enum JSONPart: Decodable, Equatable {
    case text(String)
    case other

    init(from decoder: any Decoder) throws {
      self = (try? decoder.singleValueContainer().decode(String.self)).map { .text($0) } ?? .other
    }
  }

  @Test("rows that cannot be written are rejected with the reason, and take none along")
  func rejects() async throws {
    let redis = try RedisPlace()
    _ = try redis.program.cli("SET", "page:b", "text")
    _ = try redis.program.cli("RPUSH", "page:c", "x")
    let told = Recorder<String>()
    let left = try await redis.write(
      ["a", "b", "c", "d"].map { [.string($0), .int(1), .null] } + [[.null, .int(2), .null]], Self.columns,
      "key: \"page:{url}\", rejects: \"\(redis.program.folder.path("rejects.jsonl"))\"", telling: told)
    #expect(left == RowsLeftOut(rejected: 3))
    #expect(try redis.hash("page:a")["n"] == "1" && redis.hash("page:d")["n"] == "1")
    #expect(try redis.program.cli("GET", "page:b") == "text")
    let rejects = try redis.program.folder.text("rejects.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode(SQLiteFile.Reject.self, from: Data($0.utf8))
    }
    #expect(Set(rejects.map(\.code)) == ["WRONGTYPE", "key"])
    #expect(rejects.contains { $0.reason == "the key page:b holds a string, not a hash" }, "\(rejects)")
    #expect(rejects.contains { $0.reason == "a key that is null" && $0.column == "url" }, "\(rejects)")
    #expect(told.all.contains { $0.contains("refused 3 rows") }, "\(told.all)")
  }

  @Test("no row gets at the keys of pipe itself, and none of a stream is empty")
  func ownKeys() async throws {
    let redis = try RedisPlace()
    let key = "pipe:checkpoint:test:{url}"
    let left = try await redis.write(
      [[.string(key), .int(1), .null], [.string("a"), .int(1), .null]], Self.columns, "key: \"{url}\"")
    #expect(left == RowsLeftOut(rejected: 1))
    #expect(try redis.hash(key)["batch"] == "1")
    let empty = try await redis.write([[.null, .null, .null]], Self.columns, "key: s, as: stream")
    #expect(empty == RowsLeftOut(rejected: 1))
  }

  @Test("a server without memory, one that cannot save and a replica end the run with their own words")
  func refusals() async throws {
    let redis = try RedisPlace()
    let rows: [[Value]] = [
      [.string("a"), .int(1), .null], [.string(String(repeating: "x", count: 1 << 20)), .null, .null],
    ]
    var writer = try await redis.sink("key: l, as: list").open(
      SQLiteFile.columns(Self.columns), at: nil, in: SQLiteFile.environment())
    try await writer.write(SQLiteFile.records(rows))
    _ = try await writer.commit()
    _ = try redis.program.cli("CONFIG", "SET", "maxmemory", "1")
    try await writer.write(SQLiteFile.records(rows))
    let full = await #expect(throws: RunError.self) { _ = try await writer.commit() }
    #expect(full?.reason.contains("OOM command not allowed") == true, "\(full?.reason ?? "")")
    #expect(try redis.replies("LLEN", "l") == [.integer(2)])
    _ = try redis.program.cli("CONFIG", "SET", "maxmemory", "0")
    _ = try redis.program.cli("REPLICAOF", "127.0.0.1", "1")
    let replica = await #expect(throws: RunError.self) { _ = try await writer.commit() }
    #expect(replica?.reason.contains("READONLY") == true, "\(replica?.reason ?? "")")
    let opening = await #expect(throws: RunError.self) { try await redis.write([], Self.columns, "key: l, as: list") }
    #expect(opening?.reason.contains("is a replica") == true, "\(opening?.reason ?? "")")
    _ = try redis.program.cli("REPLICAOF", "NO", "ONE")
    // Nothing of what was refused is lost.
    let commit = try await writer.commit()
    #expect(commit.rows == 4)
    #expect(try redis.replies("LLEN", "l") == [.integer(4)])
  }

  @Test("a refused password, another type at the key and a cluster are told before the run")
  func prospects() async throws {
    let redis = try RedisPlace()
    _ = try redis.program.cli("SET", "l", "x")
    let columns = SQLiteFile.columns(Self.columns)
    func reason(_ sink: RedisSink) -> String {
      if case .refused(let error) = sink.prospect(of: columns, goesOn: false) { error.reason } else { "" }
    }
    #expect(reason(try redis.sink("key: l, as: list")).contains("has a string at the key l"))
    #expect(try redis.sink("key: other, as: list").prospect(of: columns, goesOn: false) == .new)
    #expect(try redis.sink("key: \"{url}\"").prospect(of: columns, goesOn: false) == .addedTo)
    _ = try redis.program.cli("CONFIG", "SET", "requirepass", "p")
    #expect(reason(try redis.sink("key: m, as: list")).contains("asks for a password"))
    let node = try RedisPlace(["--cluster-enabled", "yes"])
    #expect(reason(try node.sink("key: m, as: list")).contains("node of a cluster"))
    await node.program.kill()
    #expect(reason(try node.sink("key: m, as: list")).contains("cannot connect"))
  }

  @Test(
    "what cannot be written is a finding",
    arguments: [
      ("key: pages", "conflict"), ("key: \"{+url}\"", "bad-value"), ("key: \"\"", "bad-value"),
      ("key: \"{nothing}\"", "unknown-field"), ("key: \"{links}\"", "type-mismatch"),
      ("key: l, as: list, ttl: 1h", "conflict"), ("key: \"{url}\", max_length: 5", "conflict"),
      ("key: l, as: zset", "bad-value"),
      ("key: \"{\"", "bad-value"), ("as: list", "missing-key"),
    ])
  func findings(options: String, code: String) {
    let pipeline = Pipeline(spec: "extract: [url, links]\nsinks:\n  - redis: {url: \"redis://h\", \(options)}\n")
    #expect(pipeline.diagnostics.map(\.code.rawValue) == [code], "\(pipeline.diagnostics.map(\.message))")
  }

  @Test("a password in the spec is a warning, and shown by nobody")
  func masked() throws {
    let pipeline = Pipeline(
      spec: "extract: [url]\nsinks:\n  - redis: {url: \"redis://:hush-hush@h/1\", key: \"{url}\"}\n")
    #expect(pipeline.diagnostics.map(\.code.rawValue) == ["insecure"])
    let plan = try #require(pipeline.plan)
    #expect(plan.sinks[0].shown == "redis://h:6379/1 (hash {url})")
    let bad = Pipeline(spec: "extract: [url]\nsinks:\n  - redis: {url: \"redis://hush-hush@h/1\", key: \"{url}\"}\n")
    #expect(bad.diagnostics.map(\.code.rawValue) == ["bad-url"])
    #expect(bad.diagnostics.allSatisfy { !$0.message.contains("hush") })
  }

  @Test("one key twice is a finding, two keys or databases are not")
  func conflicts() {
    func codes(_ first: String, _ second: String) -> [String] {
      Pipeline(spec: "extract: [url]\nsinks:\n  - redis: {\(first)}\n  - redis: {\(second)}\n").diagnostics.map(
        \.code.rawValue)
    }
    let one = "url: \"redis://h\", key: l, as: list"
    #expect(codes(one, "url: \"redis://u:@h:6379/0\", key: l, as: list") == ["conflict"])
    #expect(codes(one, "url: \"redis://h/1\", key: l, as: list") == [])
    #expect(codes(one, "url: \"redis://h\", key: m, as: list") == [])
  }
}
