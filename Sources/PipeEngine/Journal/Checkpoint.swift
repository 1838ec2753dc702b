/// What a run has done so far, as one step of its journal: a run that goes on begins with it.
///
/// It is taken in this order, so that everything it tells is true whatever happens next:
///
/// 1. Rows are written, and each sink makes its own durable (`SinkWriter.commit`): the file is synced, and with the first
///    commit the folders with new names.
/// 2. The ledger tells which requests are done by that: every row of theirs is durable at every sink that got it.
/// 3. The checkpoint goes into the journal behind the events and findings of these requests, as the last frame of a batch,
///    and the batch is synced.
///
/// A crash before the end of 3 leaves sinks that are further than the checkpoint. They are cut back to their positions, and
/// the requests since are made again.
package struct Checkpoint: Hashable, Sendable {
  enum Phase: UInt8, Sendable, CaseIterable {
    /// There is more to do.
    case running
    /// Every request is done and every sink has finished; all that is left is to publish the outputs, some of which may
    /// have their names already.
    case publishing
    /// Nothing is left to do.
    case finished
  }

  /// From 1 on, through all sessions of the run.
  var number = 0
  /// When it was taken, by the system's clock: milliseconds since 1970.
  var moment = 0
  /// Milliseconds that the run was at work, in all of its sessions.
  var worked = 0
  var phase = Phase.running
  /// By the place in the ledger: the sources of the spec, then those of a crawl.
  var sources: [SourceProgress] = []
  /// By the place in the plan.
  var sinks: [SinkProgress] = []
  /// Hosts that are to be treated with care, by their names; all others are as if they had never been asked.
  var hosts: [String: HostMemory] = [:]
  var totals = RunTotals()
  /// What requests that are done have brought to the expectations (`ExpectCodec`); empty without any.
  var expected: [UInt8] = []
  /// Of a run that had finished, and in which what failed is fetched again, or was.
  var retry: Retry?

  /// What is fetched again of a run that had finished.
  struct Retry: Hashable, Sendable {
    /// From 1 on: how often that was done.
    var number: Int
    /// When it began: milliseconds since 1970.
    var began: Int
    /// Milliseconds that the run was at work before.
    var worked: Int
    /// Of each source, the requests that are fetched again: it yields no others.
    var requests: [DoneSet]
  }

  /// Requests that are fetched again; `nil` if it is not about those that failed.
  package var retriedCount: Int? { retry.map { $0.requests.reduce(0) { $0 + $1.count } } }

  /// Milliseconds at work, without those before what failed was fetched again.
  var ownWork: Int { worked - (retry?.worked ?? 0) }

  /// Requests that are done, with those that never had to be made.
  package var doneCount: Int { totals.requests }

  /// Rows of a sink.
  package func rows(of sink: Int) -> Int { sinks.indices.contains(sink) ? sinks[sink].rows : 0 }
}

/// How far a source is.
struct SourceProgress: Hashable, Sendable {
  /// The requests that are done.
  var done = DoneSet()
  /// Whether it has ended: there is no request behind the last one.
  var isDry = false
  /// Requests that it has yielded.
  var yielded = 0
  /// Where it can be read on; `nil` if it is read from its start.
  var bookmark: SourceBookmark?
}

/// A place in a source's input, in the source's own words, as `SinkPosition` is for a sink: at or before the first request
/// that is not done, so that nothing is passed over.
struct SourceBookmark: Hashable, Sendable {
  /// The request that is yielded next from there.
  var ordinal: Int
  var bytes: [UInt8]
}

/// How far a sink is.
struct SinkProgress: Hashable, Sendable {
  /// Where it is opened again; `nil` if it is begun anew.
  var position: SinkPosition?
  /// Rows before the position, in all sessions of the run.
  var rows = 0
  /// Of each source, requests that are not done as a whole, and whose rows this sink has before its position: another sink
  /// does not have its own yet. They are made again, and this sink gets no row of them then.
  var ahead: [DoneSet] = []
  /// The finished output from which it is made anew; `nil` if it is not, and once the sink has a position in the new one.
  var base: SinkBase?
  /// The commit that it was about to make: its store knows whether it has.
  var announced: AnnouncedBatch?

