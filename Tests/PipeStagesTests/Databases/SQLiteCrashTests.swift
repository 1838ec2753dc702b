import FoundationEssentials
import PipeDatabase
import PipeTesting
import Testing

/// Whatever a crash around a commit leaves, the run that goes on comes to the rows of one that nobody disturbed: each once, in
/// the table and in a file beside it, which are at different places.
@Suite(.timeLimit(.minutes(20)))
struct SQLiteCrashTests {
  @Test(arguments: DyingSink.Moment.allCases, ["", ", mode: replace"])
  func `A run that dies around a commit goes on to each row once`(moment: DyingSink.Moment, options: String)
    async throws
  {
    #expect(try await CrashKit.deaths(6, moment, options: options) { try SQLiteFile() } >= 6)
  }
}

extension SQLiteFile: CrashedPlace {
  var sinkHead: String { "sqlite: {path: \"\(path)\"" }

  func texts(_ sql: String) throws -> [[String]] {
    try rows(sql).map { row in row.map { $0.text ?? $0.int.map(String.init) ?? "" } }
  }

  func afterDeath() throws -> SQLiteFile {
    let copy = try SQLiteFile()
    for name in ["a.db", "a.db-journal"] where folder.exists(name) {
      try copy.folder.write(name, folder.bytes(name))
    }
    return copy
  }
}
