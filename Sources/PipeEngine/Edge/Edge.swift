internal import Synchronization

/// A bounded connection between two stages: an AsyncStream per receiving lane, with credits.
///
/// A sender suspends until there is room; a receiver gives its credits back when it asks for the next
/// batch. Every batch delivered goes through a lane's AsyncStream, which holds one batch at the most.
package final class Edge<Element: Sendable>: Sendable {
  private struct Storage: Sendable {
    var state: EdgeState<Element>
    var onRoom: (@Sendable () -> Void)?
  }

  package let name: String
  private let storage: Mutex<Storage>
  /// Whether the batch of each sender that waits was accepted.
  private let answers = Answers<Bool>()
  private let streams: [AsyncStream<EdgeState<Element>.Batch>]
  private let continuations: [AsyncStream<EdgeState<Element>.Batch>.Continuation]

  /// - Parameters:
  ///   - elements: Credits in elements.
  ///   - bytes: Credits in bytes, as the senders count them.
  ///   - batch: The most elements in a batch where several lanes share the work.
  ///   - senders: How many times `close` is called before the lanes end.
  ///   - lanes: The receivers, each used by one task.
  package init(
    _ name: String, elements: Int, bytes: Int = .max, batch: Int = 64, senders: Int = 1, lanes: Int = 1
  ) {
    self.name = name
    storage = Mutex(
      Storage(
        state: EdgeState(elements: elements, bytes: bytes, batch: batch, senders: senders, lanes: lanes)))
    let pairs = (0..<lanes).map { _ in AsyncStream.makeStream(of: EdgeState<Element>.Batch.self) }
    streams = pairs.map(\.stream)
    continuations = pairs.map(\.continuation)
  }

  /// Elements sent and not yet finished with.
  package var count: Int { storage.withLock { $0.state.usedElements } }

  /// Their bytes, as the senders count them.
  package var bytes: Int { storage.withLock { $0.state.usedBytes } }

  /// Sends a batch; suspends until there is room for it.
  ///
  /// - Throws: `CancellationError` if the task is cancelled while it waits, or the edge was aborted; nothing was sent
  ///   then.
  package func send(_ elements: [Element], bytes: Int = 0) async throws {
    if elements.isEmpty { return }
    switch storage.withLock({ $0.state.send(elements, bytes: bytes) }) {
    case .accepted(let actions): perform(actions)
    case .suspended(let sender): try await wait(sender)
    case .refused: throw CancellationError()
    }
  }

  /// Sends a batch from where nothing can suspend; `askForRoom` comes first.
  package func offer(_ elements: [Element], bytes: Int) {
    perform(storage.withLock { $0.state.offer(elements, bytes: bytes) })
  }

  /// Whether there is room; where not, `onRoom`'s function is called once there is.
  package func askForRoom() -> Bool { storage.withLock { $0.state.askForRoom() } }

  package func onRoom(_ tell: @escaping @Sendable () -> Void) { storage.withLock { $0.onRoom = tell } }

  /// One sender has sent everything.
  package func close() { perform(storage.withLock { $0.state.close() }) }

  /// A sender failed or was cancelled. Receivers are told, so that none of them takes a part for the whole.
  package func abort() { perform(storage.withLock { $0.state.abort() }) }

  /// Wakes an idle lane with an empty batch.
  package func nudge() { perform(storage.withLock { $0.state.nudge() }) }

  /// The batches for one lane; only one task may read a lane.
  package func batches(lane: Int = 0) -> Batches {
    Batches(edge: self, lane: lane, iterator: streams[lane].makeAsyncIterator())
  }

  package struct Batches {
    private let edge: Edge
    private let lane: Int
    private var iterator: AsyncStream<EdgeState<Element>.Batch>.AsyncIterator

    fileprivate init(edge: Edge, lane: Int, iterator: AsyncStream<EdgeState<Element>.Batch>.AsyncIterator) {
      self.edge = edge
      self.lane = lane
      self.iterator = iterator
    }

    /// What comes next; the credits of the last batch are given back first.
    package mutating func receive() async -> Received<Element> {
      edge.perform(edge.storage.withLock { [lane] in $0.state.receive(lane: lane) })
      guard let batch = await iterator.next(isolation: #isolation) else {
        let isAborted = edge.storage.withLock { $0.state.isAborted }
        return isAborted || Task.isCancelled ? .cancelled : .end
      }
      return batch.elements.isEmpty ? .idle : .batch(batch.elements)
    }

    /// The next batch, or `nil` at the end.
    ///
    /// - Throws: `CancellationError` if the rest will never come.
    package mutating func next() async throws(CancellationError) -> [Element]? {
      while true {
        switch await receive() {
        case .batch(let elements): return elements
        case .idle: continue
        case .end: return nil
        case .cancelled: throw CancellationError()
        }
      }
    }
  }

  private func wait(_ sender: Int) async throws {
    let isAccepted = await answers.answer(to: sender) {
      // One that is accepted already is answered by whoever accepted it: its batch is on its way.
      if self.storage.withLock({ $0.state.withdraw(sender: sender) }) { self.answers.give(false, to: sender) }
    }
    if !isAccepted { throw CancellationError() }
  }

  private func perform(_ actions: EdgeState<Element>.Actions) {
    for (lane, batch) in actions.deliveries { continuations[lane].yield(batch) }
    for sender in actions.accepted { answers.give(true, to: sender) }
    for sender in actions.refused { answers.give(false, to: sender) }
    for lane in actions.ended { continuations[lane].finish() }
    if actions.hasRoom, let tell = storage.withLock({ $0.onRoom }) { tell() }
  }
}
