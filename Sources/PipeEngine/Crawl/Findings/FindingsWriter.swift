internal import PipeText
internal import PipeWeb

/// Writes what a crawl finds as payloads of frames of a journal (`Journal.Kind.findings`).
///
/// A frame is a version, 1, then calls that changed the state (`Finding`), where the crawl stands behind them (`Standing`,
/// four numbers behind a byte of 255), and eight bytes of a checksum. Numbers are LEB128. A call is
///
///     bytes   field
///         1   what it is, and what follows
///         n   its arguments
///         n   the number of texts and the texts: URLs that are new, or written in another way. Of each how many bytes it has
///             in common with the one before it, how many it has besides, and these
///         n   the number of bytes and the answers: three bits for the answer, five for how often it was given besides once
///
/// and a page with fifty links to known pages takes about 100 bytes: its links are two bytes each, at the most, as in the
/// crawl's own memory (`LinkBlock`).
struct FindingsWriter {
  static let version: UInt8 = 1
  static let frameEnd: UInt8 = 255
  /// Bytes after which a frame is closed.
  static let frameSize = 256 << 10

  /// What URLs are compared by, until the first frame is begun, which tells it.
  private var key: URLFingerprint.Key?
  private var frames: [[UInt8]] = []
  /// The frame that is written; empty before its first call.
  private var frame: [UInt8] = []
  private var lastText: [UInt8] = []
  /// Where the crawl stood after the last call that came to its end.
  private var standing = Finding.Standing(seen: 0, wanted: 0, open: 0, openChecks: 0)
  // Of the call that is under way:
  private var texts: [UInt8] = []
  private var textCount = 0
  private var answers: [UInt8] = []

  /// - Parameter key: What URLs are compared by; `nil` if an earlier frame tells it.
  init(key: URLFingerprint.Key?) { self.key = key }

  var isFull: Bool { frame.count >= Self.frameSize }

  mutating func note(answer: UInt8) {
    if let last = answers.last, last >> 5 == answer, last & 31 < 31 {
      answers[answers.count - 1] = last + 1
    } else {
      answers.append(answer << 5)
    }
  }

  mutating func note(text: Span<UInt8>) {
    var common = 0
    let most = min(lastText.count, text.count)
    while common < most, lastText[common] == text[common] { common += 1 }
    texts.append(varint: common)
    texts.append(varint: text.count - common)
    lastText.removeSubrange(common...)
    for index in common..<text.count { lastText.append(text[index]) }
    texts += lastText[common...]
    textCount += 1
  }

  /// Ends a call, with what was noted since the one before.
  ///
  /// - Parameter standing: Where the crawl stands now.
  mutating func add(_ finding: Finding, at standing: Finding.Standing) {
    self.standing = standing
    if frame.isEmpty {
      frame.append(Self.version)
      if let key {
        frame.append(Finding.Kind.key.rawValue)
        frame.append(word: key.low)
        frame.append(word: key.high)
        self.key = nil
      }
    }
    append(finding)
    if textCount > 0 {
      frame.append(varint: textCount)
      frame += texts
      texts.removeAll(keepingCapacity: true)
      textCount = 0
    }
    if !answers.isEmpty {
      frame.append(varint: answers.count)
      frame += answers
      answers.removeAll(keepingCapacity: true)
    }
  }

  /// Closes the frame, if it has any call.
  mutating func close() {
    if frame.isEmpty { return }
    frame.append(Self.frameEnd)
    for number in standing.numbers { frame.append(varint: number) }
    frame.append(word: Self.checksum(of: frame.span))
    frames.append(frame)
    frame = []
    lastText = []
  }

  /// The frames that were closed since the last call.
  mutating func take() -> [[UInt8]] {
    defer { frames = [] }
    return frames
  }

  static func checksum(of bytes: Span<UInt8>) -> UInt64 {
    URLFingerprint(bytes, key: URLFingerprint.Key(low: 0, high: 0)).low
  }

  private mutating func begin(_ kind: Finding.Kind) {
    frame.append(
      kind.rawValue | (textCount > 0 ? Finding.hasTexts : 0) | (answers.isEmpty ? 0 : Finding.hasAnswers))
  }

  private mutating func append(_ finding: Finding) {
    switch finding {
    case .key: break
    case .admitted(let source, let ordinal, let isOwn):
      begin(.admitted)
      frame.append(varint: source << 1 | (isOwn ? 1 : 0))
      frame.append(varint: ordinal)
    case .sourcesEnded: begin(.sourcesEnded)
    case .page(let place, let depth, let page):
      begin(page.isRedirect ? .redirect : .page)
      frame.append(varint: place.number)
      frame.append(varint: place.hops)
      frame.append(varint: place.source)
      frame.append(varint: depth)
      append(page)
    case .check(let number, let ordinal, let answer):
      begin(.check)
      frame.append(varint: number)
      frame.append(varint: ordinal)
      frame.append(bytes: answer.encoded())
    case .leftOut(let number, let ordinal):
      begin(.leftOut)
      frame.append(varint: number)
      frame.append(varint: ordinal)
    case .goneOn: begin(.goneOn)
    case .pagesEnded: begin(.pagesEnded)
    case .ended: begin(.ended)
    case .openedAgain(let numbers):
      begin(.openedAgain)
      frame.append(varint: numbers.count)
      for number in numbers { frame.append(varint: number) }
    case .next(let page, let source, let number):
      begin(.next)
      for number in [page, source, number] { frame.append(varint: number) }
    }
  }

  private mutating func append(_ page: CrawlState.ComePage) {
    var flags: Finding.PageFlags = []
    if page.isCut { flags.insert(.isCut) }
    if page.wasSent { flags.insert(.wasSent) }
    if page.outcome != nil { flags.insert(.hasOutcome) }
    if page.names != nil { flags.insert(.hasNames) }
    if page.block != nil { flags.insert(.hasBlock) }
    switch page.says {
    case nil: break
    case .unread: flags.insert(.isUnread)
    case .nothing: flags.insert(.saysNothing)
    case .substance: flags.insert(.hasSubstance)
    }
    frame.append(flags.rawValue)
    if case .substance(let hash) = page.says { frame.append(word: hash) }
    if let outcome = page.outcome { frame.append(bytes: outcome) }
    if let names = page.names {
      frame.append(varint: names.count)
      for name in names { frame.append(word: name) }
    }
    if let block = page.block { frame.append(bytes: block) }
  }
}

extension [UInt8] {
  /// Appends bytes behind their number.
  fileprivate mutating func append(bytes: [UInt8]) {
    append(varint: bytes.count)
    self += bytes
  }
}
