internal import DequeModule
internal import HeapModule

// Requests that the run makes for itself.
extension FrontierState {
  /// A request that the run makes for itself. It goes before the pages of its host: some of them may wait for it.
  mutating func add(own request: Request) {
    enqueue(request, first: true)
    if request.purpose == .robots { noteAsking(request) }
  }

  /// One of the run's own requests is not wanted any more.
  ///
  /// - Returns: Whether it was waiting; not so while it is in flight.
  mutating func withdraw(own id: RequestID) -> Bool {
    for place in hosts.indices {
      guard let index = hosts[place].waiting.firstIndex(where: { $0.id == id }) else { continue }
      forgetWaiting(hosts[place].waiting.remove(at: index))
      if hosts[place].waiting.isEmpty, hosts[place].standing == .ready {
        ready.removeAll { $0 == place }
        hosts[place].standing = .idle
      }
      settle(place)
      noteRefill(place)
      return true
    }
    if let index = hopeless.firstIndex(where: { $0.request.id == id }) {
      forgetWaiting(hopeless.remove(at: index).request)
      return true
    }
    guard let one = postponed.unordered.first(where: { $0.request.id == id }) else { return false }
    postponed = Heap(postponed.unordered.filter { $0.request.id != id })
    forgetWaiting(one.request)
    forgetPostponed(one.request)
    let place = place(of: one.request.host)
    if hosts[place].standing == .idle { settle(place) }
    return true
  }

  private mutating func forgetWaiting(_ request: Request) {
    waitingCount -= 1
    waitingBytes -= request.cost
  }
}
