import Glibc
import PipeTesting
import PipeWeb
import Testing

@testable import PipeHTTP

@Suite("Transfer, limits", .timeLimit(.minutes(20)))
struct TransferLimitTests {
  private func settings(maximum: Int, fails: Bool = false, keeps: Bool = true) -> TransferSettings {
    var settings = TransferSettings.loopback
    settings.maximumBody = maximum
    settings.failsAboveMaximumBody = fails
    settings.keeping = keeps ? .whole : .nothing
    return settings
  }

  private func page(_ count: Int) -> [UInt8] {
    Array("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n".utf8)
      + Array(repeating: UInt8(ascii: "x"), count: count)
  }

  @Test(
    "headers of up to 64 KiB are read, and more are no honest answer", arguments: [(60 << 10, true), (66 << 10, false)])
  func headLimit(bytes: Int, isRead: Bool) async throws {
    let line = "X: " + String(repeating: "x", count: 1019) + "\r\n"
    let head =
      "HTTP/1.1 200 OK\r\n" + String(repeating: line, count: bytes / line.utf8.count) + "Content-Length: 0\r\n\r\n"
    let result = try #require(try await receive(head))
    if isRead {
      #expect(result.response?.status == 200)
      #expect(result.failure == nil)
    } else {
      #expect(result.failure == TransferFailure(.protocol, "more than 64 KiB of headers"))
      #expect(result.response == nil)
    }
  }

  @Test("a head that never ends is cut off at the limit")
  func endlessHead() async throws {
    let lines = Array(String(repeating: "X: y\r\n", count: 1000).utf8)
    let server = try RawServer { _ in
      [.read, .send("HTTP/1.1 200 OK\r\n")] + Array(repeating: .send(lines), count: 100)
    }
    defer { server.close() }
    let result = try await perform([ScriptedRequest(server.url())]).first
    #expect(result?.failure?.reason == .protocol)
  }

  @Test("content that is not kept is counted")
  func counting() async throws {
    let response = try await receive(page(100_000), settings(maximum: 1 << 20, keeps: false))?.response
    #expect(response?.length == 100_000)
    #expect(response?.body == [])
    #expect(response?.isTruncated == false)
  }

  /// What is received of a page of which only the title is wanted.
  private func titled(_ start: String, type: String = "text/html") async throws -> (HTTPResponse?, length: Int) {
    let content = start + String(repeating: "<p>filler", count: 50_000)
    let head = "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Length: \(content.utf8.count)\r\n\r\n"
    var settings = TransferSettings.loopback
    settings.keeping = .until(.title)
    return (try await receive(Array((head + content).utf8), settings)?.response, content.utf8.count)
  }

  @Test("of a page whose title is found, that and its encoding are kept, and all of it is counted")
  func keptUntilFound() async throws {
    let (response, length) = try await titled("<!doctype html><title>Found</title><meta charset=koi8-r>")
    #expect(response?.length == length)
    #expect(response?.body == [])
    #expect(response?.scanned?.facts.title() == "Found")
    #expect(response?.scanned?.encoding == .koi8R)
    #expect(response?.isTruncated == false)
  }

  @Test(
    "of a page that is read to its end, what declares no encoding is kept until it is known", arguments: [true, false])
  func keptUntilDeclared(isDeclared: Bool) async throws {
    let start = isDeclared ? "<meta charset=windows-1251>" : ""
    let end = "<title>last</title>"
    let content = Array((start + String(repeating: "<p>filler", count: 20_000)).utf8) + [0xEF] + Array(end.utf8)
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(content.count)\r\n\r\n"
    var settings = TransferSettings.loopback
    settings.keeping = .until(.title)
    // 0xEF is not UTF-8, and a letter of windows-1251 as of windows-1252.
    let response = try await receive(Array(head.utf8) + content, settings)?.response
    #expect(response?.scanned?.encoding == (isDeclared ? .windows1251 : .windows1252))
    #expect(response?.scanned?.facts.title() == "last")
    #expect(response?.length == content.count)
    #expect(response?.body == [])
  }

