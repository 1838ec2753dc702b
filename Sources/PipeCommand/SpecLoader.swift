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
      let folder = SourceFolder(path.hasPrefix("/") && parent.isEmpty ? "/" : parent)
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

/// A small file, read whole.
enum FileContents {
  struct Unreadable: Error { let reason: String }

  /// The most that a spec or a secret may hold.
  private static let limit = 16 << 20

  /// - Parameter path: `nil` for standard input.
  static func read(_ path: String?) -> Result<[UInt8], Unreadable> {
    let descriptor = path.map { open($0, O_RDONLY | O_CLOEXEC) } ?? dup(0)
    guard descriptor >= 0 else { return .failure(Unreadable(reason: String(cString: strerror(errno)))) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return .success(bytes) }
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(Unreadable(reason: String(cString: strerror(errno))))
      }
      bytes += chunk[..<count]
      if bytes.count > limit { return .failure(Unreadable(reason: "it is larger than 16 MiB")) }
    }
  }
}
