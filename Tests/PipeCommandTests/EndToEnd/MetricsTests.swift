import FoundationEssentials
import Glibc
import PipeReport
import PipeTesting
import PracticeSite
import Synchronization
import Testing

@Suite("pipe, metrics of a run", .timeLimit(.minutes(20)))
struct MetricsTests {
  /// The last page comes when a test has seen what it wants, or is given up.
  private static let long = """
    name: shop
    sources: [urls: [SITE/page/1, SITE/page/2, SITE/status/404, SITE/broken/close-before-head, SITE/delay/40]]
    fetch: {retry: 1, timeout: 60s, allow_private: [127.0.0.1]}
    extract: [url, status]
    sinks: [csv: out.csv]
    """
  private static let short = long.replacing(", SITE/delay/40", with: "")

  /// A sample as an independent parser reads it (Tests/tools/metrics.py).
  struct Sample: Decodable {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  /// What the parser of Prometheus' own client for Python reads, once promtool has found nothing to say.
  private func samples(_ text: String) async throws -> [Sample] {
    let folder = try TemporaryFolder()
    try folder.write("metrics", text.utf8)
    let promtool = try #require(Program.path("promtool"), "install it: Scripts/install-packages test")
    let python = try #require(Program.path("python3"), "install it: Scripts/install-packages test")
    let check = await
      (try RunningCommand(promtool, ["check", "metrics"], folder: folder.path, input: Array(text.utf8))).outcome()
    #expect(check.status == 0 && check.output + check.errors == "", "\(check.output)\(check.errors)")
    let read = await
      (try RunningCommand(
        python, [Project.root + "/Tests/tools/metrics.py", folder.path("metrics")], folder: folder.path)).outcome()
    #expect(read.status == 0, "\(read.errors)")
    return try read.lines.map { try JSONDecoder().decode(Sample.self, from: Data($0.utf8)) }
  }

  private func value(_ samples: [Sample], _ name: String, _ labels: [String: String] = [:]) -> Double? {
    samples.first { sample in
      sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        && sample.labels["pipeline"] == "shop"
    }?.value
  }