  /// What is received of a page whose title is wanted, in pieces.
  private func received(_ content: [UInt8], type: String?) async throws -> HTTPResponse? {
    let field = type.map { "Content-Type: \($0)\r\n" } ?? ""
    let head = "HTTP/1.1 200 OK\r\n\(field)Content-Length: \(content.count)\r\n\r\n"
    var settings = TransferSettings.loopback
    settings.keeping = .until(.title)
    return try await receive(Array(head.utf8) + content, settings)?.response
  }

  @Test(
    "a meta element behind the facts declares the encoding, however late it comes",
    arguments: [("koi8-r", CharacterEncoding.koi8R), ("utf-8", .utf8), ("iso-2022-jp", .iso2022JP)])
  func lateDeclaration(label: String, encoding: CharacterEncoding) async throws {
    let pad = String(repeating: "<p>filler", count: 2_000)
    let content = Array("<title>".utf8) + [0xC6] + Array("</title>\(pad)<meta charset=\(label)>\(pad)".utf8)
    let response = try await received(content, type: "text/html")
    #expect(response?.scanned?.encoding == encoding)
    #expect(response?.body == (encoding.isASCIICompatible ? [] : content), "what may have been misread is kept")
    #expect(try await received(content, type: "text/html; charset=gbk")?.scanned?.encoding == .gbk)
    #expect(try await received([0xEF, 0xBB, 0xBF] + content, type: "text/html")?.scanned?.encoding == .utf8)
  }

  @Test("a page that is plain ASCII up to the last fact is not read on for its encoding")
  func plain() async throws {
    let response = try await titled(
      "<!doctype html><title>Found</title>\(String(repeating: " ", count: 3_000))<meta charset=koi8-r>"
    ).0
    #expect(response?.scanned?.facts.title() == "Found")
    #expect(response?.body == [])
  }

  @Test(
    "of content that no usable type declares, HTML is kept and nothing else",
    arguments: [nil, "text/html charset=utf-8", "*/*", "unknown/unknown", "application/xhtml+xml"])
  func undeclaredType(type: String?) async throws {
    let page = Array(("<!doctype html><title>T</title>" + String(repeating: "<p>filler", count: 2_000)).utf8)
    let response = try await received(page, type: type)
    #expect(response?.scanned == nil)
    #expect(response?.body == page)
    if type != "application/xhtml+xml" {
      let picture = try await received([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + page, type: type)
      #expect(picture?.body == [])
      #expect(picture?.length == page.count + 8)
    }
  }

  @Test("a page in an encoding that does not agree with ASCII is kept as far as it may have been misread")
  func keptMisread() async throws {
    let start = "<!doctype html><title>Found</title>"
    let (response, length) = try await titled(start, type: "text/html; charset=utf-16le")
    #expect(response?.length == length)
    #expect(response.map { String(decoding: $0.body, as: UTF8.self).hasPrefix(start) } == true)
    #expect(response?.scanned?.encoding == .utf16LE)
  }

  @Test("content as large as the limit passes; a byte more is cut off, and no failure", arguments: [true, false])
  func truncation(keeps: Bool) async throws {
    let exact = try await receive(page(5000), settings(maximum: 5000, keeps: keeps))
    #expect(exact?.failure == nil)
    #expect(exact?.response?.isTruncated == false)
    #expect(exact?.response?.length == 5000)
    let larger = try await receive(page(5001), settings(maximum: 5000, keeps: keeps))
    #expect(larger?.failure == nil)
    #expect(larger?.response?.isTruncated == true)
    #expect(larger?.response?.length == 5000)
    #expect(larger?.response?.body.count == (keeps ? 5000 : 0))
  }

  @Test("with on_max_body: fail, what is larger fails")
  func failing() async throws {
    let exact = try await receive(page(5000), settings(maximum: 5000, fails: true))
    #expect(exact?.failure == nil)
    let larger = try await receive(page(5001), settings(maximum: 5000, fails: true))
    #expect(larger?.failure == TransferFailure(.tooLarge, "the content is larger than max_body (5000 bytes)"))
    #expect(larger?.response == nil)
  }

  @Test("a connection whose content was cut off is not used again, and the place is")
  func afterTruncation() async throws {
    let server = try RawServer { _ in [.serve { [page = page(200_000)] _ in page }] }
    defer { server.close() }
    var settings = settings(maximum: 1000)
    settings.concurrency = 1
    let results = try await perform((0..<3).map { ScriptedRequest(server.url("/\($0)"), index: $0) }, settings)
    #expect(results.map { $0.response?.length } == [1000, 1000, 1000])
    #expect(results.allSatisfy { $0.response?.status == 200 && $0.failure == nil })
    #expect(server.connectionCount == 3)
  }
}

@Suite("Transfer, limits of time", .timeLimit(.minutes(20)))
struct TransferTimeTests {
  private func failure(
    _ script: [RawServer.Step], spent: Duration = .zero, _ change: (inout TransferSettings) -> Void
  ) async throws -> TransferFailure? {
    let server = try RawServer { _ in script }
    defer { server.close() }
    var settings = TransferSettings.loopback
    change(&settings)
    return try await perform([ScriptedRequest(server.url(), spent: spent)], settings).first?.failure
  }

