import PipeTesting
import Testing

@testable import PipeEngine

@Suite("PieceWindow", .timeLimit(.minutes(20)))
struct PieceWindowTests {
  @Test(arguments: [-1, 0, 1, 126, 127, 128, 255, 256, 65_536, Int32.max])
  func `A request has as many pieces as were set, before and after others`(pieces: Int32) {
    var window = PieceWindow()
    for _ in 0..<3 { window.append(-1) }
    window[1] = pieces
    #expect(window[1] == pieces)
    #expect(window[0] == -1)
    window[0] = 0
    #expect(window.removeDone() == (pieces == 0 ? 2 : 1))
    if pieces != 0 { #expect(window[0] == pieces) }
    window[0] = 5
    #expect(window[0] == 5)
  }

  @Test(arguments: 0..<20) func `A window is what a list of numbers is`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var window = PieceWindow()
    var list: [Int32] = []
    for _ in 0..<2000 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        window.append(-1)
        list.append(-1)
      case 1:
        let done = list.prefix { $0 == 0 }.count
        list.removeFirst(done)
        #expect(window.removeDone() == done)
      default:
        guard let place = list.indices.randomElement(using: &random) else { continue }
        let pieces: Int32 = [0, 0, 0, 1, 2, 126, 127, 128, 1000].randomElement(using: &random)!
        window[place] = pieces
        list[place] = pieces
      }
      #expect(window.count == list.count)
      #expect(window.isEmpty == list.isEmpty)
      #expect(!window.contains(-1) && !window.contains(list.count))
      #expect(list.indices.allSatisfy { window.contains($0) && window[$0] == list[$0] })
    }
  }
}
