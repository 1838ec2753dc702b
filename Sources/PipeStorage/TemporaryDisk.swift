internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The disk that a run may use for what memory should not hold: files without names, of which nothing is left when the
/// process has ended, and one bound on the bytes of all of them.
package final class TemporaryDisk: Sendable {
  /// Why it takes no more, or gives nothing back.
  package enum Refusal: Error, Hashable, Sendable {
    /// All files hold as much as they may.
    case full(folder: String, limit: Int)
    case failed(folder: String, StorageError)
    /// No folder takes a temporary file; what each of them said.
    case noFolder([String])

    /// Completes "… cannot go to disk:".
    package var words: String {
      switch self {
      case .full(let folder, let limit): "\(folder) holds the \(limit) bytes that it may"
      case .failed(let folder, let error): "a temporary file in \(folder) \(error.reason)"
      case .noFolder(let reasons): "no temporary file can be made (\(reasons.joined(separator: "; ")))"
      }
    }
  }

  private struct State {
    /// `nil` before the first file.
    var folder: String?
    var used = 0
  }

  private let files: any FileStorage
  private let folders: [String]
  package let limit: Int
  private let tell: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - folders: The first one that takes a file is used.
  ///   - limit: The most bytes of all files together.
  ///   - tell: Told what the person should know.
  package init(
    files: any FileStorage = SystemStorage(), folders: [String] = TemporaryDisk.folders, limit: Int,
    tell: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.files = files
    self.folders = folders
    self.limit = limit
    self.tell = tell
  }

  /// The folder that TMPDIR names, those for temporary files (hier(7)), and the working folder.
  package static var folders: [String] {
    let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return (named.isEmpty ? [] : [named]) + ["/tmp", "/var/tmp", "."]
  }

  /// Bytes that were taken for all files.
  package var used: Int { state.withLock { $0.used } }

  /// The folder that it uses; `nil` before the first file.
  package var folder: String? { state.withLock { $0.folder } }

  /// Makes an empty file without a name. Its bytes are taken before they are written (`take`).
  package func makeFile() throws(Refusal) -> any StoredFile {
    if let folder {
      do throws(StorageError) {
        return try files.temporaryFile(in: folder)
      } catch {
        throw .failed(folder: folder, error)
      }
    }
    var refusals: [String] = []
    for folder in folders {
      do throws(StorageError) {
        let file = try files.temporaryFile(in: folder)
        let isFirst = state.withLock { state in
          defer { state.folder = folder }
          return state.folder == nil
        }
        if isFirst, let refusal = refusals.first {
          tell("no temporary file can be made in \(refusal); \(folder) is used instead")
        }
        return file
      } catch {
        refusals.append("\(folder): \(error.reasonAlone)")
      }
    }
    throw .noFolder(refusals)
  }

  /// Takes bytes that a file is to grow by.
  package func take(_ bytes: Int) throws(Refusal) {
    let fullFolder = state.withLock { state -> String? in
      if bytes > limit - state.used { return state.folder ?? "the temporary folder" }
      state.used += bytes
      return nil
    }
    if let fullFolder { throw .full(folder: fullFolder, limit: limit) }
  }

  /// Gives back bytes of a file that was closed or cut.
  package func giveBack(_ bytes: Int) { state.withLock { $0.used -= bytes } }
}
