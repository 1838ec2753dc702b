import PipeTesting
import Testing

@testable import PipeEngine

@Suite(.timeLimit(.minutes(20)))
struct LatchTests {
  @Test func `Nobody passes before every party has arrived`() async {
    let latch = Latch(parties: [1, 2])
    let passed = Turnstile()
    await withTaskGroup { group in
      for _ in 0..<5 {
        group.addTask {
          await latch.wait()
          passed.pass()
        }
      }
      latch.arrive(1)
      latch.arrive(1)
      latch.arrive(7)
      for _ in 0..<20 { await Task.yield() }
      #expect(passed.count == 0)
      latch.arrive(2)
      await passed.wait(for: 5)
    }
    await latch.wait()
  }

  @Test func `A party that waits is waited for until another one arrives`() async {
    let latch = Latch(parties: [1, 2, 3])
    let passed = Turnstile()
    await withTaskGroup { group in
      group.addTask {
        await latch.wait()
        passed.pass()
      }
      latch.pause(1)
      latch.pause(2)
      latch.pause(3)
      for _ in 0..<20 { await Task.yield() }
      #expect(passed.count == 0)
      latch.arrive(3)
      await passed.wait()
    }
  }

  @Test func `Without parties it is open`() async { await Latch(parties: []).wait() }

  @Test(arguments: [true, false])
  func `A task that is cancelled waits no longer`(isEarly: Bool) async {
    let latch = Latch(parties: [1])
    let task = Task {
      if isEarly { while !Task.isCancelled { await Task.yield() } }
      await latch.wait()
    }
    if !isEarly { for _ in 0..<20 { await Task.yield() } }
    task.cancel()
    await task.value
  }
}
