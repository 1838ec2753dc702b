internal import PipeSpec
package import PipeWeb

/// A record on its way to the sinks, with what the run's tally counts.
package struct Extracted: Sendable {
  package let record: Record
  package let status: Int?
  package let error: RequestError.Code?
}

/// Makes a record of a page: every field of a plan, and the faults that the fields had.
package struct Extraction: Sendable {
  private let fields: [FieldPlan]
  private let needs: PageNeeds
  private let sources: [String]
  private let limits: ValueLimits
  /// The fields that tell of the others' faults.
  private let last: [Int]

  package init(_ plan: Plan) {
    fields = plan.fields
    needs = plan.needs
    sources = plan.sources.map(\.name)
    limits = plan.bounds.values
    last = plan.fields.indices.filter { plan.fields[$0].extractor.comesLast }
  }

  package func extract(_ fetched: Fetched, mediaTypes: MediaTypeMemory = MediaTypeMemory()) -> Extracted {
    let page = Page(fetched, needs: needs, sources: sources, mediaTypes: mediaTypes, limits: limits)
    var values: [Value] = []
    values.reserveCapacity(fields.count)
    for field in fields { values.append(field.comesLast ? .null : value(of: field, page)) }
    for index in last { values[index] = value(of: fields[index], page) }
    return Extracted(
      record: Record(id: fetched.request.id, values: values), status: fetched.response?.status,
      error: page.error?.code)
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
  fileprivate var isMissing: Bool {
    switch self {
    case .null: true
    case .list(let values): values.isEmpty
    default: false
    }
  }
}
