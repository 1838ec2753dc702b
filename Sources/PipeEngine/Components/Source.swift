package import PipeSpec
package import PipeText
package import PipeWeb

/// Where requests come from. A source is a value of the plan; it acts only in `run`.
package protocol Source: Sendable {
  /// What the plan says of it in one line: `urls.txt (lines)`.
  var summary: String { get }

  /// How many requests it will yield, where that can be known without the network.
  func count(in folder: SourceFolder) -> RequestCount

  /// How many of its requests go to each host, where that is known without reading anything; `nil` where not.
  var requestsByHost: [String: Int]? { get }

  /// Whether its requests can be read at any time without the network, and without taking them from anybody.
  func isAtHand(in folder: SourceFolder) -> Bool

  /// The origins that its requests go to first, where they are known without reading anything; `nil` if not.
  var origins: Set<WebURL.OriginKey>? { get }

  /// The columns that its rows have, as far as that is known before the run: only regular files are read, and of them
  /// no more than a header.
  func columns(in folder: SourceFolder) -> SourceColumns

  /// Reports what would keep it from running, a file that cannot be read for instance.
  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void)

  /// The file that it reads, if it reads one.
  func input(at span: SourceSpan, in folder: SourceFolder) -> FileUse?

  /// Yields its requests into the output, in an order that is the same in every run.
  ///
  /// - Throws: `RunError` where it cannot go on; `CancellationError` where the run stops.
  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws
}

extension Source {
  package func count(in folder: SourceFolder) -> RequestCount { .unknown }
  package var requestsByHost: [String: Int]? { nil }
  package func isAtHand(in folder: SourceFolder) -> Bool { false }
  package func columns(in folder: SourceFolder) -> SourceColumns { .unknown }
  package var origins: Set<WebURL.OriginKey>? { nil }
  package func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {}
  package func input(at span: SourceSpan, in folder: SourceFolder) -> FileUse? { nil }
}

package enum RequestCount: Hashable, Sendable {
  case exactly(Int)
  case unknown
  /// It was not looked at, and why.
  case unread(String)

  var isKnown: Bool { if case .exactly = self { true } else { false } }
}

/// What is known of the columns of a source's rows.
package enum SourceColumns: Hashable, Sendable {
  /// Its rows are URLs and nothing else; the hint says what would give them columns, if anything would.
  case none(hint: String?)
  case named([String])
  case unknown
}

/// The folder that a spec's input paths are relative to: the spec's own.
package struct SourceFolder: Hashable, Sendable {
  package let path: String
  /// Where the spec itself is read from, if it is not made in memory.
  package let spec: FileUse.Target?

  package init(_ path: String, spec: FileUse.Target? = nil) {
    self.path = path
    self.spec = spec
  }

  /// The path of a file named in the spec.
  package func resolve(_ name: String) -> String {
    name.hasPrefix("/") || path.isEmpty ? name : path + "/" + name
  }
}

/// Where a source puts its requests: numbered, gathered into batches, sent as credits allow.
package struct RequestOutput {
  /// The columns of a row that the plan uses. A source gives its requests no others: they would travel for nothing.
  package let columns: Set<ExactText>
  /// Those of them that no row has had so far.
  private(set) var missingColumns: Set<ExactText>
  /// The columns of the first row that has any, for a hint.
  private(set) var firstColumns: [String] = []
  private let source: Int
  private let outlet: Outlet<Request>
  private let control: RunControl
  private let counter: StageCounter
  private var ordinal = 0
  private var batch: [Request] = []
  private var batchBytes = 0
  /// Called when there is a first request, and whenever none has come yet: whether there is one.
  private var onBegin: (@Sendable (Bool) -> Void)?
  private static let batchSize = 256
  private static let batchByteSize = 256 << 10

  init(
    source: Int, columns: Set<ExactText> = [], outlet: Outlet<Request>, control: RunControl, counter: StageCounter,
    onBegin: (@Sendable (Bool) -> Void)? = nil
  ) {
    self.source = source
    self.columns = columns
    missingColumns = columns
    self.outlet = outlet
    self.control = control
    self.counter = counter
    self.onBegin = onBegin
  }

  /// The identity of the next request.
  package var nextID: RequestID { RequestID(source: source, ordinal: ordinal) }

  /// Yields a request, made with `nextID`.
  package mutating func yield(_ request: Request) async throws {
    ordinal += 1
    if !missingColumns.isEmpty, !request.input.isEmpty { missingColumns.subtract(request.input.keys) }
    batch.append(request)
    batchBytes += request.cost
    if batch.count >= Self.batchSize || batchBytes >= Self.batchByteSize { try await flush() }
  }

  /// Yields a request for a URL as written.
  package mutating func yield(_ written: String) async throws {
    try await yield(Request(id: nextID, written: written))
  }

  /// Notes which columns the rows have; those of the first row are enough.
  package mutating func note(columns: some Sequence<String>) {
    if !missingColumns.isEmpty, firstColumns.isEmpty { firstColumns = columns.sorted() }
  }

  /// Tells the person something about the input, once.
  package func tell(_ notice: String) { control.tell(notice) }

  /// Sends on what is gathered; a source calls it when it is about to wait for more.
  ///
  /// - Throws: `CancellationError` where the run stops.
  package mutating func flush() async throws {
    if control.areSourcesClosed { throw CancellationError() }
    onBegin?(ordinal > 0)
    if ordinal > 0 { onBegin = nil }
    if batch.isEmpty { return }
    counter.add(generated: batch.count)
    do {
      try await outlet.send(batch, bytes: batchBytes)
    } catch {
      counter.add(unfinished: batch.count)
      throw error
    }
    batch.removeAll(keepingCapacity: true)
    batchBytes = 0
  }

  /// Forgets what was gathered and not sent; the run stops.
  mutating func drop() {
    batch = []
    batchBytes = 0
  }
}
