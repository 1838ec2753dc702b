package import Histogram
package import PipeStorage

/// What the journal that is kept of a run tells of all its requests together.
package struct RunRecall: Sendable {
  /// The real path of its spec; empty for one from standard input.
  package let spec: String
  /// Microseconds that answers took.
  package private(set) var latency = RunMeasures.Counts().latency
  package private(set) var series = RunSeries()

  /// - Parameter folder: The folder that has one for each pipeline: `.pipe`.
  /// - Returns: `nil` if the journal of the run is not kept any more.
  package static func read(
    _ run: Int, of pipeline: String, in folder: String, _ storage: any FileStorage
  ) throws(LogFault) -> RunRecall? {
    let folder = JournalFolder(path: folder + "/" + pipeline, storage: storage)
    guard let past = try folder.pastRuns().first(where: { $0.header.segment.run == run }) else { return nil }
    return try RunRecall(past, in: folder)
  }

  private init(_ past: PastRun, in folder: JournalFolder) throws(LogFault) {
    spec = past.header.spec
    var (latency, series) = (latency, series)
    try past.events(in: folder) { event in
      guard let last = event.attempts.last else { return }
      var status: Int?
      if case .answered(let code) = last.outcome {
        status = code
        _ = latency.record(min(UInt64(max(0, last.elapsed)) &* 1000, RunMeasures.longest))
      }
      series.add(AnswerKind(status: status), bytes: event.bytes, at: last.start &+ last.elapsed &- past.header.began)
    }
    (self.latency, self.series) = (latency, series)
  }
}
