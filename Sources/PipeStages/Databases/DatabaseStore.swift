import PipeDatabase
import PipeEngine
import PipeSpec

/// Where the rows of one sink are in a database, and beside them how far the run is, in one transaction for each batch.
///
///     begin ─▶ insert ─▶ note ─▶ commit
///       │        └────────┴─────────┴──▶ rollBack
///       └─ somebody else's epoch: the run has been given up for dead, and stops
///
/// A store that has lost its server (`isConnected`) is connected again, and the batch is done anew; of one whose commit was
/// under way it is asked first what came of it.
protocol DatabaseStore: AnyObject {
  /// What messages call it: a path, or a server and its database, without a password.
  var name: String { get }
  /// What tells the run from every other.
  var run: String { get }
  /// The columns of its rows.
  var columns: [SQLDialect.Column] { get }
  /// Whether the same connection can be used after a failure.
  var isConnected: Bool { get }

  /// Begins a transaction, waiting for others who write, and looks whether the output is still this run's.
  func begin() throws(RunError)
  /// Inserts rows; one that is refused takes no other along.
  ///
  /// - Returns: What became of each.
  func insert(_ rows: [[SQLValue]]) throws(RunError) -> [RowFate]
  /// Notes in the transaction how far the run is with it.
  func note(_ position: DatabasePosition) throws(RunError)
  func commit() throws(RunError)
  func rollBack()

  /// Connects again after the connection was lost, with patience, and looks whether the output is still this run's.
  ///
  /// - Throws: `failure`, or what keeps it from connecting.
  func reconnect(after failure: RunError) throws(RunError)
  /// What came of the commit of a batch whose connection was lost.
  func outcome(of position: DatabasePosition) throws(RunError) -> AnnouncedOutcome

  /// Whether the output is still the one that was opened, once all rows are in it.
  func checkPlace() throws(RunError)
  /// Lets rows that were loaded beside the output take its place, if there are any.
  ///
  /// - Parameter isTrial: Whether that is undone at once: it is known then that it can be done.
  func swap(isTrial: Bool) throws(RunError)
  /// Where the rows are as long as they have not taken that place.
  var unpublished: UnpublishedRows? { get }
}

extension DatabaseStore {
  var isConnected: Bool { true }
  func reconnect(after failure: RunError) throws(RunError) { throw failure }
}

/// What became of a row.
enum RowFate: Hashable, Sendable {
  case there
  /// Another one with its key stays.
  case otherStays
  /// - Parameter column: The one that it is about, if that is known.
  case refused(code: String, column: String?, reason: String)
}

/// What a writer knows of its sink besides the store.
struct BatchRules: Sendable {
  /// `nil` for a store without one.
  let dialect: SQLDialect?
  /// What messages call the place of the rows: `the table pages`.
  let target: String
  /// The fields that tell rows apart, by their places among the columns.
  let key: [Int]
  /// Whether of the rows of a batch that have one key only the last is written.
  let lastWins: Bool
  let rejects: Located<String>?
}

extension TableOptions {
  func rules(of columns: [Column], in dialect: SQLDialect) -> BatchRules {
    let names = columns.map { dialect.compared($0.name) }
    return BatchRules(
      dialect: dialect, target: "the table \(table.value)",
      key: key.compactMap { names.firstIndex(of: dialect.compared($0.value)) },
      lastWins: mode == .upsert && conflict == .update, rejects: rejects)
  }
}
