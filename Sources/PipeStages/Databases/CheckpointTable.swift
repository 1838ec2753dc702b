import PipeDatabase
import PipeEngine
import PipeSpec
import PipeWeb

/// `pipe_checkpoints`, beside the rows of a run: how far it is with them, in the same transaction.
///
/// It has a row for each pipeline and table: the run that writes, its epoch, and its batches. Whoever opens the table takes a new
/// epoch; a run that finds another one than its own has been given up for dead, and stops.
struct CheckpointTable {
  /// Asks the database, in the transaction that is open.
  typealias Asking = (_ sql: String, _ values: [SQLValue]) throws(RunError) -> [[SQLValue]]

  let dialect: SQLDialect
  let name: TableName
  /// What messages call the database.
  let place: String
  /// The table of the rows, as a message calls it.
  let table: String
  /// What the sink is called among those of a pipeline.
  let sink: String
  let run: String
  /// `nil` for a run that keeps nothing in order to go on.
  let pipeline: String?
  private(set) var epoch = 0

  static let name = "pipe_checkpoints"

  /// - Parameters:
  ///   - schema: Where the rows are, if the database has schemas.
  ///   - table: The one of the rows, without its schema.
  init(
    _ dialect: SQLDialect, in schema: String? = nil, of place: String, _ table: String, run: String, pipeline: String?
  ) {
    (self.dialect, self.place, self.table, self.run, self.pipeline) = (dialect, place, table, run, pipeline)
    name = TableName(Self.name, in: schema)
    sink = dialect.compared(table)
  }

  // MARK: The table

  /// Makes the table, if it is not there.
  var definition: String {
    let text = dialect.type(of: SQLDialect.Column("", .text))
    let key = dialect.type(of: SQLDialect.Column("", .text), keyParts: 2)
    let int = dialect.type(of: SQLDialect.Column("", .int))
    let columns = [
      ("pipeline", key, ""), ("sink", key, ""), ("run", text, ""), ("epoch", int, ""), ("batch", int, ""),
      ("rows", int, ""), ("published", int, " DEFAULT 0"), ("format", int, " DEFAULT 1"), ("updated_at", text, ""),
    ]
    let lines = columns.map { "  \(dialect.quoted($0.0)) \($0.1) NOT NULL\($0.2)" }
    return "CREATE TABLE IF NOT EXISTS \(dialect.quoted(name)) (\n\(lines.joined(separator: ",\n")),\n"
      + "  PRIMARY KEY (\(dialect.quoted("pipeline")), \(dialect.quoted("sink")))\n)" + dialect.tableOptions
  }

  private func selection(_ columns: [String], by first: String, isLocked: Bool = true) -> String {
    "SELECT \(columns.map(dialect.quoted).joined(separator: ", ")) FROM \(dialect.quoted(name))"
      + " WHERE \(dialect.quoted(first)) = \(dialect.parameter(1))"
      + " AND \(dialect.quoted("sink")) = \(dialect.parameter(2))" + (isLocked ? dialect.rowLock : "")
  }

  private func change(_ columns: [String]) -> String {
    let changes = columns.enumerated().map { "\(dialect.quoted($1)) = \(dialect.parameter($0 + 1))" }
    return "UPDATE \(dialect.quoted(name)) SET \(changes.joined(separator: ", "))"
      + " WHERE \(dialect.quoted("pipeline")) = \(dialect.parameter(columns.count + 1))"
      + " AND \(dialect.quoted("sink")) = \(dialect.parameter(columns.count + 2))"
  }

  // MARK: A run

  /// Takes a new epoch, so that a run which was here before stops.
  ///
  /// - Parameter position: Where the run goes on; `nil` for one that begins.
  mutating func takeOver(at position: DatabasePosition?, _ ask: Asking) throws(RunError) {
    guard let pipeline else { return }
    let columns = ["run", "epoch", "batch", "format"]
    let found = try ask(selection(columns, by: "pipeline"), [.text(pipeline), .text(sink)]).first
    if let format = found?[3].int, format > 1 {
      throw RunError(place, "has a table pipe_checkpoints that a newer pipe has written", hint: "update pipe")
    }
    if let position {
      guard let found, found[0].text == run else { throw isNotTheRuns }
      if found[2].int != position.batch {
        throw RunError(
          place,
          "is not as the run has left it: its table \(table) has \(found[2].int ?? 0) batches of the run, and"
            + " the journal knows of \(position.batch)",
          hint: "put back the database that belongs to the journal, or begin anew with --restart")
      }
    }
    epoch = (found?[1].int ?? 0) + 1
    let insertion = dialect.insertion(
      into: name, ["pipeline", "sink", "run", "epoch", "batch", "rows", "published", "updated_at"],
      key: ["pipeline", "sink"], on: .update)
    _ = try ask(
      insertion,
      [
        .text(pipeline), .text(sink), .text(run), .int(Int64(epoch)), .int(Int64(position?.batch ?? 0)),
        .int(Int64(position?.rows ?? 0)), .int(0), .text(Timestamp.now.description),
      ])
  }

  /// Looks whether the rows are still this run's, and keeps others from taking them over until the transaction ends.
  func checkFence(_ ask: Asking) throws(RunError) {
    guard let pipeline else { return }
    let rows = try ask(selection(["run", "epoch"], by: "pipeline"), [.text(pipeline), .text(sink)])
    guard rows == [[.text(run), .int(Int64(epoch))]] else {
      throw RunError(
        place, "another run of \(pipeline) has taken over the table \(table), so this one stops",
        hint: "its rows since the last batch were not written")
    }
  }

  /// Notes how far the run is.
  func note(_ position: DatabasePosition, _ ask: Asking) throws(RunError) {
    guard let pipeline else { return }
    _ = try ask(
      change(["batch", "rows", "updated_at"]),
      [
        .int(Int64(position.batch)), .int(Int64(position.rows)), .text(Timestamp.now.description), .text(pipeline),
        .text(sink),
      ])
  }

  /// Notes that the rows have taken their place.
  func notePublished(_ ask: Asking) throws(RunError) {
    guard let pipeline else { return }
    _ = try ask(change(["published"]), [.int(1), .text(pipeline), .text(sink)])
  }

  // MARK: A run that has died

  /// Finds what a run has left, to publish it.
  ///
  /// - Returns: Whether its rows have taken their place already.
  mutating func find(_ ask: Asking) throws(RunError) -> Bool {
    let found = try ask(selection(["epoch", "published"], by: "run"), [.text(run), .text(sink)])
    guard let row = found.first else { throw isNotTheRuns }
    epoch = row[0].int ?? 0
    return row[1].int == 1
  }

  /// What came of a batch that the run has announced.
  func outcome(of announced: DatabasePosition, _ ask: Asking) throws(RunError) -> AnnouncedOutcome {
    // Whoever is just committing it is waited for.
    let rows = try ask(selection(["batch"], by: "run"), [.text(announced.run), .text(sink)])
    switch rows.first?[0].int {
    case announced.batch: return .committed
    case announced.batch - 1: return .lost
    default: throw isNotTheRuns
    }
  }

  var isNotTheRuns: RunError {
    RunError(
      place, "is not the database that the run has written: it does not know the run, for the table \(table)",
      hint: "put it back, or begin anew with --restart")
  }
}
