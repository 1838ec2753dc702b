/// A made-up web: what each URL answers, written down. Requests fail by their URL and their attempt, never by chance, so
/// that it can be computed what a crawl has to find.
package struct SiteModel: Sendable {
  /// A link of a page, as its document writes it.
  package struct Link: Hashable, Sendable {
    package var written: String
    package var text: String
    /// `rel=nofollow`.
    package var isNofollow: Bool

    package init(_ written: String, text: String = "", isNofollow: Bool = false) {
      self.written = written
      self.text = text
      self.isNofollow = isNofollow
    }
  }

  package struct Page: Hashable, Sendable {
    package var title: String
    /// In the order of the document.
    package var links: [Link]
    /// `<meta name=robots content=nofollow>`.
    package var isNofollow: Bool
    /// The `id` of each of its elements that have one.
    package var ids: [String]
    /// The `name` of each of its anchors.
    package var anchors: [String]

    package init(
      _ title: String, links: [Link] = [], isNofollow: Bool = false, ids: [String] = [], anchors: [String] = []
    ) {
      self.title = title
      self.links = links
      self.isNofollow = isNofollow
      self.ids = ids
      self.anchors = anchors
    }
  }

  /// What comes of one request.
  package enum Answer: Hashable, Sendable {
    case page(Page)
    /// A status without content.
    case status(Int)
    /// A redirect, with its `Location` as written.
    case redirect(Int, to: String)
    /// No answer: the code of the error that a record has.
    case failure(String)
  }

  /// What each URL answers to its first attempt, its second and so on, by what the URL is compared by. The last answer
  /// stays.
  private var answers: [String: [Answer]] = [:]
  /// What URLs answer to HEAD, where that is not what GET would get.
  private var headAnswers: [String: [Answer]] = [:]
  /// The paths that each host's robots.txt disallows, by host and port.
  package private(set) var disallowed: [String: [String]] = [:]

  package init() {}

  /// - Parameter url: Absolute, in any spelling.
  package mutating func put(_ url: String, _ attempts: Answer...) { put(url, attempts) }

  package mutating func put(_ url: String, _ attempts: [Answer]) {
    answers[PlainURL.identity(of: url)] = attempts
  }

  /// What a URL answers to HEAD.
  package mutating func put(head url: String, _ attempts: Answer...) {
    headAnswers[PlainURL.identity(of: url)] = attempts
  }

  /// A page with links that are only URLs.
  package mutating func put(_ url: String, links: [String]) {
    put(url, .page(Page(url, links: links.map { Link($0) })))
  }

  package mutating func disallow(_ path: String, of host: String) { disallowed[host, default: []].append(path) }

  /// How many URLs answer with anything but 404.
  package var count: Int { answers.count }

  /// What these URLs are compared by, sorted.
  package var identities: [String] { answers.keys.sorted() }

  /// - Parameter attempt: 1 for the first.
  package func answer(to url: String, method: String = "GET", attempt: Int = 1) -> Answer {
    let identity = PlainURL.identity(of: url)
    guard let attempts = (method == "HEAD" ? headAnswers[identity] : nil) ?? answers[identity], !attempts.isEmpty
    else { return .status(404) }
    return attempts[min(max(1, attempt), attempts.count) - 1]
  }

  package func isDisallowed(_ url: String) -> Bool {
    let path = PlainURL.path(of: PlainURL.identity(of: url))
    return disallowed[PlainURL.host(of: url), default: []].contains { path.hasPrefix($0) }
  }
}

// MARK: Serving

extension SiteModel {
  /// An answer as it goes over the wire, or the error in its place.
  package struct Response: Sendable {
    package var status = 200
    package var location: String?
    package var contentType = "text/html; charset=utf-8"
    package var body = ""
    /// The code of the error that is there instead of an answer.
    package var failure: String?
  }

  /// What a server of this site answers. robots.txt is among it; a HEAD has no body.
  package func response(to url: String, method: String = "GET", attempt: Int = 1) -> Response {
    var response = Response()
    if PlainURL.path(of: PlainURL.identity(of: url)) == "/robots.txt" {
      let paths = disallowed[PlainURL.host(of: url), default: []]
      response.contentType = "text/plain"
      if paths.isEmpty { response.status = 404 }
      response.body = paths.isEmpty ? "" : "User-agent: *\n" + paths.map { "Disallow: \($0)\n" }.joined()
    } else {
      switch answer(to: url, method: method, attempt: attempt) {
      case .page(let page): response.body = Self.document(page)
      case .status(let status): response.status = status
      case .redirect(let status, let location): (response.status, response.location) = (status, location)
      case .failure(let code): response.failure = code
      }
    }
    if method == "HEAD" { response.body = "" }
    return response
  }

  /// How long an answer takes, in units from 1 to 1,000 of which most are small: by the URL, the attempt and a seed alone.
  package static func latency(of url: String, attempt: Int, seed: UInt64) -> Int {
    // FNV-1a, since `Hasher` has another seed in each process.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in PlainURL.identity(of: url).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var random = RepeatableRandom(seed: hash ^ seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(attempt))
    return 1 << Int.random(in: 0...9, using: &random) - (random.oneIn(2) ? 0 : 1) + 1
  }

  private static func document(_ page: Page) -> String {
    let robots = page.isNofollow ? "<meta name=robots content=nofollow>" : ""
    let links = page.links.map { link in
      "<p><a href=\"\(escaped(link.written))\"\(link.isNofollow ? " rel=nofollow" : "")>\(escaped(link.text))</a></p>\n"
    }
    let names =
      page.ids.map { "<i id=\"\(escaped($0))\"></i>\n" } + page.anchors.map { "<a name=\"\(escaped($0))\"></a>\n" }
    return
      "<!DOCTYPE html>\n<html><head><title>\(escaped(page.title))</title>\(robots)</head><body>\n\(names.joined())\(links.joined())"
      + "</body></html>\n"
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { output, character in
      switch character {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case "\"": output += "&quot;"
      default: output.append(character)
      }
    }
  }
}
