internal import DequeModule
internal import PipeWeb

// robots.txt. A request is judged when its turn has come. If the file of its authority is not known, its host is parked:
// the file is asked for, and of that host nothing begins but what the run fetches for itself. So whoever adds a request
// never waits, and what waits for a file may be on disk like any other.
extension FrontierState {
  /// The most requests that are refused in one step.
  static let refusalStride = 256

  /// What is kept for each scheme of a host: http and https are two authorities.
  struct PerScheme<Value: Sendable>: Sendable {
    var http: Value
    var https: Value

    init(_ value: Value) { (http, https) = (value, value) }

    subscript(url: WebURL) -> Value {
      get { url.scheme == "https" ? https : http }
      set { if url.scheme == "https" { https = newValue } else { http = newValue } }
    }
  }

  /// What robots.txt means for a host at the moment.
  struct RobotsStanding: Sendable {
    /// Whether the file is being asked for.
    var isAsked = PerScheme(false)
    /// Whether a request's turn has come and the file is not known.
    var isMissed = PerScheme(false)
    /// The time between two requests that the file asks for.
    var delay = PerScheme(Duration.zero)
    /// Whether the delays are those of files that were known when the host came to be.
    var isLoaded = false
    var lastStart: Instant?
    /// The first request, and until when it is known to be allowed. So each file that is asked for lets at least one
    /// request begin, however soon it is forgotten.
    var cleared: (request: Request, until: Instant)?
    /// Whether the first request is to be judged though it is not its turn.
    var isListed = false

    /// Whether somebody will say what the file says.
    var isAwaited: Bool { isAsked.http || isAsked.https }
    /// The time between two requests that the files ask for, which are then made one at a time.
    var crawlDelay: Duration { max(delay.http, delay.https) }
  }

  /// What came of asking for a robots.txt.
  ///
  /// - Parameters:
  ///   - answer: `nil` if the request for it was left undone.
  ///   - file: Its URL.
  mutating func know(_ answer: RobotsAnswer?, of file: WebURL, now: Instant) {
    if gate == nil || isDraining { return }
    let knowledge = answer.flatMap { gate?.remember($0, of: file, now: now) }
    guard let place = knownPlace(of: String(file.host)) else { return }
    hosts[place].robots.isAsked[file] = false
    hosts[place].robots.isMissed[file] = false
    if let knowledge { hosts[place].robots.delay[file] = knowledge.delay }
    judgeHead(of: place, now: now)
    if !keepsDelay(place, now: now) { settle(place) }
  }

  /// Notes that a robots.txt is being asked for, whoever asks.
  mutating func noteAsking(_ request: Request) {
    guard gate != nil, let file = request.url, file.isRobotsFile, let place = knownPlace(of: request.host) else {
      return
    }
    hosts[place].robots.isAsked[file] = true
    // Hosts whose files are known take turns with those that have theirs still to come, and many wait for one file.
    if hosts[place].standing == .ready, ready.last == place {
      ready.removeLast()
      ready.prepend(place)
    }
  }

  /// What robots.txt says of a request; the host's delay is then known as well.
  mutating func verdict(on request: Request, at place: Int, now: Instant) -> RobotsGate.Verdict {
    if let cleared = hosts[place].robots.cleared, cleared.request === request, now < cleared.until { return .allowed }
    guard let url = request.url else { return .allowed }
    if !hosts[place].robots.isLoaded {
      hosts[place].robots.isLoaded = true
      if let other = url.inOtherScheme, let knowledge = gate?.knowledge(of: other, now: now) {
        hosts[place].robots.delay[other] = knowledge.delay
      }
    }
    guard let knowledge = gate?.knowledge(of: url, now: now) else {
      guard request.purpose.isJudged else { return .allowed }
      guard let file = url.robotsFile else {
        return .refused(RequestError(.robots, "\(url.originKey) can have no robots.txt"))
      }
      return .unknown(file: file)
    }
    hosts[place].robots.delay[url] = knowledge.delay
    if let error = knowledge.refusal(of: request) { return .refused(error) }
    hosts[place].robots.cleared = (request, knowledge.until)
    return .allowed
  }

