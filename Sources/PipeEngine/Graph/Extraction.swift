internal import CLinux
internal import PipeSpec
package import PipeWeb

/// A record on its way to the sinks, with what the run's tally counts.
package struct Extracted: Sendable {
  package let record: Record
  package let status: Int?
  package let error: RequestError.Code?
  /// Where the page leads, in a crawl.
  let links: FoundLinks?
  /// The error in words, as long as the record was not held on its way.
  let failure: RequestError?

  init(
    record: Record, status: Int?, error: RequestError.Code?, links: FoundLinks? = nil, failure: RequestError? = nil
  ) {
    self.record = record
    self.status = status
    self.error = error
    self.links = links
    self.failure = failure
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

  package init(_ plan: Plan) { self.init(plan, links: nil) }

  /// - Parameter links: What reads the links of pages, in a crawl.
  init(_ plan: Plan, links: LinkReader?) {
    self.links = links
    fields = plan.fields
    needs = plan.needs
    sources = plan.sources.map(\.name)
    limits = plan.bounds.values
    trees = plan.bounds.treeBytes
    last = plan.fields.indices.filter { plan.fields[$0].extractor.comesLast }
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
    let whole = memory + 3 * count + min(limits.record, Self.recordFactor * count)
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
    var values = extracted.record.values
    for (index, field) in fields.enumerated() where field.extractor.placeFact != nil {
      values[index] = value(of: field, page)
    }
    return Extracted(
      record: Record(id: id, values: values), status: extracted.status, error: extracted.error, links: nil)
  }

  /// - Returns: The record, and whether the memory was enough.
  private func extract(
    _ fetched: Fetched, mediaTypes: MediaTypeMemory, memory: Int
  ) -> (extracted: Extracted, isWhole: Bool) {
    let page = Page(
      fetched, needs: needs, sources: sources, mediaTypes: mediaTypes, limits: limits,
      memory: memory == 0 ? Self.usualTree : memory)
    var values: [Value] = []
    values.reserveCapacity(fields.count)
    for field in fields { values.append(field.comesLast ? .null : value(of: field, page)) }
    // Before the fields that tell of faults: there may be some on the way to the links.
    let found = links?.links(of: page)
    for index in last { values[index] = value(of: fields[index], page) }
    let failure = page.error
    let extracted = Extracted(
      record: Record(id: fetched.request.id, values: values), status: fetched.response?.status,
      error: failure?.code, links: found, failure: failure)
    return (extracted, !page.isBeyondMemory)
  }

  private func value(of field: FieldPlan, _ page: Page) -> Value {
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
