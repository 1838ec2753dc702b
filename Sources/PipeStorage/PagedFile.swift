#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Bytes at offsets, of which memory holds some pages and a temporary file the others. While they all fit in memory,
/// there is no file. What was never written reads as zeros.
///
/// Pages are replaced by the clock algorithm (Corbató, "A Paging Experiment with the Multics System"). After an error,
/// each page is as it was; a write over several pages may have changed the first of them.
///
/// One owner uses it, not several threads at once.
package final class PagedFile {
  package typealias Refusal = TemporaryDisk.Refusal

  /// Memory for one page.
  private struct Frame {
    let bytes: UnsafeMutableRawBufferPointer
    /// -1 for none.
    var page = -1
    /// Where in the file the page is, in pages; -1 where it is not.
    var slot: Int32 = -1
    var isChanged = false
    /// Whether it was used since the hand of the clock passed.
    var wasUsed = false
  }

  private let disk: TemporaryDisk
  package let pageSize: Int
  private let frameLimit: Int
  private var frames: [Frame] = []
  private var hand = 0
  /// Of each page: 0 where it was never written, its frame from 1 on, or its slot from -1 downwards.
  private var places: [Int32] = []
  /// `nil` while memory holds everything.
  private var file: (any StoredFile)?
  /// Whether every page has a place in the file.
  private var hasSlots = false
  private var slotCount: Int32 = 0
  private var freeSlots: [Int32] = []
  /// Bytes up to the last one written.
  package private(set) var size = 0

  /// - Parameters:
  ///   - memory: The most bytes of pages in memory; four pages at least.
  ///   - pageSize: Bytes; small pages for what is used in any order, large ones for what is used in its own.
  package init(on disk: TemporaryDisk, memory: Int, pageSize: Int = 64 << 10) {
    self.disk = disk
    self.pageSize = max(16, pageSize & ~7)
    frameLimit = max(4, memory / self.pageSize)
  }

  deinit {
    for frame in frames { frame.bytes.deallocate() }
    disk.giveBack(Int(slotCount) * pageSize)
  }

  /// Bytes that its file has, or may come to have without asking.
  package var sizeOnDisk: Int { Int(slotCount) * pageSize }

  /// Bytes of pages in memory.
  package var sizeInMemory: Int { frames.count * pageSize }

  // MARK: Ranges

  package func read(at offset: Int, count: Int) throws(Refusal) -> [UInt8] {
    var failure: Refusal?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(Refusal) {
        try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        filled = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(Refusal) {
    var done = 0
    while done < buffer.count {
      let (page, start) = (offset + done).quotientAndRemainder(dividingBy: pageSize)
      let count = min(buffer.count - done, pageSize - start)
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
      if isWritten(page) {
        let frame = try frame(of: page)
        part.copyMemory(from: UnsafeRawBufferPointer(rebasing: frames[frame].bytes[start..<start + count]))
      } else {
        _ = part.initializeMemory(as: UInt8.self, repeating: 0)
      }
      done += count
    }
  }

  package func write(_ bytes: Span<UInt8>, at offset: Int) throws(Refusal) {
    var done = 0
    while done < bytes.count {
      let (page, start) = (offset + done).quotientAndRemainder(dividingBy: pageSize)
      let count = min(bytes.count - done, pageSize - start)
      let frame = try frame(of: page)
      let target = UnsafeMutableRawBufferPointer(rebasing: frames[frame].bytes[start..<start + count])
      bytes.extracting(done..<done + count).withUnsafeBytes { target.copyMemory(from: $0) }
      frames[frame].isChanged = true
      done += count
    }
    size = max(size, offset + bytes.count)
  }

  /// Writes bytes behind the last one. If it fails, the size stays.
  ///
  /// - Returns: Where they are.
  package func append(_ bytes: Span<UInt8>) throws(Refusal) -> Int {
    let offset = size
    try write(bytes, at: offset)
    return offset
  }

  // MARK: Words

  /// Eight bytes as a number.
  ///
  /// - Parameter index: From 0, in words.
  package func word(_ index: Int) throws(Refusal) -> UInt64 {
    let (page, start) = (index * 8).quotientAndRemainder(dividingBy: pageSize)
    if !isWritten(page) { return 0 }
    let frame = try frame(of: page)
    return frames[frame].bytes.load(fromByteOffset: start, as: UInt64.self)
  }

  package func setWord(_ word: UInt64, _ index: Int) throws(Refusal) {
    let (page, start) = (index * 8).quotientAndRemainder(dividingBy: pageSize)
    let frame = try frame(of: page)
    frames[frame].bytes.storeBytes(of: word, toByteOffset: start, as: UInt64.self)
    frames[frame].isChanged = true
    size = max(size, index * 8 + 8)
  }

  // MARK: Pages

  /// Shows the bytes of a page, unless it was never written.
  package func look(at page: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws(Refusal) {
    if !isWritten(page) { return }
    let frame = try frame(of: page)
    body(UnsafeRawBufferPointer(frames[frame].bytes))
  }

  /// Lets the bytes of a page be changed.
  package func change(_ page: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) throws(Refusal) {
    let frame = try frame(of: page)
    body(frames[frame].bytes)
    frames[frame].isChanged = true
    size = max(size, (page + 1) * pageSize)
  }

  /// Forgets a page, which reads as zeros then. Its place in the file is used again, and the file goes when no page is
  /// in it.
  package func discard(_ page: Int) {
    guard isWritten(page) else { return }
    var slot = -places[page] - 1
    if places[page] > 0 {
      let index = Int(places[page]) - 1
      slot = frames[index].slot
      frames[index] = Frame(bytes: frames[index].bytes)
    }
    places[page] = 0
    if slot >= 0 { freeSlots.append(slot) }
    guard freeSlots.count == slotCount, slotCount > 0 else { return }
    hasSlots = false
    file = nil
    disk.giveBack(Int(slotCount) * pageSize)
    slotCount = 0
    freeSlots = []
  }

  private func isWritten(_ page: Int) -> Bool { page < places.count && places[page] != 0 }

  /// The frame that holds a page, which is read if it must be.
  private func frame(of page: Int) throws(Refusal) -> Int {
    if page < places.count, places[page] > 0 {
      let index = Int(places[page]) - 1
      frames[index].wasUsed = true
      return index
    }
    var slot = page < places.count ? -places[page] - 1 : -1
    let isNew = slot < 0
    if isNew, frames.count == frameLimit {
      try takeSlotsOfAll()
      slot = try takeSlot()
    }
    let index: Int
    do throws(Refusal) {
      index = try freeFrame()
      if !isNew { try read(slot, into: frames[index].bytes) }
    } catch {
      if isNew, slot >= 0 { freeSlots.append(slot) }
      throw error
    }
    let bytes = frames[index].bytes
    if isNew { _ = bytes.initializeMemory(as: UInt8.self, repeating: 0) }
    if page >= places.count { places.append(contentsOf: repeatElement(0, count: page + 1 - places.count)) }
    frames[index] = Frame(bytes: bytes, page: page, slot: slot, isChanged: isNew, wasUsed: true)
    places[page] = Int32(index + 1)
    return index
  }

  /// A frame that holds no page.
  private func freeFrame() throws(Refusal) -> Int {
    if frames.count < frameLimit {
      frames.append(Frame(bytes: .allocate(byteCount: pageSize, alignment: 8)))
      return frames.count - 1
    }
    while true {
      let index = hand
      hand = hand + 1 == frames.count ? 0 : hand + 1
      let page = frames[index].page
      if page < 0 { return index }
      if frames[index].wasUsed {
        frames[index].wasUsed = false
        continue
      }
      if frames[index].isChanged { try write(index) }
      places[page] = -frames[index].slot - 1
      frames[index].page = -1
      return index
    }
  }

  /// Gives every page in memory its place in the file, and one more to the page to come, when memory holds all pages that
  /// it may: so that from then on no page lacks one when it has to make room for another that is only to be read.
  private func takeSlotsOfAll() throws(Refusal) {
    guard !hasSlots else { return }
    try disk.take((frames.count + 1) * pageSize)
    for index in frames.indices { frames[index].slot = Int32(index) }
    slotCount = Int32(frames.count + 1)
    // Those of frames without a page, too.
    freeSlots = [slotCount - 1] + frames.indices.filter { frames[$0].page < 0 }.map { Int32($0) }
    hasSlots = true
  }

  private func write(_ index: Int) throws(Refusal) {
    let file = try openFile()
    do throws(StorageError) {
      try file.write(UnsafeRawBufferPointer(frames[index].bytes), at: Int(frames[index].slot) * pageSize)
    } catch {
      throw .failed(folder: disk.folder ?? "", error)
    }
    frames[index].isChanged = false
  }

  private func read(_ slot: Int32, into bytes: UnsafeMutableRawBufferPointer) throws(Refusal) {
    do throws(StorageError) {
      var done = 0
      while done < bytes.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
        let count = try file?.read(at: Int(slot) * pageSize + done, into: rest) ?? 0
        if count == 0 { throw StorageError(.read, "", code: EIO) }
        done += count
      }
    } catch {
      throw .failed(folder: disk.folder ?? "", error)
    }
  }

  private func openFile() throws(Refusal) -> any StoredFile {
    if let file { return file }
    let made = try disk.makeFile()
    file = made
    return made
  }

  private func takeSlot() throws(Refusal) -> Int32 {
    if let slot = freeSlots.popLast() { return slot }
    guard slotCount < .max else { throw .full(folder: disk.folder ?? "", limit: disk.limit) }
    try disk.take(pageSize)
    slotCount += 1
    return slotCount - 1
  }
}
