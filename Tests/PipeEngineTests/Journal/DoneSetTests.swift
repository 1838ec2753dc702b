import PipeTesting
import PipeText
import Testing

@testable import PipeEngine

struct DoneSetTests {
  @Test(arguments: Effort.seeds(10))
  func `Members are counted, found and removed as in a plain set`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var set = DoneSet()
    var plain: Set<Int> = []
    for _ in 0..<30 {
      let start = Int.random(in: 0..<30_000, using: &random)
      let range = start..<start + Int.random(in: 0...(random.oneIn(4) ? 9000 : 40), using: &random)
      if random.oneIn(3) {
        set.insert(0..<start)
        plain.formUnion(0..<start)
      }
      set.insert(range)
      plain.formUnion(range)
      set.remove(start + 1)
      plain.remove(start + 1)
      let sorted = plain.sorted()
      for place in [0, 1, 63, 64, 4095, 4096, 4097, start, start + 1, range.upperBound, 60_000] {
        #expect(set.count(below: place) == sorted.prefix { $0 < place }.count)
        #expect(set.first(from: place) == sorted.first { $0 >= place })
      }
    }
    #expect(set == DoneSet(plain))
  }

  private func bytes(_ set: DoneSet) -> [UInt8] {
    var bytes: [UInt8] = []
    set.encode(into: &bytes)
    return bytes
  }

  private func decoded(_ bytes: some Sequence<UInt8>) -> DoneSet? {
    var reader = ByteReader(bytes)
    guard let set = DoneSet.decode(&reader), reader.isAtEnd else { return nil }
    return set
  }

  /// Ordinals and ranges, around the borders of chunks and words among others.
  private func ranges(_ random: inout RepeatableRandom) -> [Range<Int>] {
    (0..<Int.random(in: 0...30, using: &random)).map { _ in
      let near = [0, 63, 64, 4095, 4096, 8191, 8192, 12_000].randomElement(using: &random) ?? 0
      let first = max(0, near + Int.random(in: -70...70, using: &random))
      return first..<first + (random.oneIn(3) ? Int.random(in: 1...9000, using: &random) : 1)
    }
  }

  /// Bytes that are broken, or a source with very many requests, may say so.
  @Test func `Sets that go far take no time, and one that is too far away is not taken`() throws {
    let far = 1 << 50
    var set = DoneSet([5, 9000])
    set.formUnion(DoneSet(0..<far))
    #expect(set.firstMissing == far)
    var rest = DoneSet(3..<9)
    rest.subtract(DoneSet(0..<far))
    #expect(rest.isEmpty)
    set.subtract(DoneSet(0..<far - 4096))
    #expect(set.ranges == [far - 4096..<far])
    var bytes: [UInt8] = [0]
    bytes.append(varint: 1 << 40)
    bytes += [1, 2, 1, 0, 1]
    let away = try #require(decoded(bytes))
    #expect(away.ranges == [1 << 52..<(1 << 52) + 1])
    #expect(!DoneSet(0..<9000).mayTake(away))
    #expect(away.mayTake(DoneSet(0..<9000)) && DoneSet().mayTake(DoneSet([1 << 20])))
  }

  @Test(arguments: Effort.seeds(20))
  func `It holds what a set of numbers holds, whatever is added and taken away`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let (first, second) = (ranges(&random), ranges(&random))
    var (one, other) = (DoneSet(), DoneSet())
    var (expected, others) = (Set<Int>(), Set<Int>())
    for range in first {
      one.insert(range)
      expected.formUnion(range)
    }
    for range in second {
      other.insert(range)
      others.formUnion(range)
    }
    func check(_ set: DoneSet, _ expected: Set<Int>) {
      #expect(set.count == expected.count)
      #expect(set.isEmpty == expected.isEmpty)
      #expect(set.ranges.reduce(into: Set<Int>()) { $0.formUnion($1) } == expected)
      #expect(set.firstMissing == (0...).first { !expected.contains($0) })
      #expect(set.end == (expected.max() ?? -1) + 1)
      for _ in 0..<20 {
        let ordinal = Int.random(in: 0...25_000, using: &random)
        #expect(set.firstMissing(from: ordinal) == (ordinal...).first { !expected.contains($0) })
      }
      for _ in 0..<100 {
        let ordinal = Int.random(in: -5...25_000, using: &random)
        #expect(set.contains(ordinal) == expected.contains(ordinal))
      }
      // Equal sets are equal, however they came to be.
      var again = DoneSet()
      for range in set.ranges.shuffled(using: &random) { again.insert(range) }
      #expect(again == set)
      #expect(decoded(bytes(set)) == set)
    }
    check(one, expected)
    check(other, others)
    check(one.subtracting(other), expected.subtracting(others))
    one.formUnion(other)
    check(one, expected.union(others))
  }

  @Test(arguments: Effort.seeds(6))
  func `Bytes that are cut off or changed are refused or another set`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var set = DoneSet()
    for range in ranges(&random) { set.insert(range) }
    let whole = bytes(set)
    for count in whole.indices.prefix(300) { #expect(decoded(whole[..<count]) == nil) }
    #expect(decoded(whole + [0]) == nil)
    for _ in 0..<Effort.times(100) {
      var broken = whole
      broken[Int.random(in: broken.indices, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
      if let read = decoded(broken) { #expect(decoded(bytes(read)) == read) }
    }
  }

  @Test func `What is done in its order takes a few bytes, whatever its length`() {
    #expect(bytes(DoneSet()).count == 3)
    var set = DoneSet(0..<10_000_000)
    #expect(set.firstMissing == 10_000_000)
    #expect(set.count == 10_000_000)
    set.insert(10_000_050..<10_000_100)
    #expect(bytes(set).count < 20)
  }

  @Test func `A slow request at the head of ten million keeps the others in a few bytes`() {
    let set = DoneSet(1..<10_000_000)
    #expect(set.firstMissing == 0)
    #expect(bytes(set).count < 20)
    #expect(set.contains(9_999_999))
    #expect(!set.contains(0))
  }

  @Test func `A window of 65,536 of which every other one is done takes a bit each`() {
    var set = DoneSet(0..<1_000_000)
    for ordinal in stride(from: 1_000_001, to: 1_065_536, by: 2) { set.insert(ordinal) }
    #expect(bytes(set).count < 65_536 / 8 + 600)
    #expect(decoded(bytes(set)) == set)
  }

  @Test func `What has come since another set is as long as what has come`() {
    let old = DoneSet(0..<5_000_000)
    var new = old
    new.insert(5_000_003..<5_000_500)
    let added = new.subtracting(old)
    #expect(added.ranges == [5_000_003..<5_000_500])
    #expect(bytes(added).count < 20)
    var again = old
    again.formUnion(added)
    #expect(again == new)
    again.formUnion(added)
    #expect(again == new)
  }
}
