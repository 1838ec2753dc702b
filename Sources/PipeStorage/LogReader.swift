/// Reads a log: what is in its whole batches. Memory holds one frame at a time.
///
/// All checksums are looked at when it is opened, so that nothing is taken from a log that turns out to be damaged behind.
package struct LogReader {
  package let path: String
  package let format: LogFormat
  package let version: UInt32
  package let identity: [UInt8]
  /// Bytes up to the end of the last whole batch: where a writer goes on.
  package private(set) var length: Int
  /// Bytes behind them: the begin of a batch that a crash has kept from becoming whole.
  package let tail: Int
  /// Whole batches.
  package private(set) var batchCount: UInt32 = 0
  let salt: UInt64
  private var window: LogWindow
  private var place: Int

  /// Opens a log and looks through all of it.
  ///
  /// - Throws: `LogFault` if it is not a log of this format and of a version that is known, or if it is damaged in front of
  ///   something that was written later.
  package init(_ path: String, _ format: LogFormat, in storage: any FileStorage) throws(LogFault) {
    self.path = path
    self.format = format
    var window = try LogWindow(path, in: storage)
    guard let start = try window.bytes(at: 0, count: LogFormat.fileHeader), start.prefix(8).elementsEqual(format.magic)
    else { throw LogFault(path, .foreign) }
    let first = start.startIndex
    let version = start.number(at: first + 8)
    let identityLength = Int(start.number(at: first + 20))
    let salt = UInt64(start.number(at: first + 12)) | UInt64(start.number(at: first + 16)) << 32
    let headerLength = LogFormat.fileHeader + identityLength
    // What a newer version has behind its number may be anything.
    if version > format.version { throw LogFault(path, .newer(version: version)) }
    guard version >= format.oldest, identityLength <= LogFormat.largestIdentity,
      let header = try window.bytes(at: 0, count: headerLength + 4),
      case let sumPlace = header.startIndex + headerLength,
      CRC32().adding(header[..<sumPlace]).value == header.number(at: sumPlace)
    else { throw LogFault(path, .broken(at: 0)) }
    self.version = version
    self.salt = salt
    identity = Array(header[header.startIndex + LogFormat.fileHeader..<sumPlace])
    place = headerLength + 4
    length = place
    var end = place
    while let frame = try window.frame(at: end, batch: batchCount + 1, salt: salt) {
      end += LogFormat.frameHeader + frame.length
      if !frame.endsBatch { continue }
      batchCount += 1
      length = end
    }
    if end < window.size, try window.hasFrame(behind: end, notOf: batchCount + 1, salt: salt) {
      throw LogFault(path, .broken(at: end))
    }
    tail = window.size - length
    self.window = window
  }

  /// The next frame of the whole batches; `nil` behind the last one.
  package mutating func next() throws(LogFault) -> LogFrame? {
    guard place < length else { return nil }
    guard let header = try window.header(at: place, salt: salt),
      let payload = try window.bytes(at: place + LogFormat.frameHeader, count: header.length),
      CRC32(salt: salt).adding(payload).value == header.checksum
    else { throw LogFault(path, .broken(at: place)) }
    defer { place += LogFormat.frameHeader + header.length }
    return LogFrame(kind: header.kind, payload: Array(payload), offset: place)
  }
}

/// The bytes of a log around the place that is being read.
private struct LogWindow {
  let size: Int
  private let path: String
  private let file: any StoredFile
  private var bytes: [UInt8] = []
  /// Where they stand in the file.
  private var start = 0

  /// Bytes that are read at once.
  private static let piece = 256 << 10

  init(_ path: String, in storage: any FileStorage) throws(LogFault) {
    self.path = path
    let status: FileStatus
    do throws(StorageError) {
      file = try storage.open(path, .read)
      status = try file.status()
    } catch {
      throw LogFault(path, .storage(error))
    }
    if status.kind != .regular { throw LogFault(path, .foreign) }
    size = status.size
  }

  /// - Returns: `nil` if the file ends before.
  mutating func bytes(at place: Int, count: Int) throws(LogFault) -> ArraySlice<UInt8>? {
    guard count <= size - place else { return nil }
    if place < start || place + count > start + bytes.count {
      bytes.removeAll(keepingCapacity: bytes.capacity <= 2 * Self.piece)
      start = place
      let wanted = min(max(count, Self.piece), size - place)
      do throws(StorageError) {
        while bytes.count < wanted {
          let more = try file.read(at: place + bytes.count, count: wanted - bytes.count)
          if more.isEmpty { break }
          bytes += more
        }
      } catch {
        throw LogFault(path, .storage(error))
      }
      // It was cut since.
      if bytes.count < count { return nil }
    }
    return bytes[place - start..<place - start + count]
  }

  mutating func header(at place: Int, salt: UInt64) throws(LogFault) -> LogFrameHeader? {
    try bytes(at: place, count: LogFormat.frameHeader).flatMap { LogFrameHeader($0, salt: salt) }
  }

  /// The frame at a place, if it is whole and of that batch.
  mutating func frame(at place: Int, batch: UInt32, salt: UInt64) throws(LogFault) -> LogFrameHeader? {
    guard let header = try header(at: place, salt: salt), header.batch == batch,
      let payload = try bytes(at: place + LogFormat.frameHeader, count: header.length),
      CRC32(salt: salt).adding(payload).value == header.checksum
    else { return nil }
    return header
  }

  /// Whether the header of a frame of another batch stands anywhere behind a place.
  mutating func hasFrame(behind place: Int, notOf batch: UInt32, salt: UInt64) throws(LogFault) -> Bool {
    var place = place
    while place + LogFormat.frameHeader <= size {
      if let header = try header(at: place, salt: salt), header.batch != batch { return true }
      place += 1
    }
    return false
  }
}
