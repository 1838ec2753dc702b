import NIOCore
import Testing

@testable import PracticeSite

@Suite("Counters")
struct StatisticsTests {
  private let start = NIODeadline.uptimeNanoseconds(1_000_000)

  @Test("The peak is the most requests in flight at once")
  func peak() async throws {
    try await withSite { site in
      do {
        let first = try RawConnection(port: site.port)
        let second = try RawConnection(port: site.port)
        let third = try RawConnection(port: site.port)
        try first.request("/broken/never-answers?group=a")
        try second.request("/broken/never-answers?group=a")
        try third.request("/broken/never-answers?group=b")
        try site.waitUntil { $0.contains("\"all\":{\"served\":3,\"in_flight\":3,\"peak\":3}") }
      }
      // All three connections are closed here.
      try site.waitUntil { $0.contains("\"all\":{\"served\":3,\"in_flight\":0,\"peak\":3}") }
      let text = try site.get("/stats").text
      #expect(text.contains("\"a\":{\"served\":2,\"in_flight\":0,\"peak\":2}"))
      #expect(text.contains("\"b\":{\"served\":1,\"in_flight\":0,\"peak\":1}"))
      #expect(text.contains("\"routes\":{\"/broken/never-answers\":3}"))
    }
  }

  @Test("One request after the other never counts as two at once")
  func sequence() async throws {
    try await withSite { site in
      for number in 1...50 { #expect(try site.get("/page/\(number % 40 + 1)").status == 200) }
      let text = try site.get("/stats").text
      #expect(text.hasPrefix("{\"all\":{\"served\":50,\"in_flight\":0,\"peak\":1}"))
    }
  }

  @Test("A request from before a reset is not taken off the counts after it")
  func reset() {
    var statistics = Statistics(at: start)
    let before = statistics.visit()
    statistics.reset(at: start)
    let after = statistics.visit()
    statistics.end(before, at: start)
    #expect(statistics.text.hasPrefix("{\"all\":{\"served\":1,\"in_flight\":1,\"peak\":1}"))
    statistics.end(after, at: start)
    #expect(statistics.text.hasPrefix("{\"all\":{\"served\":1,\"in_flight\":0,\"peak\":1}"))
  }

  @Test("The memory of groups is bounded")
  func manyGroups() {
    var statistics = Statistics(at: start)
    for number in 0..<5000 { statistics.end(statistics.visit(group: "group \(number)"), at: start) }
    #expect(statistics.text.split(separator: "group ").count - 1 == 1000)
  }

  @Test("Each host has counts of its own")
  func hosts() {
    var statistics = Statistics(at: start)
    let visits = [statistics.visit(host: "127.0.0.1"), statistics.visit(host: "127.0.0.1")]
    _ = statistics.visit(host: "127.0.0.2")
    for visit in visits { statistics.end(visit, at: start) }
    #expect(
      statistics.text.contains(
        """
        "hosts":{"127.0.0.1":{"served":2,"in_flight":0,"peak":2},"127.0.0.2":{"served":1,"in_flight":1,"peak":1}}
        """))
  }

  @Test("The log has when each request began and ended, since the last reset")
  func log() {
    var statistics = Statistics(at: start)
    _ = statistics.visit()
    statistics.reset(at: start + .milliseconds(5))
    let visit = statistics.visit(at: start + .milliseconds(6))
    _ = statistics.visit(host: "127.0.0.9", at: start + .milliseconds(7))
    statistics.end(visit, at: start + .microseconds(8500))
    #expect(
      statistics.log.lines { _ in true } == [
        #"{"host":"127.0.0.1","target":"/page/1","begin_us":1000,"end_us":3500}"#,
        #"{"host":"127.0.0.9","target":"/page/1","begin_us":2000,"end_us":null}"#,
      ])
    #expect(statistics.log.lines { $0.host == "127.0.0.9" }.count == 1)
  }

  @Test("The memory of the log is bounded, and tells what it lacks")
  func longLog() {
    var log = RequestLog(start: start)
    for _ in 0..<100_002 { _ = log.begin(target: String(repeating: "x", count: 300), host: "h", at: start) }
    #expect(log.entries.count == 100_000)
    #expect(log.entries.first?.target.count == 200)
    #expect(log.lines { _ in false } == [#"{"missing":2}"#])
  }

  @Test("The site tells its requests by host and by path")
  func requests() async throws {
    try await withSite { site in
      for target in ["/page/1", "/get?num=1", "/page/2"] { #expect(try site.get(target).status == 200) }
      let lines = try site.get("/stats/requests?host=127.0.0.1&path=/page/").text.split(separator: "\n")
      #expect(lines.count == 2)
      #expect(lines.first?.hasPrefix(#"{"host":"127.0.0.1","target":"/page/1","begin_us":"#) == true)
      #expect(try site.get("/stats/requests?host=127.0.0.9").text.isEmpty)
    }
  }
}

extension Statistics {
  fileprivate mutating func visit(
    host: String = "127.0.0.1", group: String? = "a", at now: NIODeadline = .uptimeNanoseconds(1_000_000)
  ) -> Visit {
    begin(route: "/page/{number}", target: "/page/1", host: host, group: group, at: now)
  }

  fileprivate var text: String { JSON.object(members).text() }
}
