internal import PipeStorage
internal import PipeText
internal import PipeWeb

/// Replays bytes as what a journal tells of a crawl, for whoever tries which bytes may be there.
package enum FindingsTrial {
  /// - Parameter calls: What stands in a frame behind its version, but for the key and the checksum, which hold.
  /// - Returns: Whether a crawl can have found it.
  package static func replay(_ calls: [UInt8]) throws(RunError) -> Bool {
    var plan = CrawlPlan(depth: 3)
    (plan.keepsLinks, plan.checksLinks, plan.checksFragments) = (true, true, true)
    let key = URLFingerprint.Key(low: 0, high: 0)
    var state = CrawlState(
      plan, redirects: 10, tracksFinals: true, memory: 1 << 20, disk: TemporaryDisk(limit: 1 << 28), key: key,
      traps: TrapGuard())
    var frame = [FindingsWriter.version, Finding.Kind.key.rawValue] + Array(repeating: UInt8(0), count: 16) + calls
    frame.append(word: FindingsWriter.checksum(of: frame.span))
    do throws(CrawlState.ReplayFailure) {
      try state.replay(frame, sources: 2) { _ in }
    } catch {
      if case .run(let error) = error { throw error }
      return false
    }
    // Whatever it is, rows can be made of it.
    try state.end()
    while try state.nextLinkRows() != nil {}
    return true
  }
}
