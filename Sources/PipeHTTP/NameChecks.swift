internal import Glibc
internal import PipeWeb

/// Transfers whose names libcurl has found no address for, until it is known why: libcurl does not tell a name that
/// does not exist from a name server that fails (RFC 2308, 7), which may pass.
struct NameChecks {
  private struct Held {
    let result: TransferResult
    let deadline: UInt64
  }

  private let resolver: NameResolver
  /// How long the answer may take; nanoseconds.
  private let limit: UInt64
  private var held: [String: [Held]] = [:]

  init(_ resolver: NameResolver, limit: Duration) {
    self.resolver = resolver
    self.limit = limit.nanoseconds
  }

  /// Asks why a name has no address.
  ///
  /// - Returns: The result with that reason, where it is known at once.
  mutating func check(_ result: TransferResult, name: String, now: UInt64) -> TransferResult? {
    if let answer = resolver.answer(name) { return Self.settle(result, name, answer) }
    held[name, default: []].append(Held(result: result, deadline: now + limit))
    return nil
  }

  /// The results whose reason is known by now, or is asked for too long.
  mutating func settled(now: UInt64) -> [TransferResult] {
    if held.isEmpty { return [] }
    var settled: [TransferResult] = []
    for (name, answer) in resolver.finished() {
      settled += (held.removeValue(forKey: name) ?? []).map { Self.settle($0.result, name, answer) }
    }
    for (name, waiting) in held {
      let late = waiting.filter { $0.deadline <= now }
      if late.isEmpty { continue }
      settled += late.map { Self.settle($0.result, name, .failed) }
      held[name] = late.count == waiting.count ? nil : waiting.filter { $0.deadline > now }
    }
    return settled
  }

  mutating func giveUp() -> [any TransferRequest] {
    defer { held = [:] }
    return held.values.flatMap { $0.map(\.result.request) }
  }

  var nextLook: UInt64 { held.values.lazy.flatMap { $0.map(\.deadline) }.min() ?? .max }

  var isEmpty: Bool { held.isEmpty }

  private static func settle(
    _ result: TransferResult, _ name: String, _ answer: NameResolver.Answer
  ) -> TransferResult {
    // What is found now was not found before: it may come and go.
    guard answer != .nothing else { return result }
    return TransferResult(
      request: result.request, response: nil, failure: .lookup(of: name), elapsed: result.elapsed, firstByte: nil,
      sends: result.sends)
  }
}

extension TransferFailure {
  /// The name servers had no answer.
  static func lookup(of name: some StringProtocol) -> TransferFailure {
    TransferFailure(.lookup, "the lookup of \(name) failed: the name server is silent or says that it failed")
  }
}
