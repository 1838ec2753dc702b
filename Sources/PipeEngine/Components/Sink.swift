package import PipeSpec

/// Where rows go. A value of the plan; it opens nothing before `open`.
package protocol Sink: Sendable {
  /// What the plan and the summary call it: `out/titles.csv`.
  var summary: String { get }
  /// What it writes to, so that two sinks on one file are a conflict.
  var target: Located<SinkTarget> { get }
  /// What it can guarantee of each record where a run goes on at the position of a commit.
  var delivery: Delivery { get }
  /// What would become of what is there, if the run began now. Looks, and changes nothing.
  func prospect() -> OutputProspect
  /// What would become of it if a run went on with an output of its own. Looks, and changes nothing.
  func prospectOfGoingOn() -> OutputProspect
  /// When readers see its rows, by what the spec says and what is at its path. Looks, and changes nothing.
  func publication() -> Publication
  /// Whether its output is published only if the run is as expected.
  var awaitsExpectations: Bool { get }
  /// Whether a run that begins would write over what another one has left at a position. Looks, and changes nothing.
  func wouldReplace(_ position: SinkPosition) -> Bool
  /// Opens its output in the working folder. Called once, when the sources have begun and nothing is fetched yet.
  ///
  /// - Parameter position: Where an earlier run has left the output. Everything behind it is taken back; an output that is
  ///   not the one of the position is refused, and nothing of it is changed. Without one the output is begun.
  func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter
  /// Makes its output anew from the one that a run has finished: with all of its rows but those that are left out, and
  /// new ones behind them, or at their places (`SinkBase.place`). Published, it takes the place of the old one at once,
  /// whatever the spec says of that. An output that is not the one of the base is refused, and left as it is.
  ///
  /// Rows of a writer that puts them at their places are durable when it has finished. If the run is cut short
  /// (`SinkEnvironment.isCutShort`), it finishes without a position, and the next one begins with the base once more.
  func open(
    _ columns: [Column], onto base: SinkBase, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter
  /// Does what is left of publishing an output that was finished by a run that has died since.
  ///
  /// - Parameter position: Where that run has finished it.
  func completePublishing(at position: SinkPosition, in environment: SinkEnvironment) throws(RunError)
}

extension Sink {
  package func completePublishing(
    at position: SinkPosition, in environment: SinkEnvironment
  ) throws(RunError) {}
  package func open(
    _ columns: [Column], onto base: SinkBase, in environment: SinkEnvironment
  ) async throws(RunError) -> any SinkWriter {
    throw RunError(summary, "cannot be made anew from what is there", hint: "begin anew with --restart")
  }
  package func prospectOfGoingOn() -> OutputProspect { prospect() }
  package var delivery: Delivery { .atLeastOnce }
  package var awaitsExpectations: Bool { false }
  package func wouldReplace(_ position: SinkPosition) -> Bool { false }
  package func publication() -> Publication { .live }

  package func prospect() -> OutputProspect { .new }
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

/// When readers of a sink's output see the rows of a run.
package enum Publication: Hashable, Sendable {
  /// All at once when the run is complete: until then they are in another file beside it.
  case whole(part: String)
  /// While the run goes on.
  case live
  /// While the run goes on, behind those that are there.
  case added

  package var name: String {
    switch self {
    case .whole: "whole"
    case .live: "live"
    case .added: "append"
    }
  }

  package var isWhole: Bool { if case .whole = self { true } else { false } }
}

package enum SinkTarget: Hashable, Sendable {
  case standardOutput
  /// A path, relative to the working folder.
  case file(String)
}

/// One column of a sink's rows.
package struct Column: Hashable, Sendable {
  package let name: String
  /// Where in the record its value stands.
  package let index: Int
  /// What its values are, unless they are null.
  package let type: FieldType
  /// Whether a value can be null. One that is beyond what a value may hold (`limits.value`) is null in any column.
  package let isNullable: Bool

  package init(name: String, index: Int, type: FieldType = .string, isNullable: Bool = true) {
    self.name = name
    self.index = index
    self.type = type
    self.isNullable = isNullable
  }
}

/// An open sink. One task uses it; rows are whole or not there.
///
///     open ─▶ write … ─▶ finish ─▶ publish      a complete run
///              commit …  │   └────▶ abandon      another sink failed, or the run was stopped
///                        └───────▶ abandon      the run failed while there were rows to come
///
/// Its functions are asynchronous so that a sink may wait for a server. One that waits for a disk, or for the reader of a
/// pipe, may block: the task has a thread of its own.
package protocol SinkWriter {
  mutating func write(_ records: [Record]) async throws(RunError)

  /// Rows that are out as a whole: what a summary may speak of, also where writing failed.
  var rowsWritten: Int { get }

  /// Makes rows durable: all that were written, but for those whose early end would cost much, as of a compressed member
  /// that is not full. A failure is final: what the system could not make durable may be lost by now.
  mutating func commit() async throws(RunError) -> SinkCommit

  /// Hands on what is worth it, when no rows have come for a while; called again and again while that lasts.
  mutating func idle() async throws(RunError)

  /// Ends the output: every row is written and durable, the output is still the one that was opened, and nothing that can
  /// be known now keeps it from being published.
  @discardableResult
  mutating func finish() async throws(RunError) -> SinkCommit

  /// Puts a finished output in its place. Called once the run is complete and every sink has finished.
  mutating func publish() async throws(RunError)

  /// Ends the output of a run that is not complete, finished or not. Rows that it was given are written, as far as
  /// that waits for nobody; what was there before stays if it can.
  ///
  /// - Returns: Where the rows are, if they are not in the output itself.
  mutating func abandon() async -> UnpublishedRows?
}

extension SinkWriter {
  package mutating func idle() async throws(RunError) {}

  /// Finishes and publishes the output of a run that has no other sink.
  package mutating func close() async throws(RunError) {
    try await finish()
    try await publish()
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
    case .list(let values):
      values.packedTexts.map { 16 + $0.bytes.count + 4 * $0.count } ?? values.reduce(16) { $0 + 16 + $1.cost }
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
  /// Whether the reader of standard output has had enough, as `head` has.
  package let isReaderGone: Bool
  /// The limit of the spec that it comes of.
  package var reachedLimit: ReachedLimit?

  package init(
    _ subject: String, _ reason: String, hint: String? = nil, comesOfStop: Bool = false, isReaderGone: Bool = false
  ) {
    self.subject = subject
    self.reason = reason
    self.hint = hint
    self.comesOfStop = comesOfStop
    self.isReaderGone = isReaderGone
  }
}
