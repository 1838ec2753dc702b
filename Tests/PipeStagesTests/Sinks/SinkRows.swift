import PipeEngine
import PipeSpec

@testable import PipeStages

extension FileSink {
  /// Opens an output that is the only one.
  func open(
    _ columns: [Column], at position: SinkPosition? = nil, in environment: SinkEnvironment = SinkEnvironment()
  ) throws(RunError) -> any FileWriter {
    try openFile(columns, .at(position), in: environment)
  }

  /// Writes rows of values as a run would; the columns are named `a`, `b` and so on where no names are given.
  func write(_ rows: [[Value]], columns names: [String]? = nil) throws {
    let count = rows.first?.count ?? 1
    let names = names ?? (0..<count).map { String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0))) }
    var writer = try open(names.enumerated().map { Column(name: $1, index: $0) })
    let records = rows.enumerated().map { Record(id: RequestID(source: 0, ordinal: $0), values: $1) }
    try writer.write(records)
    _ = try writer.flush()
    try writer.close()
  }
}

extension OutputOptions {
  init(_ path: String, mode: OutputMode = .replace, publish: PublishMode? = nil) {
    self.init(target: Located(.file(path), at: .wholeFile), mode: mode, publish: publish)
  }
}

extension [Value] {
  /// Texts of all kinds, for rows.
  static func texts(_ texts: String...) -> [Value] { texts.map { .string($0) } }
}
