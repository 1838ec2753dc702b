package import PipeSpec

/// A file that a run of a spec reads or writes, and the place in the spec that names it.
package struct FileUse: Sendable {
  package enum Target: Hashable, Sendable {
    case standardInput
    case standardOutput
    case standardError
    /// A path as the system takes it.
    case file(String)
  }

  package enum Role: Sendable {
    case spec, source, secret, certificate
    case sink
    /// What is said to the person.
    case messages

    var isWriting: Bool { self == .sink || self == .messages }

    /// What reads the file, for a message.
    var reader: String {
      switch self {
      case .spec: "the spec"
      case .source: "a source"
      case .secret: "a secret"
      case .certificate: "fetch.tls"
      case .sink, .messages: ""
      }
    }
  }

  package let target: Target
  package let role: Role
  package let span: SourceSpan
  /// The path of the file that a sink's rows are in until the run is complete.
  package let part: String?
  /// How it is used as a database, which others may read and write at the same time; `nil` for a file as such.
  package let database: Database?

  package enum Database: Hashable, Sendable {
    case query
    /// The table that is written, as the database compares names.
    case table(String)
  }

  package init(
    _ target: Target, _ role: Role, at span: SourceSpan, part: String? = nil, database: Database? = nil
  ) {
    self.database = database
    self.target = target
    self.part = part
    self.role = role
    self.span = span
  }

  /// Whether it is one of the standard streams, by whatever name.
  package var isStandardStream: Bool { identity(isRunning: false)?.kind == .standard }

  /// - Parameter isRunning: Whether standard input and output are those of the run. The spec itself is being read
  ///   whenever it is looked at.
  func identity(isRunning: Bool) -> FileIdentity? {
    switch target {
    case .file(let path): FileIdentity(path: path, isRunning: isRunning)
    case .standardInput: standard(0, isRunning)
    case .standardOutput: standard(1, isRunning)
    case .standardError: standard(2, isRunning)
    }
  }

  private func standard(_ descriptor: Int32, _ isRunning: Bool) -> FileIdentity? {
    isRunning ? FileIdentity(descriptor: descriptor) : FileIdentity(standard: descriptor)
  }
}

extension FileUse {
  /// Why a sink can never write to its path as things are: it is a folder, or a file stands in the place of one of its
  /// folders. The path is not told: a secret may have given it.
  var pathFault: Diagnostic? {
    guard role == .sink, case .file(let path) = target else { return nil }
    switch FileIdentity.obstacle(at: path) {
    case .folder:
      return Diagnostic(.badValue, at: span, "this is a folder, not a file", hint: "name the file in it")
    case .fileAsFolder:
      return Diagnostic(
        .badValue, at: span, "a part of this path is a file, not a folder", hint: "name a file in a folder")
    case nil: return nil
    }
  }
}

/// Finds the files that a spec must not use twice: one that is read and written, one that two sinks write, and a
/// pipe that is read twice.
enum FileConflicts {
  /// - Parameter isRunning: Whether the run is about to begin, so that the standard streams are known.
  static func find(among uses: [FileUse], isRunning: Bool) -> [Diagnostic] {
    var earlier: [(use: FileUse, identities: [FileIdentity])] = []
    var found: [Diagnostic] = []
    for use in uses {
      var identities = [use.identity(isRunning: isRunning)].compactMap(\.self)
      // Which file the spec comes from is known whenever it is read.
      if use.role == .spec, use.target == .standardInput, !isRunning,
        let file = FileIdentity(descriptor: 0), file.kind == .content
      {
        identities.append(file)
      }
      if let part = use.part { identities.append(FileIdentity(path: part, isRunning: isRunning)) }
      // One finding for each use, with the first that it is at odds with.
      for (other, others) in earlier {
        guard let shared = identities.first(where: { others.contains($0) }) else { continue }
        if let database = use.database, let otherDatabase = other.database {
          guard database == otherDatabase, case .table = database else { continue }
          found.append(
            diagnostic(
              at: use, other, "two sinks write this table", hint: "give each sink a table of its own",
              note: "the other one is here"))
          break
        }
        let isPart = use.part != nil && shared != identities.first || other.part != nil && shared != others.first
        let conflict =
          isPart
          ? partConflict(between: other, and: use, isOther: shared == identities.first)
          : conflict(between: other, and: use, over: shared.kind)
        guard let conflict else { continue }
        found.append(conflict)
        break
      }
      earlier.append((use, identities))
    }
    return found
  }

