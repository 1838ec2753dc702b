import ArgumentParser
import Glibc
import PipeEngine
import PipeStorage

/// The file of a report. A regular one is replaced at once, so that nobody who reads it sees a part, or an empty page; what
/// else can be written to (a pipe, a device) gets the page once, at the end.
struct PageFile {
  let path: String
  /// Where the page is written before it gets its name; `nil` if it is not replaced.
  private let part: String?
  private let target: String

  /// Whether the page can be there before the run ends.
  var takesCheckpoints: Bool { part != nil }

  init(_ path: String) {
    self.path = path
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      (part, target) = (nil, path)
    } else {
      // What a link leads to is replaced, not the link.
      target = if case .path(let real) = RealPath(path) { real } else { path }
      part = target + ".part"
    }
  }

  /// Looks whether the run does something else with the file, before anything is changed.
  ///
  /// - Parameter summary: The file of `--summary`.
  init(_ path: String, beside plan: Plan, summary: String?) throws {
    var status = stat()
    if path.isEmpty || stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
      throw ValidationError("--report '\(path)' is a folder, not a file; name the file in it.")
    }
    self.init(path)
    for one in [path, part].compactMap(\.self) {
      if let owner = plan.owner(ofFileAt: one) {
        throw ValidationError("--report \(one): this file \(owner.words); name another one.")
      }
      if let summary, FileIdentity.isOneFile(one, summary) {
        throw ValidationError("--report and --summary are one file, \(summary); \(TextFile.anotherFile).")
      }
    }
  }

  /// Whether a report may take the place of what is at a path: nothing, nothing yet, an earlier report, or what is not a
  /// file. Nobody else knows what a run wrote, and where its history is.
  static func isReplaceable(_ path: String, by page: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return true }
    let head = page.utf8.prefix(headLength)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var start = [UInt8](repeating: 0, count: head.count)
    return read(descriptor, &start, start.count) == head.count && start.elementsEqual(head)
  }

  /// Bytes that all reports begin with.
  private static let headLength = 100

  func write(_ text: String) throws(TextFile.Refusal) {
    guard let part else {
      try TextFile.write(text, to: path, O_TRUNC)
      return
    }
    do throws(TextFile.Refusal) {
      try TextFile.write(text, to: part, O_TRUNC)
    } catch {
      _ = unlink(part)
      throw error
    }
    var status = stat()
    // As those who read it know it.
    if stat(target, &status) == 0 { chmod(part, status.st_mode & 0o7777) }
    if rename(part, target) != 0 {
      let refusal = TextFile.Refusal()
      _ = unlink(part)
      throw refusal
    }
  }
}
