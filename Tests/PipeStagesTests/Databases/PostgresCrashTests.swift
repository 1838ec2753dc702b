import PipeDatabase
import Testing

/// Whatever a crash around a commit leaves, the run that goes on comes to the rows of one that nobody disturbed: each once, in
/// the table and in a file beside it.
@Suite(.timeLimit(.minutes(20)))
struct PostgresCrashTests {
  @Test(arguments: DyingSink.Moment.allCases, ["", ", mode: replace"])
  func `A run that dies around a commit goes on to each row once`(moment: DyingSink.Moment, options: String)
    async throws
  {
    #expect(try await CrashKit.deaths(4, moment, options: options) { try PostgresPlace() } >= 4)
  }
}

extension PostgresPlace: CrashedPlace {
  var sinkHead: String { "postgres: {url: \"\(url)\"" }
  func texts(_ sql: String) throws -> [[String]] { try connection().query(sql).rows.map { $0.map { $0 ?? "" } } }
}
