import PipeWeb
import Testing

@testable import PipeEngine

@Suite("Chains of next pages, without threads")
struct ChainStateTests {
  private static let head = RequestID(source: 0, ordinal: 7)

  private static func print(_ name: String) -> URLFingerprint {
    URLFingerprint(Array(name.utf8).span, key: URLFingerprint.Key(low: 1, high: 2))
  }

  /// Goes from page to page of a site that says which one is next.
  ///
  /// - Returns: The pages, and how the chain ended.
  private static func pages(
    from start: String, of site: [String: String], redirects: [String: String] = [:], most: Int? = nil
  ) -> (pages: [String], end: ChainState.End?) {
    var state = ChainState(accounts: 2)
    var (url, chain) = (start, nil as ChainPlace?)
    var pages: [String] = []
    while pages.count < 100 {
      pages.append(url)
      let final = redirects[url] ?? url
      let id = chain.map { RequestID(source: 1, ordinal: $0.page) } ?? head
      let next = site[final]
      let page = ChainState.Page(
        id: id, chain: chain, urls: [print(url), print(final)], next: next.map(print), mostPages: most)
      switch state.come(page) {
      case .ends(let end):
        #expect(state.openCount == 0)
        return (pages, end)
      case .goesOn(let number):
        #expect(number == pages.count + 1)
        chain = ChainPlace(head: head, start: start, previous: id, page: number)
        url = next ?? ""
      }
    }
    return (pages, nil)
  }

  @Test(
    "A chain goes on until there is no next page, or it was there",
    arguments: [
      (site: ["a": "b", "b": "c"], pages: ["a", "b", "c"], end: .noNext),
      (site: [:], pages: ["a"], end: .noNext),
      (site: ["a": "a"], pages: ["a"], end: .itself),
      (site: ["a": "b", "b": "b"], pages: ["a", "b"], end: .itself),
      (site: ["a": "b", "b": "a"], pages: ["a", "b"], end: .seen),
      (site: ["a": "b", "b": "c", "c": "b"], pages: ["a", "b", "c"], end: .seen),
    ] as [(site: [String: String], pages: [String], end: ChainState.End)])
  func ends(site: [String: String], pages: [String], end: ChainState.End) {
    let found = Self.pages(from: "a", of: site)
    #expect(found.pages == pages)
    #expect(found.end == end)
  }

  @Test func `A page is known by where it redirects to as well`() {
    let site = ["a1": "b", "b": "a1"]
    #expect(Self.pages(from: "a", of: site, redirects: ["a": "a1"]).pages == ["a", "b"])
    #expect(Self.pages(from: "a", of: ["a1": "b", "b": "a"], redirects: ["a": "a1"]).pages == ["a", "b"])
  }

  @Test func `The most pages bound a chain without an end`() {
    let site = Dictionary(uniqueKeysWithValues: (0..<99).map { ("\($0)", "\($0 + 1)") })
    for most in [1, 2, 10] {
      let found = Self.pages(from: "0", of: site, most: most)
      #expect(found.pages.count == most)
      #expect(found.end == .mostPages)
    }
    // One that ends with it has not been cut.
    #expect(Self.pages(from: "97", of: site, most: 3).end == .noNext)
  }

  @Test func `Chains do not know of each other`() {
    var state = ChainState(accounts: 1)
    for ordinal in 0..<3 {
      let page = ChainState.Page(
        id: RequestID(source: 0, ordinal: ordinal), urls: [Self.print("\(ordinal)")], next: Self.print("same"))
      #expect(state.come(page) == .goesOn(page: 2))
    }
    #expect(state.openCount == 3)
  }

  @Test func `A run that goes on asks for no next page twice, and knows the way that each chain came`() {
    var state = ChainState(accounts: 2)
    let second = RequestID(source: 1, ordinal: 0)
    let place = ChainPlace(head: Self.head, start: "a", previous: Self.head, page: 2)
    state.replay(place)
    state.replay([Self.print("a"), Self.print("b")], of: Self.head)
    #expect(state.hasLed(Self.head))
    #expect(!state.hasLed(second))
    // The head's row was lost, and it comes once more.
    let again = ChainState.Page(id: Self.head, urls: [Self.print("a")], next: Self.print("b"))
    #expect(state.come(again) == .ends(.wentOn))
    var last = ChainState.Page(id: second, chain: place, urls: [Self.print("b")], next: Self.print("a"))
    var other = state
    #expect(other.come(last) == .ends(.seen))
    last.next = Self.print("c")
    #expect(state.come(last) == .goesOn(page: 3))
  }
}
