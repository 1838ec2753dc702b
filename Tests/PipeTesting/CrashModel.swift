/// What may be on a disk after a loss of power: the names and the bytes that were synced for certain, and of the others
/// whatever the system happened to have written.
///
/// It is fed with the changes that a program makes, one after the other (`apply`), and tells at any moment which disks
/// the program may find when the machine is up again (`disks`). It promises no more than POSIX does: a name is durable once
/// its folder was synced, bytes once their file was, and nothing else has an order. Real file systems keep more.
///
/// A process that is killed loses nothing, since the system has its bytes: that is the disk on which everything is kept.
package struct CrashModel: Sendable {
  /// Which of the changes that were not synced are on the disk.
  package enum Kept: Hashable, Sendable {
    case all, none
    /// Those of one file, or one change of names.
    case only(Int)
    /// All but those of one file, or one change of names.
    case allBut(Int)
    /// Of each file the last change alone: what was written before it reads as zeros.
    case last
    /// All, but of the last write these bytes alone: the sectors before a place, or those behind it.
    case torn(Range<Int>)
  }

  /// One disk that may be found.
  package struct Outcome: Sendable {
    package let bytes: Kept
    package let names: Kept
    package let disk: MemoryDisk
  }

  /// What a disk writes as a whole, or not at all.
  package static let sector = 512

  /// What a process that is begun now finds if the one before was killed.
  package private(set) var current: MemoryDisk
  private var durable: MemoryDisk
  /// Changes of bytes since the last sync of their file, in their order.
  private var pendingBytes: [(inode: UInt64, change: FileOperation)] = []
  /// Changes of names since the last sync of their folder.
  private var pendingNames: [FileOperation] = []
  /// Files that go with the process.
  private var temporary: Set<UInt64> = []

  /// - Parameter disk: What is durable at the start.
  package init(_ disk: MemoryDisk) { (current, durable) = (disk, disk) }

  package mutating func apply(_ operation: FileOperation) {
    current.apply(operation)
    switch operation {
    case .createTemporary(let inode): temporary.insert(inode)
    case .write(let inode, _, _), .truncate(let inode, _):
      if !temporary.contains(inode) { pendingBytes.append((inode, operation)) }
    case .create(_, let inode):
      // An empty file, until its bytes are synced.
      durable.files[inode] = MemoryDisk.File()
      pendingNames.append(operation)
    case .rename, .remove, .makeFolder: pendingNames.append(operation)
    case .sync(let inode):
      for (owner, change) in pendingBytes where owner == inode { durable.apply(change) }
      pendingBytes.removeAll { $0.inode == inode }
    case .syncFolder(let path):
      for change in pendingNames where change.folder == path { durable.apply(change) }
      pendingNames.removeAll { $0.folder == path }
    }
  }

  /// The disks that may be found if the power fails now.
  package var disks: [Outcome] {
    nameChoices.flatMap { names in byteChoices.map { Outcome(bytes: $0, names: names, disk: disk($0, names)) } }
  }

  private var nameChoices: [Kept] {
    let count = pendingNames.count
    if count == 0 { return [.all] }
    return [.all, .none] + (count == 1 ? [] : (0..<count).flatMap { [.only($0), .allBut($0)] })
  }

  private var byteChoices: [Kept] {
    guard let last = pendingBytes.last else { return [.all] }
    let inodes = pendingInodes
    var choices: [Kept] = [.all, .none]
    if inodes.count > 1 { choices += inodes.indices.flatMap { [.only($0), .allBut($0)] } }
    if pendingBytes.count > inodes.count { choices.append(.last) }
    if case .write(_, let start, let bytes) = last.change {
      let end = start + bytes.count
      let next = start + Self.sector - start % Self.sector
      let boundaries = next < end ? Array(stride(from: next, to: end, by: Self.sector)) : []
      // A long write tears at its first sectors, in its middle or at its last one: the others are like these.
      let few =
        boundaries.count < 5 ? boundaries : [0, boundaries.count / 2, boundaries.count - 1].map { boundaries[$0] }
      choices += few.flatMap { [.torn(start..<$0), .torn($0..<end)] }
    }
    return choices
  }

  /// The files with changes that are not synced, in the order of their first one.
  private var pendingInodes: [UInt64] {
    pendingBytes.reduce(into: []) { inodes, change in
      if !inodes.contains(change.inode) { inodes.append(change.inode) }
    }
  }

  private func disk(_ bytes: Kept, _ names: Kept) -> MemoryDisk {
    var disk = durable
    for (index, change) in pendingNames.enumerated() {
      let isKept =
        switch names {
        case .only(let kept): kept == index
        case .allBut(let lost): lost != index
        case .none: false
        case .all, .last, .torn: true
        }
      if isKept { disk.apply(change) }
    }
    let inodes = pendingInodes
    for (index, (inode, change)) in pendingBytes.enumerated() {
      switch bytes {
      case .only(let kept) where inodes[kept] != inode: continue
      case .allBut(let lost) where inodes[lost] == inode: continue
      case .none: continue
      case .last where pendingBytes[(index + 1)...].contains(where: { $0.inode == inode }): continue
      case .torn(let kept) where index == pendingBytes.count - 1:
        guard case .write(_, let start, let written) = change else { continue }
        disk.write(written[kept.lowerBound - start..<kept.upperBound - start], to: inode, at: kept.lowerBound)
      default: disk.apply(change)
      }
    }
    // What is in a folder that is not there is not there.
    if disk.folders != nil { disk.names = disk.names.filter { disk.hasFolder($0.key.parentFolder) } }
    let named = Set(disk.names.values)
    disk.files = disk.files.filter { named.contains($0.key) }
    return disk
  }
}

extension CrashModel {
  /// Every disk that may be found at any moment of a sequence of changes, told one after the other. Moments at which nothing
  /// new may be found are passed over: a sync only takes possibilities away.
  ///
  /// - Parameter body: Gets how many changes were made before the loss of power.
  package static func enumerate(
    _ operations: [FileOperation], on disk: MemoryDisk, _ body: (Int, Outcome) throws -> Void
  ) rethrows {
    var model = CrashModel(disk)
    for outcome in model.disks { try body(0, outcome) }
    for (index, operation) in operations.enumerated() {
      model.apply(operation)
      switch operation {
      case .sync, .syncFolder, .createTemporary: if index < operations.count - 1 { continue }
      default: break
      }
      for outcome in model.disks { try body(index + 1, outcome) }
    }
  }
}

extension FileOperation {
  /// The folder whose sync makes a change of names durable; `nil` for changes of bytes.
  fileprivate var folder: String? {
    switch self {
    case .create(let path, _), .makeFolder(let path), .rename(let path, _), .remove(let path): path.parentFolder
    case .write, .truncate, .sync, .syncFolder, .createTemporary: nil
    }
  }
}

extension String {
  /// The folder that a path is in: `.` for a name alone.
  fileprivate var parentFolder: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}
