import PipeEngine
import PipeSpec
import PipeText

@testable import PipeEngine
@testable import PipeStages

extension Source {
  /// Everything that it yields.
  ///
  /// - Parameter columns: The columns of its rows that the plan uses.
  func requests(
    in folder: String = "", columns: Set<ExactText> = [], method: PipeEngine.Method? = nil,
    fetcher: SourceFetcher = .none,
    control: RunControl = RunControl()
  ) async throws -> [Request] {
    let edge = Edge<Request>("requests", elements: .max)
    var output = RequestOutput(
      source: 0, columns: columns, method: method, outlet: Outlet(edge), control: control, counter: StageCounter())
    try await run(&output, in: SourceEnvironment(SourceFolder(folder), fetcher: fetcher))
    try await output.flush()
    edge.close()
    var requests: [Request] = []
    var batches = edge.batches()
    while let batch = try await batches.next() { requests += batch }
    return requests
  }
}

extension RowReader {
  /// All rows of a text that comes in chunks of so many bytes.
  func rows(of bytes: [UInt8], chunk: Int = 64 << 10) throws -> [InputRow] {
    var reader = self
    var rows: [InputRow] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      rows += try reader.rows(bytes[start..<min(start + chunk, bytes.count)])
    }
    return try rows + reader.finish()
  }

  func rows(of text: String, chunk: Int = 64 << 10) throws -> [InputRow] {
    try rows(of: Array(text.utf8), chunk: chunk)
  }
}
