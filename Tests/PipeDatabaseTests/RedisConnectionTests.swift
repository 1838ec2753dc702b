import Glibc
import PipeDatabase
import PipeTesting
import Synchronization
import Testing

@Suite("A connection to a Redis server", .timeLimit(.minutes(20)))
struct RedisConnectionTests {
  private func error(_ url: String, within time: Duration = .seconds(60)) throws -> RedisError? {
    let address = try RedisAddress(url)
    do throws(RedisError) {
      let connection = try RedisConnection(address, within: time)
      _ = try connection.replies(to: RedisCommands("GET", "a"), atMost: 1 << 20, within: time)
      return nil
    } catch {
      return error
    }
  }

  @Test("commands are answered in their order, with any bytes, by sockets of both kinds")
  func commands() throws {
    let port = try Loopback.refusingPort()
    let server = try RedisProgram(["--port", "\(port)", "--bind", "127.0.0.1"])
    for url in [server.url + "?db=3", "redis://127.0.0.1:\(port)/3"] {
      let connection = try RedisConnection(RedisAddress(url), name: "a-test")
      var commands = RedisCommands("FLUSHDB")
      let value = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      commands.add([Array("SET".utf8), [0, 13, 10], value])
      commands.add([Array("GET".utf8), [0, 13, 10]])
      commands.add("INCR", "\0\r\n")
      commands.add("CLIENT", "GETNAME")
      for number in 0..<10_000 { commands.add("RPUSH", "list", "\(number)") }
      commands.add("LRANGE", "list", "0", "-1")
      let replies = try connection.replies(to: commands)
      #expect(replies.count == commands.count)
      #expect(replies[2] == .bulk(value))
      #expect(replies[3].error?.hasPrefix("ERR value is not an integer") == true)
      #expect(replies[4].text == "a-test")
      #expect(replies.last?.elements?.map(\.text) == (0..<10_000).map { "\($0)" })
      #expect(try server.cli("DBSIZE", options: ["-n", "3"]) == "2")
    }
  }

  @Test("users and passwords are told to the server, and no password to anybody else")
  func passwords() throws {
    let server = try RedisProgram()
    _ = try server.cli("ACL", "SETUSER", "me", "on", ">mine", "~*", "+@all")
    _ = try server.cli("CONFIG", "SET", "requirepass", "pass word")
    let place = server.socket
    #expect(try error("redis+unix://:pass%20word@\(place)") == nil)
    #expect(try error("redis+unix://me:mine@\(place)?db=2") == nil)
    for url in ["redis+unix://:wrong-one@\(place)", "redis+unix://me:wrong-one@\(place)", server.url] {
      guard case .refused(let words)? = try error(url) else {
        Issue.record("\(url) is not refused")
        continue
      }
      #expect(words.hasPrefix("WRONGPASS") || words.hasPrefix("NOAUTH"), "\(words)")
      #expect(!words.contains("wrong-one"))
    }
    guard case .refused(let words)? = try error("redis+unix://:pass%20word@\(place)?db=99999") else {
      Issue.record("the database is there")
      return
    }
    #expect(words.contains("out of range"))
  }

  @Test(
    "what does not answer as Redis does is an error in words",
    arguments: [
      "HTTP/1.1 400 Bad Request\r\n\r\n", "*1000000000\r\n", "$500000000\r\n", "+OK\r\n$-5\r\n",
      "+OK\r\n+OK\r\n+more\r\n",
      "\u{16}\u{3}\u{1}\u{2}\r\n",
    ])
  func foreign(answer: String) throws {
    let server = try RawServer { _ in [.send(answer), .hold] }
    let found = try error("redis://127.0.0.1:\(server.port)")
    if answer.hasSuffix("more\r\n") {
      // It is known when something is asked again.
      let connection = try RedisConnection(RedisAddress("redis://127.0.0.1:\(server.port)"))
      _ = try? connection.replies(to: RedisCommands("PING"))
      #expect(throws: RedisError.self) { try connection.replies(to: RedisCommands("PING"), within: .seconds(1)) }
      return
    }
    guard case .foreign? = found else {
      Issue.record("\(String(describing: found))")
      return
    }
  }

  @Test("a server that repeats the password does not get it into an error")
  func repeated() throws {
    let server = try RawServer { _ in [.send("-ERR no such password: hush-hush, is it?\r\n+OK\r\n"), .hold] }
    #expect(
      try error("redis://:hush-hush@127.0.0.1:\(server.port)") == .refused("ERR no such password: ***, is it?"))
  }

  @Test("a server that is not there, says nothing, or goes away is lost, in its time")
  func lost() throws {
    let port = try Loopback.refusingPort()
    let silent = try RawServer { _ in [.hold] }
    let gone = try RawServer { _ in [.send("+OK\r\n")] }
    let urls = [
      "redis://127.0.0.1:\(port)", "redis+unix:///nowhere/r.sock", "redis://127.0.0.1:\(silent.port)",
      "redis://127.0.0.1:\(gone.port)", "rediss://127.0.0.1:\(silent.port)", "redis://no-such-host.invalid",
    ]
    for url in urls {
      guard case .lost(let words)? = try error(url, within: .milliseconds(300)) else {
        Issue.record("\(url) is not lost")
        continue
      }
      #expect(!words.isEmpty)
    }
  }

  @Test("a wait is broken off")
  func stopped() throws {
    let silent = try RawServer { _ in [.hold] }
    #expect(throws: RedisError.stopped) {
      _ = try RedisConnection(
        RedisAddress("redis://127.0.0.1:\(silent.port)"), within: .seconds(600), breakOff: { true })
    }
  }

  @Test("over TLS a certificate is verified, and so is the name in it")
  func encrypted() throws {
    let folder = try TemporaryFolder()
    _ = try Program.output(
      [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2",
        "-subj", "/CN=a test", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", folder.path("key"),
        "-out", folder.path("cert"),
      ])
    let port = try Loopback.refusingPort()
    let server = try RedisProgram([
      "--tls-port", "\(port)", "--tls-cert-file", folder.path("cert"), "--tls-key-file", folder.path("key"),
      "--tls-ca-cert-file", folder.path("cert"), "--tls-auth-clients", "no", "--bind", "127.0.0.1 127.0.0.2",
      "--requirepass", "p",
    ])
    let trusted = "?ssl_ca_certs=\(folder.path("cert"))"
    #expect(try error("rediss://:p@127.0.0.1:\(port)/1" + trusted) == nil)
    #expect(try error("rediss://:p@localhost:\(port)/1" + trusted) == nil)
    let connection = try RedisConnection(RedisAddress("rediss://:p@127.0.0.1:\(port)/1" + trusted))
    let value = [UInt8](repeating: 0x61, count: 3_000_000)
    var commands = RedisCommands()
    commands.add([Array("SET".utf8), [0x61], value])
    commands.add("GET", "a")
    #expect(try connection.replies(to: commands)[1] == .bulk(value))
    for (url, words) in [
      ("rediss://:p@127.0.0.1:\(port)", "self-signed"),
      ("rediss://:p@127.0.0.2:\(port)" + trusted, "IP address mismatch"),
    ] {
      guard case .refused(let found)? = try error(url) else {
        Issue.record("\(url) is trusted")
        continue
      }
      #expect(found.contains(words), "\(found)")
    }
    #expect(server.socket.hasSuffix("sock"))
  }
}
