import PipeTesting
import Testing

@testable import PipeEngine

struct SourceMarksTests {
  private func marks(_ ordinals: [Int]) -> SourceMarks {
    let marks = SourceMarks()
    for ordinal in ordinals { marks.mark(ordinal, [UInt8(truncatingIfNeeded: ordinal), 1]) }
    marks.reach([9])
    return marks
  }

  @Test(arguments: [
    (DoneSet(), 0), (DoneSet(0..<9), 0), (DoneSet(0..<10), 10), (DoneSet(0..<19), 10), (DoneSet(1..<500), 0),
    (DoneSet(0..<30), 30), (DoneSet(0..<5000), 30), (DoneSet([0, 1, 3]), 0),
  ])
  func `A source is read on from the last place before the first request that is not done`(done: DoneSet, at place: Int)
  {
    let bookmark = marks([0, 10, 20, 30]).bookmark(for: done)
    #expect(bookmark?.ordinal == place)
    let start = bookmark.flatMap { SourceMarks($0) }?.start
    #expect(start?.ordinal == place)
    #expect(start?.place == [UInt8(place), 1])
    #expect(start?.reach == [9])
  }

  @Test func `Places are forgotten once they are passed`() {
    let marks = marks([0, 10, 20, 30])
    #expect(marks.bookmark(for: DoneSet(0..<25))?.ordinal == 20)
    #expect(marks.bookmark(for: DoneSet())?.ordinal == 20)
    marks.mark(40, [])
    #expect(marks.bookmark(for: DoneSet(0..<40))?.ordinal == 40)
  }

  @Test func `A source that has not begun has no place, and one that goes on has the one that it had`() throws {
    #expect(SourceMarks().bookmark(for: DoneSet()) == nil)
    let bookmark = try #require(marks([7]).bookmark(for: DoneSet(0..<7)))
    #expect(SourceMarks(bookmark)?.bookmark(for: DoneSet(0..<7)) == bookmark)
  }

  @Test func `While one request stays open, places are thinned out and memory is bounded`() throws {
    let marks = SourceMarks()
    for ordinal in 0..<100_000 { marks.mark(ordinal, []) }
    #expect(marks.bookmark(for: DoneSet())?.ordinal == 0)
    var places: Set<Int> = []
    for done in stride(from: 0, to: 100_000, by: 10) {
      places.insert(try #require(marks.bookmark(for: DoneSet(0..<done))?.ordinal))
    }
    #expect(places.count > SourceMarks.limit / 4)
    #expect(places.count <= SourceMarks.limit)
  }

  @Test func `Bytes that are not those of a bookmark are refused`() throws {
    let bookmark = try #require(marks([0]).bookmark(for: DoneSet()))
    for count in bookmark.bytes.indices {
      #expect(SourceMarks(SourceBookmark(ordinal: 0, bytes: Array(bookmark.bytes[..<count]))) == nil)
    }
    #expect(SourceMarks(SourceBookmark(ordinal: 0, bytes: bookmark.bytes + [0])) == nil)
    #expect(throws: RunError.self) {
      try SourceMemory(0, .fromMark, after: SourceProgress(bookmark: SourceBookmark(ordinal: 0, bytes: [5])))
    }
  }

  @Test(arguments: Effort.seeds(5))
  func `URLs are known as often as they were added, in any order`(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let added = (0..<500).map { _ in Int.random(in: 0..<300, using: &random) }
    let asked = (0..<800).map { _ in Int.random(in: 0..<400, using: &random) }
    var known = KnownURLs()
    for number in added {
      let isAdded = known.add("http://h/\(number)")
      #expect(isAdded)
    }
    var counts = Dictionary(added.map { ($0, 1) }, uniquingKeysWith: +)
    for number in asked {
      let isLeft = counts[number, default: 0] > 0
      counts[number, default: 0] -= 1
      let isKnown = known.take("http://h/\(number)")
      #expect(isKnown == isLeft)
    }
  }
}
