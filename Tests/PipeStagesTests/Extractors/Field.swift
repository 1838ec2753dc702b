import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import PipeWeb
import Testing

/// One field as a spec declares it, compiled, and what it makes of pages.
struct Field {
  let plan: Plan

  /// - Parameters:
  ///   - extractor: YAML, such as `links: {unique: false}`.
  ///   - limits: YAML, such as `value: 1KiB`.
  init(_ extractor: String, limits: String = "") throws {
    let pipeline = Self.compile(extractor, limits: limits)
    plan = try #require(pipeline.plan, "\(extractor): \(pipeline.diagnostics.map(\.message))")
  }

  var type: FieldType { plan.fields[0].extractor.type }

  /// The value for a page that is at `https://example.com/folder/page`, and the record's error.
  func value(
    _ body: String, type: String? = "text/html; charset=utf-8", fields: HTTPFields = HTTPFields()
  ) -> (value: Value, error: String?) {
    value(bytes: Array(body.utf8), type: type, fields: fields)
  }

  func value(
    bytes: [UInt8], type: String?, fields: HTTPFields = HTTPFields()
  ) -> (value: Value, error: String?) {
    let request = Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/folder/page")
    let response = HTTPResponse(
      status: 200, version: .http11, fields: fields, contentType: type, body: bytes, length: bytes.count)
    return value(
      Fetched(
        request: request, response: response, completed: Timestamp(seconds: 1_000_000_000, nanoseconds: 7_000_000)))
  }

  func value(_ fetched: Fetched) -> (value: Value, error: String?) {
    let values = Extraction(plan).extract(fetched).record.values
    return (values[0], values.last.flatMap { if case .string(let text) = $0 { text } else { nil } })
  }

  static func compile(_ extractor: String, limits: String = "") -> Pipeline {
    let isMap = extractor.contains(": ") && !extractor.hasPrefix("{")
    let spec = """
      version: 1
      sources: [\(extractor.hasPrefix("input") ? "stdin: {format: csv}" : "urls: [https://example.com/]")]
      extract:
        field: \(isMap ? "{\(extractor)}" : extractor)
      limits: {\(limits)}
      sinks: [jsonl: "-"]
      """
    return Pipeline(
      SourceFile(name: "test.yaml", text: spec), catalogue: .standard, folder: SourceFolder("."),
      variables: Variables(), processors: 1)
  }
}
