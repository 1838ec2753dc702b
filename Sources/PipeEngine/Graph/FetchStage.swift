internal import PipeWeb
internal import Synchronization

/// The fetch stage's side of a fetcher: hands out what the frontier allows and the next edge has room for,
/// and decides what becomes of each response.
final class FetchStage: FetchWork {
  private let frontier: Frontier
  private let output: Outlet<Fetched>
  private let settings: FetchPlan
  private let control: RunControl
  private let counter: StageCounter
  private let tally: Tally
  private let measures: RunMeasures
  private let ledger: Ledger
  private let own: OwnRequests
  private let order: OrderWindow<Routed>?
  private let events: RunEvents?
  private let hasPageLimit: Bool
  /// The way of a crawl's links, some of which wait for pages that the limit leaves out.
  private let back: BackEdge?
  private let limits: LimitWatch?
  /// Of a run with a journal.
  private let book: EventBook?
  /// Of a run with a login.
  private let session: Session?
  private let isCancelled = Atomic(false)
  /// Held while the frontier is emptied and what was in it is counted.
  private let draining = Mutex(())

  init(
    frontier: Frontier, output: Outlet<Fetched>, settings: FetchPlan, control: RunControl, counter: StageCounter,
    tally: Tally, measures: RunMeasures = RunMeasures(), ledger: Ledger, own: OwnRequests,
    order: OrderWindow<Routed>? = nil, events: RunEvents? = nil,
    hasPageLimit: Bool = false, back: BackEdge? = nil, limits: LimitWatch? = nil, book: EventBook? = nil,
    session: Session? = nil
  ) {
    self.session = session
    self.limits = limits
    self.book = book
    self.hasPageLimit = hasPageLimit
    self.back = back
    self.frontier = frontier
    self.output = output
    self.settings = settings
    self.control = control
    self.counter = counter
    self.tally = tally
    self.measures = measures
    self.ledger = ledger
    self.own = own
    self.order = order
    self.events = events
  }

  /// Fetches until the frontier is finished.
  func run(_ fetcher: any Fetcher) async throws {
    control.onStop { [weak self, control] in
      if control.isStopping { self?.drain() }
    }
    defer {
      // They would hold this stage for good, which holds them.
      frontier.onChange {}
      output.onRoom {}
      order?.onChange {}
      session?.onChange {}
    }
    try await withTaskCancellationHandler {
      try await fetcher.fetch(self)
    } onCancel: {
      isCancelled.store(true, ordering: .releasing)
      frontier.cancel()
    }
    // The fetcher may see that the run stops, and end, before anybody is called because of that.
    if control.isStopping { drain() }
  }

  func take(upTo limit: Int) -> FetchTake {
    // The run has failed: nobody waits for what is in flight.
    if isCancelled.load(ordering: .acquiring) { return .draining(until: .now) }
    if case .draining(let until) = control.phase { return .draining(until: until) }
    while output.askForRoom() {
      let now = Instant.now
      let traps = back.flatMap { $0.mayLeaveOut ? $0 : nil }
      let take = take(upTo: limit, judging: traps?.judge)
      if hasPageLimit { leaveBeyondLimit() }
      let hasLeftOut = traps.map { leaveOut(by: $0) } ?? false
      switch take {
      case .requests(let requests):
        session?.began(requests)
        measures.times.note(free: limit - requests.count, .hosts, at: now)
        events?.post(requests.lazy.filter { $0.purpose == .page }.map { .begun($0.id, $0.url, attempt: $0.attempt) })
        guard let back else { return .requests(requests) }
        return .requests(requests.map { back.wantsContent(of: $0) ? $0.keepingPage() : $0 })
      case .hopeless(let requests): giveUp(requests)
      case .robots(let files): for file in files { own.ask(file) }
      // What waited for those that were left out may begin.
      case .wait where hasLeftOut, .finished where hasLeftOut: continue
      case .wait(let until):
        measures.times.note(free: limit, frontier.counts.waiting > 0 ? .hosts : .requests, at: now)
        return .wait(until: until?.onContinuousClock)
      case .finished:
        measures.times.note(free: 0, .requests, at: now)
        return .finished
      }
    }
    measures.times.note(free: limit, .room, at: .now)
    return .wait(until: nil)
  }

