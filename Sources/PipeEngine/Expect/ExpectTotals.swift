internal import PipeSpec
internal import PipeText
internal import PipeWeb

/// The numbers of one field, gathered.
struct NumberTotals: Hashable, Sendable {
  var count = 0
  var sum = 0.0
  var least = Double.infinity
  var greatest = -Double.infinity
  /// Where a percentile is asked for.
  var sketch: QuantileSketch?

  init(hasPercentile: Bool) { sketch = hasPercentile ? QuantileSketch() : nil }

  /// `nil` without numbers. It is among them, even if their sum is beyond what a number can be.
  var mean: Double? { count == 0 || sum.isNaN ? nil : within(sum / Double(count)) }

  /// `nil` without numbers.
  func percentile(_ percent: Int) -> Double? { sketch?.percentile(percent).map(within) }

  private func within(_ value: Double) -> Double { min(max(value, least), greatest) }

  mutating func add(_ value: Double) {
    count += 1
    sum += value
    least = min(least, value)
    greatest = max(greatest, value)
    sketch?.add(value)
  }

  mutating func add(_ other: NumberTotals) {
    count += other.count
    sum += other.sum
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    if let more = other.sketch { sketch?.add(more) }
  }
}

/// What is counted whatever is expected.
struct ExpectCounts: Hashable, Sendable {
  var requests = 0
  var links = 0
  var brokenLinks = 0
  var records = 0
  var failed = 0
  var broken = 0

  /// The numbers, in the order in which they are written.
  static var paths: [WritableKeyPath<ExpectCounts, Int>] {
    [\.requests, \.links, \.brokenLinks, \.records, \.failed, \.broken]
  }

  static func += (left: inout Self, right: Self) {
    for path in paths { left[keyPath: path] += right[keyPath: path] }
  }
}

/// What one request brings to the expectations: all of its records. Or what one row of a link does.
struct ExpectShare: Sendable {
  var all = ExpectCounts()
  /// By the aggregate: records for which its condition holds. Empty if there are none.
  var counts: [Int] = []
  /// Numbers of fields, by the aggregate.
  var numbers: [(aggregate: Int, value: Double)] = []
  /// By the expectation.
  var offenders: [(entry: Int, offender: Offender)] = []
  /// By the expectation: records at odds with it. Empty if there are none.
  var offences: [Int] = []
}

/// What requests bring to the expectations of a plan, added up.
struct ExpectTotals: Hashable, Sendable {
  var all = ExpectCounts()
  /// By the aggregate.
  var counts: [Int]
  /// By the aggregate; `nil` of those that ask for no numbers.
  var numbers: [NumberTotals?]
  /// By the expectation: the first ones.
  var offenders: [[Offender]]
  /// By the expectation.
  var offences: [Int]

  init(_ plan: ExpectPlan) {
    counts = Array(repeating: 0, count: plan.aggregates.count)
    numbers = plan.aggregates.map { aggregate in
      guard aggregate.kind.numberField != nil else { return nil }
      let isPercentile = if case .percentile = aggregate.kind { true } else { false }
      return NumberTotals(hasPercentile: isPercentile)
    }
    offenders = Array(repeating: [], count: plan.entries.count)
    offences = Array(repeating: 0, count: plan.entries.count)
  }

  mutating func add(_ share: ExpectShare) {
    all += share.all
    for (index, count) in share.counts.enumerated() where count > 0 { counts[index] += count }
    for (aggregate, value) in share.numbers { numbers[aggregate]?.add(value) }
    for (index, count) in share.offences.enumerated() where count > 0 { offences[index] += count }
    for (entry, offender) in share.offenders { add(offender, to: entry) }
  }

  mutating func add(_ other: ExpectTotals) {
    all += other.all
    for (index, count) in other.counts.enumerated() { counts[index] += count }
    for (index, more) in other.numbers.enumerated() { if let more { numbers[index]?.add(more) } }
    for (index, count) in other.offences.enumerated() { offences[index] += count }
    for (entry, list) in other.offenders.enumerated() { for one in list { add(one, to: entry) } }
  }

  private mutating func add(_ offender: Offender, to entry: Int) {
    let list = offenders[entry]
    if list.count == Offender.most, let last = list.last, last < offender { return }
    let place = list.firstIndex { offender < $0 } ?? list.endIndex
    offenders[entry].insert(offender, at: place)
    if list.count == Offender.most { offenders[entry].removeLast() }
  }

  /// The number of an aggregate; `nil` where no record has one.
  func value(of place: Int, _ aggregate: Aggregate, duration: Duration) -> Double? {
    switch aggregate.kind {
    case .requests: return Double(all.requests)
    case .records: return Double(all.records)
    case .failed: return Double(all.failed)
    case .broken: return Double(all.broken)
    case .links: return Double(all.links)
    case .brokenLinks: return Double(all.brokenLinks)
    case .duration: return duration.seconds
    case .count: return Double(counts[place])
    case .share: return all.records == 0 ? nil : Double(counts[place]) / Double(all.records)
    case .least: return numbers[place].flatMap { $0.count == 0 ? nil : $0.least }
    case .greatest: return numbers[place].flatMap { $0.count == 0 ? nil : $0.greatest }
    case .mean: return numbers[place].flatMap(\.mean)
    case .percentile(let percent, _): return numbers[place]?.percentile(percent)
    }
  }
}
