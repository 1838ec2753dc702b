import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("Transfer, failures", .timeLimit(.minutes(20)))
struct TransferFailureTests {
  @Test(
    "an answer that is broken before its head is whole is a failure of the connection, or no HTTP",
    arguments: [
      ("", TransferFailure.Reason.connection), ("HTTP/1.1 200 OK\r\nContent-Le", .connection),
      ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n", .connection), ("HTTP/1.1 200", .connection),
      ("HTTP/1.1 100 Continue\r\n\r\n", .connection),
      ("hello, world\r\n\r\n", .protocol), ("<html><title>HTTP/0.9</title></html>", .protocol),
      ("HTTP/1.1 abc OK\r\n\r\n", .protocol), ("HTTP/7.1 200 OK\r\n\r\n", .protocol),
      ("SSH-2.0-OpenSSH_9.2\r\n", .protocol),
    ])
  func brokenHead(bytes: String, reason: TransferFailure.Reason) async throws {
    let result = try #require(try await receive(bytes))
    #expect(result.failure?.reason == reason, "\(result.failure?.message ?? "no failure")")
    #expect(result.response == nil)
  }

  @Test("lengths that contradict each other are no HTTP")
  func contradictingLengths() async throws {
    let result = try await receive("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")
    #expect(result?.failure == TransferFailure(.protocol, "two Content-Length fields that differ"))
    let repeated = try await receive("HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length:5\r\n\r\nhello")
    #expect(repeated?.failure == nil)
  }

  @Test("a redirect to two places is no HTTP; the same place may stand there twice")
  func contradictingLocations() async throws {
    func answer(_ status: Int, _ locations: [String]) async throws -> TransferResult? {
      let fields = locations.map { "Location: \($0)\r\n" }.joined()
      return try await receive("HTTP/1.1 \(status) -\r\n\(fields)Content-Length: 0\r\n\r\n")
    }
    let fault = TransferFailure(.protocol, "two Location fields that differ")
    for locations in [["/a", "/b"], ["/a", ""], ["/a", "/a", "/A"]] {
      let result = try await answer(302, locations)
      #expect(result?.failure == fault, "\(locations.prefix(3))")
      #expect(result?.response == nil)
    }
    #expect(try await answer(302, ["/a", "/a"])?.response?.location == "/a")
    #expect(try await answer(302, Array(repeating: "/", count: 4000))?.response?.location == "/")
    #expect(try await answer(200, ["/a", "/b"])?.failure == nil)
  }

  @Test(
    "a length that is none is no HTTP, whatever number could be read from it",
    arguments: [
      "-1", "", "abc", "+5", "0x10", "1e3", "10 10", "5,6", "5,", ",5", "5;", "99999999999999999999999",
      "9223372036854775808", "٥",
    ])
  func brokenLength(value: String) async throws {
    let result = try await receive("HTTP/1.1 200 OK\r\nContent-Length: \(value)\r\n\r\nhello")
    #expect(result?.failure?.reason == .protocol)
    #expect(result?.response == nil)
  }

  @Test(
    "a length may be written in several ways",
    arguments: [
      "Content-Length: 5", "content-length:5", "CONTENT-LENGTH:\t5 \t", "Content-Length: 0005", "Content-Length: 5,5",
      "Content-Length: 5 , 5, 5", "Content-Length: 5\r\nContent-Length: 5",
    ])
  func oddLength(fields: String) async throws {
    let result = try await receive("HTTP/1.1 200 OK\r\n\(fields)\r\n\r\nhello and more")
    #expect(result?.failure == nil)
    #expect(result?.response?.body == Array("hello".utf8))
  }

  @Test("the largest length of all is one")
  func largestLength() async throws {
    let result = try await receive("HTTP/1.1 200 OK\r\nContent-Length: \(Int64.max)\r\n\r\nhello")
    #expect(result?.failure?.reason == .bodyBrokeOff)
    #expect(result?.response?.body == Array("hello".utf8))
  }

  @Test("a line without end is more of a head than is read", arguments: ["HTTP/1.1 200 ", "HTTP/1.1 200 OK\r\nX: "])
  func endlessLine(start: String) async throws {
    let result = try await receive(start + String(repeating: "x", count: 200_000))
    #expect(result?.failure == TransferFailure(.protocol, "more than 64 KiB of headers"))
    #expect(result?.response == nil)
  }

