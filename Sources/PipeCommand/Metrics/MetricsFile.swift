import Glibc
import PipeEngine
import PipeReport
import PipeStages
import PipeStorage
import Synchronization

/// The file of `--metrics-file`, for the textfile collector of Prometheus' node exporter: there as a whole or as it was.
///
/// It is written as `NAME.tmp` beside its place and gets its name then. The run keeps it locked, so that another one does not
/// begin that would write to the same file. A device, as /dev/null, is written to as it is.
final class MetricsFile: Sendable {
  private struct Storage {
    /// The file that was written last, with its lock.
    var current: (any StoredFile)?
    /// As the file had it before this run.
    let lastRun: LastRun
  }

  /// As it was named.
  private let path: String
  /// Where it is, without links; `nil` for a device.
  private let target: String?
  private let storage: any FileStorage
  private let content: Mutex<Storage>
  /// What is odd about the file as it was.
  let notice: String?

  static let ending = ".tmp"
  /// As much of an earlier file is read: it has no more than some kilobytes.
  private static let longest = 1 << 20
  /// How often it is written while the run goes on. Whoever scrapes the node exporter more often sees the same again.
  static let interval = Duration.seconds(15)

  /// Reads what an earlier run has left, and changes nothing.
  ///
  /// - Throws: `RunError` if the file is another's, or cannot be had.
  init(_ path: String, of pipeline: String, in storage: any FileStorage = SystemStorage()) throws(RunError) {
    self.path = path
    self.storage = storage
    var (text, current): (String, (any StoredFile)?) = ("", nil)
    do throws(StorageError) {
      target = try Self.target(of: path, in: storage)
      if let target, try storage.status(of: target, followingLinks: true) != nil {
        text = try Self.text(of: target, in: storage)
        if !text.isEmpty, !text.hasPrefix(LastRun.firstWords) { throw StorageError(.open, path, code: EEXIST) }
        current = try PartFile.claim(target, in: storage)
        // A run may have written another one in between.
        if let file = current {
          guard try file.lock(), try PartFile.hasName(target, file, in: storage) else {
            throw StorageError(.lock, path, code: EWOULDBLOCK)
          }
        }
      }
    } catch {
      throw Self.refusal(error, "--metrics-file \(path)")
    }
    let others = LastRun.pipelines(in: text).subtracting([pipeline]).sorted()
    notice =
      others.isEmpty
      ? nil
      : "\(path) had the metrics of \(others.joined(separator: ", ")), in whose place those of \(pipeline) are now;"
        + " give each pipeline a file of its own"
    content = Mutex(Storage(current: current, lastRun: LastRun(of: pipeline, in: text)))
  }

  /// The file that is replaced; `nil` for a device, which is not.
  private static func target(of path: String, in storage: any FileStorage) throws(StorageError) -> String? {
    guard let target = try PartFile.output(at: path, in: storage) else { throw StorageError(.open, path, code: EINVAL) }
    switch try storage.status(of: target, followingLinks: true)?.kind {
    case .regular, nil: return target
    case .other: return nil
    case .folder: throw StorageError(.open, path, code: EISDIR)
    case .pipe, .link: throw StorageError(.open, path, code: EINVAL)
    }
  }

  private static func refusal(_ error: StorageError, _ name: String) -> RunError {
    switch error.code {
    case EEXIST:
      RunError(name, "has something else in it than metrics of pipe", hint: "name another file")
    case EWOULDBLOCK:
      RunError(
        name, "is being written by another run, so this one does not begin",
        hint: "give each pipeline a file of its own")
    case EINVAL: RunError(name, "is not a file", hint: "name a file that may be replaced")
    default: RunError(name, error.reason)
    }
  }

  private static func text(of path: String, in storage: any FileStorage) throws(StorageError) -> String {
    let file = try storage.open(path, .read)
    var bytes: [UInt8] = []
    while bytes.count < longest {
      let piece = try file.read(at: bytes.count, count: min(64 << 10, longest - bytes.count))
      if piece.isEmpty { break }
      bytes += piece
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Writes the metrics, and how the last run ended behind them.
  ///
  /// - Parameter ending: How this run has ended, once it has.
  func write(_ metrics: String, ending: LastRun.Ending? = nil) throws(RunError) {
    let failure = content.withLock { content -> RunError? in
      var lastRun = content.lastRun
      if let ending { lastRun.end(ending) }
      do throws(StorageError) {
        try write(Array((metrics + lastRun.text).utf8), &content.current)
        return nil
      } catch {
        return Self.refusal(error, "--metrics-file \(path)")
      }
    }
    if let failure { throw failure }
  }

  private func write(_ bytes: [UInt8], _ current: inout (any StoredFile)?) throws(StorageError) {
    guard let target else { return try Self.write(bytes, to: storage.open(path, .existing(.sequential)), path) }
    let name = target + Self.ending
    let earlier = try storage.status(of: target, followingLinks: false)
    guard let file = try PartFile.make(name, permissions: 0o666, in: storage) else {
      throw StorageError(.lock, path, code: EWOULDBLOCK)
    }
    do throws(StorageError) {
      if let earlier { file.take(permissionsOf: earlier) }
      try Self.write(bytes, to: file, name)
      try file.sync()
      // One that has come since this run has looked is another's.
      try storage.rename(name, to: target, replacing: current != nil)
    } catch {
      try? storage.remove(name)
      throw error.code == EEXIST ? StorageError(.lock, path, code: EWOULDBLOCK) : error
    }
    current = file
  }

  private static func write(_ bytes: [UInt8], to file: any StoredFile, _ path: String) throws(StorageError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      var failure: StorageError?
      let count = rest.withUnsafeBytes { piece -> Int in
        do throws(StorageError) { return try file.write(piece) ?? 0 } catch { failure = error }
        return 0
      }
      if let failure { throw failure }
      // A device that takes nothing now must not hold the run.
      if count == 0 { throw StorageError(.write, path, code: EAGAIN) }
      rest = rest.dropFirst(count)
    }
  }
}
