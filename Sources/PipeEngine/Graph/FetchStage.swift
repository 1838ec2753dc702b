internal import Synchronization

/// The fetch stage's side of a fetcher: hands out what the frontier allows and the next edge has room for,
/// and decides what becomes of each response.
final class FetchStage: FetchWork {
  private let frontier: Frontier
  private let output: Edge<Fetched>
  private let settings: FetchSettings
  private let control: RunControl
  private let counter: StageCounter
  private let isCancelled = Atomic(false)

  init(
    frontier: Frontier, output: Edge<Fetched>, settings: FetchSettings, control: RunControl, counter: StageCounter
  ) {
    self.frontier = frontier
    self.output = output
    self.settings = settings
    self.control = control
    self.counter = counter
  }

  /// Fetches until the frontier is finished.
  func run(_ fetcher: any Fetcher) async throws {
    control.onStop { [frontier, counter, control] in
      if control.isStopping { counter.add(unfinished: frontier.drain()) }
    }
    defer { output.close() }
    try await withTaskCancellationHandler {
      try await fetcher.fetch(self)
    } onCancel: {
      isCancelled.store(true, ordering: .releasing)
      frontier.cancel()
    }
  }

  func take(upTo limit: Int) -> FetchTake {
    // The run has failed: nobody waits for what is in flight.
    if isCancelled.load(ordering: .acquiring) { return .draining(until: .now) }
    if case .draining(let until) = control.phase { return .draining(until: until) }
    guard output.askForRoom() else { return .wait(until: nil) }
    switch frontier.take(upTo: limit, now: .now) {
    case .requests(let requests): return .requests(requests)
    case .wait(let until): return .wait(until: until)
    case .finished: return .finished
    }
  }

  func complete(_ batch: [Fetched]) {
    var answers: [Fetched] = []
    var goingOn: [(request: Request, at: ContinuousClock.Instant?)] = []
    var bytes = 0
    answers.reserveCapacity(batch.count)
    for fetched in batch {
      switch RedirectRule.decide(fetched, limit: settings.redirects, method: settings.method) {
      case .follow(let request):
        goingOn.append((request, nil))
      case .answer:
        answers.append(fetched)
        bytes += fetched.cost
      case .fail(let error):
        answers.append(
          Fetched(request: fetched.request, response: nil, error: error, timing: fetched.timing))
        bytes += fetched.cost
      }
    }
    counter.add(out: answers.count)
    output.offer(answers, bytes: bytes)
    let left = frontier.landed(batch.lazy.map(\.request), goingOn: goingOn, settled: answers.count)
    counter.add(unfinished: left)
  }

  func abandon(_ requests: [Request]) {
    counter.add(unfinished: requests.count)
    _ = frontier.landed(requests, goingOn: [], settled: requests.count)
  }

  func onChange(_ wake: @escaping @Sendable () -> Void) {
    frontier.onChange(wake)
    output.onRoom(wake)
    control.onStop(wake)
  }
}
