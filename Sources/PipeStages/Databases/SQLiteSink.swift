import PipeDatabase
import PipeEngine
import PipeSpec
import PipeStorage

/// `sqlite`: rows in a table of an SQLite file.
struct SQLiteSink: Sink {
  let path: Located<String>
  let options: TableOptions

  static let path = Key(
    "path", Shape.path.located, "The database file; a relative path starts at the working folder.",
    example: "out/pages.db")

  static let component = Component<any Sink>(
    .sink, "sqlite",
    "Rows in a table of an SQLite database file, a transaction for each batch of a second or 4 MiB.",
    options: MapShape(path, make: { (path: Located<String>) in path }).joined(TableOptions.map).checked {
      both, map, context in
      let (path, options) = both
      guard let path = checked(path, &context) else { return nil }
      return SQLiteSink(path: path, options: options)
    },
    examples: [
      "sqlite: {path: out/pages.db, table: pages}",
      "sqlite: {path: out/pages.db, table: pages, mode: upsert, key: [url], rejects: out/rejects.jsonl}",
    ],
    make: { $0 })

  static func checked(_ path: Located<String>, _ context: inout DecodingContext) -> Located<String>? {
    let reason: String? =
      switch path.value {
      case ":memory:": "a database in memory is gone when the run ends"
      case "-": "a database cannot be written to standard output"
      default: nil
      }
    guard let reason else { return path }
    context.report(.badValue, at: path.span, reason, hint: "name a file, such as out/pages.db")
    return nil
  }

  var summary: String { "\(path.value) (\(options.table.value))" }
  var target: Located<SinkTarget> {
    Located(.database(path.value, table: SQLDialect.sqlite.compared(options.table.value)), at: path.span)
  }
  var delivery: Delivery { .exactlyOnce }
  var otherFiles: [Located<String>] { options.rejects.map { [$0] } ?? [] }
  var replacesRows: Bool { options.mode == .upsert && options.conflict == .update }

  func publication() -> Publication {
    switch options.mode {
    case .append: .added
    case .upsert: .merged
    case .replace: .swapped(table: TableOptions.secondTable(of: options.table.value, .sqlite))
    }
  }

  func check(_ columns: [Column], _ report: (Diagnostic) -> Void) { options.check(columns, of: .sqlite, report) }

  func definition(of columns: [Column]) -> String? {
    options.schema == .frozen
      ? nil
      : SQLDialect.sqlite.definition(
        of: TableName(options.table.value), TableOptions.columns(of: columns), key: options.key.map(\.value))
  }

  func prospect(of columns: [Column], goesOn: Bool) -> OutputProspect {
    do throws(RunError) {
      let there: FileStatus?
      do throws(StorageError) {
        there = try SystemStorage().status(of: path.value, followingLinks: true)
      } catch {
        throw RunError(path.value, error)
      }
      guard let there else {
        if goesOn {
          throw RunError(path.value, "is not there any more", hint: "put it back, or begin anew with --restart")
        }
        if options.schema == .frozen { throw RunError(path.value, "is not there, and schema: frozen makes no table") }
        return .new
      }
      if there.kind != .regular { throw RunError(path.value, "is not a file, so it cannot be a database") }
      if goesOn { return .addedTo }
      return try prospect(of: TableOptions.columns(of: columns))
    } catch {
      return .refused(error)
    }
  }

  private func prospect(of columns: [SQLDialect.Column]) throws(RunError) -> OutputProspect {
    let table: SQLiteTable?
    do throws(DatabaseError) {
      table = try SQLiteConnection.looking(at: path.value) { connection throws(DatabaseError) in
        try SQLiteTable.read(options.table.value, on: connection)
      }
    } catch {
      // Whoever writes it at this moment is waited for when it is opened.
      if error.kind == .busy { return .addedTo }
      throw .database(path.value, error)
    }
    guard let table else {
      if options.schema == .frozen {
        throw RunError(path.value, "has no table \(options.table.value)", hint: "make it, or write schema: create")
      }
      return .new
    }
    let mismatches = TableCheck.mismatches(of: columns, with: table.description, options)
    if !mismatches.isEmpty { throw TableCheck.error(path.value, options.table.value, mismatches) }
    return options.mode == .replace ? .replaced : .addedTo
  }

  func outcome(of announced: SinkPosition) throws(RunError) -> AnnouncedOutcome {
    guard let position = DatabasePosition(announced) else { throw Self.isForeign(path.value) }
    return try SQLiteStore.outcome(of: position, in: path.value, options.table.value)
  }

  func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter {
    let start = position.flatMap { DatabasePosition($0) }
    if position != nil, start == nil { throw Self.isForeign(path.value) }
    // Two tables of one file are two outputs of one name: any other use of it is refused.
    try environment.files.claim(path: path.value, as: path.value)
    let store = try SQLiteStore(path.value, options, columns, at: start, in: environment)
    return try DatabaseWriter(store, options.rules(of: columns, in: .sqlite), columns, at: start, in: environment)
  }

  func completePublishing(at position: SinkPosition, in environment: SinkEnvironment) throws(RunError) {
    guard options.mode == .replace else { return }
    guard let end = DatabasePosition(position) else { throw Self.isForeign(path.value) }
    try SQLiteStore(path.value, options, finishing: end, in: environment).swap(isTrial: false)
  }

  private static func isForeign(_ path: String) -> RunError {
    RunError(path, "cannot be gone on with: its position is not one of this pipe's", hint: "begin anew with --restart")
  }
}

extension SQLiteConnection {
  /// Looks into a file, and changes nothing but what a crash has left half done.
  static func looking<Found>(
    at path: String, _ body: (SQLiteConnection) throws(DatabaseError) -> Found
  ) throws(DatabaseError) -> Found {
    do throws(DatabaseError) {
      let connection = try SQLiteConnection(path, .read)
      try connection.check()
      return try body(connection)
    } catch {
      if ["SQLITE_NOTADB", "SQLITE_BUSY", "SQLITE_ERROR"].contains(error.code) { throw error }
      // Its journal is hot, and has to be played back by somebody who may write.
      let connection = try SQLiteConnection(path, .write(creates: false))
      try connection.check()
      return try body(connection)
    }
  }
}
