import ArgumentParser
import PipeEngine
import PipeReport
import PipeSystem

/// What `--metrics` and `--metrics-file` ask for.
struct MetricsOptions: ParsableArguments {
  @Option(
    name: .customLong("metrics"),
    help: ArgumentHelp(
      "Serve metrics for Prometheus while the run goes on: a port of this machine alone, or ADDRESS:PORT; port 0 has the system choose one.",
      valueName: "address"))
  var address: MetricsAddress?

  @Option(
    name: .customLong("metrics-file"),
    help: ArgumentHelp(
      "Write metrics to this file every 15 s and at the end, for the node exporter's textfile collector.",
      valueName: "file"),
    completion: .file())
  var file: String?

  var areWanted: Bool { address != nil || file != nil }

  /// Files that it has open at once: the server's, and a file with the one that takes its place.
  var openFiles: Int { (address == nil ? 0 : MetricsServer.descriptors) + (file == nil ? 0 : 2) }
}

/// Where the metrics of a run go, from before it begins to behind its end.
struct MetricsOutlet {
  private let server: MetricsServer?
  private let file: MetricsFile?
  private let stop: StopEvent
  private var threads: [SystemThread] = []
  private var metrics: RunMetrics?

  /// Takes the address and looks at the file; nothing is answered or written.
  ///
  /// - Throws: `RunError` if either cannot be had: a run that nobody can watch as was asked for does not begin.
  init(_ options: MetricsOptions, of plan: Plan) throws(RunError) {
    stop = try StopEvent()
    server = try options.address.map { address throws(RunError) in try MetricsServer(address) }
    file = try options.file.map { path throws(RunError) in try MetricsFile(path, of: JournalPlan.name(of: plan)) }
  }

  /// What the person is told before the run.
  ///
  /// - Parameter isQuiet: Whether it is only what they cannot know.
  func notices(isQuiet: Bool, asked: MetricsAddress?) -> [String] {
    var lines: [String] = []
    if let server {
      if !isQuiet || asked?.port == 0 { lines.append("pipe: metrics at http://\(server.address.description)/metrics") }
      if !server.address.isLoopback {
        lines.append(
          "pipe: warning: --metrics \(server.address.description): whoever reaches this machine can read them")
      }
    }
    if let notice = file?.notice { lines.append("pipe: warning: \(notice)") }
    return lines
  }

  /// The run begins: metrics are served and written from now on.
  mutating func begin(_ metrics: RunMetrics) throws(RunError) {
    self.metrics = metrics
    try file?.write(metrics.text(isActive: true))
    if let server { threads.append(try server.start(until: stop) { metrics.text(isActive: true) }) }
    guard let file else { return }
    do throws(SystemThread.Refusal) {
      threads.append(
        try SystemThread { [stop] in
          var isTold = false
          while !stop.wait(atMost: MetricsFile.interval) {
            do throws(RunError) {
              try file.write(metrics.text(isActive: true))
            } catch {
              // It says so at the end once more, if it is so then.
              if !isTold { StandardError.say("pipe: warning: \(error.subject) \(error.reason)") }
              isTold = true
            }
          }
        })
    } catch {
      throw RunError("the machine", "cannot start a thread for --metrics-file: \(error.reason)")
    }
  }

  /// The run has ended: nobody is answered any more, and the file says how it went. Called again, it says so anew.
  mutating func end(_ ending: LastRun.Ending) throws(RunError) {
    stop.happen()
    for thread in threads { thread.join() }
    threads = []
    try file?.write(metrics?.text(isActive: false) ?? "", ending: ending)
  }
}
