import Testing

@testable import PipeEngine

@Suite("SinkState")
struct SinkStateTests {
  /// What a stage tells it: what came, that a step is done, that it failed, whether the run is complete.
  enum Event: Sendable {
    case rows, nothing, all, done, failed
    case concluded(Bool)
  }

  /// What is told, and the step that comes of each.
  private static let lives: [(waitsForRows: Bool, told: [(Event, SinkState.Step)])] = [
    // A complete run.
    (
      false,
      [
        (.done, .receive), (.rows, .write), (.done, .receive), (.nothing, .idle), (.done, .receive), (.all, .finish),
        (.done, .conclude), (.concluded(true), .publish), (.done, .end),
      ]
    ),
    // One that is stopped, or in which another sink fails.
    (
      false,
      [(.done, .receive), (.all, .finish), (.done, .conclude), (.concluded(false), .abandon), (.done, .end)]
    ),
    // Each step that fails.
    (false, [(.failed, .end)]),
    (false, [(.done, .receive), (.failed, .abandon), (.done, .end)]),
    (false, [(.done, .receive), (.rows, .write), (.failed, .abandon), (.done, .end)]),
    (false, [(.done, .receive), (.nothing, .idle), (.failed, .abandon)]),
    (false, [(.done, .receive), (.all, .finish), (.failed, .abandon)]),
    (false, [(.done, .receive), (.all, .finish), (.done, .conclude), (.failed, .abandon)]),
    (
      false,
      [(.done, .receive), (.all, .finish), (.done, .conclude), (.concluded(true), .publish), (.failed, .abandon)]
    ),
    // A run in trouble from the start.
    (true, [(.all, .end)]),
    (true, [(.nothing, .receive), (.nothing, .receive), (.failed, .end)]),
    (true, [(.nothing, .receive), (.rows, .open), (.done, .write), (.done, .receive), (.all, .finish)]),
    (true, [(.rows, .open), (.failed, .end)]),
  ]

  @Test("every life of a sink ends published, abandoned, or never opened", arguments: lives.indices)
  func steps(index: Int) {
    let (waitsForRows, told) = Self.lives[index]
    var state = SinkState(waitsForRows: waitsForRows)
    #expect(state.step == (waitsForRows ? .receive : .open))
    for (event, step) in told {
      switch event {
      case .rows: state.receivedRows()
      case .nothing: state.receivedNothing()
      case .all: state.receivedAll()
      case .done: state.done()
      case .failed: state.failed()
      case .concluded(let isComplete): state.concluded(mayPublish: isComplete)
      }
      #expect(state.step == step)
    }
  }

  @Test("whatever fails, an open output is abandoned once, and a published one is not")
  func failures() {
    for failing in 0..<8 {
      var state = SinkState(waitsForRows: false)
      var steps: [SinkState.Step] = []
      while state.step != .end, steps.count < 20 {
        steps.append(state.step)
        if steps.count == failing + 1 {
          state.failed()
          continue
        }
        switch state.step {
        case .receive: steps.contains(.write) ? state.receivedAll() : state.receivedRows()
        case .conclude: state.concluded(mayPublish: true)
        default: state.done()
        }
      }
      #expect(state.step == .end)
      // Opened by the first step, and published by the seventh.
      #expect(steps.count { $0 == .abandon } == ((1...6).contains(failing) ? 1 : 0))
    }
  }
}
