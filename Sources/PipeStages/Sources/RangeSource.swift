import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `range`: requests made by counting.
struct RangeSource: Source {
  /// Of each number; its one column is `n`.
  private let template: RequestTemplate
  private let first: Int
  private let step: Int
  /// How many there are; the standard library would count them one by one.
  private let total: Int
  /// The least number of digits.
  private let width: Int

  static let component = Component<any Source>(
    .source, "range",
    "Requests made by counting: {n} in the URL is replaced by each number, in params, headers and body too.",
    options: MapShape(
      Key(
        "url", ColumnURL.shape, "The URL, with {n} where the number goes.", example: "https://example.com/get?num={n}"),
      Key("from", .int(-1_000_000_000_000...1_000_000_000_000), default: 1, shown: "1", "The first number."),
      Key("to", .int(-1_000_000_000_000...1_000_000_000_000), "The last number, included.", example: "10"),
      Key(
        "step", .int(-1_000_000...1_000_000), default: 1, shown: "1",
        "The distance from one to the next; negative to count down."),
      Key(
        "pad", .int(0...18), default: 0, shown: "0", "The least number of digits; shorter numbers get leading zeros."),
      make: { (url: $0, from: $1, to: $2, step: $3, pad: $4) }
    ).joined(RequestParts.map).checked { both, map, context in
      let (range, parts) = both
      if range.step == 0 {
        context.report(.outOfRange, at: map.entry("step")?.value.span ?? map.span, "step cannot be 0")
        return nil
      }
      if (range.to - range.from).signum() * range.step.signum() < 0 {
        context.report(
          .outOfRange, at: map.entry("to")?.value.span ?? map.span,
          "the range is empty: counting from \(range.from) by \(range.step) never comes to \(range.to)",
          hint: range.step > 0 ? "swap from and to, or give a negative step" : "give a positive step")
        return nil
      }
      let template = RequestTemplate(url: range.url, parts: parts)
      guard template.check([column.text], of: "the column of a range is {n}", &context) else { return nil }
      if template.holes.isEmpty {
        context.report(
          .badValue, at: map.entry("url")?.value.span ?? map.span,
          "\(context.place).url has no {n}, so every request would be the same", hint: "put {n} where the number goes")
        return nil
      }
      let last = range.from + (range.to - range.from) / range.step * range.step
      let least = (range.from < 0) == (last < 0) ? min(range.from.magnitude, last.magnitude) : 0
      if let body = parts.body, body.isJSON, let hole = body.holes.first(where: \.isRaw),
        String(least).utf8.count < range.pad
      {
        context.report(
          .badValue, at: hole.span,
          "\(hole.shown) is a number, and pad gives it zeros in front, which JSON does not have",
          hint: "write {n}, which is a text, or leave pad away")
        return nil
      }
      return RangeSource(
        template: template, first: range.from, step: range.step,
        total: (range.to - range.from) / range.step + 1, width: range.pad)
    },
    examples: [
      "range: {url: \"https://example.com/get?num={n}\", from: 1, to: 10}",
      "range: {url: \"https://example.com/list\", params: {page: \"{n}\", size: 100}, to: 10}",
    ],
    make: { $0 })

  private static let column: ExactText = "n"

  private var url: String { template.url?.text.shown ?? "" }

  var summary: String { "\(url), \(total) number\(total == 1 ? "" : "s")" }

  func notes(in folder: SourceFolder) -> [String] { template.parts.notes(in: folder) }
  func sentFile(in folder: SourceFolder) -> String? { template.sentFile(in: folder) }

  func columns(in folder: SourceFolder) -> SourceColumns { .named([Self.column.text]) }

  func rereading(in folder: SourceFolder) -> SourceRereading { .fromStart }

  func count(in folder: SourceFolder) -> RequestCount { .exactly(total) }

  func isAtHand(in folder: SourceFolder) -> Bool { true }

  var requestsByHost: [String: Int]? {
    var first = row(0)
    template.fill(&first)
    guard template.url?.origin != nil, case .success(let url) = WebURL.forFetching(first.url) else { return nil }
    return [String(url.host): total]
  }

  var origins: Set<WebURL.OriginKey>? { template.url?.origin.map { [$0] } }

  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    template.check(in: folder, report)
  }

  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] { template.inputs(in: folder) }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let template = try template.opened(in: environment.folder)
    while case let place = output.passOverDone(), place < total {
      try await output.yield(row(place), template, of: "range")
    }
  }

  /// The row of a number, from 0.
  private func row(_ place: Int) -> InputRow {
    let number = first + place * step
    return InputRow([Self.column: width > 0 ? .string(digits(number)) : .int(number)], line: place + 1)
  }

  private func digits(_ number: Int) -> String {
    let text = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - text.utf8.count))
    return (number < 0 ? "-" : "") + zeros + text
  }
}
