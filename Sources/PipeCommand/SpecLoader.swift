import Glibc
import PipeEngine
import PipeSpec
import PipeStages
import PipeText
import Synchronization

/// Reads specs and compiles them.
struct SpecLoader {
  /// Which of the files that a spec names for its secrets are opened.
  enum Files {
    case everything
    /// What is read of a pipe is gone, and its writer may not be there yet: it is left for the run.
    case regularFiles
  }

  private let files: Files
  private let overrides: [String: String]
  private let environment = ProcessEnvironment.all
  private let language = Language(.standard)
  private let processors = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  init(overrides: [String: String], reading files: Files) {
    self.overrides = overrides
    self.files = files
  }

  func load(_ path: String) -> Pipeline { read(path).pipeline }

  /// Reads a spec for a plan or a run.
  ///
  /// - Parameter limit: The most requests of the run.
  func loadWhole(_ path: String, limit: Int? = nil) -> LoadedSpec {
    let (pipeline, source) = read(path, limit: limit)
    return LoadedSpec(pipeline: pipeline, source: source, language: language)
  }

  /// Fields as the command line has them.
  func fields(_ arguments: [String], known: [String]) -> TrialFields {
    TrialFields(
      arguments, catalogue: language.catalogue, variables: variables(in: SourceFolder("")), known: known)
  }

  /// Reads a spec for a trial of one page.
  ///
  /// - Parameters:
  ///   - path: `nil` for a spec that is made up.
  ///   - sketch: What is read then.
  ///   - fields: In the place of its own.
  func loadForTrial(_ path: String?, sketch: String, fields: TrialFields?) -> Pipeline {
    func adapt(_ spec: Spec) -> Spec { spec.forTrial(fields: fields.map { fields in { fields.fields(amid: $0) } }) }
    guard let path else {
      let folder = SourceFolder("")
      return Pipeline(
        SourceFile(name: "the spec of these fields", text: sketch), language: language, folder: folder,
        variables: variables(in: folder), processors: processors, adapting: adapt)
    }
    return read(path, adapting: adapt).pipeline
  }

  private func read(
    _ path: String, limit: Int? = nil, adapting: (Spec) -> Spec = { $0 }
  ) -> (pipeline: Pipeline, source: (file: SourceFile, variables: Variables)?) {
    let name = path == "-" ? "<stdin>" : path
    switch FileContents.read(path == "-" ? nil : path) {
    case .failure(let error):
      return (Pipeline(unreadable: name, reason: error.reason), nil)
    case .success(let bytes):
      let folder = SourceFolder(ofSpecAt: path == "-" ? nil : path)
      let (file, variables) = (SourceFile(name: name, bytes: bytes), variables(in: folder))
      let pipeline = Pipeline(
        file, language: language, folder: folder, variables: variables, processors: processors, limit: limit,
        adapting: adapting)
      return (pipeline, (file, variables))
    }
  }

  private func variables(in folder: SourceFolder) -> Variables {
    let secrets = SecretFiles(folder: folder, opensPipes: files == .everything)
    return Variables(overrides: overrides, environment: environment) { secrets.text(of: $0) }
  }
}

/// A spec that was compiled, with what else its text tells.
struct LoadedSpec {
  let pipeline: Pipeline
  fileprivate let source: (file: SourceFile, variables: Variables)?
  fileprivate let language: Language

  /// What a journal keeps of it; `nil` for a spec without one.
  var meaning: SpecMeaning? {
    guard let plan = pipeline.plan, plan.journal != nil, let source else { return nil }
    return SpecMeaning(source.file, language: language, variables: source.variables)?
      .sending(plan.sources.map { (source: $0.name, file: $0.source.sentFile(in: plan.folder)) })
  }

  /// What it says, option by option.
  var options: StatedOptions? {
    guard pipeline.plan != nil, let source else { return nil }
    return StatedOptions(source.file, language: language, variables: source.variables) { text in
      Digest.sha256.text(of: Array(text.utf8)).map { "SHA-256 \($0)" } ?? text
    }
  }
}

/// The files of a spec's secrets, each read once however often it is named: a pipe has its secret once.
private final class SecretFiles: Sendable {
  private let folder: SourceFolder
  private let opensPipes: Bool
  private let known = Mutex<[String: Result<String, Variables.UnreadableFile>]>([:])

  init(folder: SourceFolder, opensPipes: Bool) {
    self.folder = folder
    self.opensPipes = opensPipes
  }

  func text(of path: String) -> Result<String, Variables.UnreadableFile> {
    known.withLock { known in
      if let text = known[path] { return text }
      let text = read(folder.resolve(path))
      known[path] = text
      return text
    }
  }

  private func read(_ path: String) -> Result<String, Variables.UnreadableFile> {
    // Any text will do for looking at a spec; it is shown as *** anyway.
    if !opensPipes, FileContents.isPipe(path) { return .success("***") }
    return FileContents.read(path).map { String(decoding: $0, as: UTF8.self) }.mapError { .init($0.reason) }
  }
}

/// The environment of this process.
private enum ProcessEnvironment {
  static var all: [String: String] {
    var all: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let parts = String(path: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { all[String(parts[0])] = String(parts[1]) }
      next += 1
    }
    return all
  }
}
