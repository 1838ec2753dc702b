import PipeEngine
import PipeSpec
import PipeWeb

/// `range`: URLs made by counting.
struct RangeSource: Source {
  let before: String
  let after: String
  let first: Int
  let step: Int
  /// How many there are; the standard library would count them one by one.
  let total: Int
  /// The least number of digits.
  let width: Int

  static let component = Component<any Source>(
    .source, "range", "URLs made by counting: {n} in the URL is replaced by each number.",
    options: MapShape(
      Key("url", template, "The URL, with {n} where the number goes.", example: "https://example.com/get?num={n}"),
      Key("from", .int(-1_000_000_000_000...1_000_000_000_000), default: 1, shown: "1", "The first number."),
      Key("to", .int(-1_000_000_000_000...1_000_000_000_000), "The last number, included.", example: "10"),
      Key(
        "step", .int(-1_000_000...1_000_000), default: 1, shown: "1",
        "The distance from one to the next; negative to count down."),
      Key(
        "pad", .int(0...18), default: 0, shown: "0", "The least number of digits; shorter numbers get leading zeros."),
      make: { (url: $0, from: $1, to: $2, step: $3, pad: $4) }
    ).checked { range, map, context in
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
      return RangeSource(
        before: range.url.before, after: range.url.after,
        first: range.from, step: range.step,
        total: (range.to - range.from) / range.step + 1, width: range.pad)
    },
    examples: ["range: {url: \"https://example.com/get?num={n}\", from: 1, to: 10}"],
    make: { $0 })

  private struct Template: Sendable {
    let before: String
    let after: String
  }

  private static let template = Shape.scalar(
    .text(name: "a URL with {n} in it", pattern: #"\{n\}"#, examples: ["https://example.com/get?num={n}"])
  ) { text throws(ScalarFault) -> Template in
    let parts = text.text.split(separator: "{n}", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ScalarFault(.badValue, "has no {n}, so every URL would be the same", hint: "put {n} where the number goes")
    }
    if let fault = WrittenURL.fault(of: text.text) {
      throw ScalarFault(.badURL, "is not one URL: \(fault)")
    }
    if case .failure(let fault) = WebURL.forFetching(parts[0] + "1" + parts[1]) {
      throw ScalarFault(.badURL, "is not a URL that can be fetched: \(fault.message)")
    }
    return Template(before: String(parts[0]), after: String(parts[1]))
  }

  var summary: String { "\(before){n}\(after), \(total) numbers" }

  func columns(in folder: SourceFolder) -> SourceColumns { .none(hint: nil) }

  func rereading(in folder: SourceFolder) -> SourceRereading { .fromStart }

  func count(in folder: SourceFolder) -> RequestCount { .exactly(total) }

  func isAtHand(in folder: SourceFolder) -> Bool { true }

  var requestsByHost: [String: Int]? {
    // The number may stand in the host's name.
    guard case .success(let first) = WebURL.forFetching(before + "1" + after),
      case .success(let second) = WebURL.forFetching(before + "2" + after), first.host == second.host
    else { return nil }
    return [String(first.host): total]
  }

  var origins: Set<WebURL.OriginKey>? {
    // The number may stand in the host's name or in the port.
    guard case .success(let first) = WebURL.forFetching(before + "1" + after),
      case .success(let second) = WebURL.forFetching(before + "2" + after), first.originKey == second.originKey
    else { return nil }
    return [first.originKey]
  }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    while case let place = output.passOverDone(), place < total {
      try await output.yield(before + digits(first + place * step) + after)
    }
  }

  private func digits(_ number: Int) -> String {
    let text = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - text.utf8.count))
    return (number < 0 ? "-" : "") + zeros + text
  }
}
