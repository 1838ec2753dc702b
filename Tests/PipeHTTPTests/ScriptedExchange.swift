import PipeHTTP
import PipeTesting
import PipeWeb
import Synchronization

/// Gives a loop its requests and gathers what became of them.
final class ScriptedExchange: TransferExchange {
  private struct Storage: Sendable {
    var waiting: [ScriptedRequest]
    var inFlight = 0
    var mostInFlight = 0
    var deadline: ContinuousClock.Instant?
    var isEndless: Bool
  }

  let results = Recorder<TransferResult>()
  /// What came back to be sent once more, which it is.
  let resends = Recorder<TransferResult>()
  let abandoned = Recorder<Int>()
  /// Passed whenever a transfer has ended.
  let completed = Turnstile()
  /// Passed whenever the loop is told that the run stops.
  let isDraining = Turnstile()
  private let storage: Mutex<Storage>
  private let answerRoom: @Sendable () -> Bool

  /// - Parameters:
  ///   - isEndless: Whether more may come once these are done.
  ///   - hasRoom: Whether there is room for more results.
  init(_ requests: [ScriptedRequest], isEndless: Bool = false, hasRoom: @escaping @Sendable () -> Bool = { true }) {
    answerRoom = hasRoom
    storage = Mutex(Storage(waiting: requests, isEndless: isEndless))
  }

  /// The most requests that the loop had at once.
  var mostInFlight: Int { storage.withLock { $0.mostInFlight } }

  func add(_ requests: [ScriptedRequest]) { storage.withLock { $0.waiting += requests } }
  func finish() { storage.withLock { $0.isEndless = false } }
  func stop(by moment: ContinuousClock.Instant) { storage.withLock { $0.deadline = moment } }

  func take(upTo limit: Int) -> TransferTake {
    let take = storage.withLock { storage -> TransferTake in
      if let deadline = storage.deadline { return .draining(until: deadline) }
      let batch = Array(storage.waiting.prefix(limit))
      storage.waiting.removeFirst(batch.count)
      storage.inFlight += batch.count
      storage.mostInFlight = max(storage.mostInFlight, storage.inFlight)
      if !batch.isEmpty { return .requests(batch) }
      return storage.waiting.isEmpty && storage.inFlight == 0 && !storage.isEndless ? .finished : .wait(until: nil)
    }
    if case .draining = take { isDraining.pass() }
    return take
  }

  func complete(_ result: TransferResult) {
    let isSentAgain = storage.withLock { storage in
      storage.inFlight -= 1
      guard result.failure?.reason == .keptConnection, let request = result.request as? ScriptedRequest else {
        return false
      }
      storage.waiting.insert(ScriptedRequest(sentAgain: request), at: 0)
      return true
    }
    if isSentAgain { return resends.append(result) }
    results.append(result)
    completed.pass()
  }

  func handOver() {}

  func hasRoom() -> Bool { answerRoom() }

  func hasMore(for request: any TransferRequest) -> Bool { storage.withLock { !$0.waiting.isEmpty } }

  func abandon(_ requests: [any TransferRequest]) {
    abandoned.append(contentsOf: requests.map { ($0 as? ScriptedRequest)?.index ?? -1 })
  }
}

/// A request of a script, known by its place there.
final class ScriptedRequest: TransferRequest {
  let index: Int
  let href: String
  let host: String
  let transferMethod: String?
  let body: [UInt8]?
  let headers: [HTTPFields.Field]
  let withholdsCredentials: Bool
  let withholdsContentFields: Bool
  let spent: Duration
  let isSentAgain: Bool

  init(
    _ url: String, index: Int = 0, method: String? = nil, body: [UInt8]? = nil, headers: [HTTPFields.Field] = [],
    withholdsCredentials: Bool = false, withholdsContentFields: Bool = false, spent: Duration = .zero
  ) {
    self.index = index
    href = url
    host = url.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    transferMethod = method
    self.body = body
    self.headers = headers
    self.withholdsCredentials = withholdsCredentials
    self.withholdsContentFields = withholdsContentFields
    self.spent = spent
    isSentAgain = false
  }

  init(sentAgain request: ScriptedRequest) {
    index = request.index
    href = request.href
    host = request.host
    transferMethod = request.transferMethod
    body = request.body
    headers = request.headers
    withholdsCredentials = request.withholdsCredentials
    withholdsContentFields = request.withholdsContentFields
    spent = request.spent
    isSentAgain = true
  }
}

extension TransferSettings {
  /// Settings for servers on 127.0.0.1.
  static var loopback: TransferSettings {
    var settings = TransferSettings(
      addresses: AddressPolicy(allow: [AddressPolicy.Entry("127.0.0.1")].compactMap(\.self)))
    settings.totalTimeout = .seconds(10)
    return settings
  }
}

extension TransferResult {
  var index: Int { (request as? ScriptedRequest)?.index ?? -1 }
}

/// Performs transfers; the results are in the order of the requests.
func perform(_ requests: [ScriptedRequest], _ settings: TransferSettings = .loopback) async throws -> [TransferResult] {
  let exchange = ScriptedExchange(requests)
  try await TransferLoop(settings).run(exchange)
  return exchange.results.all.sorted { $0.index < $1.index }
}

/// Performs one transfer for a page of a server that says these bytes and closes.
func receive(
  _ bytes: [UInt8], _ settings: TransferSettings = .loopback, method: String? = nil
) async throws -> TransferResult? {
  let server = try RawServer { _ in [.read, .send(bytes)] }
  defer { server.close() }
  return try await perform([ScriptedRequest(server.url(), method: method)], settings).first
}

func receive(_ text: String, _ settings: TransferSettings = .loopback) async throws -> TransferResult? {
  try await receive(Array(text.utf8), settings)
}
