import Glibc
import PipeTesting
import Testing

@testable import PipeStorage

struct SystemStorageTests {
  private let folder: TemporaryFolder
  private let storage = SystemStorage()

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, to file: any StoredFile) throws {
    #expect(try Array(text.utf8).withUnsafeBytes { try file.write($0) } == text.utf8.count)
  }

  @Test func `A new file is an error if anything has its name, even a link to nothing`() throws {
    try folder.write("there", [])
    #expect(symlink("nothing", folder.path("link")) == 0)
    for name in ["there", "link"] {
      let error = #expect(throws: StorageError.self) {
        try storage.open(folder.path(name), .new(permissions: 0o600, .sequential))
      }
      #expect(error == StorageError(.open, folder.path(name), code: EEXIST))
    }
    #expect(!folder.exists("nothing"))
    _ = try storage.open(folder.path("new"), .new(permissions: 0o600, .sequential))
    #expect(try storage.status(of: folder.path("new"), followingLinks: true)?.permissions == 0o600)
  }

  @Test func `A file is locked for one writer until it is closed`() throws {
    let path = try folder.write("x", [])
    var first: (any StoredFile)? = try storage.open(path, .existing(.sequential))
    #expect(try first?.lock() == true)
    let second = try storage.open(path, .existing(.atEnd))
    #expect(try second.lock() == false)
    first = nil
    #expect(try second.lock())
  }

  @Test func `What is added goes behind what others added`() throws {
    let path = try folder.write("x", Array("a".utf8))
    let file = try storage.open(path, .existing(.atEnd))
    try folder.write("x", Array("abc".utf8))
    try write("d", to: file)
    #expect(try folder.text("x") == "abcd")
  }

  @Test func `A cut file is written on at its new end`() throws {
    let path = try folder.write("x", Array("abcdef".utf8))
    let file = try storage.open(path, .existing(.sequential))
    #expect(file.seekToEnd() == 6)
    try file.truncate(to: 2)
    try write("X", to: file)
    #expect(try folder.text("x") == "abX")
    try file.sync()
    try storage.sync(folder: folder.path)
  }

  @Test func `A name that is taken is replaced only on purpose`() throws {
    let (from, to) = (try folder.write("from", Array("new".utf8)), try folder.write("to", Array("old".utf8)))
    let error = #expect(throws: StorageError.self) { try storage.rename(from, to: to, replacing: false) }
    #expect(error?.code == EEXIST)
    #expect(try folder.text("to") == "old")
    try storage.rename(from, to: folder.path("other"), replacing: false)
    try storage.rename(folder.path("other"), to: to, replacing: true)
    #expect(try folder.text("to") == "new")
    #expect(!folder.exists("from"))
  }

  @Test func `An open file of the process is written on where its last writer ended, and stays open`() throws {
    let path = try folder.write("x", Array("before\n".utf8))
    let descriptor = Glibc.open(path, O_WRONLY)
    defer { close(descriptor) }
    #expect(lseek(descriptor, 0, SEEK_END) == 7)
    do { try write("row\n", to: storage.open(descriptor: descriptor, as: "x")) }
    #expect(Glibc.write(descriptor, "after\n", 6) == 6)
    #expect(try folder.text("x") == "before\nrow\nafter\n")
    let error = #expect(throws: StorageError.self) { try storage.open(descriptor: 1 << 20, as: "x") }
    #expect(error == StorageError(.open, "x", code: EBADF))
  }

  @Test func `A mount point cannot be replaced, and that is known without trying`() throws {
    // proc(5) is mounted wherever there is Linux.
    #expect(SystemStorage.isFixed("/proc"))
    #expect(!SystemStorage.isFixed(try folder.write("x", [])))
    #expect(!SystemStorage.isFixed(folder.path("no")))
  }

  @Test func `A pipe without a reader is an error, and one whose reader stands still takes no more`() throws {
    let path = folder.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let error = #expect(throws: StorageError.self) { try storage.open(path, .existing(.sequential)) }
    #expect(error?.code == ENXIO)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let file = try storage.open(path, .existing(.sequential))
    #expect(file.seekToEnd() == nil)
    let piece = [UInt8](repeating: 0x61, count: 4096)
    var count = 0
    while let taken = try piece.withUnsafeBytes({ try file.write($0) }) { count += taken }
    #expect(count == 64 << 10)
    file.waitForRoom(milliseconds: 0)
  }

  @Test func `What is not there has no status, and what cannot be there is an error`() throws {
    #expect(try storage.status(of: folder.path("no"), followingLinks: true) == nil)
    try folder.write("file", [])
    let error = #expect(throws: StorageError.self) {
      try storage.status(of: folder.path("file/x"), followingLinks: true)
    }
    #expect(error?.reason == "cannot be read: Not a directory")
  }

  @Test func `A file system without a place for locks, or a device, can be written`() throws {
    let file = try storage.open("/dev/null", .existing(.sequential))
    try write("x", to: file)
    try file.sync()
    let full = try storage.open("/dev/full", .existing(.sequential))
    let error = #expect(throws: StorageError.self) { try write("x", to: full) }
    #expect(error == StorageError(.write, "/dev/full", code: ENOSPC))
  }
}
