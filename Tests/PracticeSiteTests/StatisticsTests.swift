import Testing

@testable import PracticeSite

@Suite("Counters")
struct StatisticsTests {
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
    var statistics = Statistics()
    let before = statistics.begin(route: "/page/{number}", group: "a")
    statistics.reset()
    let after = statistics.begin(route: "/page/{number}", group: "a")
    statistics.end(before)
    #expect(statistics.json.text().hasPrefix("{\"all\":{\"served\":1,\"in_flight\":1,\"peak\":1}"))
    statistics.end(after)
    #expect(statistics.json.text().hasPrefix("{\"all\":{\"served\":1,\"in_flight\":0,\"peak\":1}"))
  }

  @Test("The memory of groups is bounded")
  func manyGroups() {
    var statistics = Statistics()
    for number in 0..<5000 {
      statistics.end(statistics.begin(route: "/", group: "group \(number)"))
    }
    #expect(statistics.json.text().split(separator: "group ").count - 1 == 1000)
  }
}
