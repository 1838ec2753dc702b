import Glibc
import PipeEngine
import PipeStorage
import PipeWeb

/// What it costs to know the URLs that a crawl has seen, in memory and beyond its share of it.
enum SeenFingerprints {
  private static let count = 1_000_000

  static func all() throws -> [MicroBenchmark] {
    try [(64 << 20, "memory", "in memory"), (2 << 20, "disk", "nearly all of them on disk")].flatMap {
      memory, name, words in
      let before = residentBytes()
      let seen = try SeenMillion(count: count, memory: memory)
      let bytes = Double(residentBytes() - before) / Double(count)
      let note = "a million URLs, \((bytes * 10).rounded() / 10) bytes of RSS each"
      return [
        MicroBenchmark(
          name: "seen.\(name).found", title: "a URL looked up that was seen, \(words)", unit: "URL",
          operations: SeenMillion.lookups, note: note
        ) { try seen.lookUp(from: 0) },
        MicroBenchmark(
          name: "seen.\(name).new", title: "a URL looked up that was not seen, \(words)", unit: "URL",
          operations: SeenMillion.lookups, note: note
        ) { try seen.lookUp(from: count) },
      ]
    }
  }

  private static func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
  }
}

/// As many URLs as are said, seen once each.
private final class SeenMillion {
  static let lookups = 100_000

  private let count: Int
  private var seen: SeenURLs

  init(count: Int, memory: Int) throws {
    self.count = count
    seen = SeenURLs(memory: memory, disk: TemporaryDisk(limit: 1 << 30))
    for number in 0..<count {
      let found = try seen.number(of: Self.fingerprint(number))
      guard found.isNew, found.number == number else { throw MicroBenchmarkFailure("\(number) was seen already") }
    }
  }

  /// Looks up URLs that are spread over all of those from a number on.
  func lookUp(from first: Int) throws -> Int {
    var found = 0
    for step in 0..<Self.lookups {
      let number = first + step * 7919 % count
      if let known = try seen.find(Self.fingerprint(number)), known == number { found += 1 }
    }
    guard found == (first < count ? Self.lookups : 0) else { throw MicroBenchmarkFailure("\(found) were found") }
    return found
  }

  /// A URL's fingerprint is as random (SplitMix64).
  private static func fingerprint(_ number: Int) -> URLFingerprint {
    func mixed(_ word: UInt64) -> UInt64 {
      var bits = word &* 0x9E37_79B9_7F4A_7C15
      bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
      return bits ^ bits >> 31
    }
    let word = UInt64(number) * 2 + 1
    return URLFingerprint(low: mixed(word), high: mixed(word + 1))
  }
}
