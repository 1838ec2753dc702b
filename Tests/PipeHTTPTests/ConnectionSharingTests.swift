import PipeTesting
import Testing

@testable import PipeHTTP

@Suite("ConnectionSharing")
struct ConnectionSharingTests {
  private let sockets: LoopSockets
  private let wakeup: Wakeup

  init() throws {
    // Sets libcurl up.
    _ = try TransferLoop(.loopback)
    wakeup = try Wakeup()
    sockets = try LoopSockets(wakeup: wakeup.descriptor)
  }

  /// Places that have begun a request each, and have got no answer.
  private func places(
    _ count: Int, _ url: String = "https://a.example/", version: TransferSettings.Version = .automatic
  ) throws -> [TransferPlace] {
    var settings = TransferSettings.loopback
    settings.version = version
    return try (0..<count).map { _ in
      let place = try TransferPlace(settings, sockets)
      try place.begin(ScriptedRequest(url))
      return place
    }
  }

  @Test("the first requests to a server over TLS wait for its first connection, and go on alone where that fails")
  func firstBurst() throws {
    var sharing = ConnectionSharing()
    let places = try places(4)
    for place in places { sharing.begins(place, isFresh: false) }
    #expect(places.map(\.isWaitingForConnection) == [true, true, true, true])
    // It has no connection, so it spoke no HTTP/2.
    sharing.ended(places[0])
    #expect(places.dropFirst().map(\.isWaitingForConnection) == [false, false, false])
    let later = try self.places(1)
    sharing.begins(later[0], isFresh: false)
    #expect(!later[0].isWaitingForConnection, "what is known holds for later requests")
  }

  @Test("a server's failure says nothing of another one, nor of another port")
  func otherServers() throws {
    var sharing = ConnectionSharing()
    let places = try ["https://a.example/", "https://b.example/", "https://a.example:8443/"].flatMap {
      try self.places(1, $0)
    }
    for place in places { sharing.begins(place, isFresh: false) }
    sharing.ended(places[0])
    #expect(places.dropFirst().map(\.isWaitingForConnection) == [true, true])
  }

  @Test("a place that has gone over to another server by then is left alone")
  func movedOn() throws {
    var sharing = ConnectionSharing()
    let places = try places(2)
    for place in places { sharing.begins(place, isFresh: false) }
    _ = places[1].giveUp()
    try places[1].begin(ScriptedRequest("https://b.example/"))
    sharing.begins(places[1], isFresh: false)
    sharing.ended(places[0])
    #expect(places[1].isWaitingForConnection)
  }

  @Test(
    "nobody waits where there is nothing to share",
    arguments: [
      ("http://a.example/", TransferSettings.Version.automatic), ("https://a.example/", .http11),
      ("http://a.example/", .http11),
    ])
  func nothingToShare(url: String, version: TransferSettings.Version) throws {
    var sharing = ConnectionSharing()
    let places = try places(2, url, version: version)
    for place in places { sharing.begins(place, isFresh: false) }
    #expect(places.map(\.isWaitingForConnection) == [false, false])
    sharing.ended(places[0])
    #expect(!places[1].isWaitingForConnection)
  }

  @Test("with as many servers as there may be, those behind them are shared as the first were")
  func manyServers() throws {
    var sharing = ConnectionSharing()
    let place = try places(1)[0]
    for number in 0..<10_000 {
      _ = place.giveUp()
      try place.begin(ScriptedRequest("https://h\(number).example/"))
      sharing.begins(place, isFresh: false)
      #expect(place.isWaitingForConnection)
      sharing.ended(place)
    }
  }
}
