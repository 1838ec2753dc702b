import Glibc

/// Files that are read and written whole.
enum SmallFile {
  static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw MicroBenchmarkFailure("cannot read \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
  }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    guard let file = fopen(path, "w") else { throw MicroBenchmarkFailure("cannot write \(path)") }
    let count = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, count == bytes.count else { throw MicroBenchmarkFailure("cannot write \(path)") }
  }
}

/// A folder for the time of the program.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/pipe-microbenchmarks.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw MicroBenchmarkFailure("cannot make a folder in /tmp") }
    path = template.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// Writes a file in it; gives its path.
  func write(_ text: String, _ name: String) throws -> String {
    try SmallFile.write(Array(text.utf8), path + "/" + name)
    return path + "/" + name
  }

  deinit {
    for name in ["rows.csv", "rows.jsonl", "rows.csv.gz", "rows.csv.zst"] { unlink(path + "/" + name) }
    rmdir(path)
  }
}
