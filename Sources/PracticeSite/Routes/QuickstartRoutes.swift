import NIOCore

/// The list of URLs that a newcomer runs first, and what must come out.
enum QuickstartRoutes {
  static let all: [Route] = [
    Route("/urls.txt", "every URL of the quickstart, one a line", urls),
    Route("/expected.jsonl", "what an extractor must find at each of them, in the same order", expected),
  ]

  static func all(_ site: Site, _ origin: Origin) -> [String] {
    site.pages.numbers.map { "\(origin)/page/\($0)" }
      + SpecialCase.all(origin, refusedPort: site.ports.refused).map(\.url)
  }

  private static func urls(_ request: SiteRequest, _ site: Site) -> Answer {
    let pages = site.pages.numbers.lazy.map { "\(request.origin)/page/\($0)\n" }
    let specials = SpecialCase.all(request.origin, refusedPort: site.ports.refused).map { $0.url + "\n" }
    return .stream(lines(pages, specials), type: "text/plain; charset=utf-8")
  }

  private static func expected(_ request: SiteRequest, _ site: Site) -> Answer {
    let origin = request.origin
    let pages = site.pages.numbers.lazy.compactMap { site.pages.page($0) }.map { page in
      JSON.object(
        [
          ("url", .string(origin.description + page.facts.path)), ("path", .string(page.facts.path)),
          ("final_path", .string(page.facts.path)), ("status", .number(200)), ("error", .null),
        ] + Self.members(page.facts, origin)
      ).text() + "\n"
    }
    let specials = SpecialCase.all(origin, refusedPort: site.ports.refused).map { special in
      special.expectation(site.pages, origin).text() + "\n"
    }
    return .stream(lines(pages, specials), type: "application/x-ndjson")
  }

  /// The members that tell what is found in a numbered page.
  static func members(_ facts: PageFacts, _ origin: Origin) -> [(String, JSON)] {
    [
      ("title", .string(facts.title)), ("h1", .string(facts.title)), ("length", .number(facts.length)),
      ("content_type", .string(facts.contentType)), ("charset", .string(facts.charset)),
      ("language", .string(facts.language)), ("description", .string(facts.description)),
      ("canonical", .string(origin.description + facts.canonical)), ("links", .number(facts.links)),
    ]
  }

  /// Lines in pieces of some kilobytes, made as they are sent.
  private static func lines(_ pages: some Sequence<String>, _ specials: [String]) -> Steps {
    var pages = pages.makeIterator()
    var specials = specials.makeIterator()
    return Steps {
      var piece = ByteBuffer()
      while piece.readableBytes < 16_384, let line = pages.next() ?? specials.next() { piece.writeString(line) }
      return piece.readableBytes == 0 ? nil : .send(piece)
    }
  }
}
