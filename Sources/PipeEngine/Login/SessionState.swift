/// Whether a run with a login is logged in, without threads: what may begin, and what becomes of pages that say that the
/// session has ended.
///
/// It begins logged out. A login begins once no page is under way, so that no late answer changes its cookies. Behind it one
/// page is asked for at a time (on trial), those first that said the session had ended, until one shows that it has begun.
/// A page that is on trial and says once more that there is none is one that says so to everybody: that is its answer. So
/// each login settles at least one page, however short a session is, and however many pages were under way when it ended.
struct SessionState: Sendable {
  enum Admission: Equatable, Sendable {
    /// The requests of a login alone.
    case login
    /// One page: this one, or any.
    case one(RequestID?)
    /// What has begun is waited for.
    case nothing
    case all
  }

  /// What a page came to.
  enum Outcome: Sendable {
    /// It says that there is no session.
    case loggedOut
    /// It shows that there is one, or that none is needed.
    case good
    /// It shows neither, and is settled.
    case bad
    /// It is not settled: it is tried again, or redirected.
    case open
  }

  enum Verdict: Equatable, Sendable {
    case settled
    /// It is asked for once more.
    case again
    /// It is asked for once more, behind others.
    case later
    /// The login came to nothing.
    case failed
  }

  private enum Standing: Sendable {
    case out
    case trial
    case `in`
  }

  private var standing = Standing.out
  private(set) var logins = 0
  /// The pages under way.
  private var inFlight: Set<RequestID> = []
  /// Pages that said that the session had ended and are to be asked for first.
  private var suspects: [RequestID] = []
  /// Pages that said so before any page had shown that there was a session.
  private var doubted: Set<RequestID> = []
  /// Whether a page has ever shown that there is a session.
  private var hasWorked: Bool
  /// Logins in a row that made no difference to the page that asked for them.
  private var fruitless = 0
  /// Whether it is open what the last login did for the page that asked for it.
  private var isUndecided = false
  /// Pages in a row that say that there is no session.
  private var signs = 0
  /// Pages that the trial has settled without showing anything.
  private var tried = 0

  /// After so many logins without a difference, it takes this many pages in a row to log in again.
  static let fruitlessLimit = 3
  static let evidence = 50
  /// Pages that are tried before the login counts as having come to nothing, and before all others may begin.
  static let trialLimit = 5

  /// - Parameter hasWorked: Whether an earlier session of the run has had pages, so that no single one shows that the login is
  ///   wrong.
  init(hasWorked: Bool = false) { self.hasWorked = hasWorked }

  var admission: Admission {
    switch standing {
    case .out: .login
    case .trial: inFlight.isEmpty ? .one(suspects.first) : .nothing
    case .in: .all
    }
  }

  /// Whether a login is to begin.
  var wantsLogin: Bool { standing == .out && inFlight.isEmpty }

  mutating func began(_ id: RequestID) { inFlight.insert(id) }

  mutating func loggedIn() {
    logins += 1
    tried = 0
    isUndecided = !suspects.isEmpty
    standing = .trial
  }

  mutating func landed(_ id: RequestID, _ outcome: Outcome) -> Verdict {
    inFlight.remove(id)
    switch outcome {
    case .loggedOut:
      signs += 1
      return loggedOut(id)
    case .good:
      signs = 0
      let wasSuspect = forget(id)
      if standing == .trial {
        if isUndecided, wasSuspect { fruitless = 0 }
        isUndecided = false
        standing = .in
        hasWorked = true
      }
      return .settled
    case .bad:
      _ = forget(id)
      if standing == .trial { countTrial() }
      return .settled
    case .open: return .settled
    }
  }

  /// A page that has come to its end without an answer.
  mutating func gaveUp(_ id: RequestID) {
    inFlight.remove(id)
    _ = forget(id)
  }

  private mutating func loggedOut(_ id: RequestID) -> Verdict {
    switch standing {
    case .out:
      suspect(id)
      return .again
    case .in:
      guard fruitless < Self.fruitlessLimit || signs >= Self.evidence else {
        _ = forget(id)
        return .settled
      }
      signs = 0
      suspect(id)
      standing = .out
      return .again
    case .trial:
      if hasWorked {
        if isUndecided { fruitless += 1 }
        isUndecided = false
        _ = forget(id)
        countTrial()
        return .settled
      }
      // Others may show that there is a session, and that this page is for nobody.
      if doubted.insert(id).inserted, doubted.count < Self.trialLimit { return .later }
      return .failed
    }
  }

  /// A long trial would have pages that are for nobody fetched one at a time.
  private mutating func countTrial() {
    tried += 1
    if tried >= Self.trialLimit { standing = .in }
  }

  private mutating func suspect(_ id: RequestID) { if !suspects.contains(id) { suspects.append(id) } }

  private mutating func forget(_ id: RequestID) -> Bool {
    doubted.remove(id)
    guard let index = suspects.firstIndex(of: id) else { return false }
    suspects.remove(at: index)
    return true
  }
}
