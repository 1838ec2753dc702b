import PipeTesting
import Synchronization
import Testing

/// What a run of the built `pipe` holds, as the system counts it, for each way there is to make much of a page.
@Suite("pipe, memory held", .serialized, .timeLimit(.minutes(20)))
struct HeldMemoryTests {
  /// Pages of one kind, what is made of them, and the bound on it.
  struct Run: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let type: String
    let page: @Sendable () -> [UInt8]
    var pages = 4
    /// A field, as YAML.
    let field: String
    var limits = "memory: 16MiB"
    /// What `limits.memory` comes to, in MiB.
    var memory = 16
    var sinks = "[jsonl: out.jsonl]"
    /// What the text of a page comes to while it is made, in bodies: the buffer that it grows in is copied to a larger
    /// one.
    var text = 1
    /// Whether the first page is answered once all the others were received.
    var isFirstLast = false
    /// What the records' `error` says; `nil` where there is none.
    var error: String?

    init(
      _ testDescription: String, type: String = "text/html; charset=utf-8", field: String, pages: Int = 4,
      limits: String = "memory: 16MiB", memory: Int = 16, sinks: String = "[jsonl: out.jsonl]", text: Int = 1,
      isFirstLast: Bool = false, error: String? = nil,
      _ page: @escaping @Sendable () -> [UInt8]
    ) {
      self.testDescription = testDescription
      self.type = type
      self.page = page
      self.pages = pages
      self.field = field
      self.limits = limits
      self.memory = memory
      self.sinks = sinks
      self.text = text
      self.isFirstLast = isFirstLast
      self.error = error
    }
  }

  private static let size = 3 << 20
  private static let prose = "<div class=a><p>Words of a page that says what it says. <a href=/x>here</a></p></div>\n"
  private static let tree = "the page's tree is larger than"
  private static let value = "it is larger than 1MiB (limits.value)"

  private static func filled(_ text: String, _ size: Int = size, after start: String = "", end: String = "") -> [UInt8]
  {
    var bytes = Array(start.utf8)
    let part = Array(text.utf8)
    while bytes.count < size { bytes += part }
    return bytes + end.utf8
  }

  static let runs = [
    Run("css, all", field: "css: {selector: p, all: true}", error: tree) { filled(prose) },
    Run("css, all, dense", field: "css: {selector: td, all: true}", error: tree) {
      filled("<tr><td>1", after: "<table>")
    },
    Run("css, attributes", field: "css: {selector: a, attribute: b0, all: true}", error: tree) {
      filled("<a " + (0..<400).map { "b\($0)=1 " }.joined() + ">x</a>")
    },
    Run(
      "css, formatting elements that are copied with their attributes", field: "css: {selector: p, all: true}",
      pages: 1, error: tree
    ) {
      filled("</p><p>x", 1 << 20, after: "<p><b " + (0..<4000).map { "b\($0)=1 " }.joined() + ">")
    },
    Run("css, one text", field: "css: body", error: tree) { filled("plain words without markup ") },
    Run("xpath, all", field: "xpath: {expression: //a, all: true}", error: tree) { filled(prose) },
    Run("xpath of XML", type: "application/xml", field: "xpath: {expression: //name, all: true}", error: tree) {
      filled("<item id='a'><name>Some name</name></item>", after: "<r>", end: "</r>")
    },
    Run("entities of XML", type: "application/xml", field: "xpath: string(/r)", text: 120, error: value) {
      filled(
        "&big;", 100_000, after: "<!DOCTYPE r [<!ENTITY big '\(String(repeating: "entity ", count: 8_000))'>]><r>",
        end: "</r>")
    },
    Run(
      "nested elements, all, by default", field: "css: {selector: div, all: true}", limits: "", memory: 256,
      error: value
    ) {
      filled("word and word ", 1 << 20, after: String(repeating: "<div>", count: 500))
    },
    Run(
      "concat in XPath, by default",
      field: "xpath: 'concat(\(Array(repeating: "string(//div)", count: 50).joined(separator: ",")))'", limits: "",
      memory: 256, error: "its intermediate texts and nodes take more than 32 MiB"
    ) {
      filled("word and word ", 1 << 20, after: String(repeating: "<div>", count: 500))
    },
    Run(
      "json, all", type: "application/json", field: "json: {path: '$..price', all: true}",
      error: "values take more than"
    ) {
      filled("{\"price\":1,\"name\":\"some name of a thing\"},", after: "[", end: "0]")
    },
    Run(
      "json, all, by default", type: "application/json", field: "json: {path: '$..price', all: true}", limits: "",
      memory: 256, error: value
    ) {
      filled("{\"price\":1,\"name\":\"some name of a thing\"},", after: "[", end: "0]")
    },
    Run("regex, all", field: "regex: words, all: true", error: value) {
      filled("plain words without markup ")
    },
    Run("text", field: "text: {}", error: tree) { filled(prose) },
    Run("links with their text", field: "links: {with: [text]}") { filled(prose, 1 << 20) },
    Run(
      "windows-1252", type: "text/html; charset=windows-1252", field: "css: {selector: p, all: true}", text: 6,
      error: value
    ) {
      var page: [UInt8] = []
      while page.count < size { page += Array("<p>".utf8) + Array(repeating: 0x80, count: 40) + Array("</p>".utf8) }
      return page
    },
    // Its text is made beside the body while the last one is received: 24.5 to 32.6 MiB, by what comes when.
    Run("UTF-16", type: "text/html; charset=utf-16le", field: "css: {selector: p, all: true}", text: 3, error: tree) {
      filled(prose, size / 2).flatMap { [$0, 0] }
    },
    Run("two sinks", field: "text: {}", sinks: "[jsonl: out.jsonl, csv: out.csv]", error: tree) { filled(prose) },
    Run("many pages at once", field: "hash: sha256", pages: 40) { filled("plain words without markup ") },
    Run("four pages of 10 MB", field: "css: {selector: p, all: true}", limits: "memory: 32MiB", memory: 32, error: tree)
    {
      filled(prose, 10_000_000)
    },
    Run(
      "large rows in the order of the input, behind a page that comes last", field: "body: {}", pages: 20,
      limits: "memory: 16MiB, value: 4MiB", sinks: "[jsonl: {path: out.jsonl, order: input}]",
      // A row that goes to disk is there twice, as values and as bytes, whose room was doubled as they came, and once more
      // where it is read back.
      text: 6, isFirstLast: true
    ) {
      filled(prose, 2 << 20)
    },
  ]

  @Test("a run holds no more than its limit and what it needs of one page", arguments: runs)
  func held(run: Run) async throws {
    let page = run.page()
    let idle = try await Self.idle(run)
    let most = try await Self.most(run, page: page, field: run.field)
    let bound = run.memory << 20 + (Self.bodies + run.text) * page.count + run.pages * Self.transfer
    #expect(most.bytes - idle <= bound, "held \((most.bytes - idle) >> 20) MiB of \(bound >> 20)")
    if let error = run.error {
      #expect(most.rows.contains("\"error\":\"extract: v: ") && most.rows.contains(error), "\(most.rows.suffix(300))")
    } else {
      #expect(most.rows.hasSuffix("\"error\":null}\n"), "\(most.rows.suffix(300))")
    }
  }

  /// Bodies that are held beside the limit, and the text of one: that of the page being read, and one that is received
  /// meanwhile, which was in another place while it grew.
  private static let bodies = 3
  /// Bytes that each transfer at once may hold before it is paused.
  private static let transfer = 256 << 10

  /// Runs a command and writes the most memory that it held, in KiB, as the system tells whoever waited for it.
  ///
  /// A program inherits the peak of the process that started it, across exec. So a small one starts it: this one is
  /// larger than what it measures. Nothing is sampled: on a busy machine, samples miss the peak.
  private static let measure = """
    import resource, subprocess, sys
    status = subprocess.call(sys.argv[1:], timeout=290)
    open("most", "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
    sys.exit(status)
    """

  /// What is held where there is nothing to hold, by what decides about it: it is the same for many runs.
  private static let idleBytes = Mutex<[String: Int]>([:])

  private static func idle(_ run: Run) async throws -> Int {
    let name = "\(run.pages) \(run.limits) \(run.sinks)"
    if let bytes = idleBytes.withLock({ $0[name] }) { return bytes }
    let bytes = try await most(run, page: [120], field: "const: x").bytes
    idleBytes.withLock { $0[name] = bytes }
    return bytes
  }

  private static func most(_ run: Run, page: [UInt8], field: String) async throws -> (bytes: Int, rows: String) {
    // A client that has received all of an answer closes its connection then.
    let connection = run.isFirstLast ? "Connection: close\r\n" : ""
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: \(run.type)\r\nContent-Length: \(page.count)\r\n\(connection)\r\n"
    let answer = Array(head.utf8) + page
    let others = Gate()
    let received = Turnstile()
    let server = try RawServer { _ in
      [
        .serve { request in
          if run.isFirstLast, request.hasPrefix("GET /0 ") { others.wait() }
          return answer
        },
        .run {
          received.pass()
          if received.count >= run.pages - 1 { others.open() }
        },
      ]
    }
    defer {
      others.open()
      server.close()
    }
    let folder = try TemporaryFolder()
    let urls = (0..<run.pages).map { server.url("/\($0)") }.joined(separator: ", ")
    let spec = """
      version: 1
      sources: [urls: [\(urls)]]
      fetch: {allow_private: [127.0.0.1], timeout: 120s, per_host: {concurrency: 64}}
      extract: {v: {\(field)}}
      limits: {\(run.limits)}
      sinks: \(run.sinks)
      """
    try folder.write("spec.yaml", spec.utf8)
    let command = try RunningCommand(
      "/usr/bin/env",
      ["python3", "-S", "-c", Self.measure, BuiltBinary.path(), "run", "spec.yaml", "--progress", "none"],
      folder: folder.path, limit: .seconds(300))
    let outcome = await command.outcome()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let most = try #require(Int(try folder.text("most")), "\(outcome.errors)")
    return (most << 10, try folder.text("out.jsonl"))
  }
}
