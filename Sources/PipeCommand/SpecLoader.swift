import Glibc
import PipeEngine
import PipeSpec
import PipeStages

/// Reads specs and compiles them.
struct SpecLoader {
  private let overrides: [String: String]
  private let environment = ProcessEnvironment.all
  private let language = Language(.standard)
  private let processors = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  init(overrides: [String: String]) { self.overrides = overrides }

  func load(_ path: String) -> Pipeline {
    let name = path == "-" ? "<stdin>" : path
    switch FileContents.read(path == "-" ? nil : path) {
    case .failure(let error):
      return Pipeline(unreadable: name, reason: error.reason)
    case .success(let bytes):
      let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
      let folder = SourceFolder(
        path.hasPrefix("/") && parent.isEmpty ? "/" : parent, spec: path == "-" ? .standardInput : .file(path))
      return Pipeline(
        SourceFile(name: name, bytes: bytes), language: language, folder: folder, variables: variables(in: folder),
        processors: processors)
    }
  }

  private func variables(in folder: SourceFolder) -> Variables {
    Variables(overrides: overrides, environment: environment) { path in
      FileContents.read(folder.resolve(path)).map { String(decoding: $0, as: UTF8.self) }.mapError {
        Variables.UnreadableFile($0.reason)
      }
    }
  }
}

/// The environment of this process.
private enum ProcessEnvironment {
  static var all: [String: String] {
    var all: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { all[String(parts[0])] = String(parts[1]) }
      next += 1
    }
    return all
  }
}
