import PipeEngine
import PipeSpec
import PipeStages
import PipeWeb
import Synchronization

/// A pipeline without network and disk: requests from memory, answers in no time, rows that are only counted.
struct MemoryRun {
  private let plan: Plan
  private let sink: CountingSink

  /// - Parameters:
  ///   - source: The source as the spec has it; `memory` yields what is given.
  init(source: String, _ given: MemorySource = .written([])) throws {
    let sink = CountingSink()
    let catalogue = Catalogue(
      sources: Catalogue.standard.sources + [
        Component(.source, "memory", "In memory.", options: MapShape(make: { given }), standsAlone: true) { $0 }
      ],
      extractors: Catalogue.standard.extractors,
      sinks: [
        Component(.sink, "counting", "In memory.", options: MapShape(make: { sink }), standsAlone: true) { $0 }
      ])
    self.sink = sink
    plan = try Plan.compiled(
      """
      version: 1
      sources: [\(source)]
      fetch: {concurrency: 64, per_host: {concurrency: 64}}
      extract: [url, status]
      sinks: [counting]
      """, catalogue)
  }

  /// Runs to the end.
  ///
  /// - Returns: How many rows came out.
  /// - Throws: Where it is another number than expected.
  func rows(expecting count: Int) async throws -> Int {
    let before = sink.rows
    try await Graph(plan, fetcher: InstantFetcher()).run()
    let rows = sink.rows - before
    guard rows == count else { throw MicroBenchmarkFailure("\(rows) rows instead of \(count)") }
    return rows
  }
}

extension Plan {
  /// Compiles a spec that is known to be right.
  static func compiled(_ text: String, _ catalogue: Catalogue = .standard) throws -> Plan {
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: text), catalogue: catalogue, folder: SourceFolder(""),
      variables: Variables(), processors: 2)
    guard let plan = pipeline.plan else {
      throw MicroBenchmarkFailure(pipeline.diagnostics.map(\.message).joined(separator: "; "))
    }
    return plan
  }
}

enum MemorySource: Source {
  /// Requests that are made already, numbered from 0.
  case requests([Request])
  /// URLs as written.
  case written([String])

  var summary: String { "memory" }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    switch self {
    case .requests(let requests): for request in requests { try await output.yield(request) }
    case .written(let urls): for url in urls { try await output.yield(url) }
    }
  }
}

/// Answers every request at once.
private struct InstantFetcher: Fetcher {
  func fetch(_ work: any FetchWork) async throws {
    let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    work.onChange { change.yield() }
    var waiter = changes.makeAsyncIterator()
    while true {
      switch work.take(upTo: 64) {
      case .requests(let requests):
        work.complete(
          requests.map { request in
            Fetched(
              request: request,
              response: HTTPResponse(
                status: 200, version: .http11, contentType: "text/html", location: nil, body: [], length: 0))
          })
      case .wait: await waiter.next(isolation: #isolation)
      case .finished, .draining: return
      }
    }
  }
}

/// A sink that counts its rows.
private final class CountingSink: Sink {
  private let count = Atomic(0)

  var rows: Int { count.load(ordering: .relaxed) }
  var summary: String { "counting" }
  var target: Located<SinkTarget> { Located(.file("counting"), at: .wholeFile) }

  func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) throws(RunError) -> any SinkWriter {
    Writer(sink: self)
  }

  private struct Writer: SinkWriter {
    let sink: CountingSink

    func write(_ records: [Record]) throws(RunError) { sink.count.add(records.count, ordering: .relaxed) }
    var rowsWritten: Int { sink.rows }
    func commit() throws(RunError) -> SinkCommit { SinkCommit(rows: sink.rows) }
    func finish() throws(RunError) -> SinkCommit { SinkCommit(rows: sink.rows) }
    func publish() throws(RunError) {}
    func abandon() -> UnpublishedRows? { nil }
  }
}
