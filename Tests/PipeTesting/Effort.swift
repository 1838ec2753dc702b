import FoundationEssentials
import Glibc

/// How much the tests try that make inputs up, or make them large.
///
/// A run of all tests stays short: it tries what finds a fault of a kind at once or soon. `make test-long` tries several times
/// as much, with other seeds among them and larger inputs.
package enum Effort {
  /// 1 unless `PIPE_TEST_EFFORT` says otherwise.
  package static let factor = max(1, ProcessInfo.processInfo.environment["PIPE_TEST_EFFORT"].flatMap { Int($0) } ?? 1)

  /// So many at an effort of 1.
  package static func times(_ count: Int) -> Int { count * factor }

  /// So many seeds at an effort of 1. Each is a test case, so that one does not keep a thread for long.
  package static func seeds(_ count: Int) -> Range<UInt64> { 0..<UInt64(times(count)) }

  /// What this thread has used of a processor, in seconds: it is the same on a loaded machine.
  package static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
