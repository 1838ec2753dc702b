package import PipeSpec

/// Where rows go. A value of the plan; it opens nothing before `open`.
package protocol Sink: Sendable {
  /// What the plan and the summary call it: `out/titles.csv`.
  var summary: String { get }
  /// What it writes to, so that two sinks on one file are a conflict.
  var target: Located<SinkTarget> { get }
  /// What would become of what is there, if the run began now. Looks, and changes nothing.
  func prospect() -> OutputProspect
  /// Opens its output in the working folder. Called once, when the sources have begun and nothing is fetched yet.
  func open(_ columns: [Column], in environment: SinkEnvironment) throws(RunError) -> any SinkWriter
}

extension Sink {
  package func prospect() -> OutputProspect { .new }

  /// Opens an output that is the only one.
  package func open(_ columns: [Column]) throws(RunError) -> any SinkWriter {
    try open(columns, in: SinkEnvironment())
  }
}

/// What would become of a sink's output if the run began now.
package enum OutputProspect: Hashable, Sendable {
  /// Nothing is there.
  case new
  case replaced
  case addedTo
  /// The run would not begin.
  case refused(RunError)
}

package enum SinkTarget: Hashable, Sendable {
  case standardOutput
  /// A path, relative to the working folder.
  case file(String)
}

/// One column of a sink's rows: its name and where in the record its value stands.
package struct Column: Hashable, Sendable {
  package let name: String
  package let index: Int

  package init(name: String, index: Int) {
    self.name = name
    self.index = index
  }
}

/// An open sink. One task uses it, on a thread that may wait; rows are whole or not there.
///
///     open ─▶ write … ─▶ finish ─▶ publish      a complete run
///                │          └────▶ abandon      another sink failed, or the run was stopped
///                └───────────────▶ abandon      the run failed while there were rows to come
package protocol SinkWriter {
  mutating func write(_ records: [Record]) throws(RunError)

  /// Rows that are out as a whole: what a summary may speak of, also where writing failed.
  var rowsWritten: Int { get }

  /// Hands everything written so far to the system.
  ///
  /// - Returns: How far the output is: what a resumed run would cut it back to.
  mutating func flush() throws(RunError) -> SinkPosition

  /// Hands to the system what is worth it, when no rows have come for a while; called again and again while that lasts.
  mutating func rest() throws(RunError)

  /// Ends the output: every row is written, the output is still the one that was opened, and nothing that can be
  /// known now keeps it from being published.
  mutating func finish() throws(RunError)

  /// Puts a finished output in its place. Called once the run is complete and every sink has finished.
  mutating func publish() throws(RunError)

  /// Ends the output of a run that is not complete, finished or not. Rows that it was given are written, as far as
  /// that waits for nobody; what was there before stays if it can.
  ///
  /// - Returns: Where the rows are, if they are not in the output itself.
  mutating func abandon() -> UnpublishedRows?
}

extension SinkWriter {
  package mutating func rest() throws(RunError) { _ = try flush() }

  /// Finishes and publishes the output of a run that has no other sink.
  package mutating func close() throws(RunError) {
    try finish()
    try publish()
  }
}

/// Rows of a run that is not complete, kept beside the output that they would have replaced.
package struct UnpublishedRows: Hashable, Sendable {
  package let path: String
  /// Whether they are nowhere: somebody has removed or replaced the file that they were in.
  package let isLost: Bool

  package init(path: String, isLost: Bool = false) {
    self.path = path
    self.isLost = isLost
  }
}

/// How far a sink's output is.
package struct SinkPosition: Hashable, Sendable {
  /// Bytes in the file; `nil` where the output cannot be cut back (a pipe).
  package let bytes: Int?
  package let rows: Int

  package init(bytes: Int?, rows: Int) {
    self.bytes = bytes
    self.rows = rows
  }
}

/// The extracted fields of one request.
package struct Record: Sendable {
  package let id: RequestID
  /// One value a field of the plan, in its order.
  package let values: [Value]

  package init(id: RequestID, values: [Value]) {
    self.id = id
    self.values = values
  }

  /// Bytes that it holds, about.
  package var cost: Int { values.reduce(64) { $0 + $1.cost } }
}

extension Value {
  /// Bytes that it holds, about.
  var cost: Int {
    switch self {
    case .string(let text), .json(let text): 16 + text.utf8.count
    case .list(let values): values.packedTexts.map { 16 + $0.bytes.count + 4 * $0.count } ?? 32 * values.count
    default: 16
    }
  }
}

/// What ends a run: a failure that is not data.
package struct RunError: Error, Hashable, Sendable {
  /// What failed: a path, or a part of the machine.
  package let subject: String
  package let reason: String
  /// What the person could try.
  package let hint: String?
  /// Whether it comes of the person's stop: what was waited for would perhaps have come later.
  package let comesOfStop: Bool

  package init(_ subject: String, _ reason: String, hint: String? = nil, comesOfStop: Bool = false) {
    self.subject = subject
    self.reason = reason
    self.hint = hint
    self.comesOfStop = comesOfStop
  }
}
