#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Blocks of bytes that memory should not hold, written once and read once, in files without names: whatever happens,
/// nothing of them is left when the process has ended.
///
/// What was taken back is reclaimed. A file is closed when it is full and all of its blocks were taken. At the limit,
/// the blocks of files that are mostly reclaimed are moved together.
package struct Segments {
  package enum Refusal: Error, Hashable, Sendable {
    /// Blocks that nobody has taken hold as much as they may.
    case full(limit: Int)
    case failed(StorageError)
  }

  private struct Segment {
    let file: any StoredFile
    var size = 0
    /// Bytes of blocks that nobody has taken.
    var live = 0
  }

  /// There can be many.
  private struct Place {
    let segment: UInt32
    let offset: UInt32
    let length: UInt32
  }

  private let makeFile: () throws(StorageError) -> any StoredFile
  private let limit: Int
  private let segmentSize: Int
  private var segments: [UInt32: Segment] = [:]
  private var places: [UInt32: Place] = [:]
  /// The segment that blocks are added to.
  private var current: UInt32?
  private var nextSegment: UInt32 = 0
  private var nextBlock: UInt32 = 0
  /// Bytes in all files.
  package private(set) var size = 0
  /// Bytes of blocks that nobody has taken.
  package private(set) var live = 0

  /// - Parameters:
  ///   - limit: The most bytes in all files; while blocks are moved, a segment more.
  ///   - makeFile: Makes an empty file without a name.
  package init(limit: Int, makeFile: @escaping () throws(StorageError) -> any StoredFile) {
    self.makeFile = makeFile
    self.limit = limit
    segmentSize = min(16 << 20, max(1, limit / 16))
  }

  package var fileCount: Int { segments.count }

  /// Adds a block.
  ///
  /// - Returns: What `take` knows it by.
  package mutating func append(_ bytes: [UInt8]) throws(Refusal) -> UInt32 {
    let block = newBlock()
    try append(bytes, as: block)
    return block
  }

  /// What a block will be known by that is added later.
  package mutating func newBlock() -> UInt32 {
    // Those of as many blocks ago are long gone.
    nextBlock &+= 1
    return nextBlock
  }

  /// Adds a block.
  package mutating func append(_ bytes: [UInt8], as block: UInt32) throws(Refusal) {
    try makeRoom(for: bytes.count)
    places[block] = try write(bytes)
  }

  /// Reads a block, which is gone then; `nil` for one that is not there, or is shorter than what was written.
  package mutating func take(_ block: UInt32) throws(StorageError) -> [UInt8]? {
    guard let place = places[block], let bytes = try read(place) else { return nil }
    places[block] = nil
    release(place)
    return bytes
  }

  private func read(_ place: Place) throws(StorageError) -> [UInt8]? {
    // Its file may be closed, since nothing in it is waited for.
    let (offset, length) = (Int(place.offset), Int(place.length))
    if length == 0 { return [] }
    guard let file = segments[place.segment]?.file else { return nil }
    var bytes = try file.read(at: offset, count: length)
    while bytes.count < length {
      let more = try file.read(at: offset + bytes.count, count: length - bytes.count)
      if more.isEmpty { return nil }
      bytes += more
    }
    return bytes
  }

  private mutating func write(_ bytes: [UInt8]) throws(Refusal) -> Place {
    do throws(StorageError) {
      let number = try openSegment()
      guard let segment = segments[number], let offset = UInt32(exactly: segment.size),
        let length = UInt32(exactly: bytes.count)
      else { throw StorageError(.write, "", code: EFBIG) }
      do throws(StorageError) {
        try segment.file.writeAll(bytes)
      } catch {
        // What was written of it must not be taken for the start of the next block.
        if (try? segment.file.truncate(to: segment.size)) == nil { current = nil }
        throw error
      }
      segments[number]?.size += bytes.count
      segments[number]?.live += bytes.count
      size += bytes.count
      live += bytes.count
      return Place(segment: number, offset: offset, length: length)
    } catch {
      throw .failed(error)
    }
  }

  /// The segment that has room.
  private mutating func openSegment() throws(StorageError) -> UInt32 {
    if let current, let segment = segments[current], segment.size < segmentSize { return current }
    let file = try makeFile()
    let full = current
    nextSegment += 1
    segments[nextSegment] = Segment(file: file)
    current = nextSegment
    if let full { closeIfDead(full) }
    return nextSegment
  }

  private mutating func release(_ place: Place) {
    segments[place.segment]?.live -= Int(place.length)
    live -= Int(place.length)
    if place.segment != current { closeIfDead(place.segment) }
  }

  private mutating func closeIfDead(_ number: UInt32) {
    guard let segment = segments[number], segment.live == 0 else { return }
    size -= segment.size
    segments[number] = nil
    if current == number { current = nil }
  }

  private mutating func makeRoom(for count: Int) throws(Refusal) {
    while size + count > limit {
      if let current, let segment = segments[current], segment.live == 0, segment.size > 0 {
        closeIfDead(current)
        continue
      }
      let sparsest = segments.filter { $0.key != current && $0.value.live <= $0.value.size / 2 }
        .min { $0.value.live < $1.value.live }
      guard let sparsest, live + count <= limit else { throw .full(limit: limit) }
      try move(blocksOf: sparsest.key)
    }
  }

  /// Moves the blocks of a segment to the current one, so that it can be closed.
  private mutating func move(blocksOf number: UInt32) throws(Refusal) {
    for (block, place) in places where place.segment == number {
      let bytes: [UInt8]?
      do throws(StorageError) {
        bytes = try read(place)
      } catch {
        throw .failed(error)
      }
      guard let bytes else { throw .failed(StorageError(.read, "", code: EIO)) }
      places[block] = try write(bytes)
      release(place)
    }
    closeIfDead(number)
  }
}

extension StoredFile {
  /// Writes all of the bytes, into a file that takes them without waiting for anybody.
  package func writeAll(_ bytes: [UInt8]) throws(StorageError) {
    var written = 0
    while written < bytes.count {
      var failure: StorageError?
      bytes.withUnsafeBytes { buffer in
        do throws(StorageError) {
          let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
          guard let count = try write(rest), count > 0 else { throw StorageError(.write, "", code: EIO) }
          written += count
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }
}
