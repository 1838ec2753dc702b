import Glibc
import PipeStorage
import PipeTesting
import PipeWeb
import Testing

@testable import PipeEngine

struct SeenURLsTests {
  private func disk(_ files: MemoryStorage = MemoryStorage(), limit: Int = 1 << 30) -> TemporaryDisk {
    TemporaryDisk(files: files, folders: ["/tmp"], limit: limit)
  }

  private func fingerprint(_ random: inout RepeatableRandom) -> URLFingerprint {
    URLFingerprint(low: random.next(), high: random.next())
  }

  @Test func `URLs are numbered from 0 in the order of coming`() throws {
    var random = RepeatableRandom(seed: 1)
    var seen = SeenURLs(memory: 1 << 20, disk: disk())
    let fingerprints = (0..<3000).map { _ in fingerprint(&random) }
    for (number, fingerprint) in fingerprints.enumerated() {
      #expect(try seen.find(fingerprint) == nil)
      let found = try seen.number(of: fingerprint)
      #expect(found.number == number && found.isNew)
      #expect(seen.count == number + 1)
    }
    for (number, fingerprint) in fingerprints.enumerated() {
      let found = try seen.number(of: fingerprint)
      #expect(found.number == number && !found.isNew)
      #expect(try seen.find(fingerprint) == number)
    }
    #expect(seen.count == 3000)
  }

  @Test(arguments: [0, 100, 5_000, 1 << 20])
  func `Nothing is written while memory holds all, and everything is found when it does not`(memory: Int) throws {
    var random = RepeatableRandom(seed: UInt64(memory))
    let files = MemoryStorage()
    var seen = SeenURLs(memory: memory, disk: disk(files))
    let fingerprints = (0..<4000).map { _ in fingerprint(&random) }
    for fingerprint in fingerprints { _ = try seen.number(of: fingerprint) }
    #expect((files.attempts > 0) == (memory < 1 << 20))
    for number in 0..<4000 {
      #expect(try seen.find(fingerprints[number]) == number)
      #expect(try seen.find(fingerprint(&random)) == nil)
    }
  }

  @Test(arguments: [0, 3_000, 1 << 18], [0, 1, 2, 3])
  func `Fingerprints that share most of their bits are told apart`(memory: Int, kind: Int) throws {
    var seen = SeenURLs(memory: memory, disk: disk())
    let fingerprints = (0..<700).map { number in
      let (small, large) = (UInt64(number), UInt64(number) << 48)
      return switch kind {
      case 0: URLFingerprint(low: 7, high: small)
      case 1: URLFingerprint(low: small, high: 7)
      case 2: URLFingerprint(low: large, high: 0)
      // All of them have one hash.
      default: URLFingerprint(low: small, high: small << 32)
      }
    }
    for (number, fingerprint) in fingerprints.enumerated() {
      #expect(try seen.number(of: fingerprint) == (number, true))
    }
    for (number, fingerprint) in fingerprints.enumerated() {
      #expect(try seen.find(fingerprint) == number)
      #expect(try seen.find(URLFingerprint(low: fingerprint.low, high: fingerprint.high ^ 1 << 40)) == nil)
    }
  }

  @Test(arguments: [0, 1_000, 60_000])
  func `Notes are kept with their URLs, in memory and on disk`(memory: Int) throws {
    var random = RepeatableRandom(seed: 3)
    var seen = SeenURLs(memory: memory, disk: disk())
    var notes: [UInt16] = []
    for _ in 0..<6000 {
      if notes.isEmpty || random.oneIn(2) {
        _ = try seen.number(of: fingerprint(&random))
        notes.append(0)
      }
      let number = Int.random(in: notes.indices, using: &random)
      notes[number] = UInt16.random(in: 0...UInt16.max, using: &random)
      try seen.setNote(notes[number], of: number)
    }
    for number in notes.indices { #expect(try seen.note(of: number) == notes[number]) }
    try seen.setNote(7, of: notes.count)
    #expect(try seen.note(of: notes.count) == 0)
    #expect(try seen.note(of: -1) == 0)
  }

  @Test func `A full disk is told, and what was seen is still known`() throws {
    var random = RepeatableRandom(seed: 9)
    var seen = SeenURLs(memory: 2_000, disk: disk(limit: 200_000))
    var fingerprints: [URLFingerprint] = []
    var failure: RunError?
    while failure == nil {
      let next = fingerprint(&random)
      do throws(RunError) {
        _ = try seen.number(of: next)
        fingerprints.append(next)
      } catch {
        failure = error
        #expect(try seen.find(next) == nil)
      }
    }
    #expect(
      failure?.reason == "what the crawl remembers takes more than 200000B in /tmp, which is its part of limits.disk")
    #expect(fingerprints.count > 4000)
    for (number, fingerprint) in fingerprints.enumerated() { #expect(try seen.find(fingerprint) == number) }
  }

  /// URLs come, come again and are looked for; the disk fails now and then, and works again.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func `Random URLs have the numbers that a dictionary gives them, whatever fails meanwhile`(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    let isTroubled = !seed.isMultiple(of: 3)
    let failing = Set((0..<200).map { _ in Int.random(in: 0..<4000, using: &random) })
    let files = MemoryStorage(failing: isTroubled ? .init(taken: 100) { number, _ in failing.contains(number) } : nil)
    if isTroubled { files.failReading { failing.contains($0) } }
    let memory = Int.random(in: 0...20_000, using: &random)
    var seen = SeenURLs(memory: memory, disk: disk(files, limit: seed % 5 == 4 ? 150_000 : 1 << 30))
    var model: [URLFingerprint: Int] = [:]
    var known: [URLFingerprint] = []
    var failures = 0
    // Chains of pages, where many share a hash.
    let spread: UInt64 = seed.isMultiple(of: 4) ? 7 : .max
    for _ in 0..<2500 {
      let isOld = random.oneIn(3) && !known.isEmpty
      let low = random.next()
      let fresh = URLFingerprint(low: low, high: spread == .max ? random.next() : (low ^ random.next() % spread) << 32)
      let next = isOld ? known[Int.random(in: known.indices, using: &random)] : fresh
      do throws(RunError) {
        if random.oneIn(2) {
          #expect(try seen.find(next) == model[next])
        } else {
          let found = try seen.number(of: next)
          #expect(found.number == model[next] ?? known.count)
          #expect(found.isNew == (model[next] == nil))
          if found.isNew {
            model[next] = known.count
            known.append(next)
          }
        }
      } catch {
        failures += 1
      }
      #expect(seen.count == known.count)
    }
    #expect(isTroubled || seed % 5 == 4 || failures == 0)
    files.failReading { _ in false }
    for (number, fingerprint) in known.enumerated() {
      // To look at a page, another one may have to be written.
      var found: Int?
      for _ in 0..<200 where found == nil { found = try? seen.find(fingerprint) }
      #expect(found == number)
    }
  }
}
