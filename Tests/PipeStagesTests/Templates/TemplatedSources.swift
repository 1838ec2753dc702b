import PipeEngine
import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine
@testable import PipeStages

/// A source with a file beside its spec, and the requests that it makes.
struct TemplatedSource {
  private let folder: TemporaryFolder
  let pipeline: Pipeline

  /// - Parameters:
  ///   - source: What stands in the spec, which may name `rows.csv`, `rows.jsonl` and `rows.txt`.
  ///   - rows: The content of that file.
  init(_ source: String, _ rows: String = "", variables: Variables = Variables(), rest: String = "") throws {
    folder = try TemporaryFolder()
    for ending in ["csv", "jsonl", "txt"] where source.contains("rows." + ending) {
      try folder.write("rows." + ending, rows.utf8)
    }
    if source.contains("content.xml") { try folder.write("content.xml", "<a>{b}</a>\n".utf8) }
    pipeline = Pipeline(spec: "sources:\n  - \(source)\n\(rest)", variables: variables, folder: folder.path)
  }

  func requests(control: RunControl = RunControl()) async throws -> [Request] {
    let plan = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))")
    return try await plan.sources[0].source.requests(
      in: folder.path, columns: plan.inputColumns, method: plan.fetch.statedMethod, control: control)
  }

  /// The requests as lines: method, URL, fields and body, or the error.
  func lines() async throws -> [String] {
    try await requests().map { request in
      if let fault = request.fault { return fault.description }
      var line = [request.method?.rawValue, request.url?.href].compactMap(\.self).joined(separator: " ")
      for field in request.headers { line += " \(field.name)=\(field.value)" }
      if let body = request.body { line += " " + String(decoding: body, as: UTF8.self) }
      return line
    }
  }
}
