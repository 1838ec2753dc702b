package import PipeSpec
package import PipeWeb

/// Where requests come from. A source is a value of the plan; it acts only in `run`.
package protocol Source: Sendable {
  /// What the plan says of it in one line: `urls.txt (lines)`.
  var summary: String { get }

  /// What the plan says of its requests, a line each, where they are more than its URLs.
  func notes(in folder: SourceFolder) -> [String]

  /// What its requests send of a file, told by its size and checksum; `nil` for nothing.
  func sentFile(in folder: SourceFolder) -> String?

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

  /// The files that it reads.
  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse]

  /// How a run that goes on reads it again.
  func rereading(in folder: SourceFolder) -> SourceRereading

  /// Whether its requests are taken from a queue that waits for word of them. A run that goes on reads it once more, though it had
  /// come to its end.
  var isQueue: Bool { get }

  /// Yields its requests into the output, in an order that is the same in every run.
  ///
  /// - Throws: `RunError` where it cannot go on; `CancellationError` where the run stops.
  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws
}

extension Source {
  package func notes(in folder: SourceFolder) -> [String] { [] }
  package func sentFile(in folder: SourceFolder) -> String? { nil }
  package func count(in folder: SourceFolder) -> RequestCount { .unknown }
  package var requestsByHost: [String: Int]? { nil }
  package func isAtHand(in folder: SourceFolder) -> Bool { false }
  package func columns(in folder: SourceFolder) -> SourceColumns { .unknown }
  package var origins: Set<WebURL.OriginKey>? { nil }
  package func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {}
  package func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] { [] }
  package var isQueue: Bool { false }
  /// Right for every source: nothing is lost, and nothing comes twice.
  package func rereading(in folder: SourceFolder) -> SourceRereading { .once }
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
