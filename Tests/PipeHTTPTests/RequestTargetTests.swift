import PipeHTTP
import PipeTesting
import PipeWeb
import Testing

@Suite("Transfer, the target of a request", .timeLimit(.minutes(20)))
struct RequestTargetTests {
  /// Targets that a URL has, and what stands in the request.
  private static let targets: [(written: String, sent: String)] = [
    ("/", "/"), ("/a", "/a"), ("/a?x=1", "/a?x=1"), ("/a?", "/a?"), ("/?", "/?"), ("/a?b?c", "/a?b?c"),
    ("//a//b", "//a//b"), ("/a/%2F%2f%C3%a4", "/a/%2F%2f%C3%a4"), ("/a?q=%C3%A4", "/a?q=%C3%A4"), ("/a#b", "/a"),
    ("/a?x#b?c", "/a?x"), ("/a;b=c,d@e:f|g", "/a;b=c,d@e:f|g"), ("/a&b='c'(d)*+", "/a&b='c'(d)*+"),
    ("/http://other.example/x?u=https://b@c/", "/http://other.example/x?u=https://b@c/"), ("/a\\b", "/a\\b"),
    ("/\(String(repeating: "long/", count: 1000))?\(String(repeating: "x", count: 5000))", ""), ("/.", "/."),
    ("/a/../b", "/a/../b"), ("/a?../b", "/a?../b"), ("/$1~_-!", "/$1~_-!"),
  ].map { ($0.0, $0.1.isEmpty ? $0.0 : $0.1) }

  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

  /// The first lines of requests, one after the other in one place of the loop.
  private static func lines(_ urls: (RawServer, RawServer) -> [String]) async throws -> [String] {
    let received = Recorder<String>()
    func server(_ name: String) throws -> RawServer {
      try RawServer { _ in
        [
          .serve {
            received.append("\(name) \($0.prefix { $0 != "\r\n" })")
            return Array(answer.utf8)
          }
        ]
      }
    }
    let (one, two) = (try server("one"), try server("two"))
    defer {
      one.close()
      two.close()
    }
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    let results = try await perform(urls(one, two).map { ScriptedRequest($0) }, settings)
    #expect(results.allSatisfy { $0.failure == nil })
    return received.all
  }

  @Test("it is the URL's path and query as they are written, whatever came before")
  func asWritten() async throws {
    let lines = try await Self.lines { one, _ in
      (Self.targets + Self.targets.reversed()).map { one.url($0.written) }
    }
    #expect(lines == (Self.targets + Self.targets.reversed()).map { "one GET \($0.sent) HTTP/1.1" })
  }

  @Test("each goes to the host and the port of its own URL")
  func origins() async throws {
    let lines = try await Self.lines { one, two in
      Self.targets.flatMap { [one.url($0.written), two.url($0.written), two.url("/x"), one.url("/%41")] }
    }
    #expect(
      lines
        == Self.targets.flatMap {
          [
            "one GET \($0.sent) HTTP/1.1", "two GET \($0.sent) HTTP/1.1", "two GET /x HTTP/1.1",
            "one GET /%41 HTTP/1.1",
          ]
        })
  }

  @Test(
    "a request that is sent again keeps an empty query",
    arguments: [("/a?", "/a?"), ("/%41?", "/%41?"), ("/?#b", "/?"), ("/%41?#?", "/%41?"), ("/a#?", "/a")])
  func resent(written: String, sent: String) async throws {
    let received = Recorder<String>()
    let server = try RawServer { _ in
      [
        .serve { request in
          received.append("\(request.prefix { $0 != "\r\n" })")
          // The connection that was kept is closed instead of an answer.
          return received.all.count == 2 ? nil : Array(Self.answer.utf8)
        }
      ]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    let results = try await perform([server.url("/x"), server.url(written)].map { ScriptedRequest($0) }, settings)
    #expect(results.allSatisfy { $0.failure == nil })
    #expect(received.all == ["GET /x HTTP/1.1", "GET \(sent) HTTP/1.1", "GET \(sent) HTTP/1.1"])
  }

  /// URLs, what a proxy is asked for, and the field Host.
  private static let forwarded: [(url: String, target: String, host: String)] = [
    ("http://name.test/a", "http://name.test/a", "name.test"),
    ("http://[::1]/a", "http://[::1]/a", "[::1]"),
    ("http://name.test/b", "http://name.test/b", "name.test"),
    ("http://127.0.0.1/c", "http://127.0.0.1/c", "127.0.0.1"),
    ("http://[2001:db8::1]:8080/c", "http://[2001:db8::1]:8080/c", "[2001:db8::1]:8080"),
    ("http://name.test:8080/", "http://name.test:8080/", "name.test:8080"),
    ("http://name.test/?", "http://name.test/?", "name.test"),
    ("http://name.test/a?#b?c", "http://name.test/a?", "name.test"),
    ("http://[::1]/?#", "http://[::1]/?", "[::1]"),
    ("http://user:pass@name.test/%e4%E4?", "http://name.test/%e4%E4?", "name.test"),
    ("http://name.test/x@y?z@#@", "http://name.test/x@y?z@", "name.test"),
    ("http://name.test/a//b;c?d?e", "http://name.test/a//b;c?d?e", "name.test"),
  ]

  @Test("a proxy that forwards is told the URL as it is written, and its host, whatever came before")
  func forwards() async throws {
    let received = Recorder<String>()
    let server = try RawServer { _ in
      [
        .serve { request in
          let lines = request.split(separator: "\r\n")
          let told = lines.prefix(1) + lines.filter { $0.lowercased().hasPrefix("host:") }
          received.append(told.joined(separator: " "))
          return Array(Self.answer.utf8)
        }
      ]
    }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    settings.addresses = AddressPolicy(
      allow: ["127.0.0.1", "::1", "2001:db8::1"].compactMap { AddressPolicy.Entry($0) })
    let authority = server.url("").dropFirst("http://".count)
    settings.connection.proxy = Proxy(
      scheme: .http, name: "proxy", authority: String(authority), user: nil, password: nil, resolvesNames: true)
    let urls = Self.forwarded + Self.forwarded.reversed()
    let results = try await perform(urls.map { ScriptedRequest($0.url) }, settings)
    #expect(results.allSatisfy { $0.failure == nil })
    #expect(received.all == urls.map { "GET \($0.target) HTTP/1.1 Host: \($0.host)" })
  }

  @Test("a URL that is none is a failure, and the next one is right")
  func faults() async throws {
    let server = try RawServer { _ in [.serve { _ in Array(Self.answer.utf8) }] }
    defer { server.close() }
    var settings = TransferSettings.loopback
    settings.concurrency = 1
    let wrong = ["http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http:///", "http://127.0.0.1"]
    let results = try await perform(
      wrong.flatMap { [ScriptedRequest($0), ScriptedRequest(server.url("/a"))] }, settings)
    #expect(results.count == 2 * wrong.count)
    for (index, result) in results.enumerated() where index % 2 == 1 { #expect(result.response?.status == 200) }
    for (index, result) in results.enumerated() where index % 2 == 0 { #expect(result.response == nil) }
  }
}
