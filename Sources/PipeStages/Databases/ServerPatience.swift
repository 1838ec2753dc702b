import Glibc
import PipeDatabase
import PipeEngine

/// Waits for a server that cannot be reached, or that is busy, as long as a run has patience.
struct ServerPatience {
  /// What messages call the server.
  let place: String
  let environment: SinkEnvironment
  /// Told once that it waits.
  private var hasTold = false

  static let most = Duration.seconds(60)

  init(_ place: String, _ environment: SinkEnvironment) { (self.place, self.environment) = (place, environment) }

  /// Does something again and again, after longer and longer pauses, while it fails for want of a connection or for a lock.
  ///
  /// - Parameters:
  ///   - most: How long it is tried.
  ///   - failure: What a failure is to the run.
  mutating func trying<Result>(
    for most: Duration = ServerPatience.most, _ failure: (DatabaseError) -> RunError,
    _ body: () throws(DatabaseError) -> Result
  ) throws(RunError) -> Result {
    let start = ContinuousClock.now
    var pause = Duration.milliseconds(50)
    while true {
      do throws(DatabaseError) { return try body() } catch {
        let waited = ContinuousClock.now - start
        guard error.kind == .connection || error.kind == .busy, waited + pause <= most, environment.mayWait() else {
          throw failure(error)
        }
        if waited > .seconds(1) { tell(error) }
      }
      // Others that have lost the server do not all come back at once.
      let wait = pause * Double.random(in: 0.5...1)
      guard Self.sleep(wait, environment.mayWait) else { continue }
      pause = min(pause * 2, .seconds(5))
    }
  }

  private mutating func tell(_ error: DatabaseError) {
    if hasTold { return }
    hasTold = true
    environment.tell(
      error.kind == .busy
        ? "\(place) is locked by another program: waiting for it"
        : "\(place) cannot be reached: trying again for \(Self.most.components.seconds) s (\(error.message))")
  }

  /// - Returns: Whether the time is over, and not the wait broken off.
  private static func sleep(_ time: Duration, _ mayWait: () -> Bool) -> Bool {
    let end = ContinuousClock.now + time
    while ContinuousClock.now < end {
      guard mayWait() else { return false }
      usleep(20_000)
    }
    return true
  }
}
