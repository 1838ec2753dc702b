internal import CLinux
internal import PipeSpec
package import PipeWeb

/// What a page has become on its way to the sinks: a record, or one for each of its items; with what the run's tally counts.
package struct Extracted: Sendable {
  /// A record of an item.
  struct Item: Sendable {
    let record: Record
    let error: RequestError.Code?
  }

  /// The record, or the first one; without values where there is none.
  package let record: Record
  package let status: Int?
  package let error: RequestError.Code?
  /// Where the page leads, in a crawl.
  let links: FoundLinks?
  /// The next page, if its source follows those.
  let next: WebURL?
  /// The error in words, as long as the record was not held on its way.
  let failure: RequestError?
  /// Whether there is a record: not of a page without an item.
  let hasRecord: Bool
  /// The records of the items behind the first one.
  let others: [Item]

  init(
    record: Record, status: Int?, error: RequestError.Code?, links: FoundLinks? = nil, next: WebURL? = nil,
    failure: RequestError? = nil, hasRecord: Bool = true, others: [Item] = []
  ) {
    self.record = record
    self.status = status
    self.error = error
    self.links = links
    self.next = next
    self.failure = failure
    self.hasRecord = hasRecord
    self.others = others
  }

  /// How many records there are.
  var count: Int { hasRecord ? 1 + others.count : 0 }

  /// All of the records.
  package var records: [Record] { hasRecord ? [record] + others.map(\.record) : [] }

  /// Whether no page came, or one with a status of 400 or above.
  var isBroken: Bool { error.map { $0 != .extract } ?? false || status.map { $0 >= 400 } ?? true }

  /// Whether one of the records has an error.
  var hasFailed: Bool { error != nil || others.contains { $0.error != nil } }

  /// Bytes that it holds, about.
  var cost: Int { others.reduce(record.cost) { $0 + $1.record.cost } }

  /// The same with each record by itself: the first one alone has the status, which is the page's.
  var parted: [Extracted] {
    guard hasRecord else { return [] }
    return [Extracted(record: record, status: status, error: error)]
      + others.map { Extracted(record: $0.record, status: nil, error: $0.error) }
  }

  /// The same with other records.
  func mapRecords(_ change: (Record) -> Record) -> Extracted {
    Extracted(
      record: hasRecord ? change(record) : record, status: status, error: error, hasRecord: hasRecord,
      others: others.map { Item(record: change($0.record), error: $0.error) })
  }
}

