internal import PipeSpec
internal import PipeText
internal import PipeWeb
internal import Synchronization

/// The expectations of a run: what its records bring to them, and what comes of them in the end.
///
/// Requests whose records have an error are added up apart from the others: `--retry-failed` makes exactly these again, and
/// forgets what they had brought. What a checkpoint keeps is of requests that are done, as all that it tells: what others have
/// brought is kept here until they are.
package final class ExpectBook: Sendable {
  /// Both halves of what was brought.
  struct Halves: Hashable, Sendable {
    var sound: ExpectTotals
    var failed: ExpectTotals

    init(_ plan: ExpectPlan) {
      sound = ExpectTotals(plan)
      failed = sound
    }

    mutating func add(_ share: ExpectShare) {
      // The rows of links are all made once more, too.
      if share.all.failed > 0 || share.all.links > 0 { failed.add(share) } else { sound.add(share) }
    }

    var joined: ExpectTotals {
      var totals = sound
      totals.add(failed)
      return totals
    }
  }

  /// What is known of the requests that are done by a checkpoint.
  private struct Past {
    let halves: Halves
    /// Of each aggregate, whether what they brought to it is known.
    let isKnown: [Bool]

    init(_ plan: ExpectPlan, at checkpoint: Checkpoint) {
      let kept = ExpectCodec.decode(checkpoint.expected, for: plan)
      halves = kept?.halves ?? Halves(plan)
      isKnown = kept?.isKnown ?? plan.aggregates.map { _ in checkpoint.totals.requests == 0 }
    }
  }

  private struct State {
    /// Of all requests that have come to their records.
    var live: Halves
    /// Of those that are done.
    var done: Halves
    /// What others have brought.
    var open: [RequestID: ExpectShare] = [:]
    var results: [ExpectationResult]?
  }

  private let plan: ExpectPlan
  private let isJournaled: Bool
  /// Seconds at work before the run went on.
  private let before: Duration
  private let start = ContinuousClock.now
  /// Of each aggregate, whether what earlier requests brought to it is known.
  private let isKnown: [Bool]
  private let state: Mutex<State>

  /// - Parameter past: What the run goes on from; `nil` for one that begins.
  init(_ plan: ExpectPlan, isJournaled: Bool, goingOnFrom past: Checkpoint? = nil) {
    self.plan = plan
    self.isJournaled = isJournaled
    before = .milliseconds(past?.ownWork ?? 0)
    // A run that begins goes on from nothing.
    let past = Past(plan, at: past ?? Checkpoint())
    isKnown = past.isKnown
    state = Mutex(State(live: past.halves, done: past.halves))
  }

  // MARK: Records

  /// Pages have become records. Those of a crawl that are only checks have none and do not come here.
  func note(_ pages: [Extracted]) { add(pages.map { ($0.record.id, share(of: $0)) }) }

  /// Links have become rows.
  func note(links rows: [Record]) {
    if plan.aboutLinks != nil { add(rows.map { ($0.id, share(ofLink: $0)) }) }
  }

  private func add(_ shares: [(RequestID, ExpectShare)]) {
    state.withLock { state in
      for (id, share) in shares {
        state.live.add(share)
        if isJournaled { state.open[id] = share }
      }
    }
  }

  private func share(ofLink row: Record) -> ExpectShare {
    var share = ExpectShare(all: ExpectCounts(links: 1))
    guard LinkRow.value(.ok, of: row) == .bool(false) else { return share }
    share.all.brokenLinks = 1
    for (index, entry) in plan.entries.enumerated() where entry.expectation.minds.contains(.brokenLinks) {
      if share.offences.isEmpty { share.offences = Array(repeating: 0, count: plan.entries.count) }
      share.offences[index] = 1
      func text(_ field: LinkRow.Field) -> String {
        excerpt(plan.mask.value(LinkRow.value(field, of: row).words.withoutUserinfo), limit: Offender.longest)
      }
      let place = LinkRow.value(.line, of: row) == .null ? "" : ":\(text(.line))"
      let error = LinkRow.value(.error, of: row)
      let reason = LinkRow.value(.reason, of: row)
      let cause =
        error == .null && reason == .null
        ? "status \(text(.status))"
        : excerpt(plan.mask.words((error == .null ? reason : error).words), limit: Offender.longest)
      share.offenders.append(
        (
          index,
          Offender(
            id: row.id, item: 0, url: text(.from) + place,
            words: "\(text(.to)): \(cause)")
        ))
    }
    return share
  }

  private func share(of page: Extracted) -> ExpectShare {
    var share = ExpectShare(all: ExpectCounts(requests: 1))
    guard page.hasRecord else { return share }
    // Of items, the page is one that was fetched well.
    add(page.record, item: 0, error: page.error, isBroken: page.isBroken, to: &share)
    for (index, other) in page.others.enumerated() {
      add(other.record, item: index + 1, error: other.error, isBroken: false, to: &share)
    }
    return share
  }

  private func add(
    _ record: Record, item: Int, error: RequestError.Code?, isBroken: Bool, to share: inout ExpectShare
  ) {
    share.all.records += 1
    if error != nil { share.all.failed += 1 }
    if isBroken { share.all.broken += 1 }
    for (index, aggregate) in plan.aggregates.enumerated() {
      switch aggregate.kind {
      case .count(let condition), .share(let condition):
        guard condition.evaluate(record.values) else { continue }
        if share.counts.isEmpty { share.counts = Array(repeating: 0, count: plan.aggregates.count) }
        share.counts[index] += 1
      case .least(let field), .greatest(let field), .mean(let field), .percentile(_, let field):
        if let number = record.number(field) { share.numbers.append((index, number)) }
      case .requests, .records, .failed, .broken, .links, .brokenLinks, .duration: break
      }
    }
    for (index, entry) in plan.entries.enumerated() {
      let minds = entry.expectation.minds
      let offence = entry.expectation.offences.first(where: { $0.condition.evaluate(record.values) })
      let isMinded = minds.contains(.failed) && error != nil || minds.contains(.broken) && isBroken
      if offence == nil && !isMinded { continue }
      if share.offences.isEmpty { share.offences = Array(repeating: 0, count: plan.entries.count) }
      share.offences[index] += 1
      if share.offenders.count(where: { $0.entry == index }) == Offender.most { continue }
      let words = offence.map { record.words($0.fields, plan.mask) } ?? record.failureWords(error, plan: plan)
      share.offenders.append((index, Offender(id: record.id, item: item, url: record.url(plan), words: words)))
    }
  }

  // MARK: Checkpoints

  /// Requests are done: what they have brought is as durable as their rows.
  ///
  /// - Returns: What a checkpoint keeps.
  func take(_ done: [(source: Int, ordinals: [Range<Int>])]) -> [UInt8] {
    state.withLock { state in
      for (source, ranges) in done {
        for ordinal in ranges.joined() {
          guard let share = state.open.removeValue(forKey: RequestID(source: source, ordinal: ordinal)) else {
            continue
          }
          state.done.add(share)
        }
      }
      return ExpectCodec.encode(state.done, plan)
    }
  }

  // MARK: The end

  /// Whether all expectations hold, once every record has come.
  var holds: Bool { results().allSatisfy(\.holds) }

  /// What came of the expectations. The first call settles it: the duration is that until then.
  package func results() -> [ExpectationResult] {
    state.withLock { state in
      if let results = state.results { return results }
      let results = Self.results(plan, state.live.joined, isKnown: isKnown, duration: before + (.now - start))
      state.results = results
      return results
    }
  }

  /// What came of the expectations of a run that had done everything when it died.
  package static func results(_ plan: ExpectPlan, at checkpoint: Checkpoint) -> [ExpectationResult] {
    let past = Past(plan, at: checkpoint)
    return results(plan, past.halves.joined, isKnown: past.isKnown, duration: .milliseconds(checkpoint.ownWork))
  }

  private static func results(
    _ plan: ExpectPlan, _ totals: ExpectTotals, isKnown: [Bool], duration: Duration
  ) -> [ExpectationResult] {
    plan.entries.enumerated().map { index, entry in
      let expectation = entry.expectation
      let numbers = zip(entry.places, expectation.aggregates).map { place, aggregate in
        isKnown[place] ? totals.value(of: place, aggregate, duration: duration) : nil
      }
      let values = zip(expectation.aggregates, numbers).map { aggregate, number -> Value in
        guard let number else { return .null }
        return aggregate.isWhole ? Int(exactly: number).map { .int($0) } ?? .double(number) : .double(number)
      }
      let isAllKnown = entry.places.allSatisfy { isKnown[$0] }
      let holds = isAllKnown && expectation.condition.evaluate(values)
      // Of an expectation that a secret is in, its conditions are shown as values are.
      let isSecret = expectation.text.contains(Secrets.mask)
      let names = expectation.aggregates.map { isSecret ? plan.mask.value($0.name) : $0.name }
      let words = expectation.aggregates.indices.map { place in
        let aggregate = expectation.aggregates[place]
        if !isKnown[entry.places[place]] {
          return "\(names[place]) is not known: this expectation was not there when the run began"
        }
        return aggregate.words(
          names[place], numbers[place], unit: expectation.units[place], count: totals.counts[entry.places[place]],
          of: totals.all.records)
      }
      let mayOffend = !expectation.offences.isEmpty || !expectation.minds.isEmpty
      return ExpectationResult(
        text: expectation.text, span: entry.span, holds: holds, words: words,
        values: zip(names, numbers).map { ($0, $1) },
        offenders: holds ? [] : totals.offenders[index], offenceCount: mayOffend ? totals.offences[index] : nil)
    }
  }
}

