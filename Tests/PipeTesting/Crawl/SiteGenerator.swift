/// Makes up sites to crawl, the same ones from the same seed: with cycles, long chains of pages, ways of different length to
/// one page, chains and loops of redirects, URLs in several spellings, links off the host, links that are not to be followed,
/// disallowed paths, and requests that fail once, twice or always.
package struct SiteGenerator {
  /// A site, and where to begin.
  package struct Sample: Sendable, CustomStringConvertible {
    package let seed: UInt64
    package let site: SiteModel
    /// One to four; the first is the front page.
    package let sources: [String]

    package var description: String { "site \(seed), \(site.count) URLs" }
  }

  package static let host = "site.example"
  /// Beside the first: links to it are out of the scope `host`.
  package static let otherHost = "other.example:8080"
  /// Hosts that only checks of links come to.
  package static let farHosts = ["far.example", "www.far.example", "www.site.example:81"]

  private static let fragments = ["#top", "#TOP", "#", "#:~:text=x", "#caf\u{E9} & more", "#caf%C3%A9"]

  private var random: RepeatableRandom
  /// Of what changes no page's place.
  private var details: RepeatableRandom
  private var site = SiteModel()
  /// The links of each page to come.
  private var links: [String: [SiteModel.Link]] = [:]
  /// Absolute, in the order in which they were made up.
  private var pages: [String] = []
  /// What may be linked to and is not a page.
  private var others: [String] = []

  /// - Parameter size: How many pages there are, about; by the seed where there is none.
  package static func sample(seed: UInt64, size: Int? = nil) -> Sample {
    var generator = SiteGenerator(seed: seed)
    return generator.make(seed: seed, size: size)
  }

  private init(seed: UInt64) {
    random = RepeatableRandom(seed: seed)
    details = RepeatableRandom(seed: seed + 1)
  }

  private mutating func make(seed: UInt64, size: Int?) -> Sample {
    let size = size ?? below(280) + 20
    for number in 0..<size { pages.append(url(number)) }
    growTree()
    addChain(length: min(size / 4, 4 + below(9)))
    addDiamonds(1 + size / 25)
    addRedirects(2 + size / 12)
    others += ["http://\(Self.host)/gone", "http://\(Self.host)/private/hidden", "http://\(Self.otherHost)/outside"]
    site.put("http://\(Self.host)/private/hidden", links: ["/private/deeper", "/"])
    site.put("http://\(Self.otherHost)/outside", links: ["/further", "http://\(Self.host)/"])
    site.put("http://\(Self.otherHost)/further", links: [])
    site.disallow("/private/", of: Self.host)
    addCrossLinks(size * 3)
    let others = random
    addElsewhere(4 + size / 10)
    random = others
    putPages()
    return Sample(seed: seed, site: site, sources: sources())
  }

  // MARK: Structure

  /// Each page but the first gets a page before it that links to it, or none: then nothing leads there by the tree.
  private mutating func growTree() {
    for number in pages.indices.dropFirst() where !random.oneIn(20) {
      // Near parents make it deep, any parents broad.
      let parent = random.oneIn(3) ? below(number) : max(0, number - 1 - below(8))
      link(pages[parent], to: pages[number])
    }
    // Whatever fails, there is more than one way on.
    for _ in 0..<6 { link(pages[0], to: one(of: pages)) }
  }

  private mutating func addChain(length: Int) {
    let chain = (0..<length).map { "http://\(Self.host)/chain/\($0)" }
    pages += chain
    for (page, next) in zip(chain, chain.dropFirst()) { link(page, to: next) }
    if let first = chain.first { link(one(of: pages), to: first) }
  }

  /// Two ways of different length to one page, the long one first in the document.
  private mutating func addDiamonds(_ count: Int) {
    for number in 0..<count {
      let top = one(of: pages)
      let bottom = "http://\(Self.host)/diamond/\(number)/end"
      let way = (0...below(4)).map { "http://\(Self.host)/diamond/\(number)/way/\($0)" }
      for (page, next) in zip([top] + way, way + [bottom]) { link(page, to: next) }
      let short = "http://\(Self.host)/diamond/\(number)/short"
      link(top, to: short)
      link(short, to: bottom)
      pages += way + [short, bottom]
      // Behind the end is more, which a crawl that takes the first depth it sees does not reach.
      let behind = "http://\(Self.host)/diamond/\(number)/behind"
      link(bottom, to: behind)
      pages.append(behind)
    }
  }

  private mutating func addRedirects(_ count: Int) {
    for number in 0..<count {
      // Some chains are longer than `redirects`.
      let length = random.oneIn(5) ? 11 + below(3) : 1 + below(4)
      let chain = (0..<length).map { "http://\(Self.host)/r\(number)/\($0)" }
      let end: String
      switch below(10) {
      case 0: end = one(of: chain)
      case 1: end = "http://\(Self.otherHost)/outside"
      case 2: end = "http://\(Self.host)/gone"
      case 3: end = random.oneIn(2) ? "mailto:someone@\(Self.host)" : "http://"
      default: end = one(of: pages)
      }
      for (from, to) in zip(chain, chain.dropFirst() + [end]) {
        let status = [301, 302, 303, 307, 308][below(5)]
        site.put(from, attempts(.redirect(status, to: spelled(to, from: from))))
      }
      // Of a chain that is too long it depends on timing how far links into its middle lead.
      others += [chain[0], chain[0], one(of: length > 10 ? Array(repeating: chain[0], count: length) : chain)]
    }
  }

  /// URLs out of scope with all that can come of asking them, and links to them.
  private mutating func addElsewhere(_ count: Int) {
    for host in Self.farHosts { site.disallow("/closed/", of: host) }
    var far: [String] = []
    for number in 0..<count {
      let host = one(of: Self.farHosts)
      let url = "http://\(host)/\(random.oneIn(8) ? "closed/" : "")x\(number)"
      far.append(url)
      site.put(url, attempts(.page(.init("Far \(number)", links: [.init("/further")]))))
      switch below(12) {
      case 0: site.put(head: url, .status([403, 404, 405, 501][below(4)]))
      case 1: site.put(head: url, .failure(["connection", "protocol", "timeout"][below(3)]))
      case 2: site.put(url, .status([404, 410, 500][below(3)]))
      case 3: site.put(url, .failure(["dns", "connect", "tls", "timeout", "connection"][below(5)]))
      case 4: site.put(head: url, .page(.init("")))
      case 5, 6: site.put(url, .redirect(301, to: one(of: pages) + (random.oneIn(2) ? "" : "#part-\(below(3))")))
      case 7: site.put(url, .redirect(302, to: "http://\(Self.host)/private/far"))
      case 8: site.put(url, .redirect(302, to: "http://\(Self.host)/only/from/far\(below(2))"))
      case 9:
        let length = random.oneIn(3) ? 10 + below(4) : 1 + below(4)
        let chain = [url] + (0..<length).map { "\(url)/\($0)" }
        let end = random.oneIn(3) ? one(of: chain) : one(of: pages + ["http://\(host)/nowhere"])
        for (from, to) in zip(chain, chain.dropFirst() + [end]) { site.put(from, .redirect(307, to: to)) }
        far.append(one(of: chain))
      case 10: site.put(url, .redirect(301, to: "mailto:someone@\(host)"))
      default: break
      }
    }
    site.put("http://\(Self.host)/only/from/far0", links: ["/not/followed"])
    for _ in 0..<3 * count { link(one(of: pages), to: one(of: far), isNofollow: random.oneIn(6)) }
  }

  private mutating func addCrossLinks(_ count: Int) {
    for _ in 0..<count {
      let target = random.oneIn(4) ? one(of: others) : one(of: pages)
      link(one(of: pages), to: target, isNofollow: random.oneIn(12))
    }
    for _ in 0..<3 { links[one(of: pages), default: []].append(.init("mailto:someone@\(Self.host)", text: "mail")) }
  }

  private mutating func link(_ page: String, to target: String, isNofollow: Bool = false) {
    let written = spelled(target, from: page)
    let number = links[page, default: []].count
    links[page, default: []].append(.init(written, text: "link \(number) & more", isNofollow: isNofollow))
  }

  private mutating func putPages() {
    for (number, page) in pages.enumerated() {
      var found = links[page, default: []]
      // The order of a document is not that in which it was made up.
      found.shuffle(using: &random)
      let isNofollow = number > 0 && random.oneIn(25)
      var content = SiteModel.Page("Page \(number)", links: found, isNofollow: isNofollow)
      for name in ["part-0", "part-1", "caf\u{E9} & more", "caf%C3%A9"] where details.oneIn(2) {
        if details.oneIn(3) { content.anchors.append(name) } else { content.ids.append(name) }
      }
      // The front page always answers.
      site.put(page, number == 0 ? [.page(content)] : attempts(.page(content)))
    }
  }

  private mutating func sources() -> [String] {
    var sources = [pages[0]]
    for _ in 0..<below(3) { sources.append(spelled(one(of: pages), from: nil)) }
    if random.oneIn(3) {
      // It leads to its own name with www., where the site goes on.
      let www = "http://www.\(Self.host)/"
      site.put(www, links: ["/deeper", pages[0]])
      site.put(www + "deeper", links: [])
      site.put("http://\(Self.host)/moved", .redirect(301, to: www))
      sources.append("http://\(Self.host)/moved")
    }
    return sources
  }

  // MARK: Details

  /// An answer, and perhaps failures before it or in its place.
  private mutating func attempts(_ answer: SiteModel.Answer) -> [SiteModel.Answer] {
    func fault() -> SiteModel.Answer {
      [.status(500), .status(502), .failure("timeout"), .failure("connection")][below(4)]
    }
    switch below(30) {
    case 0: return [fault(), answer]
    case 1: return [fault(), fault(), answer]
    case 2: return [fault()]
    case 3: return [random.oneIn(2) ? .status(404) : .status(410)]
    default: return [answer]
    }
  }

  private mutating func url(_ number: Int) -> String {
    if number == 0 { return "http://\(Self.host)/" }
    switch below(5) {
    case 0: return "http://\(Self.host)/list?page=\(number)&sort=up"
    case 1: return "http://\(Self.host)/docs/part\(number % 7)/p\(number)"
    case 2: return "http://\(Self.host)/~user/caf%C3%A9/\(number)"
    case 3: return "http://\(Self.host)/docs/p\(number).html"
    default: return "http://\(Self.host)/p\(number)"
    }
  }

  /// One of the ways to write a URL, all of which are one when they are compared.
  private mutating func spelled(_ url: String, from page: String?) -> String {
    let host = PlainURL.host(of: url)
    guard url.hasPrefix("http://"), !host.isEmpty else { return url }
    let path = PlainURL.path(of: url)
    let isNear = page.map { PlainURL.host(of: $0) == host } ?? false
    switch below(12) {
    case 0 where host == Self.host: return "HTTP://Site.Example:80" + path
    case 1: return "http://\(host)/./unused/.." + path
    case 2: return url.replacing("~", with: "%7E").replacing("%C3%A9", with: "%c3%a9")
    case 3: return url.replacing("/p", with: "/%70")
    case 4: return url + "#part-\(below(3))"
    case 5 where page != nil: return "//\(host)\(path)"
    case 6 where isNear, 7 where isNear, 8 where isNear: return path
    case 9 where isNear: return path + (Self.fragments.randomElement(using: &details) ?? "")
    default: return url
    }
  }

  private mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &random) }

  private mutating func one(of choices: [String]) -> String { choices[below(choices.count)] }
}
