import PipeTesting
import Testing

@testable import PipeEngine

@Suite("OrderWindow", .timeLimit(.minutes(5)))
struct OrderWindowTests {
  private let window = OrderWindow<Int>(capacity: 2 * OrderState<Int>.slotBytes)

  private func id(_ ordinal: Int) -> RequestID { RequestID(source: 0, ordinal: ordinal) }

  private func settle(_ ordinals: Int...) {
    window.settle(ordinals.map { (id($0), $0, 0) })
  }

  @Test("while there is no room only the oldest may begin, and each change is told")
  func only() {
    let changes = Recorder<RequestID?>()
    // The window holds on to this.
    window.onChange { [weak window] in changes.append(window?.only) }
    window.admit((0..<6).map(id))
    #expect(window.only == nil)
    settle(1)
    #expect(changes.count == 0)
    settle(2)
    #expect(window.only == id(0))
    settle(0)
    #expect(window.only == id(3), "what is not released counts")
    #expect(window.release(upTo: 10) == [0, 1, 2])
    #expect(window.only == nil)
    #expect(changes.all == [id(0), id(3), nil])
  }

  @Test("admit waits for room, and goes on when rows are released")
  func waiting() async {
    await window.waitForRoom()
    window.admit((0..<3).map(id))
    settle(1, 2)
    let passed = Turnstile()
    let wait = Task {
      await window.waitForRoom()
      passed.pass()
    }
    settle(0)
    #expect(passed.count == 0)
    #expect(window.release(upTo: 2) == [0, 1])
    await wait.value
    #expect(passed.count == 1)
  }

  @Test("whoever waits is let go when the run stops, and when it fails", arguments: [false, true])
  func lettingGo(isCancelled: Bool) async {
    window.admit((0..<3).map(id))
    settle(1, 2)
    let wait = Task { await window.waitForRoom() }
    if isCancelled { wait.cancel() } else { window.letGo() }
    await wait.value
    // A stop is for all that wait later, too; a run that fails cancels each task.
    if !isCancelled { await window.waitForRoom() }
  }
}
