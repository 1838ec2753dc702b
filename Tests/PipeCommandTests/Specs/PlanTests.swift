import FoundationEssentials
import PipeTesting
import Testing

@Suite("pipe plan", .timeLimit(.minutes(20)))
struct PlanTests {
  private static let spec = """
    version: 1
    name: shop
    sources:
      - file: urls.txt
      - range: {url: "http://user:passw0rd@127.0.0.1:9/{n}", to: 12}
    fetch:
      headers: {Authorization: "Bearer ${secret:env:TOKEN}", Cookie: "a=${secret:file:cookie}"}
      per_host: {delay: 2s}
      allow_private: [127.0.0.1]
    extract: [url, status, title]
    where: url contains '${secret:env:TOKEN}' or status != 404
    sinks:
      - csv: out/pages.csv
      - jsonl: {path: "out/${secret:env:TOKEN}.jsonl", when: status >= 400 or error != null}
    """
  private static let environment = ["TOKEN": "t0ken-value"]

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("shop.yaml", Self.spec.utf8)
    try folder.write("urls.txt", "https://example.com/\nhttps://example.org/\n".utf8)
    try folder.write("cookie", "c00kie-value\n".utf8)
    return folder
  }

  private static let commands: [[String]] = [
    ["plan", "shop.yaml"], ["plan", "shop.yaml", "--format", "json"], ["plan", "shop.yaml", "--format", "mermaid"],
    ["plan", "shop.yaml", "--format", "dot"], ["run", "--dry-run", "shop.yaml"], ["validate", "shop.yaml"],
    ["validate", "shop.yaml", "--format", "sarif"],
  ]

  @Test("no secret is shown", arguments: commands)
  func secrets(command: [String]) async throws {
    let folder = try folder()
    let outcome = try await pipe(command, folder: folder.path, environment: Self.environment)
    #expect(outcome.status == 0)
    for secret in ["t0ken-value", "c00kie-value", "passw0rd"] {
      #expect(!(outcome.output + outcome.errors).contains(secret), "\(secret)")
    }
  }

  @Test("nothing is written and no socket is opened", arguments: commands)
  func touchesNothing(command: [String]) async throws {
    let strace = try #require(Program.path("strace"), "install strace (Scripts/install-packages test)")
    let folder = try folder()
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let calls = try TemporaryFolder()
    let arguments =
      ["-f", "-qq", "-o", calls.path("calls"), "-e", "trace=network,open,openat,creat,mkdir,mkdirat,unlink,rename"]
      + [try BuiltBinary.path()] + command
    let traced = try RunningCommand(strace, arguments, folder: folder.path, environment: Self.environment)
    #expect(await traced.outcome().status == 0)
    let lines = try calls.text("calls").split(separator: "\n")
    #expect(lines.contains { $0.contains("shop.yaml") }, "the calls were seen")
    let network = ["socket(", "connect(", "bind(", "sendto(", "sendmsg("]
    let writing = ["O_WRONLY", "O_RDWR", "O_CREAT", "creat(", "mkdir", "unlink", "rename"]
    let offending = lines.filter { line in (network + writing).contains { line.contains($0) } }
    #expect(offending == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
  }

  @Test("the text fits 80 columns, and a dry run says the same and what becomes of the outputs")
  func text() async throws {
    let folder = try folder()
    let plan = try await pipe("plan", "shop.yaml", folder: folder.path, environment: Self.environment)
    #expect(plan.lines.allSatisfy { $0.count <= 80 }, "\(plan.output)")
    let dryRun = try await pipe("run", "--dry-run", "shop.yaml", folder: folder.path, environment: Self.environment)
    #expect(dryRun.output.hasPrefix(plan.output + "\noutputs\n"))
    #expect(dryRun.lines.allSatisfy { $0.count <= 80 }, "\(dryRun.output)")
    for part in ["2 requests", "12 requests to 1 host", "at least 22.0 s", "when status >= 400", "exactly once"] {
      #expect(plan.output.contains(part), "\(part)\n\(plan.output)")
    }
  }

  @Test("each output tells how it is published, in the plan and in a dry run")
  func publication() async throws {
    let folder = try TemporaryFolder()
    try folder.write("old.csv", "x\n".utf8)
    try folder.write("more.csv", "url\n".utf8)
    try folder.write("target.csv", "x\n".utf8)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.csv"), withDestinationPath: folder.path("target.csv"))
    let spec = """
      version: 1
      sources: [{urls: ["http://127.0.0.1:9/"]}]
      extract: [url]
      sinks:
        - csv: new.csv
        - csv: old.csv
        - csv: link.csv
        - csv: {path: live.csv, publish: live}
        - csv: {path: more.csv, mode: append}
        - csv: /dev/null
        - csv: "-"
      """
    try folder.write("spec.yaml", spec.utf8)
    func words(_ text: String) -> String {
      text.split { $0.isWhitespace || "│├└▶".contains($0) }.joined(separator: " ")
    }

    let plan = words(try await pipe("plan", "spec.yaml", folder: folder.path).output)
    for part in [
      "published whole: until the run is complete its rows are in new.csv.part, which is then renamed",
      "its rows are in old.csv.part", "its rows are in a .part file beside the file that the link leads to",
      "published live: its rows are added to those that are there while the run goes on",
    ] {
      #expect(plan.contains(part), "\(part)\n\(plan)")
    }
    #expect(plan.ranges(of: "published live: its rows are there while the run goes on").count == 3)

    let dryRun = words(try await pipe("run", "--dry-run", "spec.yaml", folder: folder.path).output)
    for part in [
      "new.csv would be there when the run is complete; until then its rows would be in new.csv.part",
      "old.csv is there already, and would be replaced when the run is complete; until then its rows would be in old.csv.part",
      "live.csv would be written while the run goes on",
      "more.csv is there already, and rows would be added to it while the run goes on",
      "standard output would be written while the run goes on",
    ] {
      #expect(dryRun.contains(part), "\(part)\n\(dryRun)")
    }

    struct Shown: Decodable {
      struct Sink: Decodable { let publish: String }
      let sinks: [Sink]
    }
    let json = try await pipe("plan", "spec.yaml", "--format", "json", folder: folder.path)
    let shown = try JSONDecoder().decode(Shown.self, from: Data(json.output.utf8))
    #expect(shown.sinks.map(\.publish) == ["whole", "whole", "whole", "live", "append", "live", "live"])
  }

  @Test("JSON has the stages, edges, sinks and bounds")
  func json() async throws {
    struct Shown: Decodable {
      struct Edge: Decodable {
        let from: String
        let to: String
        let elements: Int
      }
      struct Stage: Decodable {
        let id: String
        let concurrency: Int
      }
      struct Bounds: Decodable {
        struct Count: Decodable {
          let known: Int
          let exact: Bool
        }
        let requests: Count
        let hosts: Count
        let least_duration_ms: Int
        let memory_bytes: Int
        let sockets: Int
      }
      let stages: [Stage]
      let edges: [Edge]
      let bounds: Bounds
    }
    let folder = try folder()
    let outcome = try await pipe(
      "plan", "shop.yaml", "--format", "json", folder: folder.path, environment: Self.environment)
    let plan = try JSONDecoder().decode(Shown.self, from: Data(outcome.output.utf8))
    #expect(
      plan.stages.map(\.id) == ["source-1", "source-2", "admit", "fetch", "extract", "route", "sink-1", "sink-2"])
    #expect(plan.edges.count == 8)
    #expect(plan.bounds.requests.known == 14 && plan.bounds.requests.exact)
    #expect(plan.bounds.hosts.known == 1 && !plan.bounds.hosts.exact)
    #expect(plan.bounds.least_duration_ms == 22_000)
  }
}
