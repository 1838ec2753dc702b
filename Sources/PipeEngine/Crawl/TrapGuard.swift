internal import PipeWeb
internal import Synchronization

/// What a crawl knows of traps (`TrapEvidence`), as its parts share it: the reader of links asks which pages are to be read,
/// the state learns from them and asks which URLs to leave out.
final class TrapGuard: Sendable {
  private let evidence = Mutex(TrapEvidence())
  private let isAlert = Atomic(false)
  private let hasBarrenPages = Atomic(false)

  /// Whether any group is exhausted: as long as none is, no URL needs to be looked at.
  var hasTraps: Bool { isAlert.load(ordering: .relaxed) }

  /// Whether any page was barren: as long as none was, no request needs to be judged.
  var hasBarren: Bool { hasBarrenPages.load(ordering: .relaxed) }

  func wantsContent(of url: WebURL) -> Bool { evidence.withLock { $0.wantsContent(of: url) } }

  func isExhausted(_ url: WebURL) -> Bool { hasTraps && evidence.withLock { $0.isExhausted(url) } }

  /// - Parameters:
  ///   - newLinks: The URLs that may be followed and were not known before.
  ///   - isDoubtful: Whether barren pages alone lead to it.
  func learn(
    _ content: TrapEvidence.Content, of url: WebURL, newLinks: some Sequence<WebURL>, isDoubtful: Bool
  ) -> TrapEvidence.Yield {
    evidence.withLock { evidence in
      let page = evidence.page(url)
      let leadsOutside = newLinks.contains { evidence.leadsOutside($0, from: page) }
      defer { if evidence.hasExhausted { isAlert.store(true, ordering: .relaxed) } }
      let brought = evidence.learn(content, of: page, hasNewLinksOutside: leadsOutside, isDoubtful: isDoubtful)
      if brought != .something { hasBarrenPages.store(true, ordering: .relaxed) }
      return brought
    }
  }

  func isInside(_ link: WebURL, _ url: WebURL) -> Bool {
    evidence.withLock { evidence in
      let page = evidence.page(url)
      return evidence.isInside(link, page)
    }
  }

  /// A URL is left out, or asked for after all.
  func drop(_ url: WebURL, by count: Int = 1) { evidence.withLock { $0.drop(url, by: count) } }

  func name(ofTrapOf url: WebURL) -> String? { evidence.withLock { $0.trap(of: url) } }

  /// The groups that are exhausted, and how many more were forgotten.
  var exhausted: (groups: [TrapEvidence.Exhausted], forgotten: Int) {
    evidence.withLock { ($0.exhausted, $0.forgottenTraps) }
  }
}
