import PipeTesting
import PipeWeb
import Synchronization
import Testing

@testable import PipeHTTP

@Suite("Proxy, names judged before they go there", .timeLimit(.minutes(20)))
struct ScreenedExchangeTests {
  /// Names and their addresses, and who was asked.
  private final class Names: Sendable {
    let asked = Recorder<String>()
    let answers = Turnstile()
    /// Holds `slow.example` back.
    let gate = Gate()

    func lookup(_ name: String) -> NameResolver.Answer {
      asked.append(name)
      if name == "slow.example" { gate.wait() }
      let addresses =
        switch name {
        case "public.example", "slow.example": ["93.184.216.34", "2606:2800::1"]
        case "private.example": ["10.0.0.1"]
        case "mixed.example": ["10.0.0.1", "93.184.216.34"]
        default: [String]()
        }
      if name == "failing.example" { return .failed }
      return addresses.isEmpty ? .nothing : .addresses(addresses.compactMap { IPAddress($0) })
    }
  }

  private let names = Names()

  private func exchange(
    _ inner: ScriptedExchange, scheme: Proxy.Scheme = .http, resolvesNames: Bool = false,
    limit: Duration = .seconds(3600)
  ) -> ScreenedExchange {
    let proxy = Proxy(
      scheme: scheme, name: "p", authority: "p:1", user: nil, password: nil, resolvesNames: resolvesNames)
    return ScreenedExchange(
      inner, ProxyScreen(proxy: proxy, policy: AddressPolicy()),
      NameResolver(lookup: names.lookup, life: .seconds(3600), onAnswer: names.answers.pass), limit: limit)
  }

  private func script(_ urls: String...) -> ScriptedExchange {
    ScriptedExchange(urls.enumerated().map { ScriptedRequest($1, index: $0) })
  }

  /// The URLs of requests that may begin, each with the address that the proxy is told.
  private func begun(_ take: TransferTake) -> [String] {
    guard case .requests(let requests) = take else { return [] }
    return requests.map { request in
      (request as? AddressedRequest).map { "\($0.href) at \($0.address)" } ?? request.href
    }
  }