  /// Starts a run that serves metrics at a port of the system's choice, and waits until it has had all pages but one.
  private func start(
    _ place: borrowing Workplace, _ flags: [String] = []
  ) async throws -> (command: RunningCommand, client: MetricsClient) {
    let command = try place.start(
      ["run", try place.spec(Self.long), "--metrics", "0", "--log-level", "debug", "--restart"] + flags)
    #expect(
      await command.waitUntil { _, errors in
        errors.split(separator: "\n").filter { $0.contains(" recorded ") }.count == 4
      })
    let seen = Mutex("")
    _ = await command.waitUntil { _, errors in
      seen.withLock { $0 = errors }
      return true
    }
    let port = seen.withLock { text in
      text.split(separator: "http://127.0.0.1:").lazy.compactMap { part -> Int? in
        let digits = part.prefix { $0.isNumber }
        return part.dropFirst(digits.count).hasPrefix("/metrics") ? Int(digits) : nil
      }.first
    }
    return (command, MetricsClient(port: try #require(port)))
  }

  private func stop(_ command: RunningCommand) async throws -> RunningCommand.Outcome {
    command.send(SIGINT)
    #expect(try await command.send(SIGINT, after: "pipe: stopping"))
    return await command.outcome()
  }

  @Test("a scrape has what the run has come to, and its end is the end of the server")
  func scrape() async throws {
    try await Workplace.use(pages: 3) { place in
      let (command, client) = try await start(place)
      let answer = try client.get("/metrics")
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answer.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
      let samples = try await samples(client.body(answer))
      #expect(value(samples, "pipe_run_active") == 1)
      #expect(value(samples, "pipe_in_flight") == 1)
      #expect(value(samples, "pipe_requests_total", ["purpose": "page"]) == 4)
      #expect(value(samples, "pipe_responses_total", ["class": "2xx"]) == 2)
      #expect(value(samples, "pipe_responses_total", ["class": "4xx"]) == 1)
      #expect(value(samples, "pipe_records_total", ["outcome": "ok"]) == 2)
      #expect(value(samples, "pipe_records_total", ["outcome": "not_ok"]) == 1)
      #expect(value(samples, "pipe_records_total", ["outcome": "error"]) == 1)
      #expect(value(samples, "pipe_errors_total", ["code": "connection"]) == 1)
      #expect(value(samples, "pipe_request_duration_seconds_count") == 3)
      #expect(value(samples, "pipe_request_duration_seconds_bucket", ["le": "+Inf"]) == 3)
      #expect((value(samples, "pipe_request_duration_seconds_sum") ?? 0) > 0)
      #expect((value(samples, "pipe_received_bytes_total") ?? 0) > 0)
      #expect(abs((value(samples, "pipe_run_start_time_seconds") ?? 0) - Double(time(nil))) < 600)
      // No host has a series of its own.
      #expect(samples.allSatisfy { $0.labels["host"] == nil } && samples.count < 200)
      #expect(try client.get("/healthz").hasSuffix("\r\n\r\nok\n"))
      #expect(try client.get("/").hasPrefix("HTTP/1.1 404 "))
      #expect(try client.send("DELETE /metrics HTTP/1.1\r\n\r\n").hasPrefix("HTTP/1.1 405 "))
      let outcome = try await stop(command)
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(throws: MetricsClient.Silence.self) { try client.get("/metrics") }
    }
  }

  @Test("every metric has its line in the documentation, and that no other")
  func documented() async throws {
    try await Workplace.use(pages: 3) { place in
      let spec = Self.short + "\ncrawl: {depth: 0}"
      let outcome = try await place.pipe("run", try place.spec(spec), "--metrics-file", "m.prom")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let names = try place.folder.text("m.prom").split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        .map { String($0.split(separator: " ")[2]) }
      let page = try String(contentsOf: URL(filePath: Project.root + "/docs/reference/metrics.md"), encoding: .utf8)
      let documented = page.split(separator: "\n").compactMap { line -> String? in
        guard line.hasPrefix("| `pipe_") else { return nil }
        return String(line.dropFirst(3).prefix { $0 != "`" && $0 != "{" })
      }
      #expect(documented == names)
    }
  }

  @Test("clients that stall, never end or never read keep nobody out, and hold up nothing")
  func hostile() async throws {
    try await Workplace.use(pages: 3) { place in
      let (command, client) = try await start(place)
      let head = "GET /metrics HTTP/1.1\r\nHost: a\r\n"
      var idle: [MetricsClient.Connection] = []
      for number in 0..<60 {
        let connection = try client.connect()
        switch number % 3 {
        case 0: break
        case 1: try connection.send(head)
        // Asks, and never reads.
        default: try connection.send(head + "\r\n")
        }
        idle.append(connection)
      }
      // As many as the kernel takes of a head without an end; the server has closed by then.
      for _ in 0..<64 where (try? idle[0].send(String(repeating: "a", count: 1 << 14))) == nil { break }
      let before = ContinuousClock.now
      #expect(try client.get("/metrics").hasPrefix("HTTP/1.1 200 OK\r\n"))
      // A clock of a busy machine: without a place it would be ten seconds.
      #expect(.now - before < .seconds(8))
      let outcome = try await stop(command)
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(outcome.errors.contains("pipe: stopped in"))
      #expect(idle.count == 60)
    }
  }

  @Test("what the file has at the end is what the summary has")
  func equal() async throws {
    struct Summary: Decodable {
      struct Requests: Decodable { let done: Int }
      struct Records: Decodable {
        let total: Int
        let failed: Int
      }
      struct Latency: Decodable { let count: Int }
      struct File: Decodable { let rows: Int }
      let requests: Requests
      let records: Records
      let errors: [String: Int]
      let statuses: [String: Int]
      let bytes: Int
      let latency_ms: Latency
      let duration_s: Double
      let files: [File]
      let spec_sha256: String
    }
    try await Workplace.use(pages: 3) { place in
      let outcome = try await place.pipe(
        "run", try place.spec(Self.short), "--metrics-file", "m.prom", "--summary", "summary.json")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let samples = try await samples(place.folder.text("m.prom"))
      let summary = try JSONDecoder().decode(Summary.self, from: Data(try place.folder.bytes("summary.json")))
      func sum(_ name: String) -> Double { samples.filter { $0.name == name }.reduce(0) { $0 + $1.value } }
      #expect(value(samples, "pipe_requests_total", ["purpose": "page"]) == Double(summary.requests.done))
      #expect(sum("pipe_records_total") == Double(summary.records.total))
      #expect(value(samples, "pipe_records_total", ["outcome": "error"]) == Double(summary.records.failed))
      #expect(sum("pipe_errors_total") == Double(summary.errors.values.reduce(0, +)))
      #expect(sum("pipe_responses_total") == Double(summary.statuses.values.reduce(0, +)))
      #expect(sum("pipe_request_duration_seconds_count") == Double(summary.latency_ms.count))
      #expect(sum("pipe_received_bytes_total") == Double(summary.bytes))
      #expect(value(samples, "pipe_sink_rows_total", ["output": "out.csv"]) == Double(summary.files[0].rows))
      #expect(value(samples, "pipe_run_info", ["spec_hash": summary.spec_sha256]) == 1)
      #expect(value(samples, "pipe_run_active") == 0 && value(samples, "pipe_in_flight") == 0)
      #expect(value(samples, "pipe_last_run_exit_code") == 0)
      #expect(value(samples, "pipe_last_run_outcome", ["outcome": "complete"]) == 1)
      #expect(value(samples, "pipe_last_run_duration_seconds") == summary.duration_s)
      let ended = try #require(value(samples, "pipe_last_run_timestamp_seconds"))
      #expect(value(samples, "pipe_last_success_timestamp_seconds") == ended)
      #expect(abs(ended - Double(time(nil))) < 600)
      #expect(try place.folder.names().filter { $0.hasPrefix("m.prom") } == ["m.prom"])
    }
  }

  @Test("a run that fails keeps the last success, and one that goes on begins its counters anew")
  func kept() async throws {
    try await Workplace.use(pages: 3) { place in
      let good = try await place.pipe("run", try place.spec(Self.short), "--metrics-file", "m.prom")
      #expect(good.status == 0, "\(good.errors)")
      let first = try await samples(place.folder.text("m.prom"))
      let success = try #require(value(first, "pipe_last_success_timestamp_seconds"))
      let (command, _) = try await start(place, ["--metrics-file", "m.prom"])
      // While it goes on the file has the run before.
      #expect(value(try await samples(place.folder.text("m.prom")), "pipe_last_run_timestamp_seconds") == success)
      #expect(try await stop(command).status == 130)
      let stopped = try await samples(place.folder.text("m.prom"))
      #expect(value(stopped, "pipe_last_success_timestamp_seconds") == success)
      #expect((value(stopped, "pipe_last_run_timestamp_seconds") ?? 0) > success)
      #expect(value(stopped, "pipe_last_run_exit_code") == 130)
      #expect(value(stopped, "pipe_last_run_outcome", ["outcome": "stopped"]) == 1)
      #expect(value(stopped, "pipe_requests_total", ["purpose": "page"]) == 4)
      let whole = try place.spec(Self.long.replacing("timeout: 60s", with: "timeout: 500ms"))
      let resumed = try await place.pipe("run", whole, "--resume", "--metrics-file", "m.prom")
      #expect(resumed.status == 0, "\(resumed.errors)")
      let last = try await samples(place.folder.text("m.prom"))
      #expect(value(last, "pipe_run_done_before") == 4)
      #expect(value(last, "pipe_requests_total", ["purpose": "page"]) == 1)
      #expect((value(last, "pipe_last_success_timestamp_seconds") ?? 0) > success)
    }
  }

  @Test("a file or an address that cannot be had is a failure, and no run begins")
  func unwritable() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try place.spec(Self.short)
      let (listener, port) = try Loopback.listen("127.0.0.1", backlog: 1)
      defer { close(listener) }
      try place.folder.write("urls.txt", "http://a.example/\n".utf8)
      for (flags, words) in [
        (["--metrics-file", "no/m.prom"], "--metrics-file no/m.prom: cannot be written: No such file or directory"),
        (["--metrics-file", "urls.txt"], "has something else in it than metrics of pipe"),
        (["--metrics-file", "/dev/full"], "cannot be written: No space left on device"),
        (["--metrics", "\(port)"], "--metrics 127.0.0.1:\(port): Address already in use"),
      ] {
        let outcome = await (try place.start(["run", spec] + flags)).outcome()
        #expect(outcome.status == 1, "\(flags)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(!place.folder.exists("out.csv") && !place.folder.exists("out.csv.part"))
      }
      #expect(try place.folder.text("urls.txt") == "http://a.example/\n")
      let wrong = try await place.pipe("run", spec, "--metrics", "example.com:80")
      #expect(wrong.status == 64 && wrong.errors.contains("--metrics <address>"), "\(wrong.errors)")
      let null = try await place.pipe("run", spec, "--metrics-file", "/dev/null", "--progress", "none")
      #expect(null.status == 0 && null.errors == "", "\(null.errors)")
    }
  }
}

/// Asks for metrics, byte by byte if it has to be.
struct MetricsClient {
  struct Silence: Error {}

  let port: Int

  /// An open connection; closed with its last reference.
  final class Connection {
    fileprivate let descriptor: Int32

    init(port: Int) throws {
      descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var limit = timeval(tv_sec: 20, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
      let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if code != 0 { throw Silence() }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
      let bytes = Array(text.utf8)
      guard Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else { throw Silence() }
    }

    func readToEnd() throws -> String {
      var all: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 64 << 10)
      while true {
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0 { throw Silence() }
        if count == 0 { return String(decoding: all, as: UTF8.self) }
        all += piece[..<count]
      }
    }
  }

  func connect() throws -> Connection { try Connection(port: port) }

  /// The whole answer to a request.
  func send(_ request: String) throws -> String {
    let connection = try connect()
    try connection.send(request)
    return try connection.readToEnd()
  }

  func get(_ target: String) throws -> String { try send("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") }

  func body(_ answer: String) -> String {
    answer.split(separator: "\r\n\r\n", maxSplits: 1).last.map(String.init) ?? ""
  }
}
