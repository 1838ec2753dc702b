internal import PipeText
internal import Synchronization

/// The places of a source's input from which it can be read on, as it passes them. The source marks them while it runs; the
/// journal asks for the one that a run that goes on needs.
///
/// What is in them only the source's component knows.
package final class SourceMarks: Sendable {
  /// Where a run that goes on reads on.
  package struct Start: Sendable {
    /// The request that comes next from there.
    package let ordinal: Int
    /// What the source said of the place; nothing for its start.
    package let place: [UInt8]
    /// What the source said of all that was read, further than the place.
    package let reach: [UInt8]
  }

  private struct Storage {
    /// The places, in their order. The first one is at or before the first request that is not done.
    var marks: [(ordinal: Int, place: [UInt8])] = []
    var reach: [UInt8] = []
  }

  /// How far places are from each other, at the least one or the other.
  package struct Distance: Sendable {
    package var requests = 4096
    /// Bytes of the input.
    package var bytes = 256 << 10
  }

  package let distance: Distance
  /// Where to read on; `nil` to begin.
  package let start: Start?
  private let storage: Mutex<Storage>
  /// More places are thinned out: it is read on from a little before then.
  static let limit = 4096

  init(distance: Distance = Distance()) {
    self.distance = distance
    start = nil
    storage = Mutex(Storage())
  }

  /// The marks of a source that is read on from a bookmark.
  ///
  /// - Returns: `nil` if the bookmark's bytes are not those of one.
  init?(_ bookmark: SourceBookmark, distance: Distance = Distance()) {
    self.distance = distance
    var reader = ByteReader(bookmark.bytes)
    guard let place = reader.count().flatMap({ reader.bytes($0) }).map(Array.init),
      let reach = reader.count().flatMap({ reader.bytes($0) }).map(Array.init), reader.isAtEnd
    else { return nil }
    start = Start(ordinal: bookmark.ordinal, place: place, reach: reach)
    storage = Mutex(Storage(marks: [(bookmark.ordinal, place)], reach: reach))
  }

  /// Marks a place: from there the request of this ordinal comes next. It may be told before the requests in front of it are
  /// yielded. Ordinals do not fall.
  package func mark(_ ordinal: Int, _ place: [UInt8]) {
    storage.withLock { storage in
      storage.marks.append((ordinal, place))
      if storage.marks.count <= Self.limit { return }
      storage.marks = storage.marks.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
    }
  }

  /// Tells how far the input is read, and what it is there: it is told before any request is yielded of what came last.
  package func reach(_ bytes: [UInt8]) { storage.withLock { $0.reach = bytes } }

  /// The place to read on from: the last one at or before the first request that is not done. Earlier ones are forgotten.
  ///
  /// - Parameter done: Requests that are done; it only grows.
  /// - Returns: `nil` if the source has not begun.
  func bookmark(for done: DoneSet) -> SourceBookmark? {
    let open = done.firstMissing
    return storage.withLock { storage in
      let passed = storage.marks.prefix { $0.ordinal <= open }.count
      if passed > 1 { storage.marks.removeFirst(passed - 1) }
      guard let first = storage.marks.first else { return nil }
      return Self.bookmark(first.ordinal, first.place, reach: storage.reach)
    }
  }

  private static func bookmark(_ ordinal: Int, _ place: [UInt8], reach: [UInt8]) -> SourceBookmark {
    var bytes: [UInt8] = []
    for part in [place, reach] {
      bytes.append(varint: part.count)
      bytes += part
    }
    return SourceBookmark(ordinal: ordinal, bytes: bytes)
  }

  /// A bookmark at another place of what was read.
  ///
  /// - Returns: `nil` if the given one's bytes are not those of one.
  static func bookmark(_ bookmark: SourceBookmark, at ordinal: Int, place: [UInt8]) -> SourceBookmark? {
    guard let start = SourceMarks(bookmark)?.start else { return nil }
    return self.bookmark(ordinal, place, reach: start.reach)
  }
}
