import PipeTesting
import Synchronization
import Testing

@testable import PipeEngine

@Suite("OverflowFile, its folder")
struct OverflowFolderTests {
  @Test("the first folder is taken in silence")
  func first() throws {
    let folder = try TemporaryFolder()
    var told: [String] = []
    let file = OverflowFile(folders: [folder.path, "/tmp"]) { told.append($0) }
    #expect(file?.folder == folder.path)
    #expect(told == [])
  }

  @Test("another folder is taken where the named one takes none, and that is told", arguments: ["/none", "/dev/null"])
  func fallback(named: String) throws {
    let folder = try TemporaryFolder()
    var told: [String] = []
    let file = OverflowFile(folders: [named, "/none/either", folder.path]) { told.append($0) }
    #expect(file?.folder == folder.path)
    #expect(told.count == 1)
    #expect(told.first?.contains("\(named): ") == true && told.first?.contains(folder.path) == true)
  }

  @Test("where no folder takes one, the consequence and the way out are told")
  func none() {
    var told: [String] = []
    #expect(OverflowFile(folders: ["/none"]) { told.append($0) } == nil)
    #expect(told.count == 1)
    #expect(told.first?.contains("a slow host holds up the others") == true)
    #expect(told.first?.contains("TMPDIR") == true)
  }

  @Test("a run is told once, however often it is said")
  func once() {
    let control = RunControl()
    let heard = Mutex<[String]>([])
    control.tell("early")
    control.onNotice { notice in heard.withLock { $0.append(notice) } }
    for _ in 0..<3 { control.tell("late") }
    for number in 0..<1000 { control.tell("\(number)") }
    #expect(heard.withLock { Array($0.prefix(3)) } == ["early", "late", "0"])
    #expect(heard.withLock { $0.count } <= 100)
  }
}