/// Makes a record of a page: every field of a plan, and the faults that the fields had.
package struct Extraction: Sendable {
  private let fields: [FieldPlan]
  private let needs: PageNeeds
  private let sources: [String]
  private let limits: ValueLimits
  /// The most bytes of a page's tree, or of its values of JSON.
  private let trees: Int
  /// The fields that tell of the others' faults.
  private let last: [Int]
  private let links: LinkReader?
  /// How each source's pages lead on.
  private let follows: [FollowSettings?]
  /// What the items of a page are; `nil` where it makes one record.
  private let each: EachSettings?
  /// Bytes that the records of a page's items may hold together.
  private let itemBytes: Int

  package init(_ plan: Plan) { self.init(plan, links: nil) }

  /// - Parameter links: What reads the links of pages, in a crawl.
  init(_ plan: Plan, links: LinkReader?) {
    self.links = links
    fields = plan.fields
    needs = plan.needs
    sources = plan.sources.map(\.name)
    follows = plan.sources.map(\.follow)
    limits = plan.bounds.values
    trees = plan.bounds.treeBytes
    last = plan.fields.indices.filter { plan.fields[$0].extractor.comesLast }
    each = plan.each
    itemBytes = max(limits.record, trees / 2)
  }

  package func extract(_ fetched: Fetched, mediaTypes: MediaTypeMemory = MediaTypeMemory()) -> Extracted {
    extract(fetched, mediaTypes: mediaTypes, memory: trees).extracted
  }

  /// Whether a page has something that a tree or values of JSON can be made of.
  func needsRoom(_ fetched: Fetched) -> Bool {
    guard trees > 0, let response = fetched.response, !response.body.isEmpty else { return false }
    return needs.content >= .whole || response.scanned == nil
  }

  /// Makes a record of a page once there is room for what that takes.
  ///
  /// Most trees take less than is reserved here; the page of one that takes more is read again, with all of the room for
  /// itself. So what comes of a page depends on the page and on limits.memory, not on what else runs.
  func extract(
    _ fetched: Fetched, mediaTypes: MediaTypeMemory, in room: WorkRoom
  ) async throws(CancellationError) -> Extracted {
    let count = fetched.response?.body.count ?? 0
    let memory = min(trees, Self.usualTree + Self.treeFactor * count)
    // Text in UTF-8 is up to three times as long. A record is rarely so much more than its page.
    let whole = memory + 3 * count + min(each == nil ? limits.record : itemBytes, Self.recordFactor * count)
    try await room.reserve(whole)
    let (extracted, isWhole) = covered { extract(fetched, mediaTypes: mediaTypes, memory: memory) }
    room.release(whole)
    if isWhole || memory == trees { return extracted }
    try await room.reserve(room.capacity)
    defer { room.release(room.capacity) }
    return covered { extract(fetched, mediaTypes: mediaTypes, memory: trees).extracted }
  }

  // A tree takes six times the bytes of a page in the mean.
  private static let usualTree = 512 << 10
  private static let treeFactor = 16
  private static let recordFactor = 256

  /// A lane goes from thread to thread where it waits, and pages are what recursion could go too deep over.
  private func covered<Result>(_ body: () -> Result) -> Result {
    pipe_cover_thread()
    return body()
  }

  /// A record with the fields that tell where its page stands in a crawl, now that this is settled.
  func placed(_ extracted: Extracted, at standing: PageStanding) -> Extracted {
    let id = extracted.record.id
    let seed = RequestSeed(
      id: id, written: "", depth: standing.depth, referrer: standing.referrer,
      place: CrawlPlace(number: 0, source: standing.source))
    let page = Page(
      Fetched(request: Request(seed, url: nil), response: nil), needs: .nothing, sources: sources, limits: limits)
    let placed = fields.indices.filter { fields[$0].extractor.placeFact != nil }.map {
      (index: $0, value: value(of: fields[$0], page))
    }
    return extracted.mapRecords { record in
      var values = record.values
      for (index, value) in placed { values[index] = value }
      return Record(id: id, values: values)
    }
  }

  /// - Returns: The record, and whether the memory was enough.
  private func extract(
    _ fetched: Fetched, mediaTypes: MediaTypeMemory, memory: Int
  ) -> (extracted: Extracted, isWhole: Bool) {
    let page = Page(
      fetched, needs: needs, sources: sources, mediaTypes: mediaTypes, limits: limits,
      memory: memory == 0 ? Self.usualTree : memory)
    // A page that could not be had makes its one record, and so does an answer of another kind.
    if let each, page.isOK { return (items(each, of: page), !page.isBeyondMemory) }
    let (record, found, next) = record(of: page)
    let failure = page.error
    let extracted = Extracted(
      record: record, status: fetched.response?.status, error: failure?.code, links: found, next: next,
      failure: failure)
    return (extracted, !page.isBeyondMemory)
  }

  /// The record of the whole page, and where it leads.
  private func record(of page: Page) -> (record: Record, found: FoundLinks?, next: WebURL?) {
    var values: [Value] = []
    values.reserveCapacity(fields.count)
    for field in fields { values.append(field.comesLast ? .null : value(of: field, page)) }
    // Before the fields that tell of faults: there may be some on the way to the links.
    let next = next(of: page)
    let found = links?.links(of: page, next: next)
    for index in last { values[index] = value(of: fields[index], page) }
    return (Record(id: page.request.id, values: values), found, next)
  }

  /// The next page, as the source of a page follows it.
  private func next(of page: Page) -> WebURL? {
    let request = page.request
    let source = request.place?.source ?? request.chain?.head.source ?? request.id.source
    guard follows.indices.contains(source), let follow = follows[source] else { return nil }
    do throws(ExtractionFault) {
      return try page.next(follow)
    } catch {
      // In a crawl, a page behind a link is looked at in case that it is one of a list.
      if request.depth == 0 { page.addFault(of: "follow", error) }
      return nil
    }
  }

  /// A record for each item of a page. What says the same for all of them is read once.
  private func items(_ each: EachSettings, of page: Page) -> Extracted {
    var shared: [Value] = []
    shared.reserveCapacity(fields.count)
    for field in fields { shared.append(field.comesLast || field.readsItem ? .null : value(of: field, page)) }
    let faults = page.faultCount
    let next = next(of: page)
    let isLost = page.faultCount > faults
    let found = links?.links(of: page, next: next)
    let sharedFaults = page.faultCount
    var records: [Extracted.Item] = []
    var failure: RequestError?
    var bytes = 0
    var isCut = false
    func add() {
      var values = shared
      for (index, field) in fields.enumerated() where field.readsItem && !field.comesLast {
        values[index] = value(of: field, page)
      }
      for index in last { values[index] = value(of: fields[index], page) }
      let record = Record(id: page.request.id, values: values)
      bytes += record.cost
      let error = page.error
      failure = failure ?? error
      records.append(Extracted.Item(record: record, error: error?.code))
    }
    do throws(ExtractionFault) {
      try each.selector.forEach(of: page) { item in
        page.go(to: item, keepingFaults: sharedFaults, limits)
        add()
        isCut = bytes > itemBytes
        return !isCut
      }
      if isCut {
        throw ExtractionFault(
          "the page's items take more than \(ByteCount(itemBytes).description) (a share of limits.memory); the rest is"
            + " missing")
      }
      if records.isEmpty, each.isRequired { throw ExtractionFault("missing") }
      // Somebody has to tell that the list may go on.
      if records.isEmpty, isLost {
        page.go(to: nil, keepingFaults: sharedFaults, limits)
        add()
      }
    } catch {
      // What is wrong with the page, or missing of it, is told by a record of its own.
      page.go(to: nil, keepingFaults: sharedFaults, limits)
      page.addFault(of: "each", error)
      add()
    }
    guard let first = records.first else {
      return Extracted(
        record: Record(id: page.request.id, values: []), status: page.response?.status, error: nil, links: found,
        next: next, hasRecord: false)
    }
    return Extracted(
      record: first.record, status: page.response?.status, error: first.error, links: found, next: next,
      failure: failure, others: Array(records.dropFirst()))
  }

  private func value(of field: FieldPlan, _ page: Page) -> Value {
    // In a record that is the page's, what reads inside items has no value.
    if each != nil, field.readsItem, page.item == nil { return field.fallback ?? .null }
    page.room.begin()
    let value = anyValue(of: field, page)
    page.room.keep(value)
    return value
  }

  private func anyValue(of field: FieldPlan, _ page: Page) -> Value {
    do throws(ExtractionFault) {
      let value = try field.extractor.extract(page)
      // Few of them make more than they were given; those that only pass on what is there are measured here.
      // What tells of the faults is never one of them.
      if !field.comesLast, !page.room.holds(value) {
        throw page.room.tooLarge(page.room.start(of: value, field.extractor.type))
      }
      guard value.isMissing else { return value }
      // A page that was not fetched lacks everything; only what a fetched page lacks is a fault.
      if field.isRequired, page.response != nil { page.addFault(of: field.name, ExtractionFault("missing")) }
      return field.fallback ?? value
    } catch {
      if error.isConversion, let fallback = field.fallback { return fallback }
      page.addFault(of: field.name, error)
      let partial = error.partial.flatMap { page.room.holds($0) ? $0 : page.room.start(of: $0, field.extractor.type) }
      return partial.flatMap { $0.isMissing ? nil : $0 } ?? field.fallback ?? .null
    }
  }
}

extension Value {
  /// Whether it says nothing: null, and the list of nothing.
  var isMissing: Bool {
    switch self {
    case .null: true
    case .list(let values): values.isEmpty
    default: false
    }
  }
}
