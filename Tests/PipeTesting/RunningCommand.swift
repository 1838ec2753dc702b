import Glibc
import Synchronization

/// A program as a person would run it: its arguments, its working folder, what it reads and what it says.
///
/// A thread feeds it and listens to it until both its outputs are closed and it has ended. Whatever happens, that is
/// within the time limit: then it is killed.
package final class RunningCommand: Sendable {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// What became of a program.
  package struct Outcome: Sendable {
    /// As a shell would tell it: 128 and the number of the signal, where one ended it.
    package let status: Int32
    package let output: String
    package let errors: String
    package let time: Duration
    package let isKilledByTimeLimit: Bool

    package var lines: [Substring] { output.split(separator: "\n", omittingEmptySubsequences: true) }
  }

  private struct Storage {
    /// `nil` when the program has ended: the number may be another's then.
    var process: pid_t?
    var output: [UInt8] = []
    var errors: [UInt8] = []
    var outcome: Outcome?
    var waiters: [(holds: @Sendable (String, String) -> Bool, continuation: CheckedContinuation<Bool, Never>)] = []
    var enders: [CheckedContinuation<Outcome, Never>] = []
  }

  /// One at a time: another program must not inherit a pipe before it is marked as not to be inherited.
  private static let starting = Mutex<Void>(())
  private let storage: Mutex<Storage>
  private let start = ContinuousClock.now

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - input: What standard input has before its end.
  ///   - keepsInputOpen: Whether that end never comes.
  ///   - hangUpAfter: Closes the reading end of standard output after so many lines, as `head` does.
  package init(
    _ executable: String, _ arguments: [String], folder: String, environment: [String: String] = [:],
    input: [UInt8] = [], keepsInputOpen: Bool = false, hangUpAfter lines: Int? = nil, limit: Duration = .seconds(60)
  ) throws {
    storage = Mutex(Storage())
    let command = Self.changingFolder(folder) + [executable] + arguments
    let (process, pipes) = try Self.starting.withLock { _ in
      let pipes = try PipeEnds()
      defer { for descriptor in pipes.inside { close(descriptor) } }
      do {
        return (try Self.spawn(command, folder: folder, environment: environment, descriptors: pipes.inside), pipes)
      } catch {
        for descriptor in pipes.outside { close(descriptor) }
        throw error
      }
    }
    storage.withLock { $0.process = process }
    try Loopback.startThread { [self] in
      var conversation = Conversation(
        pipes.outside, input: input, keepsInputOpen: keepsInputOpen, hangUpAfter: lines, deadline: start + limit)
      while let heard = conversation.next(onDeadline: { send(SIGKILL) }) { hear(heard) }
      end(isKilled: conversation.isOverdue)
    }
  }

  /// Sends a signal, if the program has not ended.
  package func send(_ signal: Int32) {
    storage.withLock { if let process = $0.process { kill(process, signal) } }
  }

  /// Sends a signal as soon as something is so, from a thread of its own: on a busy machine a task would come too late.
  ///
  /// - Returns: Whether it came to be so, within 20 seconds.
  package func send(_ signal: Int32, once isSo: @escaping @Sendable () -> Bool) async throws -> Bool {
    let result = AsyncStream.makeStream(of: Bool.self)
    try Loopback.startThread { [self] in
      for _ in 0..<10_000 {
        if isSo() {
          send(signal)
          result.continuation.yield(true)
          return
        }
        usleep(2000)
      }
      result.continuation.yield(false)
    }
    var results = result.stream.makeAsyncIterator()
    return await results.next() ?? false
  }

  /// Waits until what was said so far is as wanted.
  ///
  /// - Returns: Whether it came to that before the program ended.
  package func waitUntil(_ holds: @escaping @Sendable (_ output: String, _ errors: String) -> Bool) async -> Bool {
    await withCheckedContinuation { continuation in
      let answer: Bool? = storage.withLock { storage in
        if holds(Self.text(storage.output), Self.text(storage.errors)) { return true }
        if storage.outcome != nil { return false }
        storage.waiters.append((holds, continuation))
        return nil
      }
      if let answer { continuation.resume(returning: answer) }
    }
  }

  /// Waits for the end.
  package func outcome() async -> Outcome {
    await withCheckedContinuation { continuation in
      let outcome: Outcome? = storage.withLock { storage in
        if storage.outcome == nil { storage.enders.append(continuation) }
        return storage.outcome
      }
      if let outcome { continuation.resume(returning: outcome) }
    }
  }

  private func hear(_ heard: Conversation.Heard) {
    let ready = storage.withLock { storage in
      switch heard {
      case .output(let bytes): storage.output += bytes
      case .errors(let bytes): storage.errors += bytes
      }
      let (output, errors) = (Self.text(storage.output), Self.text(storage.errors))
      let ready = storage.waiters.filter { $0.holds(output, errors) }
      storage.waiters.removeAll { $0.holds(output, errors) }
      return ready
    }
    for waiter in ready { waiter.continuation.resume(returning: true) }
  }

  private func end(isKilled: Bool) {
    // Waits without taking the number away, so that no signal is sent to whoever has it next.
    var information = siginfo_t()
    let process = storage.withLock { $0.process } ?? 0
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    let time = ContinuousClock.now - start
    let (enders, waiters, outcome) = storage.withLock { storage in
      storage.process = nil
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      let signal = status & 0x7F
      let outcome = Outcome(
        status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: Self.text(storage.output),
        errors: Self.text(storage.errors), time: time, isKilledByTimeLimit: isKilled)
      storage.outcome = outcome
      defer { (storage.enders, storage.waiters) = ([], []) }
      return (storage.enders, storage.waiters, outcome)
    }
    for waiter in waiters { waiter.continuation.resume(returning: false) }
    for ender in enders { ender.resume(returning: outcome) }
  }

  /// The practice site's sockets are inherited unless they are closed, and a client waits for the end of a connection
  /// for as long as anybody has it open. The Glibc module leaves this function of the GNU library out.
  private static func closeOthers(_ actions: inout posix_spawn_file_actions_t) throws {
    typealias Function = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else {
      throw Failure(description: "the C library is older than glibc 2.34")
    }
    // Its type in <spawn.h>.
    _ = unsafeBitCast(symbol, to: Function.self)(&actions, 3)
  }

  /// Becomes the program that is named after it (env(1)): the process stays the same.
  private static func changingFolder(_ folder: String) -> [String] { ["/usr/bin/env", "--chdir=\(folder)"] }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func spawn(
    _ arguments: [String], folder: String, environment: [String: String], descriptors: [Int32]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in descriptors.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }

    try closeOthers(&actions)

    // Signals as a shell leaves them, whatever the tests ignore or block.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var whole = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8"]
    whole.merge(environment) { $1 }
    var argumentPointers = arguments.map { strdup($0) } + [nil]
    var environmentPointers = whole.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var process = pid_t()
    let code = posix_spawn(
      &process, arguments[0], &actions, &attributes, &argumentPointers, &environmentPointers)
    if code != 0 { throw Failure(description: "\(arguments[0]) cannot be started: \(String(cString: strerror(code)))") }
    return process
  }
}
