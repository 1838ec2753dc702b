package import PipeStorage
package import PipeWeb

/// The URLs that a crawl has seen, numbered from 0 in the order of coming, each with a note of two bytes.
///
/// The first ones are in memory, about 23 bytes each, all of it counted, until the share of memory is used up; the later
/// ones are in temporary files. Nothing moves between the two: pages link to what was seen first more than to anything
/// else. The answers are exact: two URLs are the same if all 128 bits are.
package struct SeenURLs: ~Copyable {
  private var resident: ResidentFingerprints
  private var residentNotes = ChunkedList<UInt16>()
  private var stored: StoredFingerprints
  private let storedNotes: PagedFile

  /// Bytes that a URL takes in memory, with what its table has to spare.
  private static let bytesPerURL = 23.3
  private static let notesPerPage = 2048

  /// - Parameters:
  ///   - memory: Bytes. An eighth of it is for pages of the files.
  ///   - disk: Where the later ones go.
  package init(memory: Int, disk: TemporaryDisk) {
    let pages = memory / 8
    resident = ResidentFingerprints(limit: Int(Double(memory - pages) / Self.bytesPerURL))
    stored = StoredFingerprints(on: disk, memory: pages / 4 * 3)
    storedNotes = PagedFile(on: disk, memory: pages / 4, pageSize: Self.notesPerPage * 2)
  }

  package var count: Int { resident.count + stored.count }

  /// Readies a search for each of many links: the memory that they need is asked for at once, and not one after the
  /// other.
  func expect(_ links: Span<FoundLinks.Link>) {
    for index in links.indices { resident.fetchSlot(links[index].fingerprint) }
    for index in links.indices { resident.fetchCandidate(links[index].fingerprint) }
  }

  /// The number of a URL, which has the next one if it is new. If it throws, nothing has changed.
  package mutating func number(
    of fingerprint: URLFingerprint
  ) throws(RunError) -> (number: Int, isNew: Bool) {
    if let number = resident.find(fingerprint) { return (number, false) }
    if !resident.isFull {
      resident.append(fingerprint)
      residentNotes.append(0)
      return (resident.count - 1, true)
    }
    do throws(TemporaryDisk.Refusal) {
      let (number, isNew) = try stored.number(of: fingerprint)
      return (resident.count + number, isNew)
    } catch {
      throw RunError(error)
    }
  }

  /// The number of a URL; `nil` for one that was not seen.
  package func find(_ fingerprint: URLFingerprint) throws(RunError) -> Int? {
    if let number = resident.find(fingerprint) { return number }
    if stored.count == 0 { return nil }
    do throws(TemporaryDisk.Refusal) {
      return try stored.find(fingerprint).map { resident.count + $0 }
    } catch {
      throw RunError(error)
    }
  }

  /// The two bytes that are kept with a URL: 0 until they are set, and for a number that no URL has.
  package func note(of number: Int) throws(RunError) -> UInt16 {
    if number < residentNotes.count { return number < 0 ? 0 : residentNotes[number] }
    let (page, place) = (number - resident.count).quotientAndRemainder(dividingBy: Self.notesPerPage)
    var note: UInt16 = 0
    do throws(TemporaryDisk.Refusal) {
      try storedNotes.look(at: page) { note = $0.load(fromByteOffset: place * 2, as: UInt16.self) }
    } catch {
      throw RunError(error)
    }
    return note
  }

  /// Sets the two bytes of a URL that has a number.
  package mutating func setNote(_ note: UInt16, of number: Int) throws(RunError) {
    guard number >= 0, number < count else { return }
    if number < residentNotes.count {
      residentNotes[number] = note
      return
    }
    let (page, place) = (number - resident.count).quotientAndRemainder(dividingBy: Self.notesPerPage)
    do throws(TemporaryDisk.Refusal) {
      try storedNotes.change(page) { $0.storeBytes(of: note, toByteOffset: place * 2, as: UInt16.self) }
    } catch {
      throw RunError(error)
    }
  }
}

extension URLFingerprint {
  /// What tables place it by. It is keyed already; this only lets every bit count.
  var mixed: UInt64 {
    var bits = low ^ (high << 32 | high >> 32)
    bits = (bits ^ bits >> 32) &* 0xD6E8_FEB8_6659_FD93
    return bits ^ bits >> 32
  }
}
