import PipeTesting
import Testing

@testable import PipeEngine

@Suite("Answers", .timeLimit(.minutes(20)))
struct AnswersTests {
  @Test("an answer that comes before its task waits is not lost")
  func early() async {
    let answers = Answers<Int>()
    answers.give(7, to: 1)
    #expect(answers.counts == (0, 1))
    #expect(await answers.answer(to: 1) {} == 7)
    #expect(answers.counts == (0, 0))
  }

  @Test("an answer that is nothing is an answer, early or late")
  func nothing() async {
    let answers = Answers<Int?>()
    answers.give(nil, to: 1)
    #expect(await answers.answer(to: 1) {} == nil)
    let waiting = Task { await answers.answer(to: 2) {} }
    while answers.counts.waiting == 0 { await Task.yield() }
    answers.give(nil, to: 2)
    #expect(await waiting.value == nil)
  }

  @Test("each task gets the answer to its own number")
  func several() async {
    let answers = Answers<Int>()
    let tasks = (0..<50).map { number in Task { await answers.answer(to: number) {} } }
    for number in (0..<50).reversed() {
      answers.give(number * number, to: number)
      if number.isMultiple(of: 3) { await Task.yield() }
    }
    for (number, task) in tasks.enumerated() { #expect(await task.value == number * number) }
    #expect(answers.counts == (0, 0))
  }

  @Test("a cancelled task is answered by its owner, before it waits and while it does", arguments: [true, false])
  func cancelled(isBefore: Bool) async {
    let answers = Answers<Int>()
    let mayWait = Gate()
    let task = Task {
      if isBefore { mayWait.wait() }
      return await answers.answer(to: 1) { answers.give(-1, to: 1) }
    }
    if !isBefore { while answers.counts.waiting == 0 { await Task.yield() } }
    task.cancel()
    mayWait.open()
    #expect(await task.value == -1)
    #expect(answers.counts == (0, 0))
  }
}