  /// What the frontier and the session allow.
  private func take(
    upTo limit: Int, judging judge: ((Request) -> FrontierState.SecondThought)?
  ) -> FrontierState.Take {
    let only = order?.only
    switch session?.admission {
    case nil, .all?: return frontier.take(upTo: limit, now: .now, only: only, judging: judge)
    case .login?: return frontier.take(upTo: limit, now: .now, isLoggingIn: true)
    case .nothing?: return frontier.take(upTo: 0, now: .now)
    case .one(let id)?: return frontier.take(upTo: min(1, limit), now: .now, only: id ?? only, judging: judge)
    }
  }

  func complete(_ batch: [Fetched]) {
    let now = Instant.now
    var random = SystemRandomNumberGenerator()
    var answers: [Fetched] = []
    var ownAnswers: [Fetched] = []
    var landings: [Landing] = []
    var sentAgain: [(fetched: Fetched, next: Request)] = []
    var bytes = 0
    answers.reserveCapacity(batch.count)
    landings.reserveCapacity(batch.count)
    for fetched in batch {
      var next = Landing.Next.settled
      var answer: Fetched? = fetched
      let purpose = fetched.request.purpose
      let isOwn = fetched.request.isOwn
      if purpose.isOfLogin, let response = fetched.response { session?.note(response) }
      if let session, session.isLoggedOut(by: fetched), let moment = moment(after: fetched, session, now: now) {
        next = .again(fetched.request.loggedInAnew(after: fetched.attempts), at: moment)
        answer = nil
        tally.addRetry(of: purpose)
      } else if !isOwn || own.isAwaited(fetched.request) {
        let redirects = purpose.redirectLimit ?? settings.redirects
        switch decision(on: fetched, redirects) {
        case .follow(let request):
          next = .again(request, at: nil)
          answer = nil
        case .fail(let error):
          answer = Fetched(
            request: fetched.request, response: nil, error: error, timing: fetched.timing,
            attempts: fetched.attempts)
        case .answer:
          if fetched.error?.circumstance == .keptConnection, !fetched.request.isSentAgain {
            next = .again(fetched.request.sentAgain(after: fetched), at: now)
            answer = nil
            tally.addRetry(of: purpose)
          } else if !isOwn, let request = CheckRule.asGET(fetched) {
            next = .again(request, at: nil)
            answer = nil
          } else if let wait = RetryRule.wait(after: fetched, settings.retry, method: settings.method, random: &random)
          {
            next = .again(fetched.request.triedAgain(after: fetched.attempts), at: now + wait)
            answer = nil
            tally.addRetry(of: purpose)
          }
        }
      }
      if let session, !session.isLoggedOut(by: fetched) { session.note(answer, of: fetched) }
      let landing = Landing(
        fetched.request, HostOutcome(fetched, respectsRetryAfter: settings.retry.respectsRetryAfter),
        elapsed: fetched.timing.elapsed, next: next)
      landings.append(landing)
      if book != nil, !isOwn, case .again(let request, _) = next { sentAgain.append((fetched, request)) }
      if let events { tell(events, fetched, landing, now: now) }
      guard let answer else { continue }
      if !isOwn {
        answers.append(answer)
        bytes += answer.cost
      } else {
        ownAnswers.append(answer)
      }
    }
    if !sentAgain.isEmpty { book?.add(sentAgain) }
    measures.add(answers, at: now)
    measures.times.add(batch)
    send(answers, bytes: bytes)
    leaveUndone(frontier.landed(landings, now: now))
    // When their hosts know that they have landed: the run may be over with the last of them.
    for answer in ownAnswers { own.ended(answer.request, answer) }
    limits?.note(bytes: batch.reduce(0) { $0 + ($1.response?.length ?? 0) })
  }

  /// When a page that says that there is no session is asked for again; `nil` for one whose answer that is.
  private func moment(after fetched: Fetched, _ session: Session, now: Instant) -> Instant? {
    switch session.landed(fetched, .loggedOut) {
    case .settled: nil
    case .again, .failed: now
    case .later: now + .milliseconds(200)
    }
  }

  /// What becomes of a response, as far as redirects go.
  private func decision(on fetched: Fetched, _ limit: Int) -> RedirectRule.Decision {
    let decision = RedirectRule.decide(
      fetched, limit: limit, method: settings.method, content: settings.body, mask: settings.mask)
    guard settings.redirectsAreLinks, !fetched.request.isOwn else { return decision }
    switch decision {
    case .answer: return decision
    // It is a page of its own, also where nobody can follow it.
    case .fail: return fetched.request.trail.isEmpty ? .answer : decision
    case .follow(let next):
      // A page that redirects to itself can have set the cookie that it asks for.
      let isSame = next.url?.hrefWithoutFragment == fetched.request.url?.hrefWithoutFragment
      return settings.keepsCookies && isSame ? decision : .answer
    }
  }

