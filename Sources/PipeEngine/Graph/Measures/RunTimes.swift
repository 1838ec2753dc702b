internal import PipeWeb
internal import Synchronization

/// Where the time of a run went, as far as its stages can tell.
///
/// The fetch stage has a number of places for transfers. What a place does at any moment is one of these: it waits for a
/// connection, for the first byte, for the rest of an answer, or it is empty for a reason. So all of them together are the
/// places times the time of the stage.
package final class RunTimes: Sendable {
  /// Why a place is empty.
  package enum Vacancy: Int, CaseIterable, Sendable {
    /// All requests wait for what their hosts allow: their concurrency, a delay, a backoff, robots.txt.
    case hosts
    /// There is no request.
    case requests
    /// The stages behind fetch have no room for another page.
    case room
  }

  package struct Counts: Hashable, Sendable {
    package var connecting = Duration.zero
    package var waiting = Duration.zero
    package var receiving = Duration.zero
    package var vacant: [Vacancy: Duration] = [:]
    /// The lanes of extract at work.
    package var extracting = Duration.zero
    /// By the place of the sink in the plan: writing rows, and making them durable.
    package var sinks: [Int: Duration] = [:]

    package init() {}

    /// Of all places.
    package var places: Duration {
      vacant.values.reduce(connecting + waiting + receiving, +)
    }
  }

  private struct State {
    var counts = Counts()
    var last: Instant?
    var free = 0
    var vacancy = Vacancy.requests
  }

  private let state = Mutex(State())

  package var counts: Counts { state.withLock { $0.counts } }

  /// So many places are empty from now on.
  func note(free: Int, _ vacancy: Vacancy, at now: Instant) {
    state.withLock { state in
      if let last = state.last, state.free > 0 {
        state.counts.vacant[state.vacancy, default: .zero] += max(.zero, last.duration(to: now)) * state.free
      }
      (state.last, state.free, state.vacancy) = (now, free, vacancy)
    }
  }

  /// Transfers have ended, with an answer or without.
  func add(_ transfers: [Fetched]) {
    state.withLock { state in
      for transfer in transfers where transfer.attempts > 0 { state.counts.add(transfer.timing) }
    }
  }

  func add(extracting time: Duration) { state.withLock { $0.counts.extracting += time } }

  func add(sink: Int, _ time: Duration) { state.withLock { $0.counts.sinks[sink, default: .zero] += time } }
}

extension RunTimes.Counts {
  fileprivate mutating func add(_ timing: Fetched.Timing) {
    let end = max(.zero, timing.elapsed)
    let first = min(end, timing.firstByte ?? end)
    // Without a word of it, the connection was not made, or it was there.
    let connected = min(first, timing.connected ?? (timing.firstByte == nil ? first : .zero))
    connecting += connected
    waiting += first - connected
    receiving += end - first
  }
}
