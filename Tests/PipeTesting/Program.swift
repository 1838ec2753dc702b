import FoundationEssentials
import Glibc

/// Runs a program of the system, to compare with it.
package enum Program {
  package struct Failure: Error {
    package let code: Int32
    /// What it said on standard error.
    package let errors: String
  }

  /// The path of a program of the tests' own virtual environment or of the system; `nil` where there is none.
  package static func path(_ name: String) -> String? {
    // Tests/PipeTesting/Program.swift: three levels below the project's root.
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return ["\(root)/.build/test-tools/bin", "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin"]
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs a program to its end and returns what it wrote to standard output.
  package static func output(_ arguments: [String]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, folder.path("output"), O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, folder.path("errors"), O_WRONLY | O_CREAT, 0o600)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process = pid_t()
    let code = posix_spawnp(&process, words[0] ?? strdup(""), &actions, nil, &words, environ)
    if code != 0 { throw Failure(code: code, errors: String(cString: strerror(code))) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    if status != 0 { throw Failure(code: status, errors: (try? folder.text("errors")) ?? "") }
    return try folder.bytes("output")
  }
}
