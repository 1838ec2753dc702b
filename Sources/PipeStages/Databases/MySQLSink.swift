import PipeDatabase
import PipeEngine
import PipeSpec

/// `mysql`: rows in a table of a MySQL or MariaDB database.
struct MySQLSink: Sink {
  let server: MySQLServer
  let options: TableOptions

  static let component = Component<any Sink>(
    .sink, "mysql",
    "Rows in a table of a MySQL or MariaDB database, a transaction for each batch of a second or 4 MiB. Over a network the "
      + "server's certificate is verified, unless the URL says otherwise: its parameters are `ssl-mode`, `ssl-ca` and `socket`.",
    options: MySQLServer.map("url").joined(TableOptions.map).checked { both, map, context -> MySQLSink? in
      MySQLSink(server: both.0, options: both.1)
    },
    examples: [
      "mysql: {url: \"mysql://shop@localhost/shop\", table: pages}",
      "mysql: {url: \"mysql://localhost/shop?socket=/run/mysqld/mysqld.sock\", table: pages, mode: upsert, key: [url]}",
    ],
    make: { $0 })

  var summary: String { "\(server.shown) (\(options.table.value))" }
  private var table: TableName { TableName(written: options.table.value, .mysql) }

  var target: Located<SinkTarget> {
    Located(
      .server(server.url.value.mysqlPlace, table: SQLDialect.mysql.compared(table.description)), at: server.url.span)
  }
  var delivery: Delivery { .exactlyOnce }
  var otherFiles: [Located<String>] { options.rejects.map { [$0] } ?? [] }
  var replacesRows: Bool { options.mode == .upsert && options.conflict == .update }

  func publication() -> Publication {
    switch options.mode {
    case .append: .added
    case .upsert: .merged
    case .replace: .swapped(table: TableOptions.secondTable(of: table.name, .mysql))
    }
  }

  func check(_ columns: [Column], _ report: (Diagnostic) -> Void) {
    options.check(columns, of: .mysql, report)
    let names = [table.schema, table.name].compactMap(\.self).map { ("the table's name", $0) }
    for (what, name) in names + columns.map({ ("the field's name", $0.name) }) {
      let reason: String? =
        if name.unicodeScalars.contains(where: { $0.value > 0xFFFF }) {
          "has a character beyond U+FFFF"
        } else if name.unicodeScalars.last?.properties.isWhitespace == true {
          "ends with a blank"
        } else {
          nil
        }
      if let reason {
        report(
          Diagnostic(
            .badValue, at: options.table.span, "\(what) '\(excerpt(name))' \(reason), which no name of MySQL's does",
            hint: "rename it"))
      }
    }
  }

  func definition(of columns: [Column]) -> String? {
    options.schema == .frozen
      ? nil : SQLDialect.mysql.definition(of: table, TableOptions.columns(of: columns), key: options.key.map(\.value))
  }

  func prospect(of columns: [Column], goesOn: Bool) -> OutputProspect {
    do throws(DatabaseError) {
      let connection = try MySQLConnection.forReading(server.address) { Task.isCancelled }
      let table = try MySQLTable.read(table, on: connection)
      if goesOn { return .addedTo }
      guard let table else {
        return options.schema == .frozen
          ? .refused(
            RunError(
              server.shown, "has no table \(options.table.value)", hint: "make it, or write schema: create"))
          : .new
      }
      let mismatches = MySQLStore.mismatches(of: TableOptions.columns(of: columns), with: table, options)
      if !mismatches.isEmpty { return .refused(TableCheck.error(server.shown, options.table.value, mismatches)) }
      return options.mode == .replace ? .replaced : .addedTo
    } catch {
      return .refused(server.failure(error))
    }
  }

  func outcome(of announced: SinkPosition) throws(RunError) -> AnnouncedOutcome {
    guard let position = DatabasePosition(announced) else { throw isForeign }
    return try MySQLStore.outcome(of: position, on: server, table)
  }

  func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter {
    let start = position.flatMap { DatabasePosition($0) }
    if position != nil, start == nil { throw isForeign }
    let store = try MySQLStore(server, options, columns, at: start, in: environment)
    return try DatabaseWriter(store, options.rules(of: columns, in: .mysql), columns, at: start, in: environment)
  }

  func completePublishing(at position: SinkPosition, in environment: SinkEnvironment) throws(RunError) {
    guard options.mode == .replace else { return }
    guard let end = DatabasePosition(position) else { throw isForeign }
    try MySQLStore(server, options, finishing: end, in: environment).swap(isTrial: false)
  }

  private var isForeign: RunError {
    RunError(
      server.shown, "cannot be gone on with: its position is not one of this pipe's", hint: "begin anew with --restart")
  }
}

extension MySQLStore {
  /// What came of a batch that a run has announced.
  static func outcome(
    of announced: DatabasePosition, on server: MySQLServer, _ table: TableName
  ) throws(RunError) -> AnnouncedOutcome {
    let checkpoints = checkpoints(server, table, run: announced.run, pipeline: nil)
    let start = ContinuousClock.now
    while true {
      var isBusy = false
      do throws(RunError) {
        let connection: MySQLConnection
        do throws(DatabaseError) {
          connection = try MySQLConnection.forWriting(server.address) { Task.isCancelled }
          if try MySQLTable.read(checkpoints.name, on: connection) == nil { throw DatabaseError(.other, code: "", "") }
        } catch {
          throw error.code.isEmpty && error.message.isEmpty ? checkpoints.isNotTheRuns : server.failure(error)
        }
        return try checkpoints.outcome(of: announced) { sql, values throws(RunError) in
          do throws(DatabaseError) { return try connection.rows(sql, values) } catch {
            isBusy = error.kind == .busy
            throw server.failure(error)
          }
        }
      } catch {
        // The server may not have noticed yet that the run has died: its transaction holds the lock until then.
        guard isBusy, ContinuousClock.now - start < patience, !Task.isCancelled else { throw error }
      }
    }
  }
}
