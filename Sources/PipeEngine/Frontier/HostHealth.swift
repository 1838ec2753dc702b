internal import PipeWeb

/// What an ended transfer tells of its host.
enum HostOutcome: Hashable, Sendable {
  /// It answers.
  case answered
  /// It asks to be left alone for a while (429, or 503 with a Retry-After): so long, where it says.
  case slowDown(after: Duration?)
  /// It says that it can do no more now (503), and not for how long.
  case busy
  /// There was no connection.
  case unreachable(RequestError)
  /// Nothing: the request never got as far.
  case silent

  init(_ fetched: Fetched, respectsRetryAfter: Bool) {
    if let error = fetched.error {
      let isLocal =
        [.badURL, .forbidden, .robots, .redirects].contains(error.code) || error.circumstance == .keptConnection
      self = error.circumstance.isWithoutConnection ? .unreachable(error) : isLocal ? .silent : .answered
    } else if let response = fetched.response, response.status == 429 || response.status == 503 {
      let field = respectsRetryAfter ? response.retryAfter : nil
      let asked = field.flatMap { RetryAfter.wait($0, now: fetched.completed) }
      self = response.status == 503 && asked == nil ? .busy : .slowDown(after: asked)
    } else {
      self = .answered
    }
  }
}

/// How a host that is in trouble is treated, from what its transfers tell. A host that is well has none.
///
/// Asked to slow down, it gets half as many requests at once, and when that is one, the time between two of them
/// doubles; answers bring it back by small steps. What began before it was slowed down tells nothing new: a burst
/// of 429s counts once. Without a connection three times in a row it is down: one request at a time tries it, after
/// waits that double, and when these fail as well it is given up for a while.
struct HostHealth: Sendable {
  enum Advice: Equatable {
    case goOn
    /// Nothing is to begin before that moment.
    case pause(until: Instant)
    /// What waits for it, and what comes until then, fails without being tried.
    case giveUp(until: Instant)
  }

  /// Connections that fail in a row before a host is down.
  static let failuresToBeDown = 3
  /// Requests that then try it in vain before it is given up.
  static let probes = 4
  /// Answers in a row that undo one step of slowing down.
  static let answersToRecover = 16
  /// The first time between two requests where it is not enough that there is but one at once.
  static let firstSpacing = Duration.milliseconds(100)
  /// The longest such time for a host that is busy: a page that always answers 503 is no reason to wait for long.
  static let busySpacing = Duration.seconds(1)

  private let backoff: Backoff
  private let fullConcurrency: Int
  private var slowedConcurrency: Int
  /// The least time between two starts.
  private(set) var spacing = Duration.zero
  /// How often it was asked to slow down without an answer in between.
  private var slowDowns = 0
  private var answers = 0
  private var failures = 0
  private var failedProbes = 0
  private(set) var isDown = false
  /// Until when it asked to be left alone, or is not to be tried; a pause that is over says nothing.
  var pausedUntil: Instant?
  /// When it was last slowed down or found to be down.
  private var changed: Instant?
  /// Why there was no connection.
  private(set) var lastError: RequestError?

  init(concurrency: Int, backoff: Backoff) {
    fullConcurrency = concurrency
    slowedConcurrency = concurrency
    self.backoff = backoff
  }

  /// The most requests in flight.
  var concurrency: Int { isDown ? 1 : slowedConcurrency }

  /// Whether it is as any other.
  var isWell: Bool { failures == 0 && !isDown && slowedConcurrency == fullConcurrency && spacing == .zero }

  /// - Parameter start: When the transfer began.
  mutating func learn(_ outcome: HostOutcome, from start: Instant, now: Instant) -> Advice {
    switch outcome {
    case .silent: return .goOn
    case .answered:
      connected()
      if isAfterChange(start) { recover() }
      return .goOn
    case .slowDown(let asked):
      connected()
      guard isAfterChange(start) else { return asked.map { .pause(until: now + $0) } ?? .goOn }
      slowDown(now, spacing: backoff.maximum)
      slowDowns += 1
      return .pause(until: now + (asked ?? backoff.wait(after: slowDowns)))
    case .busy:
      connected()
      guard isAfterChange(start) else { return .goOn }
      slowDown(now, spacing: min(Self.busySpacing, backoff.maximum))
      return .pause(until: now + backoff.base)
    case .unreachable(let error):
      lastError = error
      guard !isDown || isAfterChange(start) else { return .goOn }
      return fail(now)
    }
  }

  private func isAfterChange(_ start: Instant) -> Bool { changed.map { start >= $0 } ?? true }

  private mutating func connected() {
    failures = 0
    failedProbes = 0
    isDown = false
    lastError = nil
  }

  private mutating func slowDown(_ now: Instant, spacing longest: Duration) {
    changed = now
    answers = 0
    if slowedConcurrency > 1 {
      slowedConcurrency /= 2
    } else {
      spacing = max(spacing, min(longest, max(Self.firstSpacing, spacing * 2)))
    }
  }

  private mutating func recover() {
    slowDowns = 0
    if slowedConcurrency == fullConcurrency, spacing == .zero { return }
    answers += 1
    guard answers >= Self.answersToRecover else { return }
    answers = 0
    if spacing > .zero {
      spacing = spacing / 2 < Self.firstSpacing ? .zero : spacing / 2
    } else {
      slowedConcurrency += 1
    }
  }

  private mutating func fail(_ now: Instant) -> Advice {
    if isDown {
      failedProbes += 1
    } else {
      failures += 1
      if failures < Self.failuresToBeDown { return .goOn }
      isDown = true
    }
    changed = now
    if failedProbes >= Self.probes { return .giveUp(until: now + backoff.maximum) }
    return .pause(until: now + backoff.wait(after: failedProbes + 1))
  }
}

extension HostHealth {
  /// What a journal keeps of it. When the host may be asked again, and what of it is given up, the frontier knows.
  var memory: HostMemory {
    HostMemory(
      concurrency: slowedConcurrency == fullConcurrency ? nil : slowedConcurrency,
      spacing: Int(spacing / .milliseconds(1)), slowDowns: slowDowns, answers: answers, failures: failures,
      failedProbes: failedProbes, isDown: isDown, lastError: lastError)
  }

  /// The health of a host as a run before has left it. The rules may be others by now.
  init(_ memory: HostMemory, concurrency: Int, backoff: Backoff, now: Instant) {
    self.init(concurrency: concurrency, backoff: backoff)
    slowedConcurrency = min(max(1, memory.concurrency ?? concurrency), concurrency)
    spacing = min(.milliseconds(max(0, memory.spacing)), backoff.maximum)
    slowDowns = min(max(0, memory.slowDowns), 1000)
    answers = min(max(0, memory.answers), Self.answersToRecover)
    failures = min(max(0, memory.failures), Self.failuresToBeDown)
    failedProbes = min(max(0, memory.failedProbes), Self.probes)
    isDown = memory.isDown
    lastError = memory.lastError
    changed = now
  }
}
