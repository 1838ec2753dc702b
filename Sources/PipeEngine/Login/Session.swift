internal import PipeWeb
internal import Synchronization

/// The login of a run, as its stages share it: the rules of `SessionState` behind a lock, and who waits for them.
final class Session: Sendable {
  private struct Storage: Sendable {
    var state: SessionState
    /// Where the form was found, if a redirect led there.
    var place: WebURL?
    /// Whether a part of the login under way has set a cookie.
    var hasCookie = false
    var failure: RunError?
    var onChange: (@Sendable () -> Void)?
  }

  let plan: LoginPlan
  private let storage: Mutex<Storage>
  /// Open once the run is logged in for the first time, or is not going to be.
  private let begun = Latch(parties: [0])
  private let calls: AsyncStream<Void>
  private let call: AsyncStream<Void>.Continuation

  init(_ plan: LoginPlan, hasWorked: Bool) {
    self.plan = plan
    storage = Mutex(Storage(state: SessionState(hasWorked: hasWorked)))
    (calls, call) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    call.yield()
  }

  // MARK: For the fetch stage

  var admission: SessionState.Admission { storage.withLock { $0.state.admission } }

  /// Pages begin.
  func began(_ requests: [Request]) {
    storage.withLock { storage in
      for request in requests where request.purpose == .page { storage.state.began(request.id) }
    }
  }

  /// Whether a page says that there is no session.
  func isLoggedOut(by fetched: Fetched) -> Bool {
    if fetched.request.purpose != .page { return false }
    let place = storage.withLock { $0.place }
    return plan.tellsOfNoSession(fetched, at: place)
  }

  /// What becomes of a page that has landed.
  func landed(_ fetched: Fetched, _ outcome: SessionState.Outcome) -> SessionState.Verdict {
    if fetched.request.purpose != .page { return .settled }
    return change { storage in
      let verdict = storage.state.landed(fetched.request.id, outcome)
      if verdict == .failed { storage.failure = noSession(fetched) }
      return verdict
    }
  }

  /// A page that does not say so has landed.
  ///
  /// - Parameter answer: `nil` if it is not settled yet.
  func note(_ answer: Fetched?, of fetched: Fetched) {
    let isGood = fetched.response.map { $0.status < 400 } ?? false
    _ = landed(fetched, answer == nil ? .open : isGood ? .good : .bad)
  }

  /// Pages that come to their end without being asked for.
  func gaveUp(_ requests: [Request]) {
    change { storage in for request in requests { storage.state.gaveUp(request.id) } }
  }

  /// A part of the login has an answer; of redirects, each hop.
  func note(_ response: HTTPResponse) {
    if response.fields["Set-Cookie"] != nil { storage.withLock { $0.hasCookie = true } }
  }

  /// Calls a function whenever other requests may begin than before.
  func onChange(_ call: @escaping @Sendable () -> Void) { storage.withLock { $0.onChange = call } }

  private func change<Result>(_ body: (inout Storage) -> Result) -> Result {
    let (result, isCalled, tell) = storage.withLock { storage in
      let before = storage.state.admission
      let result = body(&storage)
      let isCalled = storage.failure != nil || storage.state.wantsLogin
      return (result, isCalled, storage.state.admission == before ? nil : storage.onChange)
    }
    if isCalled { call.yield() }
    tell?()
    return result
  }

  private func noSession(_ fetched: Fetched) -> RunError {
    let url = fetched.request.url?.redacted ?? ""
    let said = fetched.response.map { 300..<400 ~= $0.status ? "redirects to the login" : "answers \($0.status)" } ?? ""
    return RunError(
      "login", "\(plan.url.redacted) was asked, and \(url) still \(said)",
      hint: "if this page is not for this user, name what tells a session's end in fetch.login.logged_out")
  }

  // MARK: For the run

  /// Waits until the run is logged in for the first time.
  func waitForBegin() async throws {
    await begun.wait()
    try Task.checkCancellation()
  }

  /// The run stops: nobody is to wait any more.
  func letGo() { begun.arrive(0) }

  /// How often the run has logged in.
  var logins: Int { storage.withLock { $0.state.logins } }

  /// Logs in whenever that is asked for, until the task is cancelled.
  ///
  /// - Throws: `RunError` if it cannot log in.
  func keepLoggedIn(by own: OwnRequests) async throws {
    for await _ in calls {
      let (isWanted, failure) = storage.withLock { ($0.state.wantsLogin, $0.failure) }
      if let failure { throw failure }
      if !isWanted { continue }
      storage.withLock { $0.hasCookie = false }
      do {
        let place = try await Login(plan).perform(by: own) { self.storage.withLock { $0.hasCookie } }
        change { storage in
          storage.place = place
          storage.state.loggedIn()
        }
        begun.arrive(0)
      } catch is CancellationError {
        // The run stops: nothing begins any more, and this ends with it.
        begun.arrive(0)
      }
    }
    throw CancellationError()
  }
}
