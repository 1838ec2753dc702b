internal import PipeWeb

/// What a call of a `CrawlState` learns besides its arguments: how URLs are written, what they are judged to be, and what
/// is known of traps.
///
/// While a crawl is recorded, it is noted behind the call (`FindingsWriter`). A replay makes the same calls and is told the
/// same. So it comes to the same state, also where the evidence of traps has come to something else since, and it needs to
/// parse no URL that is known.
struct CrawlTape {
  /// Where calls are noted; `nil` if they are not.
  var writer: FindingsWriter?
  /// What the call that is replayed is told.
  private var told: ToldAnswers?

  var isReplaying: Bool { told != nil }

  // MARK: Replay

  mutating func begin(_ answers: ToldAnswers) { told = answers }

  /// - Returns: Whether the call asked for what it was told, and for no more.
  mutating func end() -> Bool {
    defer { told = nil }
    return told?.areSpent ?? false
  }

  mutating func toldFlag() -> Bool? { told?.answer(below: 2).map { $0 == 1 } }

  mutating func toldReason() -> URLNote.Reason?? {
    guard let answer = told?.answer(below: UInt8(URLNote.Reason.allCases.count) + 1) else { return nil }
    return .some(answer == 0 ? nil : URLNote.Reason(rawValue: UInt16(answer) - 1))
  }

  mutating func toldYield() -> TrapEvidence.Yield? { told?.answer(below: 3).map { Self.yields[Int($0)] } }

  mutating func toldURL() -> WebURL? { told?.url() }

  private static let yields: [TrapEvidence.Yield] = [.something, .nothingSoFar, .nothing]

  // MARK: Recording

  mutating func note(flag: Bool) { writer?.note(answer: flag ? 1 : 0) }

  mutating func note(reason: URLNote.Reason?) { writer?.note(answer: reason.map { UInt8($0.rawValue) + 1 } ?? 0) }

  mutating func note(yield: TrapEvidence.Yield) {
    writer?.note(answer: yield == .something ? 0 : yield == .nothingSoFar ? 1 : 2)
  }

  /// Without its fragment.
  mutating func note(text url: WebURL) {
    if writer == nil { return }
    let bytes = url.href.utf8.span
    writer?.note(text: bytes.extracting(0..<url.hrefWithoutFragment.utf8.count))
  }
}

/// What a call of a replay is told, in the order in which it asks.
struct ToldAnswers {
  private var urls: ArraySlice<WebURL>
  /// Runs of answers (`FindingsWriter.note(answer:)`).
  private let runs: ArraySlice<UInt8>
  private var place: Int
  /// How many of the run at `place` were told.
  private var count = 0
  /// Whether it was asked for what it does not have.
  private var isShort = false

  init(urls: ArraySlice<WebURL>, runs: ArraySlice<UInt8>) {
    self.urls = urls
    self.runs = runs
    place = runs.startIndex
  }

  var areSpent: Bool { !isShort && urls.isEmpty && place == runs.endIndex }

  /// - Returns: `nil` if there is no such answer.
  mutating func answer(below limit: UInt8) -> UInt8? {
    guard place < runs.endIndex, case let answer = runs[place] >> 5, answer < limit else {
      isShort = true
      return nil
    }
    count += 1
    if count > Int(runs[place] & 31) {
      place += 1
      count = 0
    }
    return answer
  }

  mutating func url() -> WebURL? {
    if urls.isEmpty { isShort = true }
    return urls.popFirst()
  }
}
