import PipeEngine

/// What it costs to hand an element from one task to the next: how large the batches of an edge ought to be,
/// and how many stages a pipeline can afford.
enum EdgeHops {
  private static let batchSizes = [1, 8, 64]

  static var all: [MicroBenchmark] {
    batchSizes.map { benchmark(hops: 1, batchSize: $0) } + batchSizes.map { benchmark(hops: 5, batchSize: $0) }
  }

  /// What travels is an object, as requests are.
  private final class Parcel: Sendable {}

  private static func benchmark(hops: Int, batchSize: Int) -> MicroBenchmark {
    let batches = batchSize == 1 ? 4_000 : 1_000
    let batch = (0..<batchSize).map { _ in Parcel() }
    return MicroBenchmark(
      name: "edge.hops-\(hops).batch-\(batchSize)",
      title: "edge, \(hops == 1 ? "one hop" : "five hops in a chain"), batches of \(batchSize)",
      unit: hops == 1 ? "element" : "element and hop", operations: batches * batchSize * hops,
      note: hops == 1 ? "" : "what waits on the way becomes one batch"
    ) {
      try await carry(batch, times: batches, hops: hops)
    }
  }

  /// Sends a batch so many times through a chain of edges.
  ///
  /// - Returns: How many elements came out.
  private static func carry(_ batch: [Parcel], times: Int, hops: Int) async throws -> Int {
    let edges = (0..<hops).map { Edge<Parcel>("hop \($0)", elements: 512) }
    return try await withThrowingTaskGroup(of: Int.self) { group in
      group.addTask {
        for _ in 0..<times { try await edges[0].send(batch) }
        edges[0].close()
        return 0
      }
      for hop in 1..<max(hops, 1) {
        group.addTask {
          var batches = edges[hop - 1].batches()
          while let batch = try await batches.next() { try await edges[hop].send(batch) }
          edges[hop].close()
          return 0
        }
      }
      group.addTask {
        var batches = edges[hops - 1].batches()
        var count = 0
        while let batch = try await batches.next() { count += batch.count }
        return count
      }
      return try await group.reduce(0, +)
    }
  }
}
