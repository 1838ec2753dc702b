package import PipeStorage
package import PipeWeb
internal import Synchronization

/// What a crawl knows of a URL that no request of it is done for, rebuilt from its journal.
package struct CrawlStory: Hashable, Sendable {
  /// Why it is not asked for: `beyond depth 3`, `nofollow`; `nil` if it is.
  package let reason: String?
  /// Links from a source to it, as far as is known.
  package let depth: Int?
  /// The page whose link leads to it.
  package let referrer: String?

  /// In a sentence about the crawl.
  package var text: String {
    var text = reason.map { "has seen it and not asked for it: \($0)" } ?? "has asked for it, and is not done with it"
    if let depth { text += "; it is \(depth) link\(depth == 1 ? "" : "s") from a source" }
    if let referrer { text += ", by way of \(referrer)" }
    return text
  }
}

extension Plan {
  /// Asks the crawl of a run, which is rebuilt from its journal. That takes as long as going on with it would.
  ///
  /// - Returns: `nil` if the crawl has not seen the URL, or the journal does not tell.
  package func crawlStory(
    of url: WebURL, run: Int, of pipeline: String, in folder: String, _ storage: any FileStorage
  ) throws(LogFault) -> CrawlStory? {
    let folder = JournalFolder(path: folder + "/" + pipeline, storage: storage)
    guard let plan = crawl, let past = try folder.pastRuns().first(where: { $0.header.segment.run == run }),
      let key = try past.crawlKey(in: folder)
    else { return nil }
    let crawl = Crawl(
      plan, fetch: fetch, sources: sources.count, lanes: 1, holds: tellsPlaces, bounds: bounds,
      ledger: Ledger(sources: sources.count + 2), journal: CrawlJournal(key: key), tell: { _ in })
    do throws(RunError) {
      try crawl.goOn(from: past, in: folder)
      return try crawl.story(of: url)
    } catch {
      // The spec may be another one by now, and then nothing can be said.
      return nil
    }
  }
}

extension Crawl {
  func story(of url: WebURL) throws(RunError) -> CrawlStory? {
    let fingerprint = reader.fingerprint(of: url)
    let result = storage.withLock { storage -> Result<CrawlStory?, RunError> in
      do throws(RunError) {
        return .success(try storage.state.story(of: url, fingerprint))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension CrawlState {
  /// What there is to say of a URL. One that was not seen is seen behind it.
  fileprivate mutating func story(of url: WebURL, _ fingerprint: URLFingerprint) throws(RunError) -> CrawlStory? {
    let (number, isNew) = try number(of: url, fingerprint)
    if isNew { return nil }
    let note = try note(number)
    let reason: String? =
      switch note.state {
      case .asked: reasonNotToSend
      case .page, .redirect: nil
      case .dropped: dropReason(url).map { plan.words(for: $0) } ?? "not followed"
      case .known: note.reason.words(plan, redirects)
      }
    var referrer: String?
    if reason == nil, let parent = try book.parent(of: number), parent < Self.firstRoot {
      referrer = try shownURL(of: parent)
    }
    return CrawlStory(reason: reason, depth: note.depth == 0xFF ? nil : note.depth, referrer: referrer)
  }
}
