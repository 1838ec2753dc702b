import Logging
import PipeEngine
import PipeReport
import PipeSpec
import PipeWeb

/// Follows the events of a run and writes a line of each, on a thread of its own.
///
/// Events are lossy by rule: if nobody reads standard error, or not as fast, the run goes on, and the log says how many events it
/// has lost.
struct RunLog: Sendable {
  let listener = RunListener(capacity: 8192)
  private let logger: Logger
  private let level: LogEntry.Level
  private let output: LogOutput
  private let mask: SecretMask
  private let sinks: [String]
  private let thread: SinkThread

  /// How often it says at the most that events were lost.
  private static let interval = Duration.seconds(1)

  init(_ level: LogEntry.Level, _ format: LogStyle, of plan: Plan) throws(RunError) {
    let output = LogOutput(format)
    self.output = output
    self.level = level
    logger = Logger(label: "pipe.run") { _ in RunLogHandler(output, level: Logger.Level(level)) }
    mask = plan.mask
    sinks = plan.sinks.map(\.shown)
    thread = try SinkThread("for the log")
  }

  /// The run begins.
  func begin(_ identity: RunMetrics.Identity) {
    let fields = [
      ("pipeline", identity.pipeline), ("spec_sha256", identity.specHash), ("pipe", PipeVersion.text),
    ]
    write(LogEntry(.info, "started", fields.map { ($0, .text($1)) }))
  }

  /// The run has ended: nobody waits for long now who reads the log, or does not.
  func runEnded() { output.runEnded() }

  /// Writes what happens, until the run has ended.
  func follow() async {
    let task = Task(executorPreference: thread) {
      var told = 0
      var rows: [Int: Int] = [:]
      var next = ContinuousClock.now
      for await event in listener.events {
        let isLast = if case .stopped = event { true } else { false }
        let lost = listener.droppedCount + output.droppedCount
        if lost > told, isLast || next <= .now {
          next = .now + Self.interval
          write(LogEntry(.warning, "events lost", [("lost", .count(lost - told))]))
          told = lost
        }
        guard LogEntry.level(of: event).isAtLeast(level) else { continue }
        // Sinks commit whether there is something new or not.
        if case .committed(let sink, let count) = event, rows.updateValue(count, forKey: sink) ?? 0 == count {
          continue
        }
        write(LogEntry(event, shown: mask.value, sinks: sinks))
      }
    }
    await task.value
  }

  private func write(_ entry: LogEntry) {
    logger.log(
      level: Logger.Level(entry.level), "\(entry.message)",
      metadata: Logger.Metadata(
        entry.fields.map { ($0.name, .stringConvertible(LoggedValue($0.value))) },
        uniquingKeysWith: { first, _ in first }
      ))
  }
}

/// A value of a line that keeps its type on its way through the logging interface.
struct LoggedValue: CustomStringConvertible, Sendable {
  let value: LogLine.Value

  init(_ value: LogLine.Value) { self.value = value }

  var description: String {
    switch value {
    case .text(let text): text
    case .count(let count): "\(count)"
    case .milliseconds(let time): "\(time.seconds * 1000)"
    }
  }
}

/// The lines of the log on standard error, as swift-log's handlers do it.
struct RunLogHandler: LogHandler {
  private let output: LogOutput
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  init(_ output: LogOutput, level: Logger.Level) {
    self.output = output
    logLevel = level
  }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
    let fields = all.map { name, value -> (name: String, value: LogLine.Value) in
      if case .stringConvertible(let logged as LoggedValue) = value { return (name, logged.value) }
      return (name, .text("\(value)"))
    }
    output.write(LogLine(.now, event.level.rawValue, event.message.description, fields))
  }
}

extension Logger.Level {
  init(_ level: LogEntry.Level) {
    self =
      switch level {
      case .trace: .trace
      case .debug: .debug
      case .info: .info
      case .notice: .notice
      case .warning: .warning
      case .error: .error
      }
  }
}
