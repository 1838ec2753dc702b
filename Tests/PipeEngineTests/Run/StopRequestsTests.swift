import Testing

@testable import PipeEngine

@Suite("StopRequests")
struct StopRequestsTests {
  /// When requests come, in milliseconds, and what is asked for by each.
  private static let conversations: [([UInt64], [StopStep?])] = [
    ([0], [.drain]),
    ([5, 5, 5], [.drain, nil, nil]),
    ([0, 600, 1200], [.drain, .end, .leave]),
    ([0, 499, 500, 999, 1000], [.drain, nil, .end, nil, .leave]),
    ([7, 200, 400, 600, 800, 1000, 1200], [.drain, nil, nil, .end, nil, nil, .leave]),
    ([0, 600, 1200, 1800, 9_000_000], [.drain, .end, .leave, .leave, .leave]),
    ([4_000_000_000, 4_000_000_600], [.drain, .end]),
  ]

  @Test("requests half a second apart ask for more, and doubles for nothing", arguments: conversations)
  func steps(moments: [UInt64], expected: [StopStep?]) {
    let requests = StopRequests()
    #expect(requests.step == nil)
    #expect(moments.map { requests.ask(at: $0 * 1_000_000) } == expected)
    #expect(requests.step == expected.compactMap(\.self).last)
  }
}
