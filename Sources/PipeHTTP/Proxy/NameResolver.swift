internal import Glibc
internal import PipeSystem
internal import PipeWeb
internal import Synchronization

/// Finds the addresses of names, side by side on threads of its own: the system's function waits.
///
/// What it found it remembers for a minute, that there is nothing for a few seconds, and a failure for a moment.
final class NameResolver: Sendable {
  enum Answer: Equatable {
    case addresses([IPAddress])
    /// There is no such name, or it has no address.
    case nothing
    /// The name servers had no answer: they are silent, or say that they failed (RFC 2308, 7). That may pass.
    case failed
  }

  typealias Lookup = @Sendable (_ name: String) -> Answer

  private struct Known {
    let answer: Answer
    let until: ContinuousClock.Instant
  }

  private struct Storage {
    let life: Duration
    var known: [String: Known] = [:]
    var waiting: [String] = []
    var asked: Set<String> = []
    var finished: [(name: String, answer: Answer)] = []
    var threads = 0
  }

  private let storage: Mutex<Storage>
  private let lookup: Lookup
  private let onAnswer: @Sendable () -> Void
  /// The most at once.
  private let threads: Int

  private static let capacity = 4096
  private static let lifeOfNothing = Duration.seconds(5)
  /// Long enough for those who asked together.
  private static let lifeOfFailure = Duration.milliseconds(500)

  /// - Parameters:
  ///   - life: How long what was found is remembered.
  ///   - onAnswer: Is called on another thread when `finished` has something.
  init(
    lookup: @escaping Lookup = NameResolver.systemLookup, life: Duration = .seconds(60),
    threads: Int = 8, onAnswer: @escaping @Sendable () -> Void
  ) {
    storage = Mutex(Storage(life: life))
    self.lookup = lookup
    self.threads = threads
    self.onAnswer = onAnswer
  }

  /// The addresses of a name, where they are known; else they are looked for, and `finished` brings them.
  func answer(_ name: String) -> Answer? {
    let (answer, needsThread) = storage.withLock { storage -> (Answer?, Bool) in
      if let known = storage.known[name], known.until > .now { return (known.answer, false) }
      guard storage.asked.insert(name).inserted else { return (nil, false) }
      storage.waiting.append(name)
      let needsThread = storage.threads < threads
      if needsThread { storage.threads += 1 }
      return (nil, needsThread)
    }
    guard needsThread else { return answer }
    if let thread = try? SystemThread({ [self] in work() }) {
      thread.detach()
    } else {
      // Without a thread there is no answer; a name that others look for is left to them.
      storage.withLock { storage in
        storage.threads -= 1
        if storage.threads == 0 {
          for name in storage.waiting { Self.finish(name, .failed, &storage) }
          storage.waiting = []
        }
      }
    }
    return answer
  }

  /// What was found since the last time.
  func finished() -> [(name: String, answer: Answer)] {
    storage.withLock { storage in
      defer { storage.finished = [] }
      return storage.finished
    }
  }

  /// Works until nothing waits.
  private func work() {
    while let name = next() {
      let answer = lookup(name)
      storage.withLock { Self.finish(name, answer, &$0) }
      onAnswer()
    }
  }

  private func next() -> String? {
    storage.withLock { storage in
      if !storage.waiting.isEmpty { return storage.waiting.removeFirst() }
      storage.threads -= 1
      return nil
    }
  }

  private static func finish(_ name: String, _ answer: Answer, _ storage: inout Storage) {
    let now = ContinuousClock.now
    if storage.known.count >= capacity {
      storage.known = storage.known.filter { $0.value.until > now }
      if storage.known.count >= capacity { storage.known = [:] }
    }
    let life =
      switch answer {
      case .addresses: storage.life
      case .nothing: lifeOfNothing
      case .failed: lifeOfFailure
      }
    storage.known[name] = Known(answer: answer, until: now + life)
    storage.asked.remove(name)
    storage.finished.append((name, answer))
  }

  /// getaddrinfo(3), in the order that it prefers (RFC 6724).
  @Sendable
  static func systemLookup(_ name: String) -> Answer {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    switch getaddrinfo(name, nil, &hints, &list) {
    case 0: break
    // EAI_NODATA is left out by the Glibc module.
    case EAI_NONAME, EAI_FAMILY, -5: return .nothing
    default: return .failed
    }
    defer { freeaddrinfo(list) }
    var addresses: [IPAddress] = []
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr, let found = IPAddress(socketAddress: UnsafeRawPointer(address)) {
        addresses.append(found)
      }
      next = entry.pointee.ai_next
    }
    return addresses.isEmpty ? .nothing : .addresses(addresses)
  }
}
