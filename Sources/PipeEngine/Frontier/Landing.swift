/// A transfer that has ended, and what becomes of its request.
struct Landing: Sendable {
  enum Next: Sendable {
    /// Nothing more comes of it.
    case settled
    /// It goes on, at that moment or at once: to where a redirect led, or to be tried again.
    case again(Request, at: Instant?)
  }

  let request: Request
  let outcome: HostOutcome
  /// How long the transfer took.
  let elapsed: Duration
  let next: Next

  init(_ request: Request, _ outcome: HostOutcome = .silent, elapsed: Duration = .zero, next: Next = .settled) {
    self.request = request
    self.outcome = outcome
    self.elapsed = elapsed
    self.next = next
  }
}
