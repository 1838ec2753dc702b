import PipeTesting
import Testing

@testable import PipeEngine

@Suite("Edge", .timeLimit(.minutes(20)))
struct EdgeTests {
  @Test("what is sent arrives, in order, and the lane ends after close")
  func passage() async throws {
    let edge = Edge<Int>("numbers", elements: 16)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { edge.close() }
        for number in 0..<1000 { try await edge.send([number]) }
      }
      var received: [Int] = []
      var batches = edge.batches()
      while let batch = try await batches.next() { received += batch }
      #expect(received == Array(0..<1000))
      try await group.waitForAll()
    }
    #expect(edge.count == 0)
  }

  @Test("a sender suspends until the receiver has finished with what it was given")
  func backPressure() async throws {
    let edge = Edge<Int>("numbers", elements: 2)
    let sent = Turnstile()
    let sender = Task {
      for number in 0..<6 {
        try await edge.send([number])
        sent.pass()
      }
      edge.close()
    }
    await sent.wait(for: 2)
    // The third can only be accepted after the first two were received and finished with.
    var batches = edge.batches()
    var received: [Int] = []
    var most = 0
    while let batch = try await batches.next() {
      received += batch
      most = max(most, edge.count)
      #expect(sent.count <= received.count + 2, "at most two beyond what was received")
    }
    #expect(received == Array(0..<6))
    #expect(most <= 2)
    try await sender.value
  }

  @Test("a cancelled sender throws and loses exactly its batch")
  func cancellation() async throws {
    let edge = Edge<Int>("numbers", elements: 1, senders: 2)
    try await edge.send([1])
    let cancelled = Task { try await edge.send([2]) }
    let patient = Task {
      try await edge.send([3])
      edge.close()
    }
    cancelled.cancel()
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    edge.close()
    var received: [Int] = []
    var batches = edge.batches()
    while let batch = try await batches.next() { received += batch }
    #expect(received == [1, 3])
    try await patient.value
    #expect(edge.count == 0)
  }

  @Test("a sender that is cancelled says truthfully whether its batch went through", arguments: 0..<40)
  func cancellationRace(round: Int) async throws {
    let edge = Edge<Int>("numbers", elements: 1, senders: 8)
    let claimed = Recorder<Int>()
    let senders = (0..<8).map { sender in
      Task {
        defer { edge.close() }
        for number in 0..<20 {
          let element = sender * 100 + number
          do {
            try await edge.send([element])
            claimed.append(element)
          } catch {
            return
          }
        }
      }
    }
    var received: [Int] = []
    var batches = edge.batches()
    while let batch = try await batches.next() {
      received += batch
      if received.count % 10 == round % 10 { senders[received.count / 10 % 8].cancel() }
    }
    for sender in senders { await sender.value }
    #expect(received.sorted() == claimed.all.sorted())
  }

  @Test("close ends all lanes, and no batch is lost on the way", arguments: 0..<100)
  func closeEndsAllLanes(round: Int) async throws {
    let edge = Edge<Int>("numbers", elements: 3, batch: 2, senders: 2, lanes: 3)
    let received = try await withThrowingTaskGroup(of: [Int].self) { group in
      for lane in 0..<3 {
        group.addTask {
          var received: [Int] = []
          var batches = edge.batches(lane: lane)
          while let batch = try await batches.next() { received += batch }
          return received
        }
      }
      for sender in 0..<2 {
        group.addTask {
          defer { edge.close() }
          for number in 0..<10 { try? await edge.send([sender * 10 + number]) }
          return []
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(received.sorted() == Array(0..<20))
  }

  @Test("whoever offers is told when there is room again")
  func roomIsAnnounced() async throws {
    let edge = Edge<Int>("numbers", elements: 1)
    let told = Turnstile()
    edge.onRoom { told.pass() }
    edge.offer([1], bytes: 0)
    #expect(!edge.askForRoom())
    #expect(told.count == 0)
    var batches = edge.batches()
    let first = try await batches.next()
    #expect(first == [1])
    let reader = Task {
      var batches = edge.batches()
      return try await batches.next()
    }
    await told.wait()
    #expect(edge.askForRoom())
    edge.close()
    let end = try await reader.value
    #expect(end == nil)
  }

  @Test("a nudge tells a waiting receiver that nothing came for a while")
  func nudge() async throws {
    let edge = Edge<Int>("numbers", elements: 1)
    let received = Turnstile()
    let reader = Task {
      var all: [Received<Int>] = []
      var batches = edge.batches()
      while all.last != .end, all.last != .cancelled {
        all.append(await batches.receive())
        received.pass()
      }
      return all
    }
    // A nudge before the reader waits is none: one of these finds it waiting.
    let nudging = Task {
      while received.count == 0 {
        edge.nudge()
        try await Task.sleep(for: .milliseconds(1))
      }
    }
    await received.wait()
    try await nudging.value
    try await edge.send([1])
    edge.close()
    let all = await reader.value
    #expect(all.first == .idle)
    #expect(all.filter { $0 != .idle } == [.batch([1]), .end])
  }

  @Test("a sender that fails is not taken for one that has sent everything", arguments: 0..<40)
  func abort(round: Int) async throws {
    struct Fault: Error {}
    let edge = Edge<Int>("numbers", elements: 2, senders: 2)
    let good = Task {
      try await ending([edge]) { for number in 0..<10 { try await edge.send([number]) } }
    }
    let bad = Task {
      try await ending([edge]) {
        for number in 0..<round % 4 { try await edge.send([-number]) }
        throw Fault()
      }
    }
    var batches = edge.batches()
    var last: Received<Int>
    repeat { last = await batches.receive() } while last != .end && last != .cancelled
    #expect(last == .cancelled)
    last = await batches.receive()
    #expect(last == .cancelled)
    await #expect(throws: Fault.self) { try await bad.value }
    // The other one sent everything before, or is told at its next batch: it never waits for room that does not come.
    _ = try? await good.value
    await #expect(throws: CancellationError.self) { try await edge.send([1]) }
  }

  @Test("a sender that returns because it was cancelled has not sent everything")
  func cancelledSenderReturns() async {
    let edge = Edge<Int>("numbers", elements: 2)
    let sender = Task {
      try await ending([edge]) { while !Task.isCancelled { await Task.yield() } }
    }
    sender.cancel()
    var batches = edge.batches()
    let last = await batches.receive()
    #expect(last == .cancelled)
  }

  @Test("a receiver that is cancelled sees no end")
  func cancelledReceiver() async {
    let edge = Edge<Int>("numbers", elements: 2)
    let reader = Task {
      var batches = edge.batches()
      return await batches.receive()
    }
    reader.cancel()
    #expect(await reader.value == .cancelled)
  }
}
