internal import Synchronization

/// How many elements went past one point of a graph.
package final class Flow: Sendable {
  private let passed = Atomic(0)

  package init() {}

  package var count: Int { passed.load(ordering: .relaxed) }

  package func add(_ count: Int) { passed.add(count, ordering: .relaxed) }
}

/// The end of an edge that one stage sends on: what the edge has accepted is counted.
package struct Outlet<Element: Sendable>: SendingEnd {
  private let edge: Edge<Element>
  private let sent: Flow

  package init(_ edge: Edge<Element>, sent: Flow = Flow()) {
    self.edge = edge
    self.sent = sent
  }

  /// Sends a batch; suspends until there is room for it.
  ///
  /// - Throws: `CancellationError` if nothing was sent.
  package func send(_ elements: [Element], bytes: Int = 0) async throws {
    try await edge.send(elements, bytes: bytes)
    sent.add(elements.count)
  }

  /// Sends a batch from where nothing can suspend; `askForRoom` comes first.
  package func offer(_ elements: [Element], bytes: Int) {
    sent.add(elements.count)
    edge.offer(elements, bytes: bytes)
  }

  package func askForRoom() -> Bool { edge.askForRoom() }

  package func onRoom(_ tell: @escaping @Sendable () -> Void) { edge.onRoom(tell) }

  package func close() { edge.close() }

  package func abort() { edge.abort() }
}

/// The end of an edge that one stage receives from: what it was given is counted.
package struct Inlet<Element: Sendable>: Sendable {
  private let edge: Edge<Element>
  private let received: Flow

  package init(_ edge: Edge<Element>, received: Flow = Flow()) {
    self.edge = edge
    self.received = received
  }

  package func batches(lane: Int = 0) -> Batches { Batches(batches: edge.batches(lane: lane), received: received) }

  package struct Batches {
    fileprivate var batches: Edge<Element>.Batches
    fileprivate let received: Flow

    package mutating func receive() async -> Received<Element> {
      let next = await batches.receive()
      if case .batch(let elements) = next { received.add(elements.count) }
      return next
    }

    /// The next batch, or `nil` at the end.
    ///
    /// - Throws: `CancellationError` if the rest will never come.
    package mutating func next() async throws(CancellationError) -> [Element]? {
      let batch = try await batches.next()
      if let batch { received.add(batch.count) }
      return batch
    }
  }
}
