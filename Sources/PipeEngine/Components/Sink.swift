package import PipeSpec

/// Where rows go. A value of the plan; it opens nothing before `open`.
package protocol Sink: Sendable {
  /// What the plan and the summary call it: `out/titles.csv`.
  var summary: String { get }
  /// What it writes to, so that two sinks on one file are a conflict.
  var target: Located<SinkTarget> { get }
  /// What it can guarantee of each record where a run goes on at the position of a commit.
  var delivery: Delivery { get }
  /// What that depends on besides the run, for the end of a sentence; `nil` for nothing.
  var deliveryLimit: String? { get }
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
  /// What would become of what is there, with these columns. Looks, and changes nothing.
  ///
  /// - Parameter goesOn: Whether a run goes on with an output of its own.
  func prospect(of columns: [Column], goesOn: Bool) -> OutputProspect
  /// Reports what keeps rows of these columns from being written, as far as the spec alone tells.
  func check(_ columns: [Column], _ report: (Diagnostic) -> Void)
  /// Files that it writes besides its output.
  var otherFiles: [Located<String>] { get }
  /// What the run makes of its output before the first row, as a plan shows it: the DDL of a table.
  func definition(of columns: [Column]) -> String?
  /// Looks into its store for what came of a batch that an earlier run has announced (`SinkWriter.announce`). Called before
  /// `open`.
  func outcome(of announced: SinkPosition) throws(RunError) -> AnnouncedOutcome
  /// Whether rows that come again take the place of those that are there, so that a request may be fetched again without more.
  var replacesRows: Bool { get }
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
  package func prospect(of columns: [Column], goesOn: Bool) -> OutputProspect {
    goesOn ? prospectOfGoingOn() : prospect()
  }
  package func check(_ columns: [Column], _ report: (Diagnostic) -> Void) {}
  package func definition(of columns: [Column]) -> String? { nil }
  package func outcome(of announced: SinkPosition) throws(RunError) -> AnnouncedOutcome { .lost }
  package var replacesRows: Bool { false }
  package var otherFiles: [Located<String>] { [] }
  package var delivery: Delivery { .atLeastOnce }
  package var deliveryLimit: String? { nil }
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
  /// While the run goes on, a batch at a time; a row whose key is there takes the place of that one.
  case merged
  /// All at once when the run is complete: until then they are in a second table of the same database.
  case swapped(table: String)

  package var name: String {
    switch self {
    case .whole: "whole"
    case .live: "live"
    case .added: "append"
    case .merged: "merge"
    case .swapped: "whole"
    }
  }

  package var isWhole: Bool {
    switch self {
    case .whole, .swapped: true
    case .live, .added, .merged: false
    }
  }
}

package enum SinkTarget: Hashable, Sendable {
  case standardOutput
  /// A path, relative to the working folder.
  case file(String)
  /// A table of a database file.
  case database(String, table: String)
  /// A table, list or the like on a server, which is told by its kind, host, port and database: `postgres://localhost:5432/shop`.
  /// Nobody's name or password is in it.
  case server(String, table: String)
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
/// A database commits rows and position at once, in its own store. So that a run that dies around a commit knows which requests
/// it was about, their identities go into the journal first: `announce` does all of the work but the commit, and gives the
/// position that the commit will lead to; then the journal is synced; then `commit`. A run that goes on asks the store what came
/// of it (`Sink.outcome`).
///
///     open ─▶ write … ─▶ finish ─▶ publish      a complete run
///              commit …  │   └────▶ abandon      another sink failed, or the run was stopped
///                        └───────▶ abandon      the run failed while there were rows to come
///
/// Its functions are asynchronous so that a sink may wait for a server. One that waits for a disk, or for the reader of a
/// pipe, may block: the task has a thread of its own.
package protocol SinkWriter {
  mutating func write(_ records: [Record]) async throws(RunError)

  /// Rows that are out as a whole: what a summary may speak of, also where writing failed. Those that are left out are among
  /// them.
  var rowsWritten: Int { get }

  /// Those of them that have not become rows.
  var rowsLeftOut: RowsLeftOut { get }

  /// Whether what it holds wants a commit now, and not at the next moment for all sinks.
  var wantsCommit: Bool { get }

  /// Does everything of a commit that can fail for the rows' sake.
  ///
  /// - Returns: Where a run goes on once `commit` has returned; `nil` if nothing is to be committed, or if the sink is one whose
  ///   rows can be taken back.
  mutating func announce() async throws(RunError) -> SinkPosition?

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
  package var rowsLeftOut: RowsLeftOut { RowsLeftOut() }
  package var wantsCommit: Bool { false }
  package mutating func announce() async throws(RunError) -> SinkPosition? { nil }

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
