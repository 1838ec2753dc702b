import Synchronization

/// What several tasks or threads report, in the order in which they do.
package final class Recorder<Element: Sendable>: Sendable {
  private let storage = Mutex<[Element]>([])

  package init() {}

  package var all: [Element] { storage.withLock { $0 } }

  package var count: Int { storage.withLock { $0.count } }

  package func append(_ element: Element) { storage.withLock { $0.append(element) } }

  package func append(contentsOf elements: [Element]) { storage.withLock { $0 += elements } }
}
