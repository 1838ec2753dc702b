/// The output of a run that has finished, from which a sink makes a new one: without the rows of the requests that are fetched
/// again.
package struct SinkBase: Hashable, Sendable {
  /// Where the run has finished it.
  package let position: SinkPosition
  /// The run's own rows, which are the last ones in it.
  package let rows: Int
  /// Those of them that are left out, by their numbers from 0.
  let leftOut: DoneSet
  /// Of each source, the requests that have a row in it, where rows stand in the order of the requests; `nil` where they stand
  /// as they came.
  let order: [DoneSet]?

  init(position: SinkPosition, rows: Int, leftOut: DoneSet, order: [DoneSet]? = nil) {
    self.position = position
    self.rows = rows
    self.leftOut = leftOut
    self.order = order
  }

  /// The rows that stay.
  package var keptCount: Int { rows - leftOut.count }

  package func isLeftOut(_ row: Int) -> Bool { leftOut.contains(row) }

  /// Whether new rows have their places among those that stay, and do not come behind them.
  package var isOrdered: Bool { order != nil }

  /// How many of the rows, with those that are left out, stand before the place of a request.
  package func place(of id: RequestID) -> Int {
    guard let order else { return rows }
    var place = order.prefix(id.source).reduce(0) { $0 + $1.count }
    if order.indices.contains(id.source) { place += order[id.source].count(below: id.ordinal) }
    return min(place, rows)
  }
}