  @Test("a server that takes too long to begin is a timeout")
  func firstByte() async throws {
    let failure = try await failure([.read, .hold]) { $0.firstByteTimeout = .milliseconds(100) }
    #expect(failure == TransferFailure(.timeout, "no answer within 100ms of asking"))
  }

  @Test("a server that pauses for too long is a timeout, however much of the answer is there")
  func idle() async throws {
    let failure = try await failure([.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), .hold]) {
      $0.idleTimeout = .milliseconds(100)
    }
    #expect(failure == TransferFailure(.timeout, "nothing came for 100ms after 5 bytes"))
  }

  @Test("a pause within the head is one too")
  func idleHead() async throws {
    let failure = try await failure([.read, .send("HTTP/1.1 200 OK\r\n"), .hold]) {
      $0.idleTimeout = .milliseconds(100)
    }
    #expect(failure == TransferFailure(.timeout, "nothing came for 100ms"))
  }

  @Test("waiting for the first byte is no pause")
  func slowStart() async throws {
    let script: [RawServer.Step] = [
      .read, .run { usleep(300_000) }, .send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ]
    #expect(try await failure(script) { $0.idleTimeout = .milliseconds(100) } == nil)
  }

  @Test("bytes that keep coming are no pause, and the total limit ends them")
  func drip() async throws {
    // A drop comes fifty times as often as it would have to, so that a loaded machine is no pause either.
    let drops = (0..<400).flatMap { _ in [RawServer.Step.send("x"), .run { usleep(20_000) }] }
    let failure = try await failure([.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")] + drops) {
      $0.idleTimeout = .seconds(1)
      $0.totalTimeout = .milliseconds(2500)
    }
    #expect(failure == TransferFailure(.timeout, "not complete within 2500ms"))
  }

  @Test("the time that earlier hops took is part of the total")
  func spent() async throws {
    let server = try RawServer { _ in [.read, .hold] }
    defer { server.close() }
    let request = ScriptedRequest(server.url(), spent: .milliseconds(9900))
    let result = try #require(try await perform([request]).first)
    #expect(result.failure == TransferFailure(.timeout, "no answer within 10s"))
    #expect(result.elapsed < .seconds(5))
  }
}

@Suite("Transfer, limits of memory and of places", .timeLimit(.minutes(20)))
struct TransferRoomTests {
  @Test("bodies beyond the memory wait, and all of them come whole", arguments: [0, 100_000, 1_500_000])
  func pausing(memory: Int) async throws {
    let size = 500_000
    let page = Array("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8) + Array(repeating: 120, count: size)
    let server = try RawServer { _ in [.serve { _ in page }] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 12
    settings.bodyMemory = memory
    let exchange = ScriptedExchange((0..<40).map { ScriptedRequest(server.url("/\($0)"), index: $0) })
    let rounds = WatchedRounds(exchange, settings)
    try await rounds.run()
    #expect(exchange.results.all.count == 40)
    #expect(exchange.results.all.allSatisfy { $0.failure == nil && $0.response?.body.count == size })
    // At the bound each of the others has what came with its last call, and one goes on to its end.
    let calls = settings.concurrency * settings.receiveBuffer
    #expect(rounds.mostHeld <= memory + calls + size, "\(rounds.mostHeld) bytes")
    #expect(rounds.mostHeld >= min(memory, size))
    #expect(rounds.mostPaused > 0)
  }

  @Test("while there is no room for results no large body goes on, and all of them come whole in the end")
  func backingUp() async throws {
    let size = 500_000
    let page = Array("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8) + Array(repeating: 120, count: size)
    let server = try RawServer { _ in [.serve { _ in page }] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 8
    settings.bodyMemory = 800_000
    let loop = try TransferLoop(settings)
    // After each large result there is no room at first, and then there is.
    let asked = Recorder<Bool>()
    let exchange = ScriptedExchange((0..<24).map { ScriptedRequest(server.url("/\($0)"), index: $0) }) {
      let hasRoom = asked.all.last == false
      asked.append(hasRoom)
      if !hasRoom { loop.wake() }
      return hasRoom
    }
    try await loop.run(exchange)
    #expect(exchange.results.all.count == 24)
    #expect(exchange.results.all.allSatisfy { $0.failure == nil && $0.response?.body.count == size })
    #expect(asked.all.contains(false) && asked.all.contains(true))
  }

  @Test("small results are handed over without a question")
  func smallResults() async throws {
    let server = try RawServer { _ in [.serve { _ in Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc".utf8) }] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.bodyMemory = 800_000
    let asked = Recorder<Bool>()
    let exchange = ScriptedExchange((0..<24).map { ScriptedRequest(server.url("/\($0)"), index: $0) }) {
      asked.append(true)
      return true
    }
    try await TransferLoop(settings).run(exchange)
    #expect(exchange.results.all.count == 24)
    #expect(asked.all == [])
  }

  @Test("without a bound nothing is paused")
  func notPausing() async throws {
    let page = Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".utf8) + Array(repeating: 120, count: 100_000)
    let server = try RawServer { _ in [.serve { _ in page }] }
    defer { server.close() }
    let rounds = WatchedRounds(
      ScriptedExchange((0..<20).map { ScriptedRequest(server.url("/\($0)"), index: $0) }), .loopback)
    try await rounds.run()
    #expect(rounds.mostPaused == 0)
  }

  @Test("transfers that get no connection keep no others from their places")
  func lending() async throws {
    let holes = try (0..<4).map { _ in try FullListener() }
    let server = try RawServer { _ in [.serve { _ in Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8) }] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 4
    settings.connectTimeout = .seconds(20)
    settings.totalTimeout = .seconds(20)
    let requests =
      holes.enumerated().map { ScriptedRequest("http://127.0.0.1:\($1.port)/", index: $0) }
      + (4..<40).map { ScriptedRequest(server.url("/\($0)"), index: $0) }
    let exchange = ScriptedExchange(requests, isEndless: true)
    let loop = try TransferLoop(settings)
    let running = Task { try await loop.run(exchange) }
    await exchange.completed.wait(for: 36)
    // All that have a server are done; the others are still waiting for a connection.
    #expect(exchange.results.all.allSatisfy { $0.index >= 4 && $0.failure == nil })
    exchange.stop(by: .now)
    loop.wake()
    try await running.value
    #expect(Set(exchange.abandoned.all) == [0, 1, 2, 3])
  }
}
