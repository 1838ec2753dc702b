/// A large site of linked pages, made up from a seed: each page is worked out when it is asked for, and is the same each
/// time. It has what real sites have that makes a crawl hard: many spellings of one URL, redirects in chains and loops,
/// pages that are gone, a `base`, links by other means than `a`, parts that robots.txt disallows, and traps.
///
/// Its pages stand in sections of which each has an index by pages. All of them can be reached from its home; those that
/// are not there, or redirect, can be as well.
package struct LinkedSite: Sendable {
  package let seed: Int
  /// How many numbered pages it has.
  package let size: Int

  package static let possibleSizes = 10...20_000
  static let sections = 16
  /// Links of one page of an index.
  static let indexLength = 20

  package init(seed: Int, size: Int) {
    self.seed = seed
    self.size = size
  }

  /// `SEED-SIZE`, as in `/crawl/7-10000/`.
  init?(name: String) {
    let parts = name.split(separator: "-").map { Int($0) }
    guard parts.count == 2, let seed = parts[0], let size = parts[1], seed >= 0, Self.possibleSizes ~= size,
      name == "\(seed)-\(size)"
    else { return nil }
    self.init(seed: seed, size: size)
  }

  /// Where it begins, with a slash at the end.
  package var root: String { "/crawl/\(seed)-\(size)/" }

  /// Numbers of its own for each page.
  func random(_ number: Int, _ purpose: Int = 0) -> SmallRandom {
    var random = SmallRandom(seed: UInt64(truncatingIfNeeded: seed &* 1_000_003 &+ number &* 31 &+ purpose))
    _ = random.next()
    return random
  }

  /// The path below the root of a numbered page.
  func place(of number: Int) -> String { number == 0 ? "" : "s\(number % Self.sections)/p\(number)" }

  /// What is there, with a path below the root and a query.
  ///
  /// - Parameter origin: Of another name for the same server, which is another site.
  package func page(at place: String, elsewhere origin: String = "http://example.invalid") -> LinkedPage {
    let (path, query) = Self.halves(place)
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count) {
    case ("", 1) where query.isEmpty: return home
    case ("trap", 2...): return trap(Array(parts.dropFirst()), query)
    case ("loop", 2) where query.isEmpty:
      return .redirect(302, to: root + "loop/" + (parts[1] == "a" ? "b" : "a"))
    case ("hop", 3) where query.isEmpty:
      guard let number = Int(parts[1]), let left = Int(parts[2]), 0..<size ~= number, 1...8 ~= left else { break }
      // The last one is relative, and has a fragment.
      return left > 1
        ? .redirect([301, 302, 303, 307, 308][left % 5], to: "\(left - 1)")
        : .redirect(307, to: "../../\(self.place(of: number))#hop")
    case ("away", 2) where query.isEmpty:
      guard let number = Int(parts[1]), 0..<size ~= number else { break }
      return .redirect(301, to: origin + root + self.place(of: number))
    case ("tag", 2):
      guard let tag = Int(parts[1]), 0..<Self.sections ~= tag, let index = Self.index(query) else { break }
      return self.index(of: (0..<size).filter { self.tag(of: $0) == tag }, index, title: "Tag \(tag)")
    case (let name, 2) where name.first == "s" && parts[1].isEmpty:
      guard let section = Int(name.dropFirst()), 0..<Self.sections ~= section, let index = Self.index(query) else {
        break
      }
      return self.index(
        of: Array(stride(from: section, to: size, by: Self.sections)), index, title: "Section \(section)")
    case (let name, 2) where name.first == "s" && parts[1].first == "p" && query.isEmpty:
      guard let number = Int(parts[1].dropFirst()), 1..<size ~= number, "\(self.place(of: number))" == path else {
        break
      }
      return numbered(number)
    case (let name, 2) where Self.extras.contains(name) && query.isEmpty:
      guard let number = Int(parts[1]), 0..<size ~= number else { break }
      return extra(name, number)
    default: break
    }
    return LinkedPage(status: 404, title: "There is no such page")
  }

  /// Pages that are reached in one way alone: by a link with `nofollow`, by `rel=canonical`, by a refresh, by a field of
  /// the header, by a frame; those that robots.txt disallows; and those that the sitemap alone has.
  static let extras = ["nofollow", "canonical", "refresh", "field", "frame", "closed", "orphan", "~user"]

  private func extra(_ name: String, _ number: Int) -> LinkedPage {
    var page = LinkedPage(title: "\(name) \(number)", text: text(number, 7))
    page.links = [LinkedPage.Link(root), LinkedPage.Link("../" + place(of: (number + 1) % size))]
    return page
  }

  private var home: LinkedPage {
    var page = LinkedPage(title: "Site \(seed) of \(size) pages", text: text(0, 1))
    page.links = (0..<Self.sections).map { LinkedPage.Link("s\($0)/", text: "Section \($0)") }
    page.links += (0..<Self.sections).map { LinkedPage.Link("\(root)tag/\($0)?page=0", text: "Tag \($0)") }
    page.links += children(of: 0).map { LinkedPage.Link(place(of: $0)) }
    page.links += ["loop/a", "loop/b", "closed/1", "hop/3/8", "away/5"].map { LinkedPage.Link($0) }
    page.links += Self.traps.map { LinkedPage.Link("trap/\($0)", text: "A trap") }
    return page
  }

  func tag(of number: Int) -> Int {
    var random = random(number, 3)
    return random.below(Self.sections)
  }

  /// A page of an index, which ends with a link to the next.
  private func index(of numbers: [Int], _ page: Int, title: String) -> LinkedPage {
    let start = page * Self.indexLength
    guard start < max(1, numbers.count) else { return LinkedPage(status: 404, title: "There is no such page") }
    let shown = numbers[start..<min(numbers.count, start + Self.indexLength)]
    var index = LinkedPage(title: title, text: shown.map { "about w\($0)x" }.joined(separator: ", "))
    index.links =
      [LinkedPage.Link(root, text: "Home")] + shown.map { LinkedPage.Link("../\(place(of: $0))", text: "Page \($0)") }
    if start + Self.indexLength < numbers.count {
      index.links.append(LinkedPage.Link("?page=\(page + 1)", text: "Next"))
    }
    return index
  }

  private static func index(_ query: String) -> Int? {
    if query.isEmpty { return 0 }
    guard query.hasPrefix("page="), let page = Int(query.dropFirst(5)), page >= 0 else { return nil }
    return page
  }

  /// Text that no other page has.
  func text(_ number: Int, _ purpose: Int) -> String {
    var random = random(number, purpose)
    let words = Vocabulary.words("en")
    return "Page w\(number)x\(purpose)z of \(seed): "
      + (0..<12).map { _ in words[random.below(words.count)] }.joined(separator: " ")
  }

  /// Each page leads to three further ones, so that all of them are a few links away.
  func children(of number: Int) -> [Int] { (1...3).map { 3 * number + $0 }.filter { $0 < size } }

  private static func halves(_ place: String) -> (path: String, query: String) {
    let halves = place.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(halves[0]), halves.count > 1 ? String(halves[1]) : "")
  }
}
