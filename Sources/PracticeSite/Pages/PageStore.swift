import NIOCore
import Synchronization

/// The numbered pages, each rendered when first asked for and kept while the store has room.
///
/// A page that finds no room is rendered anew each time: slower, but memory stays bounded for any number of pages.
final class PageStore: Sendable {
  /// Bytes of bodies that are kept at most.
  private static let room = 64 * 1024 * 1024

  private struct Shelf {
    var pages: [Int: RenderedPage] = [:]
    var bytes = 0
  }

  private let renderer: PageRenderer
  private let shelf = Mutex(Shelf())

  init(pages: Int) {
    renderer = PageRenderer(pages: pages)
  }

  /// The numbers of the pages that there are.
  var numbers: ClosedRange<Int> { 1...renderer.pages }

  /// Page `number`; nil where there is none.
  func page(_ number: Int) -> RenderedPage? {
    guard numbers ~= number else { return nil }
    if let kept = shelf.withLock({ $0.pages[number] }) { return kept }
    let page = renderer.render(number)
    shelf.withLock { shelf in
      guard shelf.bytes + page.body.readableBytes <= Self.room else { return }
      if shelf.pages.updateValue(page, forKey: number) == nil { shelf.bytes += page.body.readableBytes }
    }
    return page
  }
}
