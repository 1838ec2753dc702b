import Glibc

/// The pipes between a program and who runs it.
struct PipeEnds {
  /// Standard input, output and error, as the program has them.
  let inside: [Int32]
  /// The other ends of them.
  let outside: [Int32]

  init() throws {
    // What is written to a program that does not read is an error here, not the end of the tests.
    signal(SIGPIPE, SIG_IGN)
    var inside: [Int32] = []
    var outside: [Int32] = []
    for number in 0..<3 {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
        let reason = String(cString: strerror(errno))
        for descriptor in inside + outside { close(descriptor) }
        throw RunningCommand.Failure(description: "no pipe: \(reason)")
      }
      inside.append(number == 0 ? ends[0] : ends[1])
      outside.append(number == 0 ? ends[1] : ends[0])
    }
    self.inside = inside
    self.outside = outside
  }
}

/// Feeds a program and listens to it, until it has closed both its outputs.
struct Conversation {
  enum Heard {
    case output([UInt8])
    case errors([UInt8])
  }

  /// -1 for what is closed.
  private var descriptors: [Int32]
  private var input: ArraySlice<UInt8>
  private let keepsInputOpen: Bool
  /// Lines of output until standard output is hung up.
  private var linesLeft: Int?
  private let deadline: ContinuousClock.Instant
  /// Whether the deadline passed.
  private(set) var isOverdue = false

  /// - Parameter descriptors: The outer ends of standard input, output and error; they are closed here.
  init(
    _ descriptors: [Int32], input: [UInt8], keepsInputOpen: Bool, hangUpAfter lines: Int?,
    deadline: ContinuousClock.Instant
  ) {
    self.descriptors = descriptors
    self.input = input[...]
    self.keepsInputOpen = keepsInputOpen
    linesLeft = lines
    self.deadline = deadline
    _ = fcntl(descriptors[0], F_SETFL, O_NONBLOCK)
    if input.isEmpty, !keepsInputOpen { hangUp(0) }
  }

  /// Waits for the program to say something.
  ///
  /// - Parameter onDeadline: Is called once, when the time is over; the program is to end then.
  /// - Returns: `nil` when it will say no more.
  mutating func next(onDeadline: () -> Void) -> Heard? {
    while descriptors[1] >= 0 || descriptors[2] >= 0 {
      var polled = [
        pollfd(fd: input.isEmpty ? -1 : descriptors[0], events: Int16(POLLOUT), revents: 0),
        pollfd(fd: descriptors[1], events: Int16(POLLIN), revents: 0),
        pollfd(fd: descriptors[2], events: Int16(POLLIN), revents: 0),
      ]
      let left = (deadline - .now).components
      let time = isOverdue ? -1 : max(0, left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1)
      let count = poll(&polled, 3, Int32(clamping: time))
      if count == 0, ContinuousClock.now >= deadline {
        isOverdue = true
        onDeadline()
      }
      if count <= 0 { continue }
      if polled[0].revents != 0 { feed() }
      if polled[1].revents != 0, let bytes = read(1) {
        if let lines = linesLeft {
          linesLeft = lines - bytes.count { $0 == UInt8(ascii: "\n") }
          if linesLeft ?? 0 <= 0 { hangUp(1) }
        }
        return .output(bytes)
      }
      if polled[2].revents != 0, let bytes = read(2) { return .errors(bytes) }
    }
    hangUp(0)
    return nil
  }

  private mutating func feed() {
    let count = input.withUnsafeBytes { write(descriptors[0], $0.baseAddress, $0.count) }
    if count > 0 { input.removeFirst(count) }
    let isBroken = count < 0 && errno != EAGAIN && errno != EINTR
    if isBroken || input.isEmpty && !keepsInputOpen { hangUp(0) }
  }

  /// - Returns: `nil` at the end.
  private mutating func read(_ number: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = Glibc.read(descriptors[number], &bytes, bytes.count)
    if count > 0 { return Array(bytes[..<count]) }
    if count == 0 || errno != EINTR { hangUp(number) }
    return nil
  }

  private mutating func hangUp(_ number: Int) {
    if descriptors[number] >= 0 { close(descriptors[number]) }
    descriptors[number] = -1
  }
}
