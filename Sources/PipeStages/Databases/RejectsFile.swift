import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec
import PipeStorage

/// A row that a database has refused, or that cannot be one.
struct RejectedRow {
  let record: Record
  let fault: ValueFault

  init(record: Record, _ fault: ValueFault) { (self.record, self.fault) = (record, fault) }
}

/// The file of rows that a database has refused: a JSON object a line. It has the rows of the run alone that writes it, and is
/// cut back where that goes on.
final class RejectsFile {
  private let path: String
  private let columns: [Column]
  private let file: any StoredFile
  private(set) var bytes: Int

  /// - Parameter start: Bytes of it that stay; `nil` for a file that begins.
  init(_ path: String, _ columns: [Column], at start: Int?, in environment: SinkEnvironment) throws(RunError) {
    self.path = path
    self.columns = columns
    try environment.files.claim(path: path, as: path)
    try OutputOpening.makeFolders(of: path, in: environment.storage)
    do throws(StorageError) {
      let storage = environment.storage
      if try storage.status(of: path, followingLinks: true) == nil {
        file = try storage.open(path, .new(permissions: 0o666, .atEnd))
      } else {
        file = try storage.open(path, .existing(.atEnd))
      }
      let status = try file.status()
      let size = status.kind == .regular ? status.size : 0
      if let start, status.kind == .regular, size < start {
        throw StorageError(.open, path, code: EINVAL)
      }
      bytes = start ?? 0
      if status.kind == .regular {
        guard try file.lock() else { throw StorageError(.open, path, code: EBUSY) }
        if size > bytes { try file.truncate(to: bytes) }
      }
    } catch {
      throw RunError(
        path,
        error.code == EINVAL
          ? "is shorter than the run has left it"
          : error.code == EBUSY
            ? "is being written by another run" : error.reason)
    }
  }

  /// Writes rows and makes them durable.
  func add(_ rows: [RejectedRow]) throws(RunError) {
    var lines: [UInt8] = []
    for row in rows {
      var members: [(String, Value)] = [
        ("code", .string(row.fault.code)), ("column", row.fault.column.map { .string($0) } ?? .null),
      ]
      members.append(("reason", .string(row.fault.reason)))
      lines.append(UInt8(ascii: "{"))
      for (name, value) in members { Self.append(name, value, to: &lines) }
      Self.append("row", nil, to: &lines)
      lines.append(UInt8(ascii: "{"))
      for column in columns { Self.append(column.name, row.record.values[column.index], to: &lines) }
      if lines.last == UInt8(ascii: ",") { lines.removeLast() }
      lines += "}}\n".utf8
    }
    do throws(StorageError) {
      var rest = lines[...]
      while !rest.isEmpty {
        let result: Result<Int?, StorageError> = rest.withUnsafeBytes { bytes in
          do throws(StorageError) { return .success(try file.write(bytes)) } catch { return .failure(error) }
        }
        guard let count = try result.get() else {
          file.waitForRoom(milliseconds: 100)
          continue
        }
        rest = rest.dropFirst(count)
      }
      if try file.status().kind == .regular { try file.sync() }
    } catch {
      throw RunError(path, error.reason)
    }
    bytes += lines.count
  }

  /// Takes back what was written behind a place, since its batch is done anew.
  func cut(to place: Int) throws(RunError) {
    guard place < bytes else { return }
    do throws(StorageError) {
      guard try file.status().kind == .regular else { return }
      try file.truncate(to: place)
    } catch {
      throw RunError(path, error.reason)
    }
    bytes = place
  }

  /// Appends `"name":value,`, or `"name":`.
  private static func append(_ name: String, _ value: Value?, to line: inout [UInt8]) {
    Value.string(name).appendJSON(to: &line)
    line.append(UInt8(ascii: ":"))
    guard let value else { return }
    value.appendJSON(to: &line)
    line.append(UInt8(ascii: ","))
  }
}
