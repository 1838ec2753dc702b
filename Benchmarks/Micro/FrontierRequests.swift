import PipeEngine

/// What politeness per host costs a request, and whether many hosts make it dearer.
///
/// `take` and `landed` cannot be called from outside the engine. They are measured as part of a whole run from
/// memory, whose other stages cost the same however many hosts there are.
enum FrontierRequests {
  private static let requestCount = 10_000

  static func all() throws -> [MicroBenchmark] {
    try [1, 10_000].flatMap { hosts in
      let requests = (0..<requestCount).map { number in
        Request(
          id: RequestID(source: 0, ordinal: number), written: "http://h\(number % hosts).example/p/\(number).html")
      }
      let many = hosts == 1 ? "one host" : "10,000 hosts"
      let run = try MemoryRun(source: "memory", .requests(requests))
      return [
        MicroBenchmark(
          name: "frontier.add.hosts-\(hosts)", title: "frontier, add and drain, \(many)", unit: "request",
          operations: requestCount
        ) {
          let frontier = Frontier(rules: HostRules(concurrency: 8), capacity: .max)
          for start in stride(from: 0, to: requests.count, by: 250) {
            _ = await frontier.add(Array(requests[start..<min(start + 250, requests.count)]))
          }
          return frontier.drain().pages
        },
        MicroBenchmark(
          name: "frontier.run.hosts-\(hosts)", title: "a whole run in memory, \(many)", unit: "request",
          operations: requestCount, note: "all stages, fetched in no time"
        ) { try await run.rows(expecting: requestCount) },
      ]
    }
  }
}
