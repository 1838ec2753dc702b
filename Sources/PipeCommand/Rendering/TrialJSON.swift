import PipeEngine
import PipeSpec
import PipeWeb

/// What came of a page that was tried, for programs.
enum TrialJSON {
  static func render(_ result: TrialResult, url: String, _ mask: SecretMask) -> JSONText {
    let facts = result.facts
    let items = result.items.map { items in
      JSONText.array(items.map { ["fields": values(of: $0), "faults": faults(of: $0)] })
    }
    return [
      "url": .string(mask.value(url.withoutUserinfo)),
      "final_url": facts.status == nil ? .null : text(facts.url.map { mask.value($0.hrefWithoutUserinfo) }),
      "redirects": .array(facts.redirects.map { .string(mask.value($0.hrefWithoutUserinfo)) }),
      "status": facts.status.map { .int($0) } ?? .null, "http_version": text(facts.version?.rawValue),
      "content_type": text(facts.contentType), "length": facts.length.map { .int($0) } ?? .null,
      "truncated": facts.status == nil ? .null : .bool(facts.isTruncated), "ip": text(facts.address?.description),
      "elapsed_ms": .int(Int((facts.elapsed / .milliseconds(1)).rounded())), "attempts": .int(facts.attempts),
      "error": text(facts.error.map { mask.words($0.description) }),
      "fields": values(of: result.fields), "faults": faults(of: result.fields), "items": items ?? .null,
      "item_count": result.items == nil ? .null : .int(result.itemCount),
      "where": result.passesFilter.map { .bool($0) } ?? .null,
    ]
  }

  private static func values(of fields: [TrialResult.Field]) -> JSONText {
    .object(fields.map { (key: $0.name, value: json($0.value)) })
  }

  private static func faults(of fields: [TrialResult.Field]) -> JSONText {
    .object(fields.compactMap { field in field.fault.map { (key: field.name, value: .string($0)) } })
  }

  private static func text(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

  private static func json(_ value: Value) -> JSONText {
    if case .string(let text) = value { return .string(text) }
    if case .list(let values) = value { return .array(values.map { json($0) }) }
    var bytes: [UInt8] = []
    value.appendJSON(to: &bytes)
    return .number(String(decoding: bytes, as: UTF8.self))
  }
}
