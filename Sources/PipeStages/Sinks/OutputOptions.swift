import Glibc
import PipeEngine
import PipeSpec
import PipeStorage
import PipeText

/// What happens if the file already exists.
enum OutputMode: String, CaseIterable, Sendable {
  case replace, append, fail
}

/// When the rows of a run are there for readers of its output.
enum PublishMode: String, CaseIterable, Sendable {
  case whole, expected, live
}

/// The options that sinks with a file share.
struct OutputOptions: Sendable {
  let target: Located<SinkTarget>
  let mode: OutputMode
  /// `nil` if the spec does not say: whole where that can be.
  var publish: PublishMode?

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
      case .replace: "it is replaced"
      case .append:
        "rows are added to it, behind the end of its last line. A CSV file must have the same columns, and must not end"
          + " inside a quoted field"
      case .fail: "the run does not start"
      }
    }, default: OutputMode.replace, shown: "replace",
    "What happens if the file already exists.")

  /// The ending of a name that promises what is not written: rows as they are would be what nobody expects there.
  private static func otherEnding(of path: String) -> String? {
    let ending =
      path.split(separator: ".", omittingEmptySubsequences: false).last?.lowercased() ?? ""
    return ["bz2", "xz", "lz4", "br", "zip", "7z", "gzip", "zstd"].contains(ending) ? ending : nil
  }

  static let publish = Key(
    optional: "publish",
    Shape.choice { (mode: PublishMode) in
      switch mode {
      case .whole:
        "the rows are in NAME.part beside the file, which gets the file's name, at once, when the run is complete. Until"
          + " then, and when the run fails, is interrupted or killed, the file stays as it was. It keeps its permissions,"
          + " and a symbolic link stays a link; another hard link to it keeps the old rows"
      case .expected: "as whole, and only if the run is as expect says; otherwise the rows stay in NAME.part"
      case .live: "the rows are in the file while the run goes on; what was there before is gone when it begins"
      }
    },
    """
    When readers of the file see the rows. Without it, whole; mode: append, pipes, devices and standard output are \
    always live. Either way the file is locked while it is written, and a run whose file was removed or replaced \
    meanwhile fails.
    """, example: "live")

  /// Reports options that do not go together.
  static func check(
    _ target: Located<SinkTarget>, _ mode: OutputMode, _ publish: PublishMode?, _ map: MapNode,
    _ context: inout DecodingContext
  ) -> OutputOptions? {
    let options = OutputOptions(target: target, mode: mode, publish: publish)
    guard let publish, publish != .live else { return options }
    let reason: String? =
      if mode == .append { "mode: append adds rows to the file as it is" } else if target.value == .standardOutput {
        "standard output is written as the run goes on"
      } else { nil }
    guard let reason else { return options }
    context.report(
      .conflict, at: map.entry("publish")?.value.span ?? map.span,
      "publish: \(publish.rawValue) cannot be had here: \(reason)",
      hint: "leave publish out")
    return nil
  }

  var awaitsExpectations: Bool { publish == .expected }

  var summary: String {
    switch target.value {
    case .standardOutput: "standard output"
    case .file(let path), .database(let path, _), .server(let path, _): path
    }
  }

  /// What would become of what is there, if it were opened now.
  ///
  /// - Parameter goesOn: Whether a run goes on with an output of its own, which may have its name already.
  func prospect(goesOn: Bool = false) -> OutputProspect {
    guard case .file(let path) = target.value else {
      return Self.isWritable(descriptor: 1) ? .new : .refused(Self.isClosed("standard output"))
    }
    func refused() -> OutputProspect { .refused(RunError(path, StorageError(.open, path, code: errno))) }
    let storage = SystemStorage()
    let there: FileStatus?
    do throws(StorageError) {
      there = try storage.status(of: path, followingLinks: true)
    } catch {
      return .refused(RunError(path, StorageError(.open, path, code: error.code)))
    }
    if let there {
      if mode == .fail, !goesOn { return .refused(.outputIsThere(path)) }
      if there.kind == .folder { return .refused(RunError(path, StorageError(.open, path, code: EISDIR))) }
      if path.withPath({ access($0, W_OK) }) != 0 { return refused() }
      if mode != .append, case .descriptor(let number) = storage.realPath(path) {
        return Self.isWritable(descriptor: number) ? .new : .refused(Self.isClosed(path))
      }
      if there.kind != .regular { return .new }
    }
    if publish != .live, mode != .append, case .path(let real) = storage.realPath(path),
      let obstacle = storage.obstacle(toReplacing: real)
    {
      return .refused(RunError(path, obstacle))
    }
    return there == nil ? .new : mode == .append ? .addedTo : .replaced
  }

  private static func isWritable(descriptor: Int32) -> Bool {
    let flags = fcntl(descriptor, F_GETFL)
    return flags >= 0 && flags & O_ACCMODE != O_RDONLY
  }

  private static func isClosed(_ name: String) -> RunError {
    RunError(name, "is closed, or open for reading alone", hint: "redirect it, or name a file")
  }

  /// A file can be cut back to where it was, and what has no places (a pipe, a device) cannot.
  var delivery: Delivery {
    guard case .file(let path) = target.value else { return .atLeastOnce }
    let there = try? SystemStorage().status(of: path, followingLinks: true)
    return there.map { $0.kind == .regular } ?? true ? .exactlyOnce : .atLeastOnce
  }

  /// When readers see its rows, if it were opened now.
  func publication() -> Publication {
    guard case .file(let path) = target.value else { return .live }
    if mode == .append { return .added }
    let storage = SystemStorage()
    let there = try? storage.status(of: path, followingLinks: true)
    guard publish != .live, there.map({ $0.kind == .regular }) ?? true,
      let output = try? PartFile.output(at: path, in: storage)
    else { return .live }
    return .whole(part: output + PartFile.ending)
  }

  /// The file, opened for writing; its folders are made.
  ///
  /// - Parameter position: Where an earlier run has left it.
  func open(
    _ format: RowFormat, at position: SinkPosition?, in environment: SinkEnvironment
  ) throws(RunError) -> OutputFile {
    let start = position.flatMap { FilePosition($0) }
    if position != nil, start == nil {
      throw RunError(summary, "cannot be gone on with: its position is not one of this pipe's")
    }
    switch target.value {
    case .standardOutput:
      if start != nil { throw RunError(summary, "cannot be gone on with", hint: "give the sink a file") }
      return try OutputFile(format, in: environment)
    case .file(let path), .database(let path, _), .server(let path, _):
      return try OutputFile(
        OutputOpening(path: path, mode: mode, isLive: publish == .live, environment: environment), format, at: start)
    }
  }

  /// Whether a new run would write over what an earlier one has left at a position.
  func wouldReplace(_ position: SinkPosition) -> Bool {
    guard let start = FilePosition(position), case .whole(let part) = publication(),
      let there = try? SystemStorage().status(of: part, followingLinks: false)
    else { return false }
    return there.device == start.device && there.inode == start.inode
  }

  /// A file that takes the place of the one that a run has finished.
  func open(
    _ format: RowFormat, onto base: SinkBase, in environment: SinkEnvironment
  ) throws(RunError) -> OutputFile {
    guard let end = FilePosition(base.position), case .file(let path) = target.value else {
      throw RunError(summary, "cannot be made anew: its position is not one of this pipe's")
    }
    let opening = OutputOpening(path: path, mode: mode, isLive: publish == .live, environment: environment)
    return try OutputFile(opening, format, onto: base, end)
  }

  /// Gives the finished file of a run that has died its name.
  ///
  /// - Parameter position: Where the run has finished it.
  func completePublishing(at position: SinkPosition, in environment: SinkEnvironment) throws(RunError) {
    guard case .file(let path) = target.value else { return }
    guard let end = FilePosition(position) else {
      throw RunError(summary, "cannot be published: its position is not one of this pipe's")
    }
    try OutputOpening(path: path, mode: mode, isLive: publish == .live, environment: environment)
      .completePublishing(at: end)
  }
}
