import PipeEngine
import PipeSpec
import PipeWeb

/// `json`: what a JSONPath query selects (RFC 9535).
struct JSONExtractor: Extractor {
  enum Place: String, CaseIterable, Sendable {
    case body
    case jsonLD = "json-ld"
  }

  let path: JSONPath
  let place: Place
  let all: Bool

  static let component = Component<any Extractor>(
    .extractor, "json",
    "The values that a JSONPath query (RFC 9535) selects in a JSON response or in a page's JSON-LD.",
    options: MapShape(
      main: "path",
      Key("path", Shape<JSONPath>.jsonPath, "The query.", example: "$.items[0].name"),
      Key(
        "in",
        .choice {
          $0 == .body
            ? "the content itself"
            : "the page's application/ld+json scripts, one after another. The comments that scripts are wrapped in, other"
              + " comments, commas and semicolons too many, unescaped control characters and escaped quotes (&quot;) are"
              + " passed over; a script that is not JSON even so is left out"
        },
        default: Place.body, shown: "body", "Where it looks."),
      Key(
        "all", .bool, default: false, shown: "false",
        "Whether all selected values are taken, as a list; otherwise the first."),
      make: JSONExtractor.init),
    examples: [
      "json: $.status", "{json: '$..price', all: true, as: number}",
      "json: {path: '$.offers.price', in: json-ld, as: number}",
    ],
    make: { $0 })

  /// A URL in JSON is UTF-8, in a page of another encoding too (JSON-LD 1.1, 5: IRIs).
  let isMarkup = false
  var needs: PageNeeds { PageNeeds(content: place == .body ? .whole : .dom) }
  var type: FieldType { FieldType(.json, isList: all) }
  var readsItem: Bool { place == .body }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    guard page.response != nil else { return .null }
    var found: [Value] = []
    var budget = page.room.budget
    switch place {
    case .body:
      let document = if let item = page.item?.json { item } else { try page.json.get() }
      try select(in: document, of: page, &found, &budget)
    case .jsonLD:
      for document in page.linkedData.values where (all || found.isEmpty) && !budget.isSpent {
        try select(in: document, of: page, &found, &budget)
      }
    }
    let value = try page.room.checked(all ? .list(found) : found.first, budget)
    if place == .jsonLD, !page.linkedData.isWhole, all || found.isEmpty {
      throw ExtractionFault("the page's JSON-LD is too large; the rest is missing", partial: value)
    }
    if place == .jsonLD, let document = page.document, document.isTruncated,
      all || found.isEmpty || document.missing.contains(.entities)
    {
      throw Page.incomplete(document, value)
    }
    return value
  }

  /// Adds what the query selects: the values themselves, and no list of them before.
  private func select(
    in document: JSONValue, of page: Page, _ found: inout [Value], _ budget: inout ValueBudget
  ) throws(ExtractionFault) {
    try page.visit(path, in: document) { selected in
      if all {
        guard budget.takeElement(bytes: 0), let value = Value(selected, within: &budget) else { return false }
        found.append(value)
        return true
      }
      if case .string(let text) = selected {
        found.append(.string(budget.text(text)))
      } else if let value = Value(selected, within: &budget) {
        found.append(value)
      }
      return false
    }
  }
}
