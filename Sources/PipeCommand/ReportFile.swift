import ArgumentParser
import Glibc
import PipeEngine
import PipeSpec
import PipeText

/// A file that an option names, and that a run writes at its end: `--summary FILE`.
struct ReportFile {
  let option: String
  /// `-` is standard output.
  let path: String

  private var isStandardOutput: Bool { path == "-" }

  /// Ends the command before its run if the file cannot be written, or is one that the run reads or writes: what is found out
  /// at the end has cost hours, or the rows.
  ///
  /// - Parameter isOutputTaken: Whether something else is written to standard output.
  func check(beside plan: Plan, isOutputTaken: Bool) throws {
    if path.isEmpty { throw ValidationError("\(option) needs the name of a file.") }
    if isStandardOutput {
      let sink = plan.sinks.first { $0.sink.target.value == .standardOutput }
      if sink == nil && !isOutputTaken { return }
      throw ValidationError(
        "\(option) -: standard output has \(sink.map { "the rows of \($0.name)" } ?? "something else").")
    }
    if let owner = plan.owner(ofFileAt: path) {
      throw ValidationError("\(option) \(path): this file \(owner.words); name another one.")
    }
    if let fault = Self.fault(of: path) {
      StandardError.say("pipe: \(path) cannot be written: \(fault)")
      throw ExitStatus.failed
    }
  }

  func write(_ text: String) throws {
    if isStandardOutput { return try StandardOutput.write(text, terminator: "") }
    try TextFile.write(text, to: path, replacing: true)
  }

  /// Why a file cannot be written as things are now, as far as that shows without touching it.
  private static func fault(of path: String) -> String? {
    func reason() -> String { String(cString: strerror(errno)) }
    var status = stat()
    if path.withPath({ stat($0, &status) }) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { return "it is a folder" }
      return path.withPath { access($0, W_OK) } == 0 ? nil : reason()
    }
    if errno != ENOENT { return reason() }
    let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[...$0] }
    let folder = name.map(String.init) ?? "."
    if folder.withPath({ access($0, W_OK | X_OK) }) == 0 { return nil }
    return errno == ENOENT ? "there is no folder \(folder)" : reason()
  }
}
