internal import PipeStorage

/// The frames of some kinds of a past run, in the order in which they were written, each once. Memory holds one at a time.
///
/// They end with the checkpoint of the past run, whatever a run that goes on with it writes behind.
struct PastFrames {
  private let kinds: Set<Journal.Kind>
  private let folder: JournalFolder
  private let last: JournalFolder.Segment
  private let lastCheckpoint: Int
  private var log: LogReader?
  /// The segment that is read.
  private var segment = 0
  /// The number of the last checkpoint that was met.
  private var checkpoint: Int?

  /// - Parameters:
  ///   - last: The last segment.
  ///   - lastCheckpoint: The number of the checkpoint that a run goes on with.
  init(
    _ kinds: Set<Journal.Kind>, upTo last: JournalFolder.Segment, checkpoint lastCheckpoint: Int,
    in folder: JournalFolder
  ) {
    self.kinds = kinds
    self.folder = folder
    self.last = last
    self.lastCheckpoint = lastCheckpoint
  }

  /// - Throws: `LogFault` as soon as one is missing: each segment ends where the next one begins.
  mutating func next() throws(LogFault) -> (kind: Journal.Kind, payload: [UInt8])? {
    while checkpoint.map({ $0 < lastCheckpoint }) ?? true {
      guard let frame = try log?.next() else {
        guard try openNext() else { throw LogFault(log?.path ?? folder.path, .broken(at: log?.length ?? 0)) }
        continue
      }
      guard let kind = Journal.Kind(rawValue: frame.kind) else { throw broken(at: frame.offset) }
      if kind == .snapshot || kind == .step {
        let number = CheckpointCodec.number(of: frame.payload)
        guard let number, checkpoint.map({ number == $0 + 1 }) ?? true else { throw broken(at: frame.offset) }
        checkpoint = number
      }
      if kinds.contains(kind) { return (kind, frame.payload) }
    }
    return nil
  }

  private mutating func openNext() throws(LogFault) -> Bool {
    guard segment < last.number else { return false }
    segment += 1
    let next = try folder.open(JournalFolder.Segment(run: last.run, number: segment)).log
    if segment < last.number, next.tail > 0 { throw LogFault(next.path, .broken(at: next.length)) }
    log = next
    return true
  }

  private func broken(at offset: Int) -> LogFault { LogFault(log?.path ?? folder.path, .broken(at: offset)) }
}