  /// The same once it is known what came of that.
  func settled(_ outcome: AnnouncedOutcome) -> SinkProgress {
    var settled = self
    settled.announced = nil
    guard let announced, outcome == .committed else { return settled }
    settled.position = announced.position
    settled.rows += announced.rows
    for (source, requests) in announced.requests.enumerated() {
      while settled.ahead.count <= source { settled.ahead.append(DoneSet()) }
      settled.ahead[source].formUnion(requests)
    }
    return settled
  }
}

/// A commit that a sink is about to make: all of its rows become durable with it, or none.
struct AnnouncedBatch: Hashable, Sendable {
  /// Where the sink is once it is made.
  var position: SinkPosition
  var rows: Int
  /// Of each source, the requests of the rows.
  var requests: [DoneSet]
}

/// What is remembered of a host, by the system's clock: a run that goes on asks it no sooner, and no more often, than the one
/// before would have. Moments are milliseconds since 1970.
struct HostMemory: Hashable, Sendable {
  /// Nothing is to begin before it.
  var notBefore: Int?
  /// The most requests in flight; `nil` for as many as the rules say.
  var concurrency: Int?
  /// Milliseconds from one start to the next, beyond what the rules say.
  var spacing = 0
  /// How often it was asked to slow down without an answer in between.
  var slowDowns = 0
  /// Answers in a row since then.
  var answers = 0
  /// Connections that failed in a row.
  var failures = 0
  /// Those of them that tried it when it was down.
  var failedProbes = 0
  var isDown = false
  /// The scheme that is given up until `notBefore`.
  var givenUp: String?
  /// Why there was no connection.
  var lastError: RequestError?
  /// Robots files that could not be had, by the authority (`https://h:8443`).
  var robotsRefusals: [String: RobotsRefusal] = [:]
  /// Milliseconds between two requests that its robots.txt asks for, by the authority.
  var crawlDelays: [String: Int] = [:]

  /// Stands for all hosts: `notBefore` is the moment at which the hosts were as they are told, and `spacing` how many
  /// milliseconds behind it they may have been asked once more, since the run went on. It is 0 if the run ended there.
  static let everyHost = ""
}

/// A robots.txt that could not be had: until then it is not asked for again, and pages of its authority have this error.
struct RobotsRefusal: Hashable, Sendable {
  /// Milliseconds since 1970.
  var until: Int
  var error: RequestError?
}

/// What came of the requests that are done, counted from their events, so that a request that is made again counts once.
struct RunTotals: Hashable, Sendable {
  /// Requests that are done.
  var requests = 0
  /// Attempts after the first ones.
  var retries = 0
  /// Redirects that were followed in place.
  var redirects = 0
  /// Bytes of content.
  var bytes = 0
  /// Requests whose record has an error.
  var failed = 0
  /// Requests that were never made.
  var skipped = 0
  /// Pages that were asked for, those that are not done among them: `max_pages` counts on.
  var asked = 0
  /// By the status of the last answer.
  var statuses: [Int: Int] = [:]
  /// By the code of the error (`RequestError.Code`).
  var errors: [String: Int] = [:]

  mutating func add(_ event: RequestEvent) {
    requests += 1
    retries += max(0, event.attempts.count - 1)
    redirects += event.redirects.count
    bytes += event.bytes
    switch event.attempts.last?.outcome {
    case nil: skipped += 1
    case .answered(let status): statuses[status, default: 0] += 1
    case .failed: break
    }
    guard let error = event.error else { return }
    failed += 1
    errors[error.code.rawValue, default: 0] += 1
  }

  mutating func add(_ other: RunTotals) {
    for path in Self.countPaths { self[keyPath: path] += other[keyPath: path] }
    for (status, count) in other.statuses { statuses[status, default: 0] += count }
    for (code, count) in other.errors { errors[code, default: 0] += count }
  }

  /// Takes back what was added.
  mutating func subtract(_ other: RunTotals) {
    for path in Self.countPaths { self[keyPath: path] -= other[keyPath: path] }
    for (status, count) in other.statuses { statuses[status, default: 0] -= count }
    for (code, count) in other.errors { errors[code, default: 0] -= count }
    statuses = statuses.filter { $0.value != 0 }
    errors = errors.filter { $0.value != 0 }
  }
}
