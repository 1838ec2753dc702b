package import PipeEngine
internal import PipeSpec
internal import PipeWeb

/// A run as a few lines of a terminal.
///
///     ━━━━━━━━━━━━━━━━━━╺──────────────────────  45%  4,512 of 10,000  about 3 min left
///     ok 4,480   not ok 20   failed 12   in flight 64   waiting 5,424
///     24.5/s   p50 120ms   p95 480ms   1 min 12 s
///     frontier 53%   pages 5%   records 1%   rows 0%
///     slow.example: 60 wait, at least 1 s between two
package struct LiveBlock: Sendable {
  /// Columns of the bar at the most.
  private static let longestBar = 40
  /// Below it there is no bar.
  private static let leastBar = 10
  /// Lines of the whole block; a terminal with fewer gets the first ones.
  package static let lineCount = 5

  private let isUnicode: Bool

  /// - Parameter isUnicode: Whether the terminal shows more than ASCII.
  package init(isUnicode: Bool) { self.isUnicode = isUnicode }

  /// The lines for a terminal of this size. None is wider than it, less the column in which the cursor would wrap.
  package func lines(_ sample: RunSample, width: Int, height: Int) -> [String] {
    let most = max(1, width - 1)
    let lines = [head(sample, most), counts(sample), speed(sample), edges(sample), host(sample)].compactMap(\.self)
    return lines.prefix(max(1, min(Self.lineCount, height - 1))).map { TerminalCell.cut($0, to: most) }
  }

  private func head(_ sample: RunSample, _ width: Int) -> String {
    var words: [String] = []
    if let share = sample.share {
      // Not 100 % before it is done.
      words.append("\(min(Int(share * 100), sample.done == sample.total ? 100 : 99))%")
    }
    if let total = sample.total {
      words.append("\(sample.done.grouped) of \(total.grouped)")
    } else if let found = sample.found {
      words.append("\(sample.done.grouped) done, \(found.grouped) found")
    } else {
      words.append("\(sample.done.grouped) done")
    }
    if let left = sample.left { words.append(left.text) }
    let text = words.joined(separator: "  ")
    guard let share = sample.share else { return text }
    let room = min(Self.longestBar, width - TerminalCell.width(of: text) - 2)
    return room < Self.leastBar ? text : bar(share, room) + "  " + text
  }

  private func bar(_ share: Double, _ width: Int) -> String {
    let full = min(width, Int((share * Double(width)).rounded(.down)))
    return isUnicode
      ? String(repeating: "━", count: full) + String(repeating: "─", count: width - full)
      : "[" + String(repeating: "#", count: max(0, full - 2)) + String(repeating: ".", count: width - max(2, full))
        + "]"
  }

  private func counts(_ sample: RunSample) -> String {
    // A record that has failed without an answer is one that is not ok.
    let ok = max(0, sample.done - sample.broken)
    var words = ["ok \(ok.grouped)", "not ok \(sample.broken.grouped)"]
    if sample.failed > 0 { words.append("with an error \(sample.failed.grouped)") }
    words += ["in flight \(sample.inFlight.grouped)", "waiting \(sample.waiting.grouped)"]
    return words.joined(separator: "   ")
  }

  private func speed(_ sample: RunSample) -> String {
    var words: [String] = []
    if let rate = sample.rate { words.append(rate.shownAsRate) }
    if let p50 = sample.p50, let p95 = sample.p95 { words += ["p50 \(p50.brief)", "p95 \(p95.brief)"] }
    words.append(Self.clock(sample.elapsed))
    return words.joined(separator: "   ")
  }

  /// Whole seconds, so that the line does not change for nothing.
  private static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds)
    if whole < 60 { return "\(whole) s" }
    return whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }

  private func edges(_ sample: RunSample) -> String? {
    if sample.fills.isEmpty { return nil }
    var names: [(String, Double)] = []
    for (edge, count, most) in sample.fills {
      let name: String
      switch edge {
      case .requests: name = "read"
      case .frontier: name = "waiting"
      case .pages: name = "fetched"
      case .records: name = "extracted"
      case .rows: name = "rows"
      }
      let fill = most > 0 ? min(1, Double(count) / Double(most)) : 0
      // Of several sinks, the slowest one.
      if let index = names.firstIndex(where: { $0.0 == name }) {
        names[index].1 = max(names[index].1, fill)
      } else {
        names.append((name, fill))
      }
    }
    return "edges   " + names.map { "\($0.0) \(Int($0.1 * 100))%" }.joined(separator: "   ")
  }

  private func host(_ sample: RunSample) -> String? {
    guard let wait = sample.slowest else { return nil }
    return "\(TerminalCell.shown(wait.host)): \(wait.waiting.grouped) wait, \(wait.words)"
  }
}

extension HostWait {
  /// Why none of its requests begins.
  package var words: String {
    func until(_ moment: Instant) -> String { "for \(max(.zero, Instant.now.duration(to: moment)).brief)" }
    switch reason {
    case .slot: return "\(inFlight.grouped) in flight, and all places are taken"
    case .concurrency(let limit): return "\(inFlight.grouped) of \(limit.grouped) in flight, as many as it may have"
    case .delay: return "\(inFlight.grouped) in flight, with a delay between two"
    case .robots: return "until its robots.txt is there"
    case .backoff(let moment): return "since it asked for less, \(until(moment))"
    case .unreachable(let moment, let error), .givenUp(let moment, let error):
      return "since it cannot be reached (\(error.code.rawValue)), \(until(moment))"
    case .retry(let moment): return "to be tried again, \(until(moment))"
    case .disk: return "on their way back from disk"
    }
  }
}

extension Duration {
  /// `12ms`, `1.4s`, `2 min 3 s`.
  package var brief: String {
    let seconds = seconds
    if seconds < 0.001 { return "\(Int((seconds * 1_000_000).rounded()))µs" }
    if seconds < 1 { return "\(Int((seconds * 1000).rounded()))ms" }
    return seconds < 60 ? "\((seconds * 10).rounded() / 10)s" : short
  }
}
