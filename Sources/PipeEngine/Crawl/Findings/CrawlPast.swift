internal import PipeStorage
internal import PipeWeb

/// How what a crawl finds goes into a journal.
struct CrawlJournal {
  /// What the run before compares URLs by; `nil` if it has found nothing, or there is none.
  var key: URLFingerprint.Key?
}

/// What the run before has done of a crawl that goes on, besides what the crawl's state tells.
struct CrawlPast: ~Copyable {
  /// The requests that are done, by the places of sources in the ledger.
  private let done: [DoneSet]
  /// Of each source: the ordinal behind the last request that it was told of, and those that ask for pages that were asked
  /// for already.
  private var admitted: [Int]
  private var duplicates: [DoneSet]
  /// Links' requests that have come to an end without a row.
  private var settled = DoneSet()
  private var unfinished: UnfinishedRequests
  /// Numbers of the pages that failed and are asked for once more, and of the pages that requests ask for which are not done:
  /// those of sources and those of links.
  private var openedAgain = DoneSet()
  private var numbers: [RequestID: Int] = [:]

  private let keepsNumbers: Bool

  /// - Parameter keepsNumbers: Whether it is asked which pages the requests ask for that are not done.
  init(done: [DoneSet], sources: Int, keepsNumbers: Bool = false, disk: TemporaryDisk) {
    self.done = done
    self.keepsNumbers = keepsNumbers
    admitted = Array(repeating: 0, count: sources)
    duplicates = Array(repeating: DoneSet(), count: sources)
    unfinished = UnfinishedRequests(on: disk)
  }

  func isDone(_ id: RequestID) -> Bool { done.indices.contains(id.source) && done[id.source].contains(id.ordinal) }

  /// Whether the crawl was told of a source's request.
  func knows(_ id: RequestID) -> Bool { admitted.indices.contains(id.source) && id.ordinal < admitted[id.source] }

  func isDuplicate(_ id: RequestID) -> Bool { duplicates[id.source].contains(id.ordinal) }

  /// - Parameter number: That of its page; `nil` if it is asked for already.
  mutating func admit(_ id: RequestID, _ number: Int?) {
    admitted[id.source] = max(admitted[id.source], id.ordinal + 1)
    if let number { note(number, of: id) } else { duplicates[id.source].insert(id.ordinal) }
  }

  /// A link's request was asked for.
  mutating func ask(_ request: Request) throws(RunError) {
    if isDone(request.id) { return }
    try unfinished.add(request)
    if let place = request.place, request.purpose == .page { note(place.number, of: request.id) }
  }

  private mutating func note(_ number: Int, of id: RequestID) {
    if keepsNumbers, !isDone(id) { numbers[id] = number }
  }

  /// The page of a request that is not done; `nil` if it was never asked for, or nobody wanted to know.
  func number(of id: RequestID) -> Int? { numbers[id] }

  mutating func openAgain(_ pages: some Sequence<Int>) { for page in pages { openedAgain.insert(page) } }

  /// Whether a page that failed is asked for once more. It counts no more among the pages that may be asked for.
  func isOpenedAgain(_ page: Int) -> Bool { openedAgain.contains(page) }

  mutating func settle(_ ordinal: Int) { settled.insert(ordinal) }

  /// Goes through the ordinals of the links' requests that are to be asked for again.
  func forEachUnfinished(_ body: (Int) -> Void) throws(RunError) {
    try unfinished.forEachOrdinal { if !settled.contains($0) { body($0) } }
  }

  mutating func nextUnfinished() throws(RunError) -> Request? {
    while let request = try unfinished.next() { if !settled.contains(request.id.ordinal) { return request } }
    return nil
  }
}

extension Crawl.Storage {
  /// What a source's request is to a crawl that goes on.
  enum Known {
    case isNew
    case isAdmitted(CrawlPlace)
    /// It asks for a page that was asked for already, or it is done.
    case isPassedOver
  }

  func known(_ id: RequestID, _ fingerprint: URLFingerprint) throws(RunError) -> Known {
    guard past?.knows(id) == true else { return .isNew }
    if past?.isDuplicate(id) == true || past?.isDone(id) == true { return .isPassedOver }
    // An input that has changed since is the source's to notice.
    guard let number = try state.seen.find(fingerprint) else { return .isNew }
    return .isAdmitted(CrawlPlace(number: number, source: id.source, hasCome: try hasCome(number)))
  }

  /// Whether a page has come before, also if it is asked for as if it had not.
  func hasCome(_ number: Int) throws(RunError) -> Bool {
    if past?.isOpenedAgain(number) == true { return true }
    return try state.hasCome(number)
  }
}

extension CrawlState {
  func hasCome(_ number: Int) throws(RunError) -> Bool {
    let state = try note(number).state
    return state == .page || state == .redirect
  }
}
