import Glibc
import PipeEngine
import PipeReport
import PipeStorage
import PipeTesting
import Testing

@testable import PipeCommand

@Suite("The file of --metrics-file")
struct MetricsFileTests {
  private static let ending = LastRun.Ending(time: 7, exitStatus: 0, duration: 1, outcome: "complete")
  private static let metrics = "# HELP pipe_run_active A.\n# TYPE pipe_run_active gauge\npipe_run_active 1\n"

  private func text(_ storage: MemoryStorage) -> String {
    String(decoding: storage.bytes("m.prom") ?? [], as: UTF8.self)
  }

  @Test("it is written beside its place and synced before it has its name, each time")
  func order() throws {
    let storage = MemoryStorage()
    let file = try MetricsFile("m.prom", of: "shop", in: storage)
    #expect(storage.operations.isEmpty)
    try file.write(Self.metrics)
    #expect(text(storage) == Self.metrics + LastRun(of: "shop").text)
    try file.write(Self.metrics, ending: Self.ending)
    var last = LastRun(of: "shop")
    last.end(Self.ending)
    #expect(text(storage) == Self.metrics + last.text)
    #expect(storage.names == ["m.prom"])
    let kinds = storage.operations.map { operation in
      switch operation {
      case .create(let path, _): "create \(path)"
      case .write: "write"
      case .sync: "sync"
      case .rename(let path, let name): "rename \(path) \(name)"
      default: "\(operation)"
      }
    }
    let once = ["create m.prom.tmp", "write", "sync", "rename m.prom.tmp m.prom"]
    #expect(kinds == once + once)
  }

  @Test("what a run could not write leaves the file as it was, and nothing beside it", arguments: 0..<4)
  func fullDisk(step: Int) throws {
    let old = LastRun(of: "shop").text
    let storage = MemoryStorage(failing: .init { number, _ in number == step })
    storage.put("m.prom", old.utf8)
    let file = try MetricsFile("m.prom", of: "shop", in: storage)
    let error = #expect(throws: RunError.self) { try file.write(Self.metrics) }
    #expect(error?.reason.contains("No space left") == true)
    #expect(text(storage) == old)
    #expect(storage.names == ["m.prom"])
    // The next time there is room.
    try file.write(Self.metrics)
    #expect(text(storage).hasPrefix(Self.metrics))
  }

  @Test("a file of anything else is not replaced", arguments: ["url,status\n", "# HELP node_cpu x\n", "version: 1\n"])
  func foreign(content: String) throws {
    let storage = MemoryStorage()
    storage.put("m.prom", content.utf8)
    let error = #expect(throws: RunError.self) { try MetricsFile("m.prom", of: "shop", in: storage) }
    #expect(error?.reason == "has something else in it than metrics of pipe")
    #expect(text(storage) == content)
  }

  @Test("an empty file is taken")
  func empty() throws {
    let storage = MemoryStorage()
    storage.put("m.prom", [], permissions: 0o640)
    try MetricsFile("m.prom", of: "shop", in: storage).write(Self.metrics)
    #expect(text(storage).hasPrefix(Self.metrics))
    #expect(storage.permissions("m.prom") == 0o640)
  }

  @Test("two runs do not write to one file, and one after the other does")
  func two() throws {
    let storage = MemoryStorage()
    var first: MetricsFile? = try MetricsFile("m.prom", of: "shop", in: storage)
    try first?.write(Self.metrics)
    let error = #expect(throws: RunError.self) { try MetricsFile("m.prom", of: "other", in: storage) }
    #expect(error?.reason.contains("is being written by another run") == true)
    try first?.write(Self.metrics, ending: Self.ending)
    #expect(throws: RunError.self) { try MetricsFile("m.prom", of: "shop", in: storage) }
    first = nil
    let next = try MetricsFile("m.prom", of: "shop", in: storage)
    try next.write("")
    #expect(LastRun(of: "shop", in: text(storage)).success == 7)
  }

  @Test("of two that begin at once with a new file, one does")
  func race() throws {
    let storage = MemoryStorage()
    let files = [
      try MetricsFile("m.prom", of: "shop", in: storage), try MetricsFile("m.prom", of: "other", in: storage),
    ]
    try files[0].write(Self.metrics)
    let error = #expect(throws: RunError.self) { try files[1].write(Self.metrics) }
    #expect(error?.reason.contains("is being written by another run") == true)
    #expect(LastRun.pipelines(in: text(storage)) == ["shop"])
    #expect(storage.names == ["m.prom"])
  }

  @Test("what a killed run has left beside it is replaced")
  func stale() throws {
    let storage = MemoryStorage()
    storage.put("m.prom.tmp", "half".utf8)
    try MetricsFile("m.prom", of: "shop", in: storage).write(Self.metrics)
    #expect(storage.names == ["m.prom"])
  }

  @Test("a file that had another pipeline's metrics is told of")
  func renamed() throws {
    let storage = MemoryStorage()
    storage.put("m.prom", LastRun(of: "old").text.utf8)
    let notice = try MetricsFile("m.prom", of: "shop", in: storage).notice
    #expect(notice?.contains("had the metrics of old, in whose place those of shop are") == true)
    storage.put("m.prom", LastRun(of: "shop").text.utf8)
    #expect(try MetricsFile("m.prom", of: "shop", in: storage).notice == nil)
  }

  @Test("devices stay what they are, and what can be no file is refused")
  func devices() throws {
    let folder = try TemporaryFolder()
    try MetricsFile("/dev/null", of: "shop").write(Self.metrics, ending: Self.ending)
    #expect(try SystemStorage().status(of: "/dev/null", followingLinks: false)?.kind == .other)
    #expect(throws: RunError.self) { try MetricsFile("/dev/full", of: "shop").write(Self.metrics) }
    mkfifo(folder.path("pipe"), 0o600)
    for path in [folder.path, folder.path("pipe"), "/dev/stdout", "/dev/fd/1"] {
      #expect(throws: RunError.self, "\(path)") { try MetricsFile(path, of: "shop") }
    }
    let nowhere = try MetricsFile(folder.path("no/m.prom"), of: "shop")
    let error = #expect(throws: RunError.self) { try nowhere.write(Self.metrics) }
    #expect(error?.reason == "cannot be written: No such file or directory")
  }

  @Test("a link stays one, and what it leads to is replaced")
  func link() throws {
    let folder = try TemporaryFolder()
    symlink("there.prom", folder.path("m.prom"))
    let file = try MetricsFile(folder.path("m.prom"), of: "shop")
    try file.write(Self.metrics)
    try file.write(Self.metrics, ending: Self.ending)
    #expect(try SystemStorage().status(of: folder.path("m.prom"), followingLinks: false)?.kind == .link)
    #expect(try folder.text("there.prom").hasPrefix(Self.metrics))
    #expect(try folder.names() == ["m.prom", "there.prom"])
  }
}
