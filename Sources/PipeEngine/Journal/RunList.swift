package import PipeStorage

/// The runs that the folders of journals tell of. They are read as they are: nothing is locked, and nothing is changed.
package struct RunList: Sendable {
  /// Those of each pipeline, the newest first.
  package private(set) var runs: [ListedRun] = []
  /// Folders or files that cannot be read.
  package private(set) var faults: [LogFault] = []

  /// - Parameters:
  ///   - name: The pipeline; `nil` for all of them.
  ///   - folder: The folder that has one for each pipeline: `.pipe`.
  package init(of name: String?, in folder: String, _ storage: any FileStorage) {
    let names: [String]
    do throws(LogFault) {
      if let name { names = [name] } else { names = try JournalFolder.names(in: folder, storage) }
    } catch {
      faults = [error]
      return
    }
    for name in names { add(JournalFolder(path: folder + "/" + name, storage: storage), named: name) }
  }

  private mutating func add(_ folder: JournalFolder, named name: String) {
    var listed: [[Int]: ListedRun] = [:]
    do throws(LogFault) {
      for record in try RunHistory(in: folder).runs() {
        listed[[record.run, record.retry]] = ListedRun(record, of: name)
      }
    } catch {
      faults.append(error)
    }
    do throws(LogFault) {
      // Of a run that goes on, or goes on later, only the journal knows how far it is.
      for past in try folder.pastRuns() {
        let run = ListedRun(past, of: name)
        listed[[run.run, run.retry], default: run].add(past)
      }
    } catch {
      faults.append(error)
    }
    runs += listed.values.sorted { ($0.run, $0.retry) > ($1.run, $1.retry) }
  }
}

/// A run as it is listed.
package struct ListedRun: Hashable, Sendable {
  package let pipeline: String
  package let run: Int
  /// How often what failed in it was fetched again: 0 for the run itself, and each time is listed.
  package let retry: Int
  /// Milliseconds since 1970.
  package let began: Int
  /// When it ended, or how far its journal goes.
  package private(set) var ended: Int
  /// Milliseconds that it was at work.
  package private(set) var worked: Int
  /// Why it ended: `complete`; `nil` for one that has not, as far as its journal tells.
  package private(set) var outcome: String?
  package private(set) var requests: Int
  package private(set) var failed: Int
  package private(set) var bytes: Int
  package private(set) var retries: Int
  /// By the status of the last answer.
  package private(set) var statuses: [Int: Int]
  /// By the code of the error.
  package private(set) var errors: [String: Int]
  /// Of all sinks together; `nil` if that is not known any more.
  package private(set) var rows: Int?
  /// Requests of a run that is not finished; `nil` for one that is.
  package private(set) var unfinished: Progress?

  package struct Progress: Hashable, Sendable {
    package let done: Int
    /// `nil` while sources have more.
    package let total: Int?

    /// `12,034 of 50,000 done`
    package var text: String { "\(done.grouped)\(total.map { " of \($0.grouped)" } ?? "") done" }
  }

  fileprivate init(_ record: RunRecord, of pipeline: String) {
    self.pipeline = pipeline
    run = record.run
    retry = record.retry
    began = record.began
    ended = record.ended
    worked = record.worked
    outcome = record.outcome
    requests = record.totals.requests
    failed = record.totals.failed
    bytes = record.totals.bytes
    (retries, statuses, errors) = (record.totals.retries, record.totals.statuses, record.totals.errors)
    rows = record.rows.isEmpty ? nil : record.rows.reduce(0, +)
  }

  fileprivate init(_ past: PastRun, of pipeline: String) {
    self.pipeline = pipeline
    run = past.header.segment.run
    retry = past.checkpoint.retry?.number ?? 0
    began = past.checkpoint.retry?.began ?? past.header.began
    ended = past.checkpoint.moment
    worked = past.checkpoint.ownWork
    outcome = past.checkpoint.phase == .finished ? "complete" : nil
    requests = past.checkpoint.totals.requests
    failed = past.checkpoint.totals.failed
    bytes = past.checkpoint.totals.bytes
    (retries, statuses, errors) = (
      past.checkpoint.totals.retries, past.checkpoint.totals.statuses, past.checkpoint.totals.errors
    )
  }

  /// Takes over what the journal knows better.
  fileprivate mutating func add(_ past: PastRun) {
    let checkpoint = past.checkpoint
    rows = rows ?? checkpoint.sinks.reduce(0) { $0 + $1.rows }
    guard checkpoint.phase != .finished else { return }
    let work = JournalState.Work(checkpoint)
    unfinished = Progress(done: work.done, total: work.total)
    // It may have gone on since it ended.
    guard checkpoint.moment >= ended else { return }
    ended = checkpoint.moment
    worked = checkpoint.ownWork
    requests = checkpoint.totals.requests
    failed = checkpoint.totals.failed
    bytes = checkpoint.totals.bytes
    (retries, statuses, errors) = (checkpoint.totals.retries, checkpoint.totals.statuses, checkpoint.totals.errors)
    rows = checkpoint.sinks.reduce(0) { $0 + $1.rows }
  }
}

extension JournalFolder {
  /// The pipelines that have a folder of journals.
  static func names(in folder: String, _ storage: any FileStorage) throws(LogFault) -> [String] {
    do throws(StorageError) {
      var names: [String] = []
      for name in try storage.names(in: folder) {
        let status = try storage.status(of: folder + "/" + name, followingLinks: true)
        if status?.kind == .folder { names.append(name) }
      }
      return names.sorted()
    } catch {
      if error.code == StorageError.noSuchFile { return [] }
      throw LogFault(folder, .storage(error))
    }
  }

  /// The runs whose journals are kept, the newest first, as far as their last segments tell.
  func pastRuns() throws(LogFault) -> [PastRun] {
    let segments: [Segment]
    do throws(StorageError) {
      segments = try self.segments()
    } catch {
      throw LogFault(path, .storage(error))
    }
    var runs: [PastRun] = []
    for (index, segment) in segments.enumerated().reversed()
    where index + 1 == segments.count || segments[index + 1].run != segment.run {
      do throws(LogFault) {
        runs.append(try PastRun(segment, in: self))
      } catch {
        // A run that has begun since may have removed it.
        if case .storage(let reason) = error.reason, reason.code == StorageError.noSuchFile { continue }
        throw error
      }
    }
    return runs
  }
}
