import FoundationEssentials
import Glibc
import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import Testing

/// What every sink with a file keeps to until its run is complete, and when it is not.
@Suite(.timeLimit(.minutes(5)))
struct SinkPublishingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let columns = [Column(name: "a", index: 0)]

  private func path(_ one: SinkCase) -> String { folder.path("out." + one.ending) }

  private func open(
    _ one: SinkCase, mode: String = "replace", in environment: SinkEnvironment = SinkEnvironment()
  ) throws -> any SinkWriter {
    let pipeline = Pipeline(spec: "sinks:\n  - \(one.spec(path(one), mode: mode))\n")
    return try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))").sinks[0].sink
      .open(Self.columns, in: environment)
  }

  private func records(_ range: Range<Int>) -> [Record] {
    range.map { Record(id: RequestID(source: 0, ordinal: $0), values: [.int($0)]) }
  }

  private func write(_ range: Range<Int>, _ one: SinkCase, mode: String = "replace") throws {
    var writer = try open(one, mode: mode)
    try writer.write(records(range))
    try writer.close()
  }

  /// The file under a name that says how it is compressed.
  private func rows(ofPart one: SinkCase) throws -> [[String]] {
    let copy = folder.path("copy." + one.ending)
    _ = unlink(copy)
    #expect(link(path(one) + ".part", copy) == 0)
    return try one.read(copy).rows
  }

  @Test(arguments: SinkCase.all)
  func `Until it is published the old file is whole, and then the new one at once`(one: SinkCase) throws {
    try write(0..<3, one)
    let old = try folder.bytes("out." + one.ending)
    var writer = try open(one)
    try writer.write(records(5..<9))
    _ = try writer.flush()
    #expect(try folder.bytes("out." + one.ending) == old)
    try writer.finish()
    #expect(try folder.bytes("out." + one.ending) == old)
    #expect(try rows(ofPart: one).count == 4)
    try writer.publish()
    #expect(try one.read(path(one)).rows == (5..<9).map { ["\($0)"] })
    #expect(!folder.exists("out.\(one.ending).part"))
  }

  @Test(arguments: SinkCase.all, [true, false])
  func `Abandoned, it leaves the old file, and its rows in the part`(one: SinkCase, isFinished: Bool) throws {
    try write(0..<3, one)
    let old = try folder.bytes("out." + one.ending)
    var writer = try open(one)
    try writer.write(records(5..<9))
    if isFinished { try writer.finish() }
    #expect(writer.abandon() == UnpublishedRows(path: path(one) + ".part"))
    #expect(writer.rowsWritten == 4)
    #expect(try folder.bytes("out." + one.ending) == old)
    #expect(try rows(ofPart: one) == (5..<9).map { ["\($0)"] })
  }

  @Test(arguments: SinkCase.all)
  func `Abandoned without rows, it leaves nothing`(one: SinkCase) throws {
    var writer = try open(one)
    #expect(writer.abandon() == nil)
    #expect(!folder.exists("out." + one.ending) && !folder.exists("out.\(one.ending).part"))
  }

  @Test(arguments: SinkCase.all, ["replace", "append", "fail"])
  func `While it is open, no other run opens it, and the rows of neither are torn`(one: SinkCase, mode: String) throws {
    if mode != "fail" { try write(0..<3, one, mode: mode) }
    do {
      var writer = try open(one, mode: mode)
      try writer.write(records(3..<6))
      let error = #expect(throws: RunError.self) { _ = try open(one, mode: mode) }
      #expect(error?.reason == "is being written by another run, so this one does not begin")
      try writer.close()
    }
    #expect(try one.read(path(one)).rows == (mode == "append" ? 0..<6 : 3..<6).map { ["\($0)"] })
    if mode == "fail" { return }
    // Closed with its last reference, it is free.
    try write(6..<7, one, mode: mode)
  }

  @Test(arguments: SinkCase.all)
  func `With mode fail a file that came meanwhile is not replaced`(one: SinkCase) throws {
    var writer = try open(one, mode: "fail")
    try writer.write(records(0..<3))
    try writer.finish()
    try folder.write("out." + one.ending, Array("another's".utf8))
    let error = #expect(throws: RunError.self) { try writer.publish() }
    #expect(error?.reason == "is there already, and mode is fail")
    #expect(try folder.text("out." + one.ending) == "another's")
    #expect(writer.abandon()?.path == path(one) + ".part")
  }

  @Test(arguments: SinkCase.all)
  func `A pipe that nobody reads is waited for only as long as the run goes on`(one: SinkCase) throws {
    #expect(mkfifo(path(one), 0o600) == 0)
    let looks = Recorder<Void>()
    var writer = try open(
      one,
      in: SinkEnvironment {
        looks.append(())
        return looks.count < 3
      })
    try writer.write(records(0..<3))
    let error = #expect(throws: RunError.self) { try writer.finish() }
    #expect(error?.comesOfStop == true)
    #expect(error?.reason.hasPrefix("is a pipe that nobody has opened for reading") == true)
    #expect(looks.count == 3)
    #expect(writer.rowsWritten == 0)
    #expect(writer.abandon() == nil)
  }
}
