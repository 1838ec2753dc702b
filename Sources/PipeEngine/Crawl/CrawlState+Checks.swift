internal import PipeStorage
internal import PipeText
internal import PipeWeb

/// Links that lead out of scope, as far as they wait: until it is certain that they do.
struct WaitingChecks: ~Copyable {
  /// The numbers of their URLs, each once.
  var queue: NumberQueue
  /// How many of them are to be judged anew, the first ones first.
  var left = 0
  /// Checks that were asked for and have not come.
  var openCount = 0
  /// Whether no source's redirect can take the scope along any more.
  var isScopeCertain = false
  /// Whether no page will be asked for any more.
  var arePagesOver = false

  init(on disk: TemporaryDisk) { queue = NumberQueue(on: disk, pageSize: 4096) }

  /// Something has become certain.
  mutating func judgeAll() { left = queue.count }
}

/// What came of a check.
struct CheckAnswer {
  let outcome: PageOutcome
  /// The number of the URL that it redirects to.
  var target: Int?
  /// Where it redirects to, if that has a fragment of its own.
  var location: String?
}

// Checks of links: what is out of scope is asked once what comes of it, and leads nowhere. Which URLs these are is a function
// of the site: a URL that may yet come into scope waits until that is certain. A redirect leads to a check of its own, so
// that a URL is asked once however many ways lead to it; what it leads to in the crawl itself waits until the pages are
// known, which answer for themselves.
extension CrawlState {
  /// A link, or a page's redirect, leads to a URL that is not followed.
  mutating func check(_ target: Target, _ urls: LinkURLs, _ wanted: inout [Wanted]) throws(RunError) {
    if isEnding { return }
    if try note(target.number).isChecked { return try lead(to: target.number, hops: 0, &wanted) }
    let told = tape.toldFlag()
    let isLeft = told ?? urls.url(of: target).map { scope.contains($0) || plan.filter.excludes($0) } ?? true
    if told == nil { tape.note(flag: isLeft) }
    if isLeft { return }
    guard let url = try spelled(target, urls) else { return }
    try begin(target.number, url, hops: 0, &wanted)
  }

  /// Something that was checked redirects to a URL, so many redirects from a link.
  private mutating func lead(to number: Int, hops: Int, _ wanted: inout [Wanted]) throws(RunError) {
    var (number, hops) = (number, hops)
    while hops <= redirects, !isEnding {
      var note = try note(number)
      // A page answers for itself.
      guard note.state == .known || note.state == .dropped else { return }
      if hops > 0, !note.isLedTo {
        note.isLedTo = true
        try setNote(note, number)
      }
      guard note.isChecked else {
        guard let url = WebURL(try book.url(of: number)), !plan.filter.excludes(url) else { return }
        return try begin(number, url, hops: hops, &wanted)
      }
      // What lies behind is known already, unless this way is shorter.
      if let known = try book.hops(of: number), known <= hops { return }
      try book.setHops(hops, of: number)
      guard let target = try checkAnswer(of: number)?.target else { return }
      (number, hops) = (target, hops + 1)
    }
  }

  private mutating func begin(
    _ number: Int, _ url: WebURL, hops: Int, _ wanted: inout [Wanted]
  ) throws(RunError) {
    var note = try note(number)
    note.isChecked = true
    try setNote(note, number)
    try book.setHops(hops, of: number)
    try judge(number, url, &wanted)
  }

  /// Asks for a check, drops it, or has it wait.
  private mutating func judge(_ number: Int, _ url: WebURL, _ wanted: inout [Wanted]) throws(RunError) {
    var note = try note(number)
    let isPage = note.state != .known && note.state != .dropped
    let isInside = scope.contains(url)
    let arePagesCertain = isSettled || checks.arePagesOver
    if isPage || isInside && !note.isLedTo {
      note.isChecked = false
      try setNote(note, number)
    } else if isInside ? arePagesCertain : checks.isScopeCertain || areSourcesDry && !scope.mayCome(to: url) {
      try ask(number, url, &wanted)
    } else {
      try checks.queue.append(number)
    }
  }