  private static func conflict(between first: FileUse, and second: FileUse, over kind: FileIdentity.Kind) -> Diagnostic?
  {
    switch (first.role.isWriting, second.role.isWriting) {
    case (true, true):
      if kind == .null { return nil }
      if first.role == .messages || second.role == .messages {
        return kind == .content ? messages(first.role == .messages ? second : first) : nil
      }
      let isStandard = second.target == .standardOutput
      return diagnostic(
        at: second, first, "two sinks write \(isStandard ? "standard output" : "this file")",
        hint: "give each sink a path of its own", note: "the other one is here")
    case (false, false):
      // A file may be read from its start as often as one likes.
      // One secret is read once, however often it is named.
      guard kind == .pipe || kind == .standard, first.role != .secret || second.role != .secret else { return nil }
      let name = kind == .standard || first.target == .standardInput ? "standard input" : "this pipe"
      return diagnostic(
        at: second, first, "\(name) is read twice: by \(first.role.reader) and by \(second.role.reader)",
        hint: "data that one of them reads does not reach the other", note: "it is read here as well")
    case (true, false), (false, true):
      guard kind == .content || kind == .pipe || kind == .standard else { return nil }
      let (reader, writer) = second.role.isWriting ? (first, second) : (second, first)
      if writer.role == .messages {
        return diagnostic(
          at: reader, reader, "standard error goes to this file, so messages would be written into it",
          hint: "redirect standard error to another file", note: nil)
      }
      return diagnostic(
        at: writer, reader, "this file is read by \(reader.role.reader), and writing it would destroy it",
        hint: "give the sink a path of its own", note: "it is read here")
    }
  }

  /// A part that something else uses. What has its name may be left of an earlier run, so that it is there or not.
  ///
  /// - Parameter isOther: Whether the part is the first one's, and the second one is that file.
  private static func partConflict(
    between first: FileUse, and second: FileUse, isOther: Bool
  ) -> Diagnostic {
    let hint = "give the sink a path of its own, or write publish: live"
    let rows = "until the run is complete the rows of this sink are in a file of this name with .part behind it"
    if first.role.isWriting, second.role.isWriting, first.role != .messages, second.role != .messages {
      return diagnostic(
        at: second, first,
        isOther
          ? "this is the .part file in which the rows of another sink are until the run is complete"
          : "\(rows), and another sink writes that file",
        hint: hint, note: "the other one is here")
    }
    let (writer, other) = second.role == .sink ? (second, first) : (first, second)
    return other.role == .messages
      ? diagnostic(
        at: writer, other, "\(rows), and standard error goes to that file",
        hint: "redirect standard error to another file", note: nil)
      : diagnostic(
        at: writer, other, "\(rows), and that file is read by \(other.role.reader)", hint: hint, note: "it is read here"
      )
  }

  private static func messages(_ sink: FileUse) -> Diagnostic? {
    // `2>&1` is what the person asked for.
    if sink.target == .standardOutput { return nil }
    return diagnostic(
      at: sink, sink, "standard error goes to this file, so messages would be written between its rows",
      hint: "redirect standard error to another file", note: nil)
  }

  private static func diagnostic(
    at use: FileUse, _ other: FileUse, _ message: String, hint: String, note: String?
  ) -> Diagnostic {
    // The spec as a whole has no place in itself.
    let notes = other.role == .spec ? [] : note.map { [Diagnostic.Note($0, at: other.span)] } ?? []
    return Diagnostic(.conflict, at: use.span, message, hint: hint, notes: notes)
  }
}

extension Plan {
  /// Whether standard error goes to a file that the run reads: nothing can be said there without writing into it.
  package var readsItsMessages: Bool {
    guard let messages = FileIdentity(descriptor: 2), messages.kind == .content else { return false }
    return files.contains { !$0.role.isWriting && $0.identity(isRunning: true) == messages }
  }

  /// What keeps a run from beginning now: files that would be read and written at once, by what standard input, output
  /// and error are at this moment.
  package var conflicts: [Diagnostic] {
    FileConflicts.find(among: files + [FileUse(.standardError, .messages, at: .wholeFile)], isRunning: true)
      .ordered()
  }

  /// How many files a run has open at once, its sources and its sinks; standard output is open anyway. A sink has its
  /// part and the file that this will replace.
  package var openFiles: Int {
    files.count { $0.role == .source } + 2 * files.count { $0.role == .sink && $0.target != .standardOutput }
  }
}

extension FileIdentity {
  /// Whether two paths stand for one file that is there, or would be.
  package static func isOneFile(_ first: String, _ second: String) -> Bool {
    let identity = FileIdentity(path: first, isRunning: true)
    return identity.kind != .null && identity == FileIdentity(path: second, isRunning: true)
  }
}
