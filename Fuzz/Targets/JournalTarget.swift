internal import PipeEngine
internal import PipeStorage
internal import PipeTesting

extension FuzzTarget {
  /// The first byte says how the rest is read: as the bytes of a journal, or as its frames with checksums that hold. A frame
  /// is a kind, a length in two bytes, and so many bytes.
  static let journal = FuzzTarget(name: "journal", summary: "a journal, or the frames of one") { input in
    guard let first = input.first else { return }
    let rest = Array(input.dropFirst())
    let storage = MemoryStorage()
    let folder = JournalFolder(path: "/j", storage: storage)
    let path = "/j/000001-0001.journal"
    if first == 0 {
      storage.put(path, rest)
    } else {
      guard write(rest, to: path, in: storage) else { return require(false, "a log can be written") }
    }
    let before = storage.bytes(path)
    do throws(LogFault) {
      guard let past = try PastRun(lastIn: folder) else { return require(false, "a journal is found") }
      try past.check(in: folder)
    } catch {
      require(!error.words.isEmpty, "a fault has words")
    }
    require(storage.bytes(path) == before, "a journal that is read stays as it is")
  }

  private static func write(_ bytes: [UInt8], to path: String, in storage: MemoryStorage) -> Bool {
    do throws(StorageError) {
      // Run 1, segment 1, begun in 1970, of a spec from standard input.
      var log = try LogWriter(creating: path, JournalFolder.format, identity: [1, 1, 1, 0, 0], salt: 0, in: storage)
      try log.append(1, [])
      var place = 0
      while place + 3 <= bytes.count {
        let length = Int(bytes[place + 1]) | Int(bytes[place + 2]) << 8
        let end = min(place + 3 + length, bytes.count)
        try log.append(bytes[place], Array(bytes[place + 3..<end]))
        place = end
      }
      try log.commit()
      return true
    } catch {
      return false
    }
  }
}