  private mutating func ask(_ number: Int, _ url: WebURL, _ wanted: inout [Wanted]) throws(RunError) {
    counts.checks.asked += 1
    let text = String(url.hrefWithoutFragment)
    if case .failure(let fault) = WebURL.forFetching(text) {
      return try note(CheckAnswer(outcome: PageOutcome(error: fault)), of: number)
    }
    checks.openCount += 1
    want(
      Wanted(
        number: number, url: text, depth: 0, hops: 0, source: 0, referrer: nil, isCheck: true,
        isElsewhere: !scope.isAtHome(url)), &wanted)
  }

  /// A check has come to its answer. One that has come before changes nothing.
  ///
  /// - Parameters:
  ///   - target: Where that redirects to.
  ///   - ordinal: The request's.
  mutating func settleCheck(
    _ number: Int, _ outcome: PageOutcome, target link: FoundLinks.Link?, ordinal: Int = 0
  ) throws(RunError) -> [Wanted] {
    guard try isAwaitingCheck(number) else { return [] }
    var answer = CheckAnswer(outcome: outcome)
    var target: Target?
    var urls = LinkURLs.told([])
    if let link {
      let (number, isNew) = try self.number(of: link.url, link.fingerprint)
      if isNew { tape.note(text: link.url) }
      target = Target(number: number, isNew: isNew, isNofollow: false, place: 0, isTold: isNew)
      urls = .found([link])
      answer.target = number
      answer.location = link.details?.url
    }
    let wanted = try settleCheck(number, answer, target, urls)
    record(.check(number: number, ordinal: ordinal, answer))
    return wanted
  }

  /// Whether a check was asked for and has not come.
  func isAwaitingCheck(_ number: Int) throws(RunError) -> Bool {
    guard checks.openCount > 0, try note(number).isChecked else { return false }
    return try book.check(of: number) == nil
  }

  mutating func settleCheck(
    _ number: Int, _ answer: CheckAnswer, _ target: Target?, _ urls: LinkURLs
  ) throws(RunError) -> [Wanted] {
    checks.openCount -= 1
    var wanted: [Wanted] = []
    if let target, target.isNew {
      var note = try note(target.number)
      if note.state == .known { try know(target, urls, &note, depth: 0xFF, .scope) }
    }
    try note(answer, of: number)
    if let target {
      try lead(to: target.number, hops: (try book.hops(of: number) ?? 0) + 1, &wanted)
    }
    try judgeChecks(&wanted)
    return wanted
  }

  /// No page is asked for any more that was not asked for yet: nothing waits for them.
  mutating func pagesEnded() throws(RunError) -> [Wanted] {
    checks.arePagesOver = true
    checks.isScopeCertain = true
    checks.judgeAll()
    var wanted: [Wanted] = []
    try judgeChecks(&wanted)
    record(.pagesEnded)
    return wanted
  }

  /// Judges anew what waits: a few at a time, or as many as it takes where nothing else is to come.
  mutating func judgeChecks(_ wanted: inout [Wanted]) throws(RunError) {
    var budget = Self.stride
    while checks.left > 0, budget > 0 || checks.openCount == 0 && (openCount == 0 || checks.arePagesOver) {
      budget -= 1
      checks.left -= 1
      guard let number = try checks.queue.popFirst(), let url = WebURL(try book.url(of: number)) else { continue }
      try judge(number, url, &wanted)
    }
  }

  private mutating func note(_ answer: CheckAnswer, of number: Int) throws(RunError) {
    counts.checks.note(answer)
    try book.setCheck(answer.encoded(), of: number)
  }

  func checkAnswer(of number: Int) throws(RunError) -> CheckAnswer? {
    try book.check(of: number).flatMap { CheckAnswer($0) }
  }
}

extension CheckAnswer {
  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(varint: target.map { $0 + 1 } ?? 0)
    bytes.append(text: location ?? "")
    return bytes + outcome.encoded()
  }

  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard let target = reader.count(), let location = reader.text() else { return nil }
    var rest: [UInt8] = []
    while let byte = reader.byte() { rest.append(byte) }
    guard let outcome = PageOutcome(rest) else { return nil }
    self.init(outcome: outcome, target: target == 0 ? nil : target - 1, location: location.isEmpty ? nil : location)
  }
}