  @Test(
    "a name is let through by its addresses",
    arguments: [
      (Proxy.Scheme.http, "public.example", "http://public.example/"),
      (.https, "public.example", "http://public.example/"),
      (.socks5, "public.example", "http://public.example/ at 93.184.216.34"),
      // An HTTP proxy could take the other one.
      (.http, "mixed.example", nil), (.socks5, "mixed.example", "http://mixed.example/ at 93.184.216.34"),
      (.http, "private.example", nil), (.socks5, "private.example", nil), (.socks5, "none.example", nil),
      (.http, "failing.example", nil), (.socks5, "failing.example", nil),
    ] as [(Proxy.Scheme, String, String?)])
  func judgement(scheme: Proxy.Scheme, name: String, begun expected: String?) async {
    let inner = script("http://\(name)/")
    var exchange = exchange(inner, scheme: scheme)
    guard case .wait = exchange.take(upTo: 4) else {
      Issue.record("it must wait for the name")
      return
    }
    await names.answers.wait()
    #expect(begun(exchange.take(upTo: 4)) == [expected].compactMap(\.self))
    let failure = inner.results.all.first?.failure
    #expect((failure == nil) == (expected != nil))
    if expected == nil {
      #expect(
        failure
          == (name == "none.example"
            ? TransferFailure(.dns, "none.example has no address")
            : name == "failing.example"
              ? .lookup(of: name)
              : TransferFailure(.forbidden, "10.0.0.1 is a private address; allow_private can name it")))
    }
  }

  @Test("an address is judged at once, and so is every name where the proxy resolves them")
  func withoutLookup() {
    let inner = script("http://93.184.216.34/", "http://10.0.0.1/", "http://name.example/", "http://localhost/")
    var exchange = exchange(inner, scheme: .socks5, resolvesNames: true)
    #expect(begun(exchange.take(upTo: 9)) == ["http://93.184.216.34/", "http://name.example/"])
    #expect(inner.results.all.map { $0.failure?.reason } == [.forbidden, .forbidden])
    #expect(names.asked.count == 0)
  }

  @Test("a name is asked for once, however many requests wait for it, and known from then on")
  func once() async {
    let inner = script("http://slow.example/1", "http://slow.example/2", "http://slow.example/3")
    var exchange = exchange(inner)
    // The answer comes when both are held.
    _ = exchange.take(upTo: 2)
    names.gate.open()
    await names.answers.wait()
    #expect(begun(exchange.take(upTo: 2)).count == 2)
    #expect(begun(exchange.take(upTo: 1)) == ["http://slow.example/3"])
    #expect(names.asked.all == ["slow.example"])
  }

  @Test("a name that takes long holds no other up, and its requests count as if they were in flight")
  func slowName() async {
    let inner = script("http://slow.example/", "http://public.example/1", "http://public.example/2")
    var exchange = exchange(inner)
    _ = exchange.take(upTo: 2)
    await names.answers.wait()
    #expect(begun(exchange.take(upTo: 2)) == ["http://public.example/1"])
    // One is in flight and one is held: of two places none is left.
    guard case .wait = exchange.take(upTo: 1) else {
      Issue.record("there is no room")
      return
    }
    #expect(names.asked.all.sorted() == ["public.example", "slow.example"])
    names.gate.open()
    await names.answers.wait(for: 2)
    #expect(begun(exchange.take(upTo: 1)) == ["http://slow.example/"])
    #expect(begun(exchange.take(upTo: 1)) == ["http://public.example/2"])
  }

  @Test("a name that takes too long is a timeout")
  func tooSlow() {
    let inner = script("http://slow.example/")
    var exchange = exchange(inner, limit: .zero)
    guard case .wait(let until?) = exchange.take(upTo: 1) else {
      Issue.record("it must wait for the name")
      return
    }
    #expect(until <= .now)
    _ = exchange.take(upTo: 1)
    #expect(inner.results.all.map(\.failure) == [TransferFailure(.timeout, "no address within 0s")])
    // It is settled, and the answer that comes later is nobody's.
    names.gate.open()
    guard case .finished = exchange.take(upTo: 1) else {
      Issue.record("nothing is left")
      return
    }
  }

  @Test("what waits for a name is given up when the run stops")
  func draining() {
    let inner = script("http://slow.example/1", "http://slow.example/2")
    var exchange = exchange(inner)
    _ = exchange.take(upTo: 5)
    inner.stop(by: .now)
    guard case .draining = exchange.take(upTo: 0) else {
      Issue.record("it must be told")
      return
    }
    #expect(inner.abandoned.all.sorted() == [0, 1])
    #expect(inner.results.count == 0)
    names.gate.open()
  }

  @Test("many names are looked for side by side, and every request comes through")
  func manyNames() async {
    let inner = ScriptedExchange(
      (0..<500).map { ScriptedRequest("http://\($0 % 2 == 0 ? "public" : "host-\($0)").example/", index: $0) })
    var exchange = exchange(inner)
    var count = 0
    var lookups = 0
    while count + inner.results.count < 500 {
      let begun = begun(exchange.take(upTo: 500 - count))
      count += begun.count
      if begun.isEmpty, names.asked.count > lookups {
        lookups += 1
        await names.answers.wait(for: lookups)
      }
    }
    #expect(count == 250)
    #expect(inner.results.all.allSatisfy { $0.failure?.reason == .dns })
    #expect(names.asked.count == 251)
  }
}

@Suite("Names resolved by the system")
struct NameResolverTests {
  @Test("the system's names have their addresses, and what is none has none")
  func system() {
    #expect(NameResolver.systemLookup("127.0.0.3") == .addresses([.v4(0x7F00_0003)]))
    #expect(NameResolver.systemLookup(String(repeating: "x", count: 64) + ".invalid") == .nothing)
    guard case .addresses(let addresses) = NameResolver.systemLookup("localhost") else {
      Issue.record("localhost has an address")
      return
    }
    #expect(addresses.contains(.v4(0x7F00_0001)))
  }
}
