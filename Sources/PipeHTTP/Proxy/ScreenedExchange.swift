internal import PipeWeb

/// An exchange whose requests are judged before they go to a proxy. Those whose names are being resolved are held
/// meanwhile; they count as if they were in flight.
struct ScreenedExchange: TransferExchange {
  private struct Held {
    let request: any TransferRequest
    let deadline: ContinuousClock.Instant
  }

  private var inner: any TransferExchange
  private let screen: ProxyScreen
  private let resolver: NameResolver
  private let limit: Duration
  /// By name.
  private var held: [String: [Held]] = [:]
  private var heldCount = 0
  private var ready: [any TransferRequest] = []
  private var hasFailures = false

  /// - Parameter limit: The longest that a name may take to be resolved.
  init(_ inner: any TransferExchange, _ screen: ProxyScreen, _ resolver: NameResolver, limit: Duration) {
    self.inner = inner
    self.screen = screen
    self.resolver = resolver
    self.limit = limit
  }

  mutating func take(upTo limit: Int) -> TransferTake {
    for (name, answer) in resolver.finished() { release(name, answer) }
    expire()
    // It is asked even where there is no room: the run may be stopping.
    let answer = inner.take(upTo: max(0, limit - heldCount - ready.count))
    if case .requests(let requests) = answer { for request in requests { admit(request) } }
    if case .draining = answer { giveUp() }
    let hasFailed = hasFailures
    handOverFailures()
    if limit > 0, !ready.isEmpty {
      defer { ready.removeFirst(min(limit, ready.count)) }
      return .requests(Array(ready.prefix(limit)))
    }
    switch answer {
    // What failed at once leaves room for others; but the transfers under way are not kept waiting.
    case .requests: return .wait(until: hasFailed ? .now : deadline)
    case .wait(let until): return .wait(until: [until, deadline].compactMap(\.self).min())
    case .finished where heldCount + ready.count > 0: return .wait(until: deadline)
    case .finished, .draining: return answer
    }
  }

  mutating func complete(_ result: TransferResult) {
    guard let request = result.request as? AddressedRequest else { return inner.complete(result) }
    inner.complete(
      TransferResult(
        request: request.request, response: result.response, failure: result.failure, elapsed: result.elapsed,
        firstByte: result.firstByte, connected: result.connected, sends: result.sends))
  }

  mutating func handOver() { inner.handOver() }

  func hasRoom() -> Bool { inner.hasRoom() }

  func hasMore(for request: any TransferRequest) -> Bool {
    inner.hasMore(for: (request as? AddressedRequest)?.request ?? request)
  }

  mutating func abandon(_ requests: [any TransferRequest]) {
    inner.abandon(requests.map { ($0 as? AddressedRequest)?.request ?? $0 })
  }

  func notice(_ words: String) { inner.notice(words) }

  private var deadline: ContinuousClock.Instant? {
    heldCount == 0 ? nil : held.values.lazy.flatMap { $0.map(\.deadline) }.min()
  }

  private mutating func admit(_ request: any TransferRequest) {
    let verdict = screen.judge(request)
    guard case .unknown(let name) = verdict else { return settle(request, verdict) }
    if let answer = resolver.answer(name) { return settle(request, screen.judge(request, answer)) }
    held[name, default: []].append(Held(request: request, deadline: .now + limit))
    heldCount += 1
  }

  private mutating func release(_ name: String, _ answer: NameResolver.Answer) {
    let waiting = held.removeValue(forKey: name) ?? []
    heldCount -= waiting.count
    for one in waiting { settle(one.request, screen.judge(one.request, answer)) }
  }

  private mutating func settle(_ request: any TransferRequest, _ verdict: ProxyScreen.Verdict) {
    switch verdict {
    case .allowed(nil): ready.append(request)
    case .allowed(let address?): ready.append(AddressedRequest(request, address))
    case .refused(let failure): fail(request, failure)
    case .unknown: fail(request, TransferFailure(.dns, "\(request.host) has no address"))
    }
  }

  private mutating func fail(_ request: any TransferRequest, _ failure: TransferFailure) {
    inner.complete(
      TransferResult(request: request, response: nil, failure: failure, elapsed: .zero, firstByte: nil))
    hasFailures = true
  }

  private mutating func handOverFailures() {
    if hasFailures { inner.handOver() }
    hasFailures = false
  }

  /// Fails what has waited for an address too long.
  private mutating func expire() {
    guard let deadline, deadline <= .now else { return }
    let now = ContinuousClock.now
    for (name, waiting) in held {
      let late = waiting.filter { $0.deadline <= now }
      if late.isEmpty { continue }
      let rest = waiting.filter { $0.deadline > now }
      held[name] = rest.isEmpty ? nil : rest
      heldCount -= late.count
      for one in late { fail(one.request, TransferFailure(.timeout, "no address within \(limit.shown)")) }
    }
  }

  /// Nothing that has not begun will begin.
  private mutating func giveUp() {
    let left = ready + held.values.flatMap { $0.map(\.request) }
    if !left.isEmpty { abandon(left) }
    ready = []
    held = [:]
    heldCount = 0
  }
}

/// A request with the address that the proxy is told to connect to.
final class AddressedRequest: TransferRequest {
  let request: any TransferRequest
  let address: IPAddress

  init(_ request: any TransferRequest, _ address: IPAddress) {
    self.request = request
    self.address = address
  }

  var href: String { request.href }
  var host: String { request.host }
  var transferMethod: String? { request.transferMethod }
  var body: [UInt8]? { request.body }
  var headers: [HTTPFields.Field] { request.headers }
  var withholdsCredentials: Bool { request.withholdsCredentials }
  var withholdsContentFields: Bool { request.withholdsContentFields }
  var spent: Duration { request.spent }
  var isSentAgain: Bool { request.isSentAgain }
  var contentLimit: Int? { request.contentLimit }
  var keepsPage: Bool { request.keepsPage }
}

extension TransferSettings {
  /// An exchange behind the screen that a proxy needs; itself, where there is no proxy.
  func screened(_ exchange: any TransferExchange, onAnswer: @escaping @Sendable () -> Void) -> any TransferExchange {
    guard let proxy = connection.proxy else { return exchange }
    return ScreenedExchange(
      exchange, ProxyScreen(proxy: proxy, policy: addresses), NameResolver(onAnswer: onAnswer), limit: connectTimeout)
  }
}
