internal import PipeWeb

/// Where the site has a page.
struct PageStanding: Hashable, Sendable {
  let depth: Int
  /// The page whose link leads to it; `nil` for a source's own.
  let referrer: String?
  /// The source that the way to it begins at.
  let source: Int
}

// Where pages stand, as rows tell it.
extension CrawlState {
  /// Where the site has a page whose place is settled.
  func standing(of number: Int) throws(RunError) -> PageStanding {
    let parent = try book.parent(of: number)
    let referrer = parent.map { $0 < Self.firstRoot } ?? false ? parent : nil
    return PageStanding(
      depth: try note(number).depth, referrer: try referrer.map { number throws(RunError) in try shownURL(of: number) },
      source: try source(of: number))
  }

  /// The source that the way to a page begins at.
  func source(of number: Int) throws(RunError) -> Int {
    var number = number
    while let parent = try book.parent(of: number) {
      if parent >= Self.firstRoot { return parent - Self.firstRoot }
      // A list may be long.
      if let place = listPlaces[parent] { return place.source }
      number = parent
    }
    return 0
  }

  /// A URL as rows have it.
  func shownURL(of number: Int) throws(RunError) -> String {
    let text = try book.url(of: number)
    return text.utf8.contains(UInt8(ascii: "@")) ? WebURL(text)?.shown ?? text : text
  }
}

extension WebURL {
  /// Without its fragment, and without its user and password.
  var shown: String {
    hasUserinfo ? WebURL(String(hrefWithoutFragment))?.hrefWithoutUserinfo ?? "" : String(hrefWithoutFragment)
  }
}
