import PipeTesting
import PipeWeb
import Testing

/// What people open CSV files with.
enum CSVClient: String, CaseIterable, Sendable {
  case python, pandas, duckdb, sqlite

  /// Whether it can tell null from the empty text.
  var tellsNull: Bool { self == .duckdb }

  /// Whether it reads compressed files by itself, or with a module that belongs to it.
  var decompresses: Bool { self != .sqlite }

  /// The rows of a file with a header, every value as a text.
  ///
  /// - Parameter columns: How many there are; they are called `a`, `b` and so on.
  func rows(_ path: String, columns: Int, delimiter: Character = ",") throws -> [[String?]] {
    let output: [UInt8]
    if self == .sqlite {
      let names = (0..<columns).map { String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0))) }.joined(separator: ", ")
      output = try Program.output([
        "sqlite3", ":memory:", ".mode csv", ".separator '\(delimiter)'", ".import '\(path)' rows", ".mode list",
        "select json_group_array(json_array(\(names))) from rows",
      ])
    } else {
      let python = try #require(Program.path("python3"))
      output = try Program.output([python, "-c", Self.opening + script, path, String(delimiter)])
    }
    guard case .array(let rows) = try JSONValue(parsing: String(decoding: output, as: UTF8.self)) else { return [] }
    return rows.map { row in
      guard case .array(let values) = row else { return [] }
      return values.map { if case .string(let text) = $0 { text } else { nil } }
    }
  }

  private static let opening = """
    import json, sys
    path, delimiter = sys.argv[1:]

    """

  /// Writes the rows as JSON: the file is at `path`.
  private var script: String {
    switch self {
    case .python:
      """
      import csv, gzip, io, zstandard
      opens = {'gz': gzip.open, 'zst': zstandard.open}.get(path.rsplit('.', 1)[-1], open)
      with io.TextIOWrapper(opens(path, 'rb'), encoding='utf-8-sig', newline='') as file:
          json.dump(list(csv.reader(file, delimiter=delimiter, strict=True))[1:], sys.stdout)
      """
    case .pandas:
      """
      import pandas
      table = pandas.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False)
      json.dump(table.values.tolist(), sys.stdout)
      """
    case .duckdb:
      """
      import duckdb
      rows = duckdb.connect().execute(
          "select * from read_csv(?, delim = ?, all_varchar = true, allow_quoted_nulls = false)", [path, delimiter])
      json.dump(rows.fetchall(), sys.stdout)
      """
    case .sqlite: ""
    }
  }
}