extension Aggregate {
  /// Whether its numbers are whole ones wherever they are.
  fileprivate var isWhole: Bool {
    switch kind {
    case .requests, .records, .failed, .broken, .links, .brokenLinks, .count: true
    default: false
    }
  }

  /// What it came to: `p95(elapsed) is 2.31s`.
  fileprivate func words(
    _ name: String, _ number: Double?, unit: ExpectationUnit?, count: Int, of records: Int
  ) -> String {
    guard let number else {
      if case .share = kind { return "\(name) is not there: the run has no record" }
      return "\(name) is not there: no record has a number"
    }
    let shown: String
    switch unit {
    case .share?: shown = "\(((number * 10_000).rounded() / 100).short)%"
    // A page can say any number.
    case .time? where abs(number) >= 1e12: shown = "\(number) s"
    case .time?: shown = number < 1 ? "\((number * 1000).rounded().short)ms" : Duration.seconds(number).short
    case .size?: shown = Int(exactly: number.rounded()).map { ByteCount($0).description } ?? "\(number)B"
    case nil where abs(number) >= 1e12: shown = Int(exactly: number)?.grouped ?? "\(number)"
    case nil: shown = Int(exactly: number)?.grouped ?? ((number * 1000).rounded() / 1000).short
    }
    let parts = if case .share = kind { " (\(count.grouped) of \(records.grouped))" } else { "" }
    return "\(name) is \(shown)\(parts)"
  }
}

