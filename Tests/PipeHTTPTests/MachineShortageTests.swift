import Glibc
import Testing

@testable import PipeHTTP

@Suite("Transfer, machines that have no more")
struct MachineShortageTests {
  private static let second: UInt64 = 1_000_000_000
  private let request = ScriptedRequest("http://h/")

  @Test("what could not begin waits until others have ended, and fewer run from then on")
  func fewer() {
    var shortage = MachineShortage(limit: .max)
    shortage.put(request, sends: 0, because: EMFILE, active: 10, now: 0)
    #expect(shortage.limit == 10)
    #expect(shortage.take(active: 10, now: Self.second) == nil)
    #expect(shortage.take(active: 9, now: 0) == nil)
    #expect(shortage.take(active: 9, now: Self.second) != nil)
    #expect(shortage.nextLook(active: 9) == .max)
    shortage.put(request, sends: 0, because: EMFILE, active: 10, now: 0)
    #expect(shortage.nextLook(active: 10) == .max)
    #expect(shortage.nextLook(active: 9) < Self.second)
  }

  @Test("the bound grows again while there is enough")
  func growth() {
    var shortage = MachineShortage(limit: 100)
    shortage.put(request, sends: 0, because: ENFILE, active: 8, now: 0)
    shortage.succeeded(now: Self.second / 2)
    #expect(shortage.limit == 8)
    shortage.succeeded(now: Self.second)
    #expect(shortage.limit == 10)
  }

  @Test("one at a time is tried when nothing else is under way, and the run fails when that is in vain for long")
  func failure() {
    var shortage = MachineShortage(limit: .max)
    shortage.put(request, sends: 0, because: EADDRNOTAVAIL, active: 0, now: 0)
    #expect(shortage.limit == 1)
    #expect(shortage.failure(now: 60 * Self.second) == nil)
    #expect(shortage.take(active: 0, now: 60 * Self.second) != nil)
    shortage.put(request, sends: 0, because: EADDRNOTAVAIL, active: 0, now: 76 * Self.second)
    #expect(shortage.failure(now: 76 * Self.second)?.message.contains("ports") == true)
    shortage.succeeded(now: 77 * Self.second)
    #expect(shortage.failure(now: 200 * Self.second) == nil)
  }

  @Test("descriptors of the process's own do not come free by waiting")
  func ownDescriptors() {
    var shortage = MachineShortage(limit: .max)
    shortage.put(request, sends: 0, because: EMFILE, active: 0, now: 0)
    #expect(shortage.failure(now: 9 * Self.second) == nil)
    #expect(shortage.failure(now: 10 * Self.second)?.message.contains("ulimit -n") == true)
  }

  @Test("numbers of the system's that are no server's fault", arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
  func numbers(number: Int32) {
    #expect(MachineShortage.isShortage(number))
    #expect(!MachineShortage.isShortage(ECONNREFUSED))
  }

  @Test("with plenty of descriptors, nobody counts them")
  func plenty() {
    #expect(MachineShortage.descriptorLimit(wanted: 1) >= 1)
    #expect(MachineShortage.lacksDescriptors(0) == nil)
  }
}
