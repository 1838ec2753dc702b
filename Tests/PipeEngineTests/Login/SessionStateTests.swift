import Testing

@testable import PipeEngine

@Suite("A session")
struct SessionStateTests {
  private func id(_ number: Int) -> RequestID { RequestID(source: 0, ordinal: number) }

  /// A session in which page 0 has come.
  private func begun() -> SessionState {
    var state = SessionState()
    state.loggedIn()
    state.began(id(0))
    _ = state.landed(id(0), .good)
    return state
  }

  @Test("nothing begins before the login, then one page, then all")
  func begin() {
    var state = SessionState()
    #expect(state.wantsLogin)
    #expect(state.admission == .login)
    state.loggedIn()
    #expect(state.admission == .one(nil))
    state.began(id(1))
    #expect(state.admission == .nothing)
    #expect(state.landed(id(1), .good) == .settled)
    #expect(state.admission == .all)
  }

  @Test("one login for all pages under way, once they have landed")
  func together() {
    var state = begun()
    for number in 1...50 { state.began(id(number)) }
    for number in 1...49 {
      #expect(state.landed(id(number), .loggedOut) == .again)
      #expect(!state.wantsLogin)
      #expect(state.admission == .login)
    }
    #expect(state.landed(id(50), .good) == .settled)
    #expect(state.wantsLogin)
    state.loggedIn()
    #expect(state.logins == 2)
    #expect(state.admission == .one(id(1)))
  }

  @Test("a page that says it again on trial has its answer, and the next one is tried")
  func forNobody() {
    var state = begun()
    for number in 1...2 { state.began(id(number)) }
    for number in 1...2 { #expect(state.landed(id(number), .loggedOut) == .again) }
    state.loggedIn()
    state.began(id(1))
    #expect(state.landed(id(1), .loggedOut) == .settled)
    #expect(state.admission == .one(id(2)))
    state.began(id(2))
    #expect(state.landed(id(2), .good) == .settled)
    #expect(state.admission == .all)
  }

  @Test("sessions that are shorter than what is under way still bring every page, by as many logins as that takes")
  func short() {
    for length in 1...7 {
      var state = SessionState()
      var waiting = Array(1...40).map { id($0) }
      var done: Set<RequestID> = []
      var left = 0
      var rounds = 0
      while !waiting.isEmpty, rounds < 1000 {
        rounds += 1
        if state.wantsLogin {
          state.loggedIn()
          left = length
        }
        let batch: [RequestID]
        switch state.admission {
        case .one(let one): batch = [one ?? waiting[0]]
        case .all: batch = Array(waiting.prefix(10))
        case .login, .nothing: batch = []
        }
        for id in batch {
          state.began(id)
          waiting.removeAll { $0 == id }
        }
        for id in batch {
          left -= 1
          switch state.landed(id, left >= 0 ? .good : .loggedOut) {
          case .settled:
            // Never one that only came too late.
            #expect(left >= 0, "length \(length)")
            done.insert(id)
          case .again, .later: waiting.append(id)
          case .failed: Issue.record("failed")
          }
        }
      }
      #expect(done.count == 40, "length \(length)")
      #expect(state.logins <= 40)
    }
  }

  @Test("pages that are for nobody cost a few logins, not one each")
  func fruitless() {
    var state = begun()
    var settled = 0
    for number in 1...1000 where number % 2 == 1 {
      // One that comes, and one that never does.
      state.began(id(number))
      _ = state.landed(id(number), .good)
      while true {
        state.began(id(number + 1))
        let verdict = state.landed(id(number + 1), .loggedOut)
        if state.wantsLogin { state.loggedIn() }
        if verdict == .settled { break }
      }
      settled += 1
    }
    #expect(settled == 500)
    #expect(state.logins == 1 + SessionState.fruitlessLimit)
    // But many in a row are a session that has ended.
    for number in 2000..<2000 + SessionState.evidence {
      state.began(id(number))
      _ = state.landed(id(number), .loggedOut)
    }
    #expect(state.wantsLogin)
  }

  @Test("a login that no page shows to have worked has failed, but not by one page alone")
  func failed() {
    var state = SessionState()
    state.loggedIn()
    for number in 1..<SessionState.trialLimit {
      state.began(id(number))
      #expect(state.landed(id(number), .loggedOut) == .later)
    }
    state.began(id(9))
    #expect(state.landed(id(9), .loggedOut) == .failed)

    var single = SessionState()
    single.loggedIn()
    single.began(id(1))
    #expect(single.landed(id(1), .loggedOut) == .later)
    single.began(id(1))
    #expect(single.landed(id(1), .loggedOut) == .failed)

    var mixed = SessionState()
    mixed.loggedIn()
    mixed.began(id(1))
    #expect(mixed.landed(id(1), .loggedOut) == .later)
    mixed.began(id(2))
    #expect(mixed.landed(id(2), .good) == .settled)
    #expect(mixed.admission == .all)
  }

  @Test("a run that goes on is not failed by a page that is for nobody")
  func goesOn() {
    var state = SessionState(hasWorked: true)
    state.loggedIn()
    state.began(id(1))
    #expect(state.landed(id(1), .loggedOut) == .settled)
  }

  @Test("a suspect that is given up holds up nobody")
  func givenUp() {
    var state = begun()
    for number in 1...2 { state.began(id(number)) }
    for number in 1...2 { _ = state.landed(id(number), .loggedOut) }
    state.loggedIn()
    state.gaveUp(id(1))
    #expect(state.admission == .one(id(2)))
    state.gaveUp(id(2))
    #expect(state.admission == .one(nil))
  }

  @Test("errors on trial do not make all pages wait for one another for good")
  func errors() {
    var state = begun()
    state.began(id(1))
    _ = state.landed(id(1), .loggedOut)
    state.loggedIn()
    for number in 1...SessionState.trialLimit {
      #expect(state.admission != .all)
      state.began(id(number))
      #expect(state.landed(id(number), .bad) == .settled)
    }
    #expect(state.admission == .all)
    // A page that is tried again is still the one on trial.
    var other = begun()
    other.began(id(1))
    _ = other.landed(id(1), .loggedOut)
    other.loggedIn()
    other.began(id(1))
    #expect(other.landed(id(1), .open) == .settled)
    #expect(other.admission == .one(id(1)))
  }
}