extension Double {
  /// Without a fraction where there is none.
  fileprivate var short: String { Int(exactly: self).map { "\($0)" } ?? "\(self)" }
}

extension Record {
  /// The number of a field; `nil` if it has none.
  fileprivate func number(_ field: Int) -> Double? {
    guard values.indices.contains(field) else { return nil }
    switch values[field] {
    case .int(let number): return Double(number)
    case .double(let number): return number.isFinite ? number : nil
    default: return nil
    }
  }

  fileprivate func url(_ plan: ExpectPlan) -> String {
    guard let field = plan.url, values.indices.contains(field), case .string(let url) = values[field] else { return "" }
    return excerpt(plan.mask.value(url.withoutUserinfo), limit: Offender.longest)
  }

  /// What fields have: `status 404, title null`.
  fileprivate func words(_ fields: [(index: Int, name: String)], _ mask: SecretMask) -> String {
    fields.prefix(3).map { field in
      let value = values.indices.contains(field.index) ? values[field.index] : .null
      return "\(field.name) \(excerpt(mask.value(value.words), limit: 100))"
    }.joined(separator: ", ")
  }

  fileprivate func failureWords(_ error: RequestError.Code?, plan: ExpectPlan) -> String {
    for (name, place) in [("error", plan.error), ("status", plan.status)] {
      guard let place, values.indices.contains(place), values[place] != .null else { continue }
      if name == "status", error != nil { continue }
      return name == "error"
        ? excerpt(plan.mask.words(values[place].words), limit: 200) : "status \(values[place].words)"
    }
    return error?.rawValue ?? "not ok"
  }
}

extension Value {
  /// As a sentence says it, where nothing is there too.
  fileprivate var words: String {
    switch self {
    case .null: "null"
    case .double(let value): "\(value)"
    case .list: "a list"
    default: plainText
    }
  }
}
