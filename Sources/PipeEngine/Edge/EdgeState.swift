internal import DequeModule

/// The rules of an edge, without threads: credits in elements and bytes, batches of what is at hand.
///
/// A sender is accepted while the elements and bytes given and not yet finished with are below the
/// bounds, so a batch may overshoot once and a large element always passes. What is accepted while no
/// receiver is idle waits in one pending batch.
struct EdgeState<Element: Sendable>: Sendable {
  struct Batch: Sendable {
    var elements: [Element]
    var bytes: Int
  }

  /// What is to be done after unlocking.
  struct Actions {
    /// A batch for each of these lanes.
    var deliveries: [(lane: Int, batch: Batch)] = []
    /// The senders whose batches are accepted now.
    var accepted: [Int] = []
    /// The lanes that end now. Each of them waits, so that no batch can still be on its way to it.
    var ended: [Int] = []
    /// The suspended senders whose batches are dropped.
    var refused: [Int] = []
    /// Whether there is room again for a sender that does not suspend.
    var hasRoom = false
  }

  enum Sent {
    case accepted(Actions)
    case suspended(sender: Int)
    /// The edge was aborted.
    case refused
  }

  private struct Waiter {
    let sender: Int
    let batch: Batch
  }

  private let maximumElements: Int
  private let maximumBytes: Int
  private let batchLimit: Int
  private var pending = Batch(elements: [], bytes: 0)
  private var used = (elements: 0, bytes: 0)
  /// What each lane was given and has not finished with.
  private var given: [(elements: Int, bytes: Int)]
  /// The lanes that wait; the last to become idle is served first, as its memory is warm.
  private var idle: [Int] = []
  private var waiting: Deque<Waiter> = []
  private var nextSender = 0
  private var openSenders: Int
  private var wantsRoom = false
  /// Whether a sender failed: what is still to come would be a part only.
  private(set) var isAborted = false

  init(elements: Int, bytes: Int, batch: Int, senders: Int, lanes: Int) {
    maximumElements = elements
    maximumBytes = bytes
    batchLimit = batch
    openSenders = senders
    given = Array(repeating: (0, 0), count: lanes)
  }

  var hasRoom: Bool { used.elements < maximumElements && used.bytes < maximumBytes }
  var usedElements: Int { used.elements }
  var usedBytes: Int { used.bytes }

  /// A sender that suspends when there is no room.
  mutating func send(_ elements: [Element], bytes: Int) -> Sent {
    if isAborted { return .refused }
    let batch = Batch(elements: elements, bytes: bytes)
    guard hasRoom, waiting.isEmpty else {
      nextSender += 1
      waiting.append(Waiter(sender: nextSender, batch: batch))
      return .suspended(sender: nextSender)
    }
    accept(batch)
    return .accepted(deliver())
  }

  /// A sender that cannot suspend; it asks for room beforehand and is told when there is some again.
  mutating func offer(_ elements: [Element], bytes: Int) -> Actions {
    if isAborted { return Actions() }
    accept(Batch(elements: elements, bytes: bytes))
    return deliver()
  }

  /// Whether there is room; where not, `hasRoom` comes with a later action.
  mutating func askForRoom() -> Bool {
    wantsRoom = !hasRoom && !isAborted
    return !wantsRoom
  }

  /// A lane has finished with its last batch and waits for the next.
  mutating func receive(lane: Int) -> Actions {
    used.elements -= given[lane].elements
    used.bytes -= given[lane].bytes
    given[lane] = (0, 0)
    idle.append(lane)
    var accepted: [Int] = []
    while hasRoom, let next = waiting.popFirst() {
      accept(next.batch)
      accepted.append(next.sender)
    }
    var actions = deliver()
    actions.accepted = accepted
    if wantsRoom, hasRoom {
      wantsRoom = false
      actions.hasRoom = true
    }
    return actions
  }

  /// Wakes an idle lane with an empty batch, so that it can do what it does at leisure.
  mutating func nudge() -> Actions {
    guard pending.elements.isEmpty, openSenders > 0, !isAborted, let lane = idle.popLast() else { return Actions() }
    return Actions(deliveries: [(lane, Batch(elements: [], bytes: 0))])
  }

  /// One sender will send no more; after the last, each lane ends when it asks and nothing is left.
  mutating func close() -> Actions {
    openSenders -= 1
    return deliver()
  }

  /// A sender failed. Nothing more is delivered: each lane ends when it asks, and suspended senders are refused.
  mutating func abort() -> Actions {
    isAborted = true
    used.elements -= pending.elements.count
    used.bytes -= pending.bytes
    pending = Batch(elements: [], bytes: 0)
    var actions = deliver()
    actions.refused = waiting.map(\.sender)
    waiting = []
    // A sender that does not suspend must not wait for room that never comes.
    actions.hasRoom = wantsRoom
    wantsRoom = false
    return actions
  }

  /// A suspended sender gives up.
  ///
  /// - Returns: Whether it could: once its batch is accepted it is too late.
  mutating func withdraw(sender: Int) -> Bool {
    guard let place = waiting.firstIndex(where: { $0.sender == sender }) else { return false }
    waiting.remove(at: place)
    return true
  }

  private mutating func accept(_ batch: Batch) {
    used.elements += batch.elements.count
    used.bytes += batch.bytes
    if pending.elements.isEmpty {
      pending = batch
    } else {
      pending.elements += batch.elements
      pending.bytes += batch.bytes
    }
  }

  private mutating func deliver() -> Actions {
    var actions = Actions()
    if isAborted || pending.elements.isEmpty && waiting.isEmpty && openSenders <= 0 {
      actions.ended = idle
      idle = []
    }
    while !pending.elements.isEmpty, let lane = idle.popLast() {
      let batch = takePending()
      given[lane] = (batch.elements.count, batch.bytes)
      actions.deliveries.append((lane, batch))
    }
    return actions
  }

  /// The whole pending batch, or a share of a long one where several lanes work on it; the bytes of a
  /// share are counted by its length.
  private mutating func takePending() -> Batch {
    let batch = pending
    guard given.count > 1, batch.elements.count > batchLimit else {
      pending = Batch(elements: [], bytes: 0)
      return batch
    }
    let bytes = batch.bytes / batch.elements.count * batchLimit
    pending = Batch(elements: Array(batch.elements[batchLimit...]), bytes: batch.bytes - bytes)
    return Batch(elements: Array(batch.elements[..<batchLimit]), bytes: bytes)
  }
}
