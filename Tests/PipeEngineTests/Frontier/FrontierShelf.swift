@testable import PipeEngine

/// A frontier with blocks in memory, as its state sees them.
struct FrontierShelf {
  var state: FrontierState
  private var blocks: [UInt32: [Request]] = [:]
  private var next: UInt32 = 0
  /// Requests in a block.
  private let blockSize: Int

  init(_ rules: HostRules, capacity: Int, bytes: Int = .max, blockSize: Int = 64) {
    state = FrontierState(rules: rules, capacity: capacity, bytes: bytes)
    self.blockSize = blockSize
  }

  /// Requests in blocks.
  var storedCount: Int { blocks.values.reduce(0) { $0 + $1.count } }

  mutating func add(_ requests: [Request], isStarved: Bool = false) {
    var away: [Request] = []
    var strangers: [Request] = []
    for request in requests {
      switch state.destination(of: request, isStarved: isStarved) {
      case .here: state.add(request)
      case .host:
        state.addAway(request)
        away.append(request)
      case .strangers:
        state.addAway(stranger: request)
        strangers.append(request)
      }
    }
    store(away)
    for part in parts(of: strangers) { state.stored(strangers: block(part)) }
  }

  private mutating func store(_ away: [Request]) {
    for (host, requests) in Dictionary(grouping: away, by: \.host) {
      for part in parts(of: requests) { state.stored(block(part), of: host) }
    }
  }

  private func parts(of requests: [Request]) -> [[Request]] {
    stride(from: 0, to: requests.count, by: blockSize).map {
      Array(requests[$0..<min(requests.count, $0 + blockSize)])
    }
  }

  private mutating func block(_ requests: [Request]) -> FrontierStore.Block {
    next += 1
    blocks[next] = requests
    return FrontierStore.Block(
      id: next, count: requests.count, isOfPages: requests.allSatisfy(\.isNewPage))
  }

  /// Brings back the next block that is wanted.
  ///
  /// - Returns: Whether one was.
  mutating func bringOneBack() -> Bool {
    guard let (host, block) = state.nextRefill() else { return false }
    let requests = blocks.removeValue(forKey: block.id) ?? []
    if let host {
      state.returned(requests, of: host)
    } else {
      store(state.returned(strangers: requests, wasStored: true))
    }
    return true
  }

  mutating func bringBack() { while bringOneBack() {} }
}
