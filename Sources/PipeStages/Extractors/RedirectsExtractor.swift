import PipeEngine
import PipeSpec
import PipeWeb

/// `redirects`: what redirected on the way to the page.
struct RedirectsExtractor: Extractor {
  enum Part: String, CaseIterable, Sendable {
    case url, status
  }

  let parts: [Part]

  static let component = Component<any Extractor>(
    .extractor, "redirects",
    "The URLs that redirected, in order, without the one that answered; in a crawl, the one that the page redirects to.",
    options: MapShape(
      main: "with",
      Key(
        "with",
        Shape.choice { (part: Part) in
          part == .url ? "the URL that redirected; in a crawl, where to" : "the status of the redirect"
        }.list(minimum: 1, orOne: true), default: [.url], shown: "url",
        "What is told of each redirect; of several things, a JSON object with a member for each.",
        example: "[url, status]"),
      make: { RedirectsExtractor(parts: $0) }
    ).checked { (extractor, map, context) -> RedirectsExtractor? in
      if Set(extractor.parts).count == extractor.parts.count { return extractor }
      context.report(
        .badValue, at: map.entry("with")?.value.span ?? map.span, "one of the parts stands twice",
        hint: "write each of them once")
      return nil
    },
    standsAlone: true, examples: ["redirects", "redirects: {with: [url, status]}", "redirects: status"],
    make: { $0 })

  let isNullable = false

  var type: FieldType {
    FieldType(parts == [.url] ? .url : parts == [.status] ? .int : .json, isList: true)
  }

  func extract(_ page: Page) throws(ExtractionFault) -> Value {
    var hops = page.request.trail
    if let target = page.redirectTarget, let status = page.response?.status {
      hops.append(RedirectHop(url: target, status: status))
    }
    return .list(hops.map { value(of: $0) })
  }

  private func value(of hop: RedirectHop) -> Value {
    if parts.count == 1 { return value(of: hop, parts[0]) }
    var text: [UInt8] = [UInt8(ascii: "{")]
    for (index, part) in parts.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      Value.string(part.rawValue).appendJSON(to: &text)
      text.append(UInt8(ascii: ":"))
      value(of: hop, part).appendJSON(to: &text)
    }
    text.append(UInt8(ascii: "}"))
    return .json(String(decoding: text, as: UTF8.self))
  }

  private func value(of hop: RedirectHop, _ part: Part) -> Value {
    switch part {
    case .url: .string(hop.url.hrefWithoutUserinfo)
    case .status: .int(hop.status)
    }
  }
}
