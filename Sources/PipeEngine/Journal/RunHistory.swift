internal import PipeStorage
internal import PipeText

/// What is kept of a run when its journal is gone: `pipe runs` lists it.
struct RunRecord: Hashable, Sendable {
  var run: Int
  /// How often what failed in it was fetched again by then: each time is listed.
  var retry = 0
  /// Milliseconds since 1970.
  var began: Int
  var ended: Int
  /// Milliseconds that it was at work, in all of its sessions; of a retry, since that began.
  var worked: Int
  /// Why it ended, as `stop_reason` tells it: `complete`.
  var outcome: String
  var totals: RunTotals
  /// Rows of each sink; empty if they are not known.
  var rows: [Int] = []
}

/// The last runs of a pipeline: `runs.log` in the folder of its journals, a log with a frame for each.
///
/// A run that goes on and ends again has the same number, and its last summary counts; but if what failed is fetched again,
/// the summary from before stays.
struct RunHistory {
  static let format = LogFormat("piperuns", version: 1)
  /// The runs that are kept.
  static let length = 20

  let folder: JournalFolder
  private var path: String { folder.path + "/runs.log" }

  init(in folder: JournalFolder) { self.folder = folder }

  /// The last runs, the newest last.
  func runs() throws(LogFault) -> [RunRecord] {
    do throws(StorageError) {
      if try folder.storage.status(of: path, followingLinks: true) == nil { return [] }
    } catch {
      throw LogFault(path, .storage(error))
    }
    var log = try LogReader(path, Self.format, in: folder.storage)
    var runs: [RunRecord] = []
    while let frame = try log.next() {
      guard let run = RunRecord(frame.payload) else { throw LogFault(path, .broken(at: frame.offset)) }
      runs.removeAll { $0.isSame(as: run) }
      runs.append(run)
    }
    return runs.suffix(Self.length).map(\.self)
  }

  /// Adds a run unless it is there as it ended then, or later.
  func addIfNewer(_ run: RunRecord) throws(LogFault) {
    if try !runs().contains(where: { $0.isSame(as: run) && $0.ended >= run.ended }) { try add(run) }
  }

  /// Adds a run that has ended. The file is replaced at once, so that it has the old runs or the new ones.
  func add(_ run: RunRecord) throws(LogFault) {
    let runs = (try runs().filter { !$0.isSame(as: run) } + [run]).suffix(Self.length)
    do throws(StorageError) {
      var log = try LogWriter(creating: path, Self.format, identity: [], in: folder.storage)
      for run in runs { try log.append(1, run.bytes) }
      try log.commit()
    } catch {
      throw LogFault(path, .storage(error))
    }
  }
}

extension RunRecord {
  private static let version: UInt8 = 1

  /// As its journal tells it. One that has not finished, and that nobody has stopped, was killed.
  init(_ past: PastRun) {
    let checkpoint = past.checkpoint
    self.init(
      past.header.segment.run, began: past.header.began, at: checkpoint, ended: checkpoint.moment,
      outcome: checkpoint.phase == .finished ? StopReason.complete.name : "killed")
  }

  /// As its last checkpoint tells it.
  ///
  /// - Parameter began: When the run itself did, and not what failed in it was fetched again.
  init(_ run: Int, began: Int, at checkpoint: Checkpoint, ended: Int, outcome: String) {
    self.init(
      run: run, retry: checkpoint.retry?.number ?? 0, began: checkpoint.retry?.began ?? began, ended: ended,
      worked: checkpoint.ownWork, outcome: outcome, totals: checkpoint.totals, rows: checkpoint.sinks.map(\.rows))
  }

  func isSame(as other: RunRecord) -> Bool { run == other.run && retry == other.retry }

  /// 1 (version), the four numbers in LEB128 with their sign in the lowest bit, the outcome behind its length, and a snapshot
  /// of a checkpoint that has the totals, the rows of the sinks and the number of the retry alone.
  var bytes: [UInt8] {
    var bytes = [Self.version]
    for number in [run, began, ended, worked] { bytes.append(signed: number) }
    bytes.append(text: outcome)
    let sinks = rows.map { SinkProgress(rows: $0) }
    let retry = retry == 0 ? nil : Checkpoint.Retry(number: retry, began: 0, worked: 0, requests: [])
    return bytes + CheckpointCodec.encode(Checkpoint(sinks: sinks, totals: totals, retry: retry))
  }

  /// - Returns: `nil` if the bytes are not those of a summary.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard reader.byte() == Self.version, let run = reader.signed(), let began = reader.signed(),
      let ended = reader.signed(), let worked = reader.signed(), let outcome = reader.text()
    else { return nil }
    var rest: [UInt8] = []
    while let byte = reader.byte() { rest.append(byte) }
    guard let checkpoint = CheckpointCodec.decode(rest) else { return nil }
    self.init(
      run: run, retry: checkpoint.retry?.number ?? 0, began: began, ended: ended, worked: worked, outcome: outcome,
      totals: checkpoint.totals,
      rows: checkpoint.sinks.map(\.rows))
  }
}
