package import Histogram
package import PipeEngine

/// What the HTML report tells of a run. What is not known is not told.
package struct ReportFacts: Sendable {
  /// How it stands with the run.
  package enum Standing: Hashable, Sendable {
    case complete, unexpected, stopped, failed
    /// The report was written while the run went on.
    case unfinished
  }

  package struct Page: Hashable, Sendable {
    package var url: String
    /// What came of it: `404`, `timeout: no answer within 10s`.
    package var outcome: String
    /// How that came about, a sentence each.
    package var story: [String] = []
    package var elapsed: Duration
    package var bytes = 0

    package init(url: String, outcome: String, story: [String] = [], elapsed: Duration, bytes: Int = 0) {
      self.url = url
      self.outcome = outcome
      self.story = story
      self.elapsed = elapsed
      self.bytes = bytes
    }
  }

  /// The same number of two runs.
  package struct Change: Hashable, Sendable {
    package var name: String
    package var before: Int
    package var now: Int
    package var unit = Unit.count

    package enum Unit: Hashable, Sendable {
      case count, bytes, milliseconds
    }

    package init(_ name: String, _ before: Int, _ now: Int, _ unit: Unit = .count) {
      self.name = name
      self.before = before
      self.now = now
      self.unit = unit
    }
  }

  package struct Comparison: Hashable, Sendable {
    /// The number of the other run, and when it began.
    package var run: Int
    package var began: String
    package var outcome: String
    package var changes: [Change]

    package init(run: Int, began: String, outcome: String, changes: [Change]) {
      self.run = run
      self.began = began
      self.outcome = outcome
      self.changes = changes
    }
  }

  package var name: String?
  /// The spec as it was named.
  package var spec: String?
  package var specHash: String?
  package var standing: Standing
  /// In words: `stopped by limits.errors (5%)`.
  package var outcome: String
  package var exitStatus: Int?
  package var failure: String?
  /// RFC 3339.
  package var began: String
  package var ended: String
  package var elapsed: Duration
  /// Requests that were done before the run went on; `nil` for one that began.
  package var doneBefore: Int?

  package var requests: Int
  package var records: Int?
  /// Of all sinks together, where no more is known of them.
  package var rows: Int?
  package var failed: Int
  package var broken: Int?
  package var retries: Int
  package var bytes: Int
  package var statuses: [Int: Int]
  package var errors: [String: Int]
  /// Microseconds.
  package var latency: Histogram<UInt32>?
  package var series: RunSeries?
  package var times: RunTimes.Counts?
  package var hosts: [String: RunMeasures.Host] = [:]
  package var otherRequests = 0
  package var slowest: [Page] = []
  package var brokenPages: [Page] = []
  package var brokenCounts: [String: Int] = [:]

  package var expectations: [ExpectationResult] = []
  package var stages: [StageCount] = []
  package var graph: PlanGraph?
  /// How many extract side by side.
  package var lanes = 1
  package var discrepancies: [String]?
  package var files: [RunReport.File] = []
  package var warnings: [String] = []
  package var comparison: Comparison?
  /// Commands that one may want to run next, each with what it does.
  package var next: [(command: String, words: String)] = []
  /// What is missing in the report, and why.
  package var gaps: [String] = []

  package init(standing: Standing, outcome: String, began: String, ended: String, elapsed: Duration) {
    self.standing = standing
    self.outcome = outcome
    self.began = began
    self.ended = ended
    self.elapsed = elapsed
    requests = 0
    failed = 0
    retries = 0
    bytes = 0
    statuses = [:]
    errors = [:]
  }
}
