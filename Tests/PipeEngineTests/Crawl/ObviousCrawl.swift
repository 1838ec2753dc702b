import PipeTesting

/// A site as a table: what each page leads to.
struct TableSite {
  enum Page {
    case links([(target: Int, isNofollow: Bool)])
    case redirect(Int)
  }

  var pages: [Page]
  /// Pages on another host.
  var outside: Set<Int> = []
  /// Pages below /no/.
  var excluded: Set<Int> = []

  func url(_ page: Int) -> String {
    "http://\(outside.contains(page) ? "other" : "site").example/\(excluded.contains(page) ? "no/" : "")\(page)"
  }

  /// A site of so many pages, with chains, diamonds and loops: most links lead to pages nearby.
  init(pages count: Int, _ random: inout RepeatableRandom) {
    pages = (0..<count).map { page in
      if random.oneIn(6) { return .redirect(Int.random(in: 0..<count, using: &random)) }
      return .links(
        (0..<Int.random(in: 0...4, using: &random)).map { _ in
          let isNear = !random.oneIn(4)
          let target =
            isNear ? (page + Int.random(in: 1...4, using: &random)) % count : Int.random(in: 0..<count, using: &random)
          return (target, random.oneIn(10))
        })
    }
    for page in 0..<count {
      if random.oneIn(15) { outside.insert(page) }
      if random.oneIn(15) { excluded.insert(page) }
    }
  }
}

/// What a crawl of a site comes to, worked out one page after the other.
struct ObviousCrawl {
  struct Place: Equatable {
    var depth: Int
    var referrer: Int?
    var source: Int
  }

  private(set) var places: [Int: Place] = [:]

  init(_ site: TableSite, sources: [[Int]], depth: Int, redirects: Int) {
    var level: [(page: Int, hops: Int)] = []
    for (index, pages) in sources.enumerated() {
      for page in pages where places[page] == nil {
        places[page] = Place(depth: 0, referrer: nil, source: index)
        level.append((page, 0))
      }
    }
    func isFollowed(_ page: Int) -> Bool {
      // The scope is the hosts that the sources have.
      let isInside = !site.outside.contains(page) || sources.joined().contains { site.outside.contains($0) }
      let isInsideSite = site.outside.contains(page) || sources.joined().contains { !site.outside.contains($0) }
      return isInside && isInsideSite && !site.excluded.contains(page)
    }
    for distance in 0...depth {
      var index = 0
      while index < level.count {
        let (page, hops) = level[index]
        index += 1
        guard case .redirect(let target) = site.pages[page], hops < redirects, places[target] == nil,
          isFollowed(target)
        else { continue }
        places[target] = Place(depth: distance, referrer: page, source: places[page]?.source ?? 0)
        level.append((target, hops + 1))
      }
      var next: [(page: Int, hops: Int)] = []
      if distance < depth {
        for (page, _) in level {
          guard case .links(let links) = site.pages[page] else { continue }
          for (target, isNofollow) in links where !isNofollow && places[target] == nil && isFollowed(target) {
            places[target] = Place(depth: distance + 1, referrer: page, source: places[page]?.source ?? 0)
            next.append((target, 0))
          }
        }
      }
      level = next
    }
  }
}
