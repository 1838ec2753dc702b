/// How far a sink's output is, in the sink's own words: a later run opens the output there and goes on with it.
///
/// What is in it only the sink's component knows. A journal keeps it as it is.
package struct SinkPosition: Hashable, Codable, Sendable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }
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
