/// What a request came to, as charts tell answers apart.
package enum AnswerKind: Int, CaseIterable, Sendable {
  /// A status below 300.
  case ok
  case redirect, clientError, serverError
  /// No response.
  case unanswered

  package init(status: Int?) {
    switch status {
    case nil: self = .unanswered
    case .some(..<300): self = .ok
    case .some(300..<400): self = .redirect
    case .some(400..<500): self = .clientError
    case .some: self = .serverError
    }
  }
}

/// What came when, in bounded memory: when there is no bucket left, each takes in its neighbour, and all are twice as wide.
package struct RunSeries: Hashable, Sendable {
  package struct Bucket: Hashable, Sendable {
    /// By `AnswerKind.rawValue`.
    package private(set) var answers = InlineCounts()
    package private(set) var bytes = 0

    fileprivate mutating func add(_ kind: AnswerKind, _ bytes: Int) {
      answers[kind] += 1
      self.bytes &+= bytes
    }

    fileprivate mutating func add(_ other: Bucket) {
      for kind in AnswerKind.allCases { answers[kind] += other.answers[kind] }
      bytes &+= other.bytes
    }

    package var total: Int { AnswerKind.allCases.reduce(0) { $0 + answers[$1] } }
  }

  /// A count of each kind.
  package struct InlineCounts: Hashable, Sendable {
    private var counts = (0, 0, 0, 0, 0)

    package subscript(kind: AnswerKind) -> Int {
      get {
        switch kind {
        case .ok: counts.0
        case .redirect: counts.1
        case .clientError: counts.2
        case .serverError: counts.3
        case .unanswered: counts.4
        }
      }
      set {
        switch kind {
        case .ok: counts.0 = newValue
        case .redirect: counts.1 = newValue
        case .clientError: counts.2 = newValue
        case .serverError: counts.3 = newValue
        case .unanswered: counts.4 = newValue
        }
      }
    }

    package static func == (left: Self, right: Self) -> Bool { left.counts == right.counts }
    package func hash(into hasher: inout Hasher) { for kind in AnswerKind.allCases { hasher.combine(self[kind]) } }
  }

  package static let mostBuckets = 600
  private static let firstWidth = 100

  /// Milliseconds of a bucket.
  package private(set) var width = RunSeries.firstWidth
  package private(set) var buckets: [Bucket] = []

  package init() {}

  /// - Parameter moment: Milliseconds since the start.
  package mutating func add(_ kind: AnswerKind, bytes: Int, at moment: Int) {
    let moment = max(0, moment)
    while moment / width >= Self.mostBuckets { halve() }
    let index = moment / width
    while buckets.count <= index { buckets.append(Bucket()) }
    buckets[index].add(kind, bytes)
  }

  private mutating func halve() {
    width *= 2
    buckets = stride(from: 0, to: buckets.count, by: 2).map { index in
      var bucket = buckets[index]
      if index + 1 < buckets.count { bucket.add(buckets[index + 1]) }
      return bucket
    }
  }

  /// The same with no more than so many buckets.
  package func narrowed(to count: Int) -> RunSeries {
    var series = self
    while series.buckets.count > max(1, count) { series.halve() }
    return series
  }
}
