import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

/// A pipeline whose sources and sinks are in memory: the spec names them `source0`, `sink0` and so on.
struct MemoryPipeline {
  let sources: [any Source]
  let sinks: [MemorySink]

  init(sources: [any Source], sinks: [MemorySink] = [MemorySink()]) {
    self.sources = sources
    self.sinks = sinks
  }

  init(_ urls: [String], sinks: [MemorySink] = [MemorySink()]) {
    self.init(sources: [MemorySource(urls: urls)], sinks: sinks)
  }

  private var catalogue: Catalogue {
    Catalogue(
      sources: sources.enumerated().map { index, source in
        Component(
          .source, "source\(index)", "In memory.", options: MapShape(make: { source }), standsAlone: true
        ) { $0 }
      },
      extractors: [
        FunctionExtractor(type: .url, isNullable: false) { page in .string(page.request.written) }.component("url"),
        FunctionExtractor(type: .url) { page in page.request.url.map { .string($0.href) } ?? .null }
          .component("final_url"),
        FunctionExtractor(type: .int, isNullable: false, placeFact: .way) { .int($0.request.depth) }.component("depth"),
        FunctionExtractor(type: .url, placeFact: .way) { $0.request.referrer.map { .string($0) } ?? .null }.component(
          "referrer"),
        FunctionExtractor(type: .string, placeFact: .source) { $0.source.map { .string($0) } ?? .null }.component(
          "source"),
        FunctionExtractor(type: .int) { page in page.response.map { .int($0.status) } ?? .null }.component("status"),
        FunctionExtractor(type: .string, comesLast: true) { page in
          page.error.map { .string($0.description) } ?? .null
        }.component("error"),
        FunctionExtractor(type: .string) { page in
          guard let body = page.response?.body, !body.isEmpty else { return .null }
          return .string(String(decoding: body, as: UTF8.self))
        }.component("body"),
        FunctionExtractor(type: .int) { page throws(ExtractionFault) in
          guard let body = page.response?.body else { return .null }
          guard let number = Int(String(decoding: body, as: UTF8.self)) else {
            throw ExtractionFault("no number")
          }
          return .int(number)
        }.component("number"),
      ],
      sinks: sinks.enumerated().map { index, sink in
        Component(
          .sink, "sink\(index)", "In memory.", options: MapShape(make: { sink as any Sink }), standsAlone: true
        ) { $0 }
      })
  }

  /// Compiles the spec's text, with all sources, and all sinks where it names none; without a `fetch` of its own
  /// nothing is tried again.
  func plan(_ text: String = "extract: [url, status, error]") throws -> Plan {
    let pipeline = compile(text)
    if pipeline.plan == nil { Issue.record("\(pipeline.diagnostics.map { "\($0.code.rawValue): \($0.message)" })") }
    return try #require(pipeline.plan)
  }

  /// What becomes of the spec's text, as `plan` completes it.
  func compile(_ text: String, limit: Int? = nil) -> Pipeline {
    let all = "sources: [\(sources.indices.map { "source\($0)" }.joined(separator: ", "))]\n"
    var text = "version: 1\n" + (text.contains("sources:") ? "" : all) + text
    if !text.contains("fetch:") { text += "\nfetch: {retry: 1}" }
    if !text.contains("sinks:") {
      text += "\nsinks: [\(sinks.indices.map { "sink\($0)" }.joined(separator: ", "))]"
    }
    return Pipeline(
      SourceFile(name: "spec.yaml", text: text), language: Language(catalogue), folder: SourceFolder(""),
      variables: Variables(), processors: 2, limit: limit)
  }
}

extension Plan {
  func with(bounds: Bounds? = nil, fetch: FetchPlan? = nil, limit: Int? = nil) -> Plan {
    var plan = self
    plan.fetch = fetch ?? self.fetch
    plan.bounds = bounds ?? self.bounds
    plan.limit = limit ?? self.limit
    return plan
  }
}

extension Graph {
  /// Runs to the end and expects that nothing was lost count of.
  func runConserving(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await run()
    #expect(progress.discrepancies == [], sourceLocation: sourceLocation)
    #expect(progress.inFlight == 0, sourceLocation: sourceLocation)
    #expect(progress.waiting == 0, sourceLocation: sourceLocation)
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByNilLiteral
{
  public init(stringLiteral text: String) { self = .string(text) }
  public init(integerLiteral number: Int) { self = .int(number) }
  public init(nilLiteral: ()) { self = .null }
}
