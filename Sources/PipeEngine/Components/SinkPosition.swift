/// How far a sink's output is, in the sink's own words: a later run opens the output there and goes on with it.
///
/// What is in it only the sink's component knows. A journal keeps it as it is.
package struct SinkPosition: Hashable, Codable, Sendable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// What a database has said about a batch that a run announced and then died: whether its commit was done.
package enum AnnouncedOutcome: Hashable, Sendable {
  case committed
  /// Its rows are not there, and never will be.
  case lost
}

/// Rows that a sink was given and that have not become rows of its output, in all.
package struct RowsLeftOut: Hashable, Sendable {
  /// The store has refused them; they are in the sink's file of rejects, if it has one.
  package var rejected = 0
  /// Another row has their key: a later one of the same batch took their place, or the one that was there stays.
  package var deduplicated = 0

  package init(rejected: Int = 0, deduplicated: Int = 0) {
    self.rejected = rejected
    self.deduplicated = deduplicated
  }

  package var count: Int { rejected + deduplicated }
}

/// What a sink has made durable.
package struct SinkCommit: Hashable, Sendable {
  /// The rows of this writer that survive whatever happens now.
  package let rows: Int
  /// Where a later run goes on, behind these rows; `nil` if the output cannot be gone on with (a pipe).
  package let position: SinkPosition?

  package init(rows: Int, position: SinkPosition? = nil) {
    self.rows = rows
    self.position = position
  }
}
