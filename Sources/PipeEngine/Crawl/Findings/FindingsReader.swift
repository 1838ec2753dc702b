internal import PipeText
internal import PipeWeb

/// Reads what a crawl has found, call by call, from a frame of its journal. Every count is held against what is there, so
/// that bytes which are something else claim no memory.
struct FindingsReader {
  /// A call, and what it is told.
  struct Call {
    let finding: Finding
    /// URLs that are new, or written in another way than before.
    let urls: [WebURL]
    let answers: ArraySlice<UInt8>
  }

  /// More of anything is not counted: sources, links between pages, redirects in a row.
  static let most = 1 << 24
  /// Bits that an ordinal takes at the most.
  static let mostOrdinals = 1 << 40

  private var reader: ByteReader
  private var lastText: [UInt8] = []
  /// Where the crawl stands behind the last call; `nil` before it.
  private(set) var standing: Finding.Standing?

  init(_ frame: [UInt8]) throws(FindingsFault) {
    guard frame.count > 9, frame[0] == FindingsWriter.version, case let end = frame.count - 8,
      case let sum = FindingsWriter.checksum(of: frame.span.extracting(0..<end)),
      frame[end...].reversed().reduce(UInt64(0), { $0 << 8 | UInt64($1) }) == sum
    else { throw FindingsFault() }
    reader = ByteReader(frame[1..<end])
  }

  /// What the URLs of a crawl are compared by, as its first frame tells.
  static func key(in frame: [UInt8]) -> URLFingerprint.Key? {
    guard var reader = try? FindingsReader(frame), case .key(let key)? = try? reader.next()?.finding else { return nil }
    return key
  }

  /// The next call; `nil` behind the last one.
  mutating func next() throws(FindingsFault) -> Call? {
    if standing != nil { return nil }
    guard let call = read() else {
      if standing != nil, reader.isAtEnd { return nil }
      throw FindingsFault()
    }
    return call
  }

  private mutating func read() -> Call? {
    guard let first = reader.byte() else { return nil }
    if first == FindingsWriter.frameEnd {
      guard let seen = reader.count(), let wanted = reader.count(), let open = reader.count(),
        let openChecks = reader.count()
      else { return nil }
      standing = Finding.Standing(seen: seen, wanted: wanted, open: open, openChecks: openChecks)
      return nil
    }
    let flags = first & ~Finding.kindMask
    guard flags & ~(Finding.hasTexts | Finding.hasAnswers) == 0,
      let kind = Finding.Kind(rawValue: first & Finding.kindMask), let finding = finding(kind)
    else { return nil }
    var urls: [WebURL] = []
    if flags & Finding.hasTexts > 0 {
      guard let count = reader.count(ofBytes: 2), count > 0 else { return nil }
      urls.reserveCapacity(count)
      for _ in 0..<count {
        guard let url = url() else { return nil }
        urls.append(url)
      }
    }
    var answers: ArraySlice<UInt8> = []
    if flags & Finding.hasAnswers > 0 {
      guard let count = reader.count(ofBytes: 1), count > 0, let bytes = reader.bytes(count) else { return nil }
      answers = bytes
    }
    return Call(finding: finding, urls: urls, answers: answers)
  }

  private mutating func finding(_ kind: Finding.Kind) -> Finding? {
    switch kind {
    case .key:
      guard let low = reader.word(), let high = reader.word() else { return nil }
      return .key(URLFingerprint.Key(low: low, high: high))
    case .admitted:
      guard let source = count(below: 2 * Self.most), let ordinal = count(below: Self.mostOrdinals) else { return nil }
      return .admitted(source: source >> 1, ordinal: ordinal, isOwn: source & 1 > 0)
    case .sourcesEnded: return .sourcesEnded
    case .page, .redirect:
      guard let number = count(below: Self.mostOrdinals), let hops = count(below: Self.most),
        let source = count(below: Self.most), let depth = count(below: Self.most), let page = page(kind)
      else { return nil }
      return .page(CrawlPlace(number: number, hops: hops, source: source), depth: depth, page)
    case .check:
      guard let number = count(below: Self.mostOrdinals), let ordinal = count(below: Self.mostOrdinals),
        let answer = bytes().flatMap({ CheckAnswer(Array($0)) })
      else { return nil }
      return .check(number: number, ordinal: ordinal, answer)
    case .leftOut:
      guard let number = count(below: Self.mostOrdinals), let ordinal = count(below: Self.mostOrdinals) else {
        return nil
      }
      return .leftOut(number: number, ordinal: ordinal)
    case .goneOn: return .goneOn
    case .pagesEnded: return .pagesEnded
    case .ended: return .ended
    case .openedAgain:
      guard let count = reader.count(ofBytes: 1) else { return nil }
      var numbers: [Int] = []
      for _ in 0..<count {
        guard let number = self.count(below: 2 * Self.mostOrdinals) else { return nil }
        numbers.append(number)
      }
      return .openedAgain(numbers)
    case .next:
      guard let page = count(below: Self.mostOrdinals), let source = count(below: Self.most),
        let number = count(below: Self.mostOrdinals)
      else { return nil }
      return .next(page: page, source: source, to: number)
    }
  }

  private mutating func page(_ kind: Finding.Kind) -> CrawlState.ComePage? {
    guard let flags = reader.byte().map({ Finding.PageFlags(rawValue: $0) }) else { return nil }
    var page = CrawlState.ComePage(isRedirect: kind == .redirect)
    page.isCut = flags.contains(.isCut)
    page.wasSent = flags.contains(.wasSent)
    if flags.contains(.hasSubstance) {
      guard let hash = reader.word() else { return nil }
      page.says = .substance(hash)
    } else if flags.contains(.saysNothing) {
      page.says = .nothing
    } else if flags.contains(.isUnread) {
      page.says = .unread
    }
    if flags.contains(.hasOutcome) {
      guard let outcome = bytes().map({ Array($0) }), PageOutcome(outcome) != nil else { return nil }
      page.outcome = outcome
    }
    if flags.contains(.hasNames) {
      guard let count = reader.count(ofBytes: 8) else { return nil }
      var names: [UInt64] = []
      names.reserveCapacity(count)
      for _ in 0..<count {
        guard let name = reader.word() else { return nil }
        names.append(name)
      }
      page.names = names
    }
    if flags.contains(.hasBlock) {
      guard let block = bytes() else { return nil }
      page.block = Array(block)
    }
    return page
  }

  private mutating func url() -> WebURL? {
    guard let common = reader.count(), common <= lastText.count, let length = reader.count(),
      length <= WebURL.maximumLength, let rest = reader.bytes(length)
    else { return nil }
    lastText.removeSubrange(common...)
    lastText += rest
    return try? WebURL(parsing: lastText.span)
  }

  private mutating func bytes() -> ArraySlice<UInt8>? { reader.count().flatMap { reader.bytes($0) } }

  private mutating func count(below limit: Int) -> Int? { reader.count().flatMap { $0 < limit ? $0 : nil } }
}
