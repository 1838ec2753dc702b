import Glibc

/// How long is measured, and how often.
struct Rounds {
  let count: Int
  /// The least CPU time of a round.
  let nanoseconds: Double

  static let thorough = Rounds(count: 7, nanoseconds: 30e6)
  /// Whether it works, with figures that say little.
  static let quick = Rounds(count: 3, nanoseconds: 5e6)

  /// Warms up, chooses how many passes make a round, and measures the rounds.
  func measure(_ benchmark: MicroBenchmark) async throws -> Measurement {
    let proof = try await benchmark.pass()
    let baseProof = try await benchmark.baseline?()
    var passes = 1
    while true {
      let time = try await time(of: passes, proof, benchmark.pass)
      if time.processor >= nanoseconds || passes >= 1 << 24 { break }
      // Towards the goal in few steps, yet not beyond it on one lucky measurement.
      passes = max(passes + 1, Int(Double(passes) * min(10, 1.1 * nanoseconds / max(time.processor, 1))))
    }
    var processor: [Double] = []
    var elapsed: [Double] = []
    for _ in 0..<count {
      var time = try await time(of: passes, proof, benchmark.pass)
      if let baseline = benchmark.baseline, let baseProof {
        let base = try await self.time(of: passes, baseProof, baseline)
        time.processor -= base.processor
        time.elapsed -= base.elapsed
      }
      let operations = Double(passes * benchmark.operations)
      processor.append(time.processor / operations)
      elapsed.append(time.elapsed / operations)
    }
    return Measurement(
      benchmark: benchmark, processor: Spread(processor), elapsed: Spread(elapsed), rounds: count)
  }

  private func time(
    of passes: Int, _ proof: Int, _ pass: () async throws -> Int
  ) async throws -> (processor: Double, elapsed: Double) {
    let start = (processor: Self.now(CLOCK_PROCESS_CPUTIME_ID), elapsed: Self.now(CLOCK_MONOTONIC))
    for _ in 0..<passes where try await pass() != proof {
      throw MicroBenchmarkFailure("two passes did different work")
    }
    return (
      Self.now(CLOCK_PROCESS_CPUTIME_ID) - start.processor, Self.now(CLOCK_MONOTONIC) - start.elapsed
    )
  }

  /// Nanoseconds of a clock.
  private static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}
