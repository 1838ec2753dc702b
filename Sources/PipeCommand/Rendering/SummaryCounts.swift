import PipeEngine
import PipeReport
import PipeSpec
import PipeWeb

/// What a run came to in numbers: those of one line add up.
struct SummaryCounts {
  let counts: Tally.Counts
  let measures: RunMeasures.Counts
  let elapsed: Duration
  let mask: SecretMask

  /// Hosts that are named for a reason.
  private static let mostHosts = 3

  /// `0 records`, `1,512 records, all ok`, `6 records, 4 not ok`, `200 records of 10 pages, all ok`, `3 records, 1 with an
  /// error`.
  var head: String {
    if counts.requests == 0, counts.records == 0 { return "0 records" }
    let records = "\(counts.records.grouped) record\(counts.records == 1 ? "" : "s")"
    let pages =
      counts.requests == counts.records ? "" : " of \(counts.requests.grouped) page\(counts.requests == 1 ? "" : "s")"
    // A page that is ok may have records that are not what was asked for.
    let fault =
      counts.broken > 0
      ? "\(counts.broken.grouped) not ok" : counts.failed > 0 ? "\(counts.failed.grouped) with an error" : "all ok"
    return "\(records)\(pages), \(fault)"
  }

  /// Label and text of each line; none that says nothing.
  var lines: [(label: String, text: String)] {
    [
      ("ok", ok), ("not ok", notOK), ("errors", errors), ("retries", retries), ("answers", answers), ("hosts", hosts),
    ].compactMap { label, text in text.map { (label, $0) } }
  }

  /// The pages that are, by their statuses where those are not the usual one.
  private var ok: String? {
    let count = counts.requests - counts.broken
    let isUsual = counts.okStatuses.keys.allSatisfy { $0 == 200 }
    if count == 0 || counts.broken == 0 && isUsual { return nil }
    let statuses = counts.okStatuses.sorted { $0.key < $1.key }.map { ("\($0.key)", $0.value) }
    return count.grouped + (isUsual ? "" : ": \(Self.text(statuses))")
  }

  private var notOK: String? {
    if counts.broken == 0 { return nil }
    let causes = counts.causes.sorted { ($1.value, $0.key.name) < ($0.value, $1.key.name) }.map {
      ($0.key.name, $0.value)
    }
    return "\(counts.broken.grouped): \(Self.text(causes))"
  }

  /// Records that have an error though their page is ok.
  private var errors: String? {
    let others = counts.errors.compactMap { code, count -> (String, Int)? in
      let rest = count - counts.causes[.error(code), default: 0]
      return rest > 0 ? (code.rawValue, rest) : nil
    }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    return others.isEmpty ? nil : "of records whose page came: \(Self.text(others))"
  }

  private var retries: String? {
    let count = counts.retries
    return count == 0 ? nil : "\(count.grouped) attempt\(count == 1 ? "" : "s") more than the first ones"
  }

  private var answers: String? {
    if counts.records == 0 { return nil }
    var parts: [String] = []
    for percentile in [50.0, 95, 99] {
      if let time = measures.latency(at: percentile) { parts.append("p\(Int(percentile)) \(Self.text(time))") }
    }
    if elapsed > .zero { parts.append((Double(counts.requests) / elapsed.seconds).shownAsRate) }
    if measures.bytes > 0 { parts.append(Self.text(bytes: measures.bytes)) }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  /// Of several hosts, those that took longest and those with the most pages that are not ok.
  private var hosts: String? {
    if measures.hosts.count < 2 { return nil }
    let named = measures.hosts.map { (name: TerminalCell.shown(mask.value($0.key)), host: $0.value) }
    // What has only failed may have been quick about it.
    let answering = named.filter { $0.host.bytes > 0 || $0.host.broken < $0.host.requests }
    let slowest = answering.sorted { ($1.host.meanTime, $0.name) < ($0.host.meanTime, $1.name) }
      .prefix(Self.mostHosts)
    let broken = named.filter { $0.host.broken > 0 }
      .sorted { ($1.host.broken, $0.name) < ($0.host.broken, $1.name) }.prefix(Self.mostHosts)
    var parts = [measures.hosts.count.grouped + (measures.otherRequests > 0 ? " and others" : "")]
    if slowest.count > 1 {
      parts.append("slowest " + slowest.map { "\($0.name) \(Self.text($0.host.meanTime))" }.joined(separator: ", "))
    }
    if !broken.isEmpty {
      let counts = broken.map { "\($0.name) \($0.host.broken.grouped) of \($0.host.requests.grouped)" }
      parts.append("not ok " + counts.joined(separator: ", "))
    }
    return parts.count == 1 ? nil : parts.joined(separator: "; ")
  }

  private static func text(_ counts: [(String, Int)]) -> String {
    counts.map { "\($0.0) × \($0.1.grouped)" }.joined(separator: ", ")
  }

  private static func text(_ time: Duration) -> String {
    let milliseconds = time / .milliseconds(1)
    if milliseconds >= 1000 { return time.short }
    return milliseconds >= 10 ? "\(Int(milliseconds.rounded())) ms" : "\((milliseconds * 10).rounded() / 10) ms"
  }

  private static func text(bytes: Int) -> String {
    var (size, unit) = (Double(bytes), "bytes")
    for larger in ["KiB", "MiB", "GiB", "TiB"] where size >= 1024 { (size, unit) = (size / 1024, larger) }
    return unit == "bytes" || size >= 100
      ? "\(Int(size.rounded()).grouped) \(unit)" : "\((size * 10).rounded() / 10) \(unit)"
  }
}

extension RunMeasures.Host {
  fileprivate var meanTime: Duration { requests == 0 ? .zero : elapsed / requests }
}
