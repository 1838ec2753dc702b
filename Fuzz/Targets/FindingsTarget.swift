internal import PipeEngine

extension FuzzTarget {
  /// The calls of a frame of findings, in a frame whose checksum holds.
  static let findings = FuzzTarget(name: "findings", summary: "what a journal tells of a crawl") { input in
    do throws(RunError) {
      _ = try FindingsTrial.replay(Array(input))
    } catch {
      require(false, "so little fits on a disk")
    }
  }
}