  /// Brings a request that may begin to the head of a host whose turn it is. What may not begin is refused.
  ///
  /// - Returns: Whether there is one. If not, the host stands where it belongs.
  mutating func clearHead(of place: Int, now: Instant) -> Bool {
    while let request = hosts[place].waiting.first {
      switch verdict(on: request, at: place, now: now) {
      case .allowed: return !keepsDelay(place, now: now)
      case .unknown(let file):
        ask(file, at: place)
        hosts[place].robots.isMissed[file] = true
        settle(place)
        return false
      case .refused(let error):
        if hopeless.count >= Self.refusalStride {
          hosts[place].standing = .ready
          ready.prepend(place)
          return false
        }
        refuse(0, at: place, error)
      }
    }
    settle(place)
    return false
  }

  /// Has a host whose delay was learned just now wait for it.
  ///
  /// - Returns: Whether it has to wait. It stands where it belongs then.
  mutating func keepsDelay(_ place: Int, now: Instant) -> Bool {
    let delay = hosts[place].robots.crawlDelay
    guard delay > .zero, let start = hosts[place].robots.lastStart else { return false }
    if start + delay > now {
      // What began last may have been the request for the file itself.
      pause(place, until: start + delay)
    } else if hosts[place].inFlight > 0 {
      leaveTurn(place)
    } else {
      return false
    }
    settle(place)
    return true
  }

  mutating func ask(_ file: WebURL, at place: Int) {
    if hosts[place].robots.isAsked[file] { return }
    hosts[place].robots.isAsked[file] = true
    asks.append(file)
  }

  /// Takes a request out of its host, to be settled with an error.
  mutating func refuse(_ index: Int, at place: Int, _ error: RequestError) {
    let request = index == 0 ? hosts[place].waiting.removeFirst() : hosts[place].waiting.remove(at: index)
    hopeless.append((request, error))
    noteRefill(place)
  }

  /// Whether the first request of a host waits for a robots.txt.
  func isParked(_ place: Int) -> Bool {
    guard let first = hosts[place].waiting.first, first.purpose.isJudged, let url = first.url else { return false }
    return hosts[place].robots.isMissed[url]
  }

  /// Has the first request of a host judged, though it could not begin now: one that is refused waits for nothing.
  mutating func listHead(of place: Int) {
    guard hosts[place].standing == .delayed || hosts[place].standing == .full, !hosts[place].robots.isListed,
      let first = hosts[place].waiting.first, hosts[place].robots.cleared?.request !== first
    else { return }
    hosts[place].robots.isListed = true
    heads.append(place)
  }

  /// Refuses the first requests of hosts that have to wait, as far as their files are known.
  mutating func judgeHeads(now: Instant) {
    while hopeless.count < Self.refusalStride, let place = heads.popFirst() {
      hosts[place].robots.isListed = false
      if hosts[place].standing == .delayed || hosts[place].standing == .full { judgeHead(of: place, now: now) }
    }
  }

  private mutating func judgeHead(of place: Int, now: Instant) {
    for _ in 0..<Self.refusalStride {
      guard let request = hosts[place].waiting.first,
        case .refused(let error) = verdict(on: request, at: place, now: now)
      else { return }
      refuse(0, at: place, error)
    }
    listHead(of: place)
  }
}

extension WebURL {
  /// The robots.txt of its authority (RFC 9309, 2.3).
  var robotsFile: WebURL? { WebURL("\(originKey)/robots.txt") }

  /// The root of the same host and port, by https instead of http or the other way round.
  fileprivate var inOtherScheme: WebURL? { WebURL("\(scheme == "https" ? "http" : "https")://\(host)/") }

  var isRobotsFile: Bool { pathname == "/robots.txt" && search.isEmpty }
}
