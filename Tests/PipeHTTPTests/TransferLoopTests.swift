import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("TransferLoop", .serialized, .timeLimit(.minutes(20)))
struct TransferLoopTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test("connections are kept and used again")
  func keepAlive() async throws {
    let server = try RawServer { _ in [.serve { _ in Array(Self.ok.utf8) }] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 4
    let results = try await perform((0..<100).map { ScriptedRequest(server.url("/\($0)"), index: $0) }, settings)
    #expect(results.count == 100)
    #expect(results.allSatisfy { $0.response?.status == 200 })
    #expect(server.requests.count == 100)
    #expect(server.connectionCount <= 4)
  }

  @Test("as many requests are in flight as there are places, and no more", arguments: [1, 3, 8])
  func places(count: Int) async throws {
    // Nobody is answered before all places are taken: each connection waits for the others.
    let arrived = Turnstile()
    let isFull = Gate()
    let server = try RawServer { _ in
      [
        .serve { _ in
          arrived.pass()
          isFull.wait()
          return Array(Self.ok.utf8)
        }
      ]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = count
    let exchange = ScriptedExchange((0..<20).map { ScriptedRequest(server.url("/\($0)"), index: $0) })
    let loop = try TransferLoop(settings)
    let run = Task { try await loop.run(exchange) }
    await arrived.wait(for: count)
    #expect(arrived.count == count)
    isFull.open()
    try await run.value
    #expect(exchange.results.all.map(\.index).sorted() == Array(0..<20))
    #expect(exchange.mostInFlight == count)
    #expect(arrived.count == 20)
    #expect(server.connectionCount == count)
  }

  @Test("closed connections and names without addresses do not stall each other")
  func closedConnections() async throws {
    let server = try RawServer { _ in [.read, .send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok")] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 8
    // A label of more than 63 bytes is no name; the resolver says so without asking anybody.
    let unresolvable = "http://\(String(repeating: "x", count: 64)).invalid/"
    let requests = (0..<200).map { index in
      ScriptedRequest(index % 5 == 4 ? unresolvable : server.url("/\(index)"), index: index)
    }
    let start = ContinuousClock.now
    let results = try await perform(requests, settings)
    // The loop sleeps for a second at the most while transfers are without a connection: stalled at each of the 25
    // turns, it would take longer, and a loaded machine does not.
    #expect(ContinuousClock.now - start < .seconds(20))
    #expect(results.map(\.index) == Array(0..<200))
    #expect(results.allSatisfy { $0.index % 5 == 4 ? $0.failure?.reason == .dns : $0.response?.length == 2 })
  }

  @Test("an address that the policy refuses is never connected to")
  func addressPolicy() async throws {
    let allowed = try RawServer("127.0.0.1") { _ in [.read, .send(Self.ok)] }
    let refused = try RawServer("127.0.0.2") { _ in [.read, .send(Self.ok)] }
    defer {
      allowed.close()
      refused.close()
    }
    let results = try await perform([
      ScriptedRequest(allowed.url(), index: 0), ScriptedRequest(refused.url(), index: 1),
      ScriptedRequest("http://0.0.0.0:\(allowed.port)/", index: 2),
      ScriptedRequest("http://[::1]:\(allowed.port)/", index: 3),
      ScriptedRequest("http://[::ffff:127.0.0.2]:\(refused.port)/", index: 4),
    ])
    #expect(results.map { $0.response?.status } == [200, nil, nil, nil, nil])
    #expect(results.map { $0.failure?.reason } == [nil, .forbidden, .forbidden, .forbidden, .forbidden])
    #expect(results[1].failure?.message == "127.0.0.2 is a loopback address; allow_private can name it")
    #expect(refused.connectionCount == 0)
    #expect(allowed.connectionCount == 1)
  }

  @Test("without any allowance loopback is refused")
  func defaultPolicy() async throws {
    let server = try RawServer { _ in [.read, .send(Self.ok)] }
    defer { server.close() }
    let result = try await perform([ScriptedRequest(server.url())], TransferSettings(addresses: AddressPolicy())).first
    #expect(result?.failure?.reason == .forbidden)
    #expect(server.connectionCount == 0)
  }

  @Test("a name is allowed by the addresses that it has, one after the other")
  func namedHost() async throws {
    let server = try RawServer { _ in [.read, .send(Self.ok)] }
    defer { server.close() }
    // ::1, where localhost has it, is refused; 127.0.0.1 is not.
    let result = try await perform([ScriptedRequest("http://localhost:\(server.port)/")]).first
    #expect(result?.response?.status == 200)
  }

  @Test("a host that is allowed by its name is allowed at every port")
  func allowedName() async throws {
    let server = try RawServer { _ in [.read, .send(Self.ok)] }
    defer { server.close() }
    let settings = TransferSettings(
      addresses: AddressPolicy(allow: [AddressPolicy.Entry("localhost")].compactMap(\.self)))
    let result = try await perform([ScriptedRequest("http://localhost:\(server.port)/")], settings).first
    #expect(result?.response?.status == 200)
  }

  @Test("a loop that waits is woken for new requests, and for the end")
  func wake() async throws {
    let served = Turnstile()
    let server = try RawServer { _ in
      [
        .serve { _ in
          served.pass()
          return Array(Self.ok.utf8)
        }
      ]
    }
    defer { server.close() }
    let exchange = ScriptedExchange([ScriptedRequest(server.url("/0"), index: 0)], isEndless: true)
    let loop = try TransferLoop(.loopback)
    let run = Task { try await loop.run(exchange) }
    await served.wait()
    for index in 1...20 {
      exchange.add([ScriptedRequest(server.url("/\(index)"), index: index)])
      loop.wake()
      await served.wait(for: index + 1)
    }
    exchange.finish()
    loop.wake()
    try await run.value
    #expect(exchange.results.count == 21)
  }

  @Test("draining, what is in flight may finish")
  func draining() async throws {
    let gate = Gate()
    let arrived = Turnstile()
    let server = try RawServer { _ in [.read, .run { arrived.pass() }, .run { gate.wait() }, .send(Self.ok)] }
    defer { server.close() }
    let exchange = ScriptedExchange((0..<3).map { ScriptedRequest(server.url("/\($0)"), index: $0) }, isEndless: true)
    var settings = TransferSettings.loopback
    settings.concurrency = 2
    let loop = try TransferLoop(settings)
    let run = Task { try await loop.run(exchange) }
    await arrived.wait(for: 2)
    exchange.stop(by: .now + .seconds(60))
    loop.wake()
    await exchange.isDraining.wait()
    gate.open()
    try await run.value
    #expect(exchange.results.all.map(\.index).sorted() == [0, 1])
    #expect(exchange.abandoned.all == [])
  }

  @Test("at the end of the time to drain, what is in flight is given up", arguments: [1, 2])
  func abandoning(places: Int) async throws {
    let arrived = Turnstile()
    let server = try RawServer { _ in [.read, .run { arrived.pass() }, .hold] }
    defer { server.close() }
    let exchange = ScriptedExchange([ScriptedRequest(server.url(), index: 7)], isEndless: true)
    var settings = TransferSettings.loopback
    settings.concurrency = places
    let loop = try TransferLoop(settings)
    let run = Task { try await loop.run(exchange) }
    await arrived.wait()
    exchange.stop(by: .now)
    loop.wake()
    try await run.value
    #expect(exchange.abandoned.all == [7])
    #expect(exchange.results.count == 0)
  }

  @Test("bytes that still arrive do not make it forget when the time to drain ends")
  func abandoningWhileBytesArrive() async throws {
    let gate = Gate()
    let arrived = Turnstile()
    let server = try RawServer { _ in
      [
        .read, .run { arrived.pass() }, .run { gate.wait() },
        .send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx"), .hold,
      ]
    }
    defer { server.close() }
    let exchange = ScriptedExchange([ScriptedRequest(server.url())], isEndless: true)
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    settings.totalTimeout = .seconds(8)
    let loop = try TransferLoop(settings)
    let run = Task { try await loop.run(exchange) }
    await arrived.wait()
    exchange.stop(by: .now + .milliseconds(150))
    loop.wake()
    await exchange.isDraining.wait()
    // Every place is taken and the loop sleeps until the deadline; these bytes wake it before that.
    gate.open()
    try await run.value
    // Had it forgotten, the limit of the transfer's time would have made a result of it.
    #expect(exchange.abandoned.all == [0])
    #expect(exchange.results.count == 0)
  }
}
