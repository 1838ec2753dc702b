import Glibc
import PipeEngine
import PipeSpec

/// What happens to a file that is there already.
enum OutputMode: String, CaseIterable, Sendable {
  case replace, append, fail
}

/// The options that sinks with a file share.
struct OutputOptions: Sendable {
  let target: Located<SinkTarget>
  let mode: OutputMode

  static let path = Key(
    "path",
    Shape.path.map { path, node, context -> Located<SinkTarget>? in
      if let ending = otherEnding(of: path) {
        context.report(
          .badValue, on: node, "\(context.place) names a .\(ending) file, which cannot be written",
          hint: "gzip files end in .gz, zstd files in .zst")
        return nil
      }
      return Located(path == "-" ? SinkTarget.standardOutput : .file(path), at: node.span)
    },
    """
    The file; a relative path starts at the working folder, and - is standard output. A name that ends in .gz or .zst \
    makes it a gzip or zstd file.
    """, example: "out/pages.csv")
  static let mode = Key(
    "mode",
    .choice {
      switch $0 {
      case .replace: "it is written anew"
      case .append:
        "rows are added to it, behind the end of its last line. A CSV file must have the same columns, and must not end"
          + " inside a quoted field"
      case .fail: "the run does not begin"
      }
    }, default: OutputMode.replace, shown: "replace",
    "What happens to a file that is there already.")

  /// The ending of a name that promises what is not written: rows as they are would be what nobody expects there.
  private static func otherEnding(of path: String) -> String? {
    let ending =
      path.split(separator: ".", omittingEmptySubsequences: false).last?.lowercased() ?? ""
    return ["bz2", "xz", "lz4", "br", "zip", "7z", "gzip", "zstd"].contains(ending) ? ending : nil
  }

  var summary: String {
    switch target.value {
    case .standardOutput: "standard output"
    case .file(let path): path
    }
  }

  /// What would become of what is there, if it were opened now.
  func prospect() -> OutputProspect {
    guard case .file(let path) = target.value else {
      let flags = fcntl(1, F_GETFL)
      if flags >= 0, flags & O_ACCMODE != O_RDONLY { return .new }
      return .refused(
        RunError("standard output", "is closed, or open for reading alone", hint: "redirect it, or name a file"))
    }
    func refused() -> OutputProspect { .refused(RunError(path, "cannot be written: \(SystemError.current)")) }
    var status = stat()
    if path.withPath({ stat($0, &status) }) != 0 { return errno == ENOENT ? .new : refused() }
    if mode == .fail { return .refused(.outputIsThere(path)) }
    if status.st_mode & S_IFMT == S_IFDIR {
      errno = EISDIR
      return refused()
    }
    if path.withPath({ access($0, W_OK) }) != 0 { return refused() }
    if status.st_mode & S_IFMT != S_IFREG { return .new }
    return mode == .append ? .addedTo : .replaced
  }

  /// The file, opened for writing; its folders are made.
  func open(_ format: RowFormat, besides files: FilesInUse) throws(RunError) -> OutputFile {
    switch target.value {
    case .standardOutput: try OutputFile(format, besides: files)
    case .file(let path): try OutputFile(path: path, mode: mode, format, besides: files)
    }
  }
}
