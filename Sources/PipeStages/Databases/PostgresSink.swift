import PipeDatabase
import PipeEngine
import PipeSpec

/// `postgres`: rows in a table of a PostgreSQL database.
struct PostgresSink: Sink {
  let url: Located<ServerURL>
  let options: TableOptions

  static let component = Component<any Sink>(
    .sink, "postgres",
    "Rows in a table of a PostgreSQL database, a transaction for each batch of a second or 4 MiB. `table: a.b` is the table b of "
      + "the schema a. A server that is not on this machine has to prove with its certificate that it is the one, unless the URL "
      + "has another `sslmode`.",
    options: PostgresServer.map("url").joined(TableOptions.map).checked { both, map, context in
      PostgresSink(url: both.0, options: both.1)
    },
    examples: [
      "postgres: {url: postgres://localhost/shop, table: pages}",
      "postgres: {url: postgres://me@db.example/shop, table: archive.pages, mode: upsert, key: [url], rejects: out/rejects.jsonl}",
    ],
    make: { $0 })

  var summary: String { "\(url.value.shown) (\(options.table.value))" }
  var target: Located<SinkTarget> { Located(.server(url.value.place, table: options.table.value), at: url.span) }
  var delivery: Delivery { .exactlyOnce }
  var otherFiles: [Located<String>] { options.rejects.map { [$0] } ?? [] }
  var replacesRows: Bool { options.mode == .upsert && options.conflict == .update }

  private var table: TableName { TableName(written: options.table.value, .postgres) }

  func publication() -> Publication {
    switch options.mode {
    case .append: .added
    case .upsert: .merged
    case .replace: .swapped(table: TableOptions.secondTable(of: table.name, .postgres))
    }
  }

  /// Names that every table has already (postgresql.org/docs/current/ddl-system-columns.html).
  private static let systemColumns: Set = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"]

  func check(_ columns: [Column], _ report: (Diagnostic) -> Void) {
    options.check(columns, of: .postgres, report)
    for column in columns where Self.systemColumns.contains(column.name) {
      report(
        Diagnostic(
          .badValue, at: options.table.span,
          "the field '\(column.name)' cannot be a column: PostgreSQL has one of its own",
          hint: "rename it"))
    }
  }

  func definition(of columns: [Column]) -> String? {
    options.schema == .frozen
      ? nil
      : SQLDialect.postgres.definition(
        of: table, TableOptions.columns(of: columns), key: options.key.map(\.value))
  }

  func prospect(of columns: [Column], goesOn: Bool) -> OutputProspect {
    // What a run has left is looked at when it is opened.
    if goesOn { return .addedTo }
    do throws(DatabaseError) {
      let connection = try PostgresServer.connect(url.value)
      guard let there = try PostgresTable.read(table, on: connection) else {
        if options.schema == .frozen {
          return .refused(
            RunError(url.value.shown, "has no table \(table)", hint: "make it, or write schema: create"))
        }
        return .new
      }
      let (mismatches, _) = try PostgresStore.mismatches(
        of: TableOptions.columns(of: columns), with: there, options, on: connection)
      if !mismatches.isEmpty { return .refused(TableCheck.error(url.value.shown, "\(table)", mismatches)) }
      return options.mode == .replace ? .replaced : .addedTo
    } catch {
      // A server that starts is waited for when it is opened.
      if error.kind == .busy { return .addedTo }
      return .refused(PostgresServer.failure(url.value, error))
    }
  }

  func outcome(of announced: SinkPosition) throws(RunError) -> AnnouncedOutcome {
    guard let position = DatabasePosition(announced) else { throw isForeign }
    return try PostgresStore.outcome(of: position, at: url.value, options)
  }

  func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter {
    let start = position.flatMap { DatabasePosition($0) }
    if position != nil, start == nil { throw isForeign }
    let store = try PostgresStore(url.value, options, columns, at: start, in: environment)
    return try DatabaseWriter(store, options.rules(of: columns, in: .postgres), columns, at: start, in: environment)
  }

  func completePublishing(at position: SinkPosition, in environment: SinkEnvironment) throws(RunError) {
    guard options.mode == .replace else { return }
    guard let end = DatabasePosition(position) else { throw isForeign }
    try PostgresStore(url.value, options, finishing: end, in: environment).swap(isTrial: false)
  }

  private var isForeign: RunError {
    RunError(
      url.value.shown, "cannot be gone on with: its position is not one of this pipe's",
      hint: "begin anew with --restart")
  }
}
