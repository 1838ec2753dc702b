package import PipeWeb

/// What a spec alone tells of a URL: whether its sources have it, and which of its rules would keep a crawl from it.
package struct URLAnswer: Sendable {
  /// A request of a source.
  package struct Place: Hashable, Sendable {
    /// The place of the source in the spec.
    package let source: Int
    /// From 0.
    package let ordinal: Int
  }

  /// A rule that keeps a crawl from the URL.
  package struct Drop: Hashable, Sendable {
    /// `exclude[2] at crawl.yaml:14:9`, `out of scope`
    package let reason: String
    /// The pattern, where it is one.
    package var pattern: String?
  }

  /// Requests for the URL, the first ones.
  package fileprivate(set) var places: [Place] = []
  /// Sources that nobody can ask without a run: their requests come from the network, or from another program.
  package fileprivate(set) var unasked: [Int] = []
  /// How many requests the others have together.
  package fileprivate(set) var count = 0
  /// A request for a URL that differs in little: the scheme, `www.`, a slash at the end.
  package fileprivate(set) var near: (place: Place, url: String)?
  package fileprivate(set) var drops: [Drop] = []
  /// Whether the rules of a crawl were asked, as no source has the URL.
  package fileprivate(set) var isOfCrawl = false
  /// Whether the scope could not be told, for the sources that were not asked.
  package fileprivate(set) var isScopeUnknown = false

  /// Whether it says anything for certain.
  package var isKnown: Bool { !places.isEmpty || !drops.isEmpty || unasked.isEmpty }

  fileprivate static let mostPlaces = 20
}

extension Plan {
  /// Asks the sources that are at hand, reading them as a run would, and the rules of the crawl.
  ///
  /// - Throws: `RunError` if a source cannot be read.
  package func answer(on url: WebURL) async throws -> URLAnswer {
    var answer = URLAnswer()
    let identity = crawl?.identity ?? URLIdentity()
    let wanted = identity.text(of: url)
    let likeness = Likeness(url)
    var scope = crawl.map { CrawlScope($0.scope) }
    for (index, source) in sources.enumerated() {
      guard source.source.isAtHand(in: folder) else {
        answer.unasked.append(index)
        continue
      }
      try await source.source.forEach(in: folder, source: index) { request in
        answer.count += 1
        guard let found = request.url else { return }
        scope?.add(found)
        guard found.hostname.hasSuffix(likeness.host) else { return }
        let place = URLAnswer.Place(source: index, ordinal: request.id.ordinal)
        if identity.text(of: found) == wanted {
          if answer.places.count < URLAnswer.mostPlaces { answer.places.append(place) }
        } else if answer.near == nil, Likeness(found) == likeness {
          answer.near = (place, found.href)
        }
      }
    }
    guard let crawl, let scope, answer.places.isEmpty else { return answer }
    answer.isOfCrawl = true
    for reason in [crawl.filter.reason(toDrop: url), TrapBounds.reason(toDrop: url)].compactMap(\.self) {
      var drop = URLAnswer.Drop(reason: crawl.words(for: reason))
      if case .excluded(let index) = reason, crawl.exclude.indices.contains(index) {
        drop.pattern = crawl.exclude[index]
      }
      answer.drops.append(drop)
    }
    if !scope.contains(url) {
      if answer.unasked.isEmpty {
        answer.drops.append(URLAnswer.Drop(reason: "out of scope: \(crawl.scope.meaning)"))
      } else {
        answer.isScopeUnknown = true
      }
    }
    return answer
  }
}

/// What two URLs have in common that people take for each other.
private struct Likeness: Equatable {
  let host: Substring
  private let path: Substring
  private let query: Substring

  init(_ url: WebURL) {
    host = url.hostname.hasPrefix("www.") ? url.hostname.dropFirst(4) : url.hostname
    path = url.pathname.hasSuffix("/") ? url.pathname.dropLast() : url.pathname
    query = url.search
  }
}

extension Source {
  /// Goes through its requests, a batch in memory at a time.
  fileprivate func forEach(
    in folder: SourceFolder, source: Int, _ body: (Request) -> Void
  ) async throws {
    let edge = Edge<Request>("requests", elements: 512, bytes: 4 << 20, batch: 64, senders: 1, lanes: 1)
    var batches = Inlet(edge).batches()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        let outlet = Outlet(edge)
        try await ending([outlet]) {
          var output = RequestOutput(source: source, outlet: outlet, control: RunControl(), counter: StageCounter())
          try await run(&output, in: SourceEnvironment(folder))
          try await output.flush()
        }
      }
      var failure: (any Error)?
      do {
        while let batch = try await batches.next() { for request in batch { body(request) } }
      } catch {
        failure = error
      }
      // Why a source failed is more than that its edge broke off.
      do { try await group.waitForAll() } catch { failure = error }
      if let failure { throw failure }
    }
  }
}

extension CrawlScope.Kind {
  /// Which URLs are in it.
  fileprivate var meaning: String {
    switch self {
    case .page: "scope: page follows no links"
    case .prefix: "scope: prefix holds the folders of the sources' URLs"
    case .host: "scope: host holds the sources' hosts"
    case .domain: "scope: domain holds the sources' domains"
    case .any: "scope: any holds http and https URLs"
    }
  }
}
