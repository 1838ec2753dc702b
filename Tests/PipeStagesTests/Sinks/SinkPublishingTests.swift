import FoundationEssentials
import Glibc
import PipeEngine
import PipeSpec
import PipeStorage
import PipeTesting
import Testing

@testable import PipeStages

/// What every sink with a file keeps to until its run is complete, and when it is not.
@Suite(.timeLimit(.minutes(20)))
struct SinkPublishingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let columns = [Column(name: "a", index: 0)]

  private func path(_ one: SinkCase) -> String { folder.path("out." + one.ending) }

  private func open(
    _ one: SinkCase, mode: String = "replace", isLive: Bool = false, in environment: SinkEnvironment = SinkEnvironment()
  ) throws -> any FileWriter {
    let options = one.spec(path(one), mode: mode).dropLast() + (isLive ? ", publish: live}" : "}")
    let pipeline = Pipeline(spec: "sinks:\n  - \(options)\n")
    let sink = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))").sinks[0].sink
    return try #require(sink as? any FileSink).openFile(Self.columns, .at(nil), in: environment)
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

  @Test(arguments: SinkCase.files)
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

  @Test(arguments: SinkCase.files, [true, false])
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

  @Test(arguments: SinkCase.files)
  func `Abandoned without rows, it leaves nothing`(one: SinkCase) throws {
    var writer = try open(one)
    #expect(writer.abandon() == nil)
    #expect(!folder.exists("out." + one.ending) && !folder.exists("out.\(one.ending).part"))
  }

  @Test(arguments: SinkCase.files, ["replace", "append", "fail"])
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

  @Test(arguments: SinkCase.files)
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

  /// How a run opens its output, and how another one does meanwhile.
  struct Pair: Sendable {
    let mode: String
    var isLive = false
    let otherMode: String
    var otherIsLive = false
  }

  @Test(
    arguments: SinkCase.files,
    [
      Pair(mode: "replace", otherMode: "append"), Pair(mode: "replace", otherMode: "replace", otherIsLive: true),
      Pair(mode: "append", otherMode: "replace"), Pair(mode: "replace", isLive: true, otherMode: "replace"),
    ])
  func `A run that replaces a file and one that writes into it keep each other off`(one: SinkCase, pair: Pair) throws {
    try write(0..<3, one)
    var writer = try open(one, mode: pair.mode, isLive: pair.isLive)
    try writer.write(records(3..<6))
    let error = #expect(throws: RunError.self) {
      _ = try open(one, mode: pair.otherMode, isLive: pair.otherIsLive)
    }
    #expect(error?.reason == "is being written by another run, so this one does not begin")
    try writer.close()
    #expect(try one.read(path(one)).rows == (pair.mode == "append" ? 0..<6 : 3..<6).map { ["\($0)"] })
  }

  @Test(arguments: SinkCase.files, [true, false])
  func `A file that another program put there meanwhile stays, and the rows are in the part`(
    one: SinkCase, wasThere: Bool
  ) throws {
    if wasThere { try write(0..<3, one) }
    for isFinished in [false, true] {
      var writer = try open(one)
      try writer.write(records(3..<6))
      if isFinished { try writer.finish() }
      try folder.write("new", Array("another's".utf8))
      #expect(rename(folder.path("new"), path(one)) == 0)
      // Before the other outputs of the run get their names, if it can be known then.
      let error = #expect(throws: RunError.self) {
        if isFinished { try writer.publish() } else { try writer.finish() }
      }
      #expect(
        error?.reason
          == "was \(wasThere ? "replaced" : "made") by another program while this run went on, so it stays as it is")
      #expect(try folder.text("out." + one.ending) == "another's")
      #expect(writer.abandon() == UnpublishedRows(path: path(one) + ".part"))
      #expect(try rows(ofPart: one) == (3..<6).map { ["\($0)"] })
      if !wasThere { #expect(unlink(path(one)) == 0) }
    }
  }

  @Test(arguments: SinkCase.files, [true, false])
  func `A file that was removed meanwhile is missed by nobody, and a folder is told at once`(
    one: SinkCase, isFolder: Bool
  ) throws {
    try write(0..<3, one)
    var writer = try open(one)
    try writer.write(records(3..<6))
    #expect(unlink(path(one)) == 0)
    if isFolder {
      #expect(mkdir(path(one), 0o700) == 0)
      let error = #expect(throws: RunError.self) { try writer.finish() }
      #expect(error?.reason == "cannot be replaced: it is a folder by now")
      #expect(writer.abandon() == UnpublishedRows(path: path(one) + ".part"))
    } else {
      try writer.close()
      #expect(try one.read(path(one)).rows == (3..<6).map { ["\($0)"] })
    }
  }

  @Test(arguments: SinkCase.files, [true, false])
  func `Rows whose file was removed meanwhile are lost, and said to be`(one: SinkCase, isLive: Bool) throws {
    var writer = try open(one, isLive: isLive)
    try writer.write(records(3..<6))
    _ = try writer.flush()
    #expect(unlink(path(one) + (isLive ? "" : ".part")) == 0)
    let error = #expect(throws: RunError.self) { try writer.finish() }
    #expect(error?.reason == "was removed while it was written, so its rows are lost")
    #expect(writer.abandon() == UnpublishedRows(path: path(one), isLost: true))
  }

  @Test(arguments: SinkCase.files, [(true, true), (true, false), (false, true), (false, false)])
  func `A file that another program cut or wrote into meanwhile fails the run`(
    one: SinkCase, how: (isLive: Bool, hasMoreRows: Bool)
  ) throws {
    let (isLive, hasMoreRows) = how
    var writer = try open(one, isLive: isLive)
    try writer.write(records(3..<6))
    _ = try writer.flush()
    try folder.write("out.\(one.ending)\(isLive ? "" : ".part")", Array("x".utf8))
    let error = #expect(throws: RunError.self) {
      // Rows behind the cut would leave a hole, and the size as it was.
      if hasMoreRows {
        try writer.write(records(6..<9))
        _ = try writer.flush()
      }
      try writer.finish()
    }
    #expect(error?.reason == "was changed by another program while it was written, so its rows are not whole")
  }

  @Test(arguments: SinkCase.files)
  func `What others add to a file that rows are added to stays`(one: SinkCase) throws {
    try write(0..<3, one)
    let more = try folder.bytes("out." + one.ending)
    var writer = try open(one, mode: "append")
    try writer.write(records(3..<6))
    _ = try writer.flush()
    let file = try SystemStorage().open(path(one), .existing(.atEnd))
    #expect(try more.withUnsafeBytes { try file.write($0) } == more.count)
    try writer.write(records(6..<9))
    try writer.close()
    let rows = try one.read(path(one)).rows
    #expect(rows.count == 12 + (one.format == .csv ? 1 : 0) && rows.suffix(3) == [["6"], ["7"], ["8"]])
  }

  @Test(arguments: SinkCase.files)
  func `A pipe that nobody reads is waited for only as long as the run goes on`(one: SinkCase) throws {
    #expect(mkfifo(path(one), 0o600) == 0)
    let looks = Recorder<Void>()
    var writer = try open(
      one,
      in: SinkEnvironment(mayWait: {
        looks.append(())
        return looks.count < 3
      }))
    try writer.write(records(0..<3))
    let error = #expect(throws: RunError.self) { try writer.finish() }
    #expect(error?.comesOfStop == true)
    #expect(error?.reason.hasPrefix("is a pipe that nobody has opened for reading") == true)
    #expect(looks.count == 3)
    #expect(writer.rowsWritten == 0)
    #expect(writer.abandon() == nil)
  }
}
