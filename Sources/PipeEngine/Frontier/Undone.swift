/// Requests that a stop leaves undone.
package struct Undone: Sendable {
  /// How many sources and links have brought; some of them may be away from memory.
  package var pages = 0
  /// Those of the run itself: somebody waits for each of them.
  var own: [Request] = []

  mutating func add(_ request: Request) {
    if request.isOwn { own.append(request) } else { pages += 1 }
  }
}
