import PipeEngine
import PipeSpec
import PipeWeb

/// `urls`: the URLs stand in the spec itself.
struct URLsSource: Source {
  let urls: [String]

  static let component = Component<any Source>(
    .source, "urls", "URLs listed in the spec itself.",
    options: MapShape(
      main: "list",
      Key("list", url.list(minimum: 1, orOne: true), "The URLs.", example: "[https://example.com/]"),
      make: { URLsSource(urls: $0) }),
    examples: ["urls: [https://example.com/, https://example.org/]"],
    make: { $0 })

  /// An http or https URL, checked where it is written.
  static let url = Shape.scalar(.text(name: "an http or https URL", examples: ["https://example.com/"])) {
    text throws(ScalarFault) -> String in
    if let fault = WrittenURL.fault(of: text.text) {
      throw ScalarFault(.badURL, "has text that is not one URL: \(fault)", hint: "write a list, a URL each")
    }
    if case .failure(let fault) = WebURL.forFetching(text.text) {
      throw ScalarFault(
        .badURL, "has a URL that cannot be fetched: \(fault.message)",
        hint: WrittenURL.suggestion(for: text.text).map { "did you mean \($0)?" })
    }
    return text.text
  }.map { url, node, context in
    if let pattern = counted(in: url) {
      context.report(
        .noEffect, at: node.span, "'\(pattern)' is not expanded: it is part of the URL",
        hint: "the source range counts: range: {url: …{n}…, from: …, to: …}")
    }
    return url
  }

  /// `[1-5]` and `{1..5}`, which curl and shells expand.
  private static func counted(in url: String) -> String? {
    for (open, close, joint) in [("[", "]", "-"), ("{", "}", "..")] {
      var rest = url[...]
      while let start = rest.firstRange(of: open) {
        rest = rest[start.upperBound...]
        guard let end = rest.firstRange(of: close) else { break }
        let parts = rest[..<end.lowerBound].split(separator: joint, omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy({ Int($0) != nil }) {
          return String(url[start.lowerBound..<end.upperBound])
        }
      }
    }
    return nil
  }

  var summary: String { urls.count == 1 ? "1 URL" : "\(urls.count) URLs" }

  func columns(in folder: SourceFolder) -> SourceColumns { .none(hint: nil) }

  func rereading(in folder: SourceFolder) -> SourceRereading { .fromStart }

  func count(in folder: SourceFolder) -> RequestCount { .exactly(urls.count) }

  func isAtHand(in folder: SourceFolder) -> Bool { true }

  var requestsByHost: [String: Int]? {
    urls.reduce(into: [:]) { hosts, url in
      if case .success(let url) = WebURL.forFetching(url) { hosts[String(url.host), default: 0] += 1 }
    }
  }

  var origins: Set<WebURL.OriginKey>? {
    Set(urls.compactMap { try? WebURL.forFetching($0).get().originKey })
  }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    for url in urls { try await output.yield(url) }
  }
}
