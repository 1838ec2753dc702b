package import PipeWeb

/// What became of a request: a response, an error, or both where a body broke off.
///
/// One object that goes through all stages, so that a hop costs one reference count.
package final class Fetched: Sendable {
  package let request: Request
  package let response: HTTPResponse?
  package let error: RequestError?
  package let timing: Timing
  /// When it was complete.
  package let completed: Timestamp
  /// How often it was tried; 0 for what was given up before.
  package let attempts: Int

  package struct Timing: Sendable {
    /// From the start of the first attempt's transfer to its end.
    package var elapsed: Duration
    /// To the first byte of the response.
    package var firstByte: Duration?
    /// Until there was a connection, and the request was sent.
    package var connected: Duration?

    package init(elapsed: Duration = .zero, firstByte: Duration? = nil, connected: Duration? = nil) {
      self.connected = connected
      self.elapsed = elapsed
      self.firstByte = firstByte
    }
  }

  package init(
    request: Request, response: HTTPResponse?, error: RequestError? = nil, timing: Timing = Timing(),
    completed: Timestamp = .now, attempts: Int? = nil
  ) {
    self.request = request
    self.response = response
    self.error = error
    self.timing = timing
    self.completed = completed
    self.attempts = attempts ?? request.attempt
  }

  /// Bytes that it holds while it waits on an edge.
  package var cost: Int { 256 + (response?.body.count ?? 0) }
}
