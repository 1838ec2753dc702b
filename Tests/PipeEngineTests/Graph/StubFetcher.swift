import PipeTesting
import PipeWeb
import Synchronization

@testable import PipeEngine

/// A fetcher without a network: a script answers every request.
final class StubFetcher: Fetcher {
  enum Answer: Sendable {
    case status(Int, location: String? = nil, type: String = "text/html", body: String = "")
    case error(RequestError)
    /// An answer whose content is faulty.
    case faulty(Int, location: String, RequestError)
    /// No answer ever: the request stays in flight until the run stops.
    case silence
  }

  /// What was fetched, in order: `GET http://a.example/`.
  let log = Recorder<String>()
  private let most = Mutex<[String: Int]>([:])
  private let mostTogether = Mutex(0)
  private let places: Int
  private let seed: UInt64
  private let failure: RunError?
  private let script: @Sendable (Request) -> Answer

  /// - Parameters:
  ///   - places: How many requests are in flight at the most.
  ///   - seed: Answers come in an order of this seed.
  ///   - failure: What it throws once everything that it took is answered.
  init(
    places: Int = 8, seed: UInt64 = 0, failure: RunError? = nil, _ script: @escaping @Sendable (Request) -> Answer
  ) {
    self.places = places
    self.seed = seed
    self.failure = failure
    self.script = script
  }

  /// The most requests that were in flight at once, host by host.
  var mostInFlight: [String: Int] { most.withLock { $0 } }

  /// The most requests that were in flight at once.
  var mostAtOnce: Int { mostTogether.withLock { $0 } }

  func fetch(_ work: any FetchWork) async throws {
    let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    work.onChange { change.yield() }
    var waiter = changes.makeAsyncIterator()
    var random = RepeatableRandom(seed: seed)
    var inFlight: [Request] = []
    var silent: [Request] = []
    var isFinished = false
    while true {
      // With all places taken it asks as well: the run may be stopping.
      if !isFinished {
        switch work.take(upTo: places - inFlight.count - silent.count) {
        case .requests(let requests):
          inFlight += requests
          note(inFlight + silent)
          if let failure { throw failure }
          continue
        case .draining(let until):
          // The manual clock of these tests: a moment in the past is now, any other is never.
          if until <= .now {
            work.abandon(inFlight + silent)
            return
          }
          isFinished = silent.isEmpty
        case .finished: isFinished = true
        case .wait(let until):
          if let until, inFlight.isEmpty {
            // Woken by a change as well.
            let alarm = Task {
              try await Task.sleep(until: until, clock: .continuous)
              change.yield()
            }
            await waiter.next()
            alarm.cancel()
            continue
          }
        }
      }
      if inFlight.isEmpty {
        if isFinished, silent.isEmpty { return }
        await waiter.next()
        await Task.yield()
        continue
      }
      // Some of those in flight are answered, in any order.
      inFlight.shuffle(using: &random)
      let answered = inFlight.suffix(Int.random(in: 1...inFlight.count, using: &random))
      inFlight.removeLast(answered.count)
      var batch: [Fetched] = []
      for request in answered {
        log.append("\(request.method?.rawValue ?? "-") \(request.url?.href ?? "?")")
        if let fetched = fetched(request) { batch.append(fetched) } else { silent.append(request) }
      }
      work.complete(batch)
    }
  }

  private func note(_ inFlight: [Request]) {
    let counts = Dictionary(grouping: inFlight, by: \.host).mapValues(\.count)
    mostTogether.withLock { $0 = max($0, inFlight.count) }
    most.withLock { $0.merge(counts) { max($0, $1) } }
  }

  /// What comes of a request; `nil` for silence.
  func fetched(_ request: Request) -> Fetched? {
    switch script(request) {
    case .silence: nil
    case .error(let error): Fetched(request: request, response: nil, error: error)
    case .faulty(let status, let location, let error):
      Fetched(
        request: request, response: HTTPResponse(status: status, version: .http11, location: location), error: error)
    case .status(let status, let location, let type, let body):
      Fetched(
        request: request,
        response: HTTPResponse(
          status: status, version: .http11, contentType: type, location: location, body: Array(body.utf8),
          length: body.utf8.count))
    }
  }
}
