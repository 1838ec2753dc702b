import PipeTesting
import Testing

@testable import PipeStorage

/// The model finds what is wrong with a writer that does not sync, and nothing wrong with one that does.
struct CrashModelTests {
  /// How a file is replaced, with steps that may be left out.
  private struct Writer {
    var syncsFile = true
    var syncsFolder = true
    var isInPlace = false

    /// - Returns: The operations, and how many of them there were when the writer said that it was done.
    func replace(_ old: [UInt8], by new: [UInt8]) throws -> (MemoryDisk, [FileOperation]) {
      let before = MemoryStorage()
      before.put("/d/a", old)
      let disk = before.disk
      let storage = MemoryStorage(disk)
      let name = isInPlace ? "/d/a" : "/d/a.new"
      let file = try storage.open(name, isInPlace ? .existing(.sequential) : .new(permissions: 0o644, .sequential))
      if isInPlace { try file.truncate(to: 0) }
      try new.withUnsafeBytes { try file.write($0, at: 0) }
      if syncsFile { try file.sync() }
      if !isInPlace { try storage.rename("/d/a.new", to: "/d/a", replacing: true) }
      if syncsFolder { try storage.sync(folder: "/d") }
      return (disk, storage.operations)
    }

    /// The states in which the file is neither the old one nor the new one, and those in which it is the old one although
    /// the writer was done.
    func faults() throws -> (torn: Int, lost: Int) {
      let (old, new) = ([UInt8](repeating: 1, count: 3000), [UInt8](repeating: 2, count: 3000))
      let (disk, operations) = try replace(old, by: new)
      var faults = (torn: 0, lost: 0)
      CrashModel.enumerate(operations, on: disk) { count, outcome in
        let found = outcome.disk["/d/a"]
        if found != old, found != new { faults.torn += 1 }
        if count == operations.count, found != new { faults.lost += 1 }
      }
      return faults
    }
  }

  @Test func `A writer that syncs the file, renames it and syncs the folder loses nothing`() throws {
    let faults = try Writer().faults()
    #expect(faults == (0, 0))
  }

  @Test func `A writer that does not sync the file is found out`() throws {
    #expect(try Writer(syncsFile: false).faults().torn > 0)
  }

  @Test func `A writer that does not sync the folder is found out`() throws {
    let faults = try Writer(syncsFolder: false).faults()
    #expect(faults.torn == 0)
    #expect(faults.lost > 0)
  }

  @Test func `A writer that writes in place is found out`() throws {
    #expect(try Writer(isInPlace: true).faults().torn > 0)
  }

  private func outcomes(_ disk: MemoryDisk, _ operations: FileOperation...) -> [CrashModel.Outcome] {
    var model = CrashModel(disk)
    for operation in operations { model.apply(operation) }
    return model.disks
  }

  @Test func `A name is durable once its folder was synced, and bytes once their file was`() {
    let create = FileOperation.create(path: "/d/a", inode: 1)
    let write = FileOperation.write(inode: 1, at: 0, bytes: [7])
    #expect(Set(outcomes(MemoryDisk(), create, write).map { $0.disk["/d/a"] }) == [nil, [], [7]])
    #expect(Set(outcomes(MemoryDisk(), create, write, .sync(inode: 1)).map { $0.disk["/d/a"] }) == [nil, [7]])
    #expect(Set(outcomes(MemoryDisk(), create, write, .syncFolder(path: "/d")).map { $0.disk["/d/a"] }) == [[], [7]])
    #expect(
      outcomes(MemoryDisk(), create, write, .sync(inode: 1), .syncFolder(path: "/d")).map { $0.disk["/d/a"] } == [[7]])
  }

  @Test func `What is in a folder that is not durable is lost with it`() {
    let disk = MemoryDisk(folders: ["/d"])
    let operations: [FileOperation] = [
      .makeFolder(path: "/d/e"), .create(path: "/d/e/a", inode: 1), .syncFolder(path: "/d/e"),
    ]
    var model = CrashModel(disk)
    for operation in operations { model.apply(operation) }
    #expect(Set(model.disks.map { $0.disk["/d/e/a"] }) == [nil, []])
    model.apply(.syncFolder(path: "/d"))
    #expect(model.disks.map { $0.disk["/d/e/a"] } == [[]])
  }

  @Test func `A write tears at the sectors of the disk, on either side`() {
    var disk = MemoryDisk()
    disk.names["/a"] = 1
    disk.files[1] = MemoryDisk.File(bytes: Array(repeating: 1, count: 1000))
    let found = outcomes(disk, .write(inode: 1, at: 1000, bytes: Array(repeating: 2, count: 600)))
      .compactMap { $0.disk["/a"] }
    let (kept, added) = ([UInt8](repeating: 1, count: 1000), [UInt8](repeating: 2, count: 600))
    let expected: Set<[UInt8]> = [
      kept, kept + added, kept + added.prefix(24), kept + Array(repeating: 0, count: 24) + added.dropFirst(24),
      kept + added.prefix(536), kept + Array(repeating: 0, count: 536) + added.dropFirst(536),
    ]
    #expect(Set(found) == expected)
  }

  @Test func `Of two writes the second may be there alone, and of two files either`() {
    var disk = MemoryDisk()
    for inode in [1, 2] as [UInt64] {
      disk.names["/\(inode)"] = inode
      disk.files[inode] = MemoryDisk.File()
    }
    let found = outcomes(
      disk, .write(inode: 1, at: 0, bytes: [1]), .write(inode: 1, at: 1, bytes: [1]),
      .write(inode: 2, at: 0, bytes: [2])
    ).map { [$0.disk["/1"], $0.disk["/2"]] }
    #expect(Set(found) == [[[1, 1], [2]], [[], []], [[1, 1], []], [[], [2]], [[0, 1], [2]]])
  }

  @Test func `Temporary files go with the process`() throws {
    let storage = MemoryStorage()
    let file = try storage.temporaryFile(in: "/tmp")
    try [1, 2].withUnsafeBytes { try file.write($0, at: 0) }
    var model = CrashModel(MemoryDisk())
    for operation in storage.operations { model.apply(operation) }
    #expect(model.disks.map(\.disk) == [MemoryDisk()])
  }

  @Test func `A storage goes on with the files of a disk`() throws {
    let storage = MemoryStorage()
    storage.put("/a", [1, 2, 3])
    let again = MemoryStorage(storage.disk)
    #expect(again.bytes("/a") == [1, 2, 3])
    #expect(try again.status(of: "/a", followingLinks: true) == storage.status(of: "/a", followingLinks: true))
    let new = try again.open("/b", .new(permissions: 0o644, .sequential))
    #expect(try new.status().inode != again.status(of: "/a", followingLinks: true)?.inode)
    #expect(try again.names(in: "").sorted() == ["a", "b"])
  }
}