  func hasRoom() -> Bool { output.askForRoom() }

  func notice(_ words: String) { tally.add(notice: words) }

  func hasMore(at host: String) -> Bool { frontier.hasWaiting(at: host) }

  func abandon(_ requests: [Request]) {
    var undone = Undone()
    for request in requests { undone.add(request) }
    _ = frontier.landed(requests.map { Landing($0) }, now: .now)
    leaveUndone(undone)
  }

  /// Tells the crawl of requests that it had left out.
  ///
  /// - Returns: Whether there are any.
  private func leaveOut(by back: BackEdge) -> Bool {
    let count = frontier.takeLeftOut()
    if count == 0 { return false }
    counter.add(leftOut: count)
    do throws(RunError) {
      let faulty = try back.leftOut(count)
      send(faulty, bytes: faulty.reduce(0) { $0 + $1.cost })
    } catch {
      control.fail(because: error)
    }
    return true
  }

  /// Pages that are more than the run may ask for.
  private func leaveBeyondLimit() {
    let count = frontier.takeBeyondLimit()
    if count == 0 { return }
    // Before the ledger hears of it, for which the run may be over then.
    do throws(RunError) { try back?.pagesEnded() } catch { control.fail(because: error) }
    counter.add(beyondLimit: count)
    ledger.leftUndone(count)
  }

  /// Leaves undone what waits. Whoever comes second waits for the first, which may have emptied the frontier and not
  /// counted yet: the run ends with this stage, and its counts are read then.
  private func drain() { draining.withLock { _ in leaveUndone(frontier.drain()) } }

  private func leaveUndone(_ undone: Undone) {
    counter.add(unfinished: undone.pages)
    ledger.leftUndone(undone.pages)
    for request in undone.own { own.ended(request, nil) }
  }

  /// Tells what came of an attempt.
  private func tell(_ events: RunEvents, _ fetched: Fetched, _ landing: Landing, now: Instant) {
    let id = fetched.request.id
    if landing.outcome.asksForLess { events.post(.hostSlowed(fetched.request.host)) }
    // What else is fetched has no place among the pages.
    if fetched.request.purpose != .page { return }
    events.post(
      .landed(
        id, fetched.request.url, status: fetched.response?.status, error: fetched.error?.code,
        elapsed: fetched.timing.elapsed))
    switch landing.next {
    case .again(let request, nil): events.post(.redirected(id, to: request.url))
    case .again(let request, let moment?):
      events.post(.retried(id, attempt: request.attempt, after: now.duration(to: moment)))
    case .settled: break
    }
  }

  /// Requests that are not tried are records with the error of their host, or with what robots.txt says.
  private func giveUp(_ requests: [(request: Request, error: RequestError)]) {
    events?.post(
      requests.lazy.filter { $0.request.purpose == .page && $0.error.code != .robots }.map {
        .hostGivenUp($0.request.host, $0.request.id)
      })
    let answers = requests.map { request, error in
      Fetched(
        request: request, response: nil, error: error, timing: Fetched.Timing(elapsed: request.spent),
        // A redirect that led here was an attempt.
        attempts: request.spent > .zero ? request.attempt : request.attempt - 1)
    }
    session?.gaveUp(requests.map(\.request))
    let others = answers.filter { !$0.request.isOwn }
    send(others, bytes: others.reduce(0) { $0 + $1.cost })
    for answer in answers where answer.request.isOwn { own.ended(answer.request, answer) }
  }

  private func send(_ answers: [Fetched], bytes: Int) {
    output.offer(answers, bytes: bytes)
  }

  func onChange(_ wake: @escaping @Sendable () -> Void) {
    frontier.onChange(wake)
    output.onRoom(wake)
    order?.onChange(wake)
    session?.onChange(wake)
    control.onStop(wake)
  }
}

extension HostOutcome {
  fileprivate var asksForLess: Bool {
    switch self {
    case .slowDown, .busy: true
    case .answered, .unreachable, .silent: false
    }
  }
}