  @Test("a switch of protocols that nobody asked for is no answer")
  func switching() async throws {
    for rest in ["", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"] {
      let result = try await receive("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + rest)
      #expect(result?.failure == TransferFailure(.protocol, "101 Switching Protocols, which nobody asked for"))
    }
  }

  @Test("a reset before an answer is a failure of the connection")
  func reset() async throws {
    let server = try RawServer { _ in [.read, .reset] }
    defer { server.close() }
    let result = try await perform([ScriptedRequest(server.url())]).first
    #expect(result?.failure?.reason == .connection)
    #expect(result?.response == nil)
  }

  @Test(
    "content that breaks off is kept as far as it came, and its failure told",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n",
    ])
  func brokenContent(bytes: String) async throws {
    let result = try #require(try await receive(bytes))
    #expect(result.failure?.reason == .bodyBrokeOff)
    #expect(result.response?.status == 200)
    #expect(result.response?.body == Array("hello".utf8))
    #expect(result.response?.length == 5)
    #expect(result.response?.isTruncated == true)
  }

  @Test("a refused connection says so, and by whom")
  func refused() async throws {
    let port = try Loopback.refusingPort()
    let result = try await perform([ScriptedRequest("http://127.0.0.1:\(port)/")]).first
    #expect(result?.failure == TransferFailure(.connect, "127.0.0.1:\(port): Connection refused"))
  }

  @Test("a name without an address is a failure of its own")
  func unresolvable() async throws {
    let result = try await perform([ScriptedRequest("http://no-such-host.invalid/")]).first
    #expect(result?.failure == TransferFailure(.dns, "no-such-host.invalid has no address"))
    #expect(result?.response == nil)
  }

  @Test("a server that does not answer in time is a timeout, and its message says which")
  func totalTimeout() async throws {
    let server = try RawServer { _ in [.read, .hold] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.totalTimeout = .seconds(1)
    let result = try await perform([ScriptedRequest(server.url())], settings).first
    #expect(result?.failure == TransferFailure(.timeout, "no answer within 1s"))
    #expect(result?.response == nil)
  }

  @Test("content that does not come to its end in time fails")
  func contentTimeout() async throws {
    let server = try RawServer { _ in [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), .hold] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.totalTimeout = .seconds(1)
    let result = try await perform([ScriptedRequest(server.url())], settings).first
    #expect(result?.failure == TransferFailure(.timeout, "not complete within 1s"))
    #expect(result?.response?.body == Array("hello".utf8))
    #expect(result?.response?.isTruncated == true)
  }

  @Test("a timeout over a connection that was there already is not blamed on connecting")
  func timeoutOfAReusedConnection() async throws {
    let server = try RawServer { _ in
      [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), .read, .hold]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.totalTimeout = .milliseconds(200)
    settings.concurrency = 1
    let results = try await perform((0..<2).map { ScriptedRequest(server.url("/\($0)"), index: $0) }, settings)
    #expect(results.map(\.failure) == [nil, TransferFailure(.timeout, "no answer within 200ms")])
    #expect(server.connectionCount == 1)
  }

  @Test("a connection that does not stand in time is a timeout of its own")
  func connectTimeout() async throws {
    let listener = try FullListener()
    var settings = TransferSettings.loopback
    settings.connectTimeout = .milliseconds(150)
    let result = try await perform([ScriptedRequest("http://127.0.0.1:\(listener.port)/")], settings).first
    #expect(result?.failure == TransferFailure(.connectTimeout, "no connection within 150ms"))
  }

  @Test(
    "no schemes but http and https are spoken",
    arguments: ["file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/"])
  func schemes(url: String) async throws {
    let result = try await perform([ScriptedRequest(url)]).first
    #expect(result?.failure?.reason == .protocol)
    #expect(result?.response == nil)
  }
}

@Suite("Transfer, one after the other", .timeLimit(.minutes(20)))
struct TransferSequenceTests {
  @Test(
    "a header section that begins with a space is no honest answer, whatever came over the connection before",
    arguments: [" X: 1", "\tX: 1", " ", " \(String(repeating: "x", count: 5000))"])
  func leadingSpace(line: String) async throws {
    let page = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-One: 1\r\nX-Two: 2\r\n\r\nhello"
    let server = try RawServer { _ in
      [
        .serve {
          $0.contains("/odd/")
            ? Array("HTTP/1.1 200 OK\r\n\(line)\r\nContent-Length: 0\r\n\r\n".utf8) : Array(page.utf8)
        }
      ]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 2
    // Every third one is odd; the places are used again and again.
    let requests = (0..<60).map { ScriptedRequest(server.url($0 % 3 == 2 ? "/odd/\($0)" : "/\($0)"), index: $0) }
    for result in try await perform(requests, settings) {
      if result.index % 3 == 2 {
        #expect(result.response == nil)
        #expect(result.failure != nil)
      } else {
        #expect(result.response?.body == Array("hello".utf8))
        #expect(result.failure == nil)
      }
    }
  }

  @Test("the time of a transfer that takes too long is the time it was given")
  func elapsed() async throws {
    let server = try RawServer { _ in [.read, .hold] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.totalTimeout = .milliseconds(300)
    let result = try #require(try await perform([ScriptedRequest(server.url())], settings).first)
    #expect(result.elapsed >= .milliseconds(299))
  }
}
