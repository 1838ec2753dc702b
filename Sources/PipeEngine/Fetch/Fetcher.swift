/// Performs requests. The engine fetches through this, so that its tests need no network.
package protocol Fetcher: Sendable {
  /// Takes requests from the work and completes every one of them, until the work is finished.
  ///
  /// - Throws: Only what ends the run; a request's failure is completed as data.
  func fetch(_ work: any FetchWork) async throws
}

/// What the fetch stage lends to a fetcher; all of it can be called from any thread.
package protocol FetchWork: AnyObject, Sendable {
  /// Requests to begin now, at most `limit`.
  func take(upTo limit: Int) -> FetchTake

  /// Hands over what became of requests taken before.
  func complete(_ batch: [Fetched])

  /// Whether there is room for more answers; where not, what `onChange` registered is called once there is.
  func hasRoom() -> Bool

  /// Whether requests wait for a host, so that a connection to it is worth keeping.
  func hasMore(at host: String) -> Bool

  /// Hands back requests that were taken and given up because the run stops.
  func abandon(_ requests: [Request])

  /// Something that the person should know of the run, not of a request.
  func notice(_ words: String)

  /// Registers what is called when `take` may answer something new after it said `wait`.
  func onChange(_ wake: @escaping @Sendable () -> Void)
}

package enum FetchTake: Sendable {
  case requests([Request])
  /// Nothing now; ask again at that moment, or when told so.
  case wait(until: ContinuousClock.Instant?)
  /// Nothing will come any more.
  case finished
  /// As `finished`, and what is in flight is to be given up at that moment.
  case draining(until: ContinuousClock.Instant)
}
