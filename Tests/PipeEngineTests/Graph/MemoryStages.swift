import PipeSpec
import PipeTesting
import PipeWeb

@testable import PipeEngine

/// A source of given URLs.
struct MemorySource: Source {
  var urls: [String]
  var method: PipeEngine.Method?
  var body: [UInt8]?
  var headers: [HTTPFields.Field] = []
  /// Thrown after the last URL.
  var failure: RunError?
  /// Called before the URL of an index is yielded.
  var willYield: @Sendable (Int) -> Void = { _ in }

  var summary: String { "memory" }

  func count(in folder: SourceFolder) -> RequestCount { .exactly(urls.count) }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    for (index, url) in urls.enumerated() {
      willYield(index)
      try await output.yield(Request(id: output.nextID, written: url, method: method, body: body, headers: headers))
    }
    if let failure {
      try await output.flush()
      throw failure
    }
  }
}

/// A source that never ends and never waits.
struct EndlessSource: Source {
  var summary: String { "endless" }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    for number in 0... { try await output.yield("http://h\(number % 7).example/\(number)") }
  }
}

/// A source that waits for input which never comes.
struct WaitingSource: Source {
  let isWaiting: Turnstile
  var summary: String { "waiting" }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    try await output.yield("http://a.example/")
    try await output.flush()
    let (never, hold) = AsyncStream.makeStream(of: Void.self)
    isWaiting.pass()
    for await _ in never {}
    hold.finish()
    try Task.checkCancellation()
  }
}

/// A sink that keeps its rows.
final class MemorySink: Sink {
  enum Fault: Sendable {
    case none, beforeOpen, atOpen, atRow(Int), atIdle, atCommit, atFinish, atPublish
  }

  let rows = Recorder<[Value]>()
  let events = Recorder<String>()
  private let name: String
  private let fault: Fault
  /// Called in each of its functions, on the thread that called them.
  private let onCall: @Sendable (String) -> Void

  init(
    _ name: String = "memory", failing fault: Fault = .none, onCall: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.name = name
    self.fault = fault
    self.onCall = onCall
  }

  var summary: String { name }
  var target: Located<SinkTarget> { Located(.file(name), at: .wholeFile) }
  var error: RunError { RunError(name, "is full") }

  func prospect() -> OutputProspect { if case .beforeOpen = fault { .refused(error) } else { .new } }

  func open(
    _ columns: [Column], at position: SinkPosition?, in environment: SinkEnvironment
  ) throws(RunError) -> any SinkWriter {
    onCall("open")
    events.append("open")
    if case .atOpen = fault { throw error }
    return Writer(sink: self, columns: columns)
  }

  private struct Writer: SinkWriter {
    let sink: MemorySink
    let columns: [Column]

    func write(_ records: [Record]) throws(RunError) {
      sink.onCall("write")
      for record in records {
        if case .atRow(let row) = sink.fault, sink.rows.count >= row { throw sink.error }
        sink.rows.append(columns.map { record.values[$0.index] })
      }
    }

    var rowsWritten: Int { sink.rows.count }

    func commit() throws(RunError) -> SinkCommit {
      sink.onCall("commit")
      if case .atCommit = sink.fault { throw sink.error }
      sink.events.append("commit")
      return SinkCommit(rows: sink.rows.count)
    }

    func idle() throws(RunError) {
      sink.onCall("idle")
      if case .atIdle = sink.fault { throw sink.error }
    }

    func finish() throws(RunError) -> SinkCommit {
      sink.onCall("finish")
      if case .atFinish = sink.fault { throw sink.error }
      sink.events.append("finish")
      return SinkCommit(rows: sink.rows.count)
    }

    func publish() throws(RunError) {
      sink.onCall("publish")
      if case .atPublish = sink.fault { throw sink.error }
      sink.events.append("publish")
    }

    func abandon() -> UnpublishedRows? {
      sink.onCall("abandon")
      sink.events.append("abandon")
      return UnpublishedRows(path: sink.name + ".part")
    }
  }
}

/// A field made by a function.
struct FunctionExtractor: Extractor {
  let type: FieldType
  var isNullable = true
  var comesLast = false
  var placeFact: PlaceFact?
  let function: @Sendable (Page) throws(ExtractionFault) -> Value

  func extract(_ page: Page) throws(ExtractionFault) -> Value { try function(page) }

  /// A component of this name that stands alone.
  func component(_ name: String) -> Component<any Extractor> {
    Component(
      .extractor, name, "A field for tests.", options: MapShape(make: { self as any Extractor }), standsAlone: true
    ) { $0 }
  }
}
