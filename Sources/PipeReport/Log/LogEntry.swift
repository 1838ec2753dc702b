package import PipeEngine
internal import PipeWeb

/// What the log says of an event of a run.
package struct LogEntry: Sendable {
  /// In the order of their weight.
  package enum Level: String, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error

    package func isAtLeast(_ other: Level) -> Bool {
      (Self.allCases.firstIndex(of: self) ?? 0) >= (Self.allCases.firstIndex(of: other) ?? 0)
    }
  }

  package let level: Level
  package let message: String
  package let fields: [(name: String, value: LogLine.Value)]

  private typealias Fields = [(name: String, value: LogLine.Value)]

  package init(_ level: Level, _ message: String, _ fields: [(name: String, value: LogLine.Value)] = []) {
    self.level = level
    self.message = message
    self.fields = fields
  }

  /// - Parameters:
  ///   - shown: What is shown of a URL or a host.
  ///   - sinks: The sinks as they are shown, by their place in the plan.
  package init(_ event: RunEvent, shown: (String) -> String, sinks: [String]) {
    func request(_ id: RequestID) -> Fields {
      [("request", .text("\(id.source + 1):\(id.ordinal + 1)"))]
    }
    func at(_ id: RequestID, _ place: WebURL?) -> Fields {
      request(id) + (place.map { [("url", .text(shown($0.hrefWithoutUserinfo)))] } ?? [])
    }
    switch event {
    case .admitted(let id): self.init(Self.level(of: event), "admitted", request(id))
    case .begun(let id, let place, let attempt):
      self.init(Self.level(of: event), "begun", at(id, place) + [("attempt", .count(attempt))])
    case .landed(let id, let place, let status, let error, let elapsed):
      var fields = at(id, place)
      if let status { fields.append(("status", .count(status))) }
      if let error { fields.append(("error", .text(error.rawValue))) }
      self.init(Self.level(of: event), "landed", fields + [("elapsed_ms", .milliseconds(elapsed))])
    case .redirected(let id, let target):
      self.init(
        Self.level(of: event), "redirected",
        request(id) + (target.map { [("to", .text(shown($0.hrefWithoutUserinfo)))] } ?? []))
    case .retried(let id, let attempt, let wait):
      self.init(
        Self.level(of: event), "retried",
        request(id) + [("attempt", .count(attempt)), ("after_ms", .milliseconds(wait))])
    case .hostSlowed(let host): self.init(Self.level(of: event), "host slowed down", [("host", .text(shown(host)))])
    case .hostGivenUp(let host, let id):
      self.init(Self.level(of: event), "host given up", request(id) + [("host", .text(shown(host)))])
    case .recorded(let id, let error):
      self.init(
        Self.level(of: event), "recorded", request(id) + (error.map { [("error", .text($0.rawValue))] } ?? []))
    case .committed(let sink, let rows):
      let name = sinks.indices.contains(sink) ? sinks[sink] : "\(sink + 1)"
      self.init(Self.level(of: event), "committed", [("sink", .text(name)), ("rows", .count(rows))])
    case .stopped(let reason): self.init(Self.level(of: event), "stopped", [("reason", .text(reason.name))])
    }
  }

  /// How much an event weighs. A page that fails is data, and no trouble of the run's.
  package static func level(of event: RunEvent) -> Level {
    switch event {
    case .admitted, .begun: .trace
    case .landed(_, _, let status, let error, _): error == nil && (status ?? 0) < 400 ? .debug : .info
    case .redirected, .committed: .debug
    case .recorded(_, let error): error == nil ? .debug : .info
    case .retried: .info
    case .hostSlowed: .notice
    case .hostGivenUp: .warning
    case .stopped(.complete), .stopped(.limit), .stopped(.readerGone): .info
    case .stopped(.stopped): .warning
    case .stopped(.failed): .error
    }
  }
}
