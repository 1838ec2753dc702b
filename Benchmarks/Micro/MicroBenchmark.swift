/// One thing that is measured, by passes that are repeated until a round is long enough.
struct MicroBenchmark {
  /// What the results call it; a prefix of it chooses it on the command line.
  let name: String
  let title: String
  /// What the time is told per: `element`, `page`.
  let unit: String
  /// How many of these units a pass does.
  let operations: Int
  /// Bytes that a pass reads or writes; 0 where nobody asks for bytes a second.
  var bytes = 0
  /// What a reader has to know to read the figure.
  var note = ""
  /// What a pass does besides what is to be measured: it is run as well, and its time taken off.
  var baseline: (() async throws -> Int)?
  /// Does the work. The answer is the same for every pass, so that the work is neither optimised away nor
  /// skipped.
  let pass: () async throws -> Int
}

/// A benchmark that does not do what it measures.
struct MicroBenchmarkFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
