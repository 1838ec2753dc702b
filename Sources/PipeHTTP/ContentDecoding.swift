internal import PipeWeb

/// Undoes the codings of a response's content while it comes (RFC 9110, 8.4).
///
/// libcurl could do that, but 7.88 takes a gzip for whole that ends early, knows no second member of one, and does
/// not say whether it was its decoder that failed or who took the content.
final class ContentDecoding {
  enum Outcome {
    case goesOn
    /// Whoever takes the content wants no more.
    case stopped
    /// What a coding makes of the content is larger than any content of the largest size.
    case tooLarge
    case fault(String)
  }

  private struct Stage {
    let coding: ContentCoding
    let decompressor: any Decompressor
    /// Bytes that it may still be given.
    var room: Int
    /// Whether its data has ended and what comes is passed over.
    var isOver = false
  }

  /// More codings than these have no purpose but to multiply work.
  static let limit = 5

  /// The coding that was applied last is undone first.
  private var stages: [Stage] = []
  private let pool: DecompressorPool

  /// - Parameters:
  ///   - codings: In the order in which they were applied.
  ///   - maximum: The most bytes of content that anybody wants.
  /// - Throws: Words for a person, where the codings cannot be undone; then the content is kept as it comes.
  init(_ codings: [ContentCoding], maximum: Int, _ pool: DecompressorPool) throws(ContentDecodingFault) {
    self.pool = pool
    if codings.count > Self.limit { throw ContentDecodingFault(words: "more than \(Self.limit) codings") }
    // What cannot be compressed grows a little. Without this bound, data that comes to nothing would be read for ever.
    let bounded = min(maximum, 1 << 60)
    let room = bounded + bounded / 8 + (64 << 10)
    for coding in codings.reversed() {
      guard let decompressor = pool.take(for: coding) else {
        throw ContentDecodingFault(words: "the content coding '\(coding.name)' cannot be undone")
      }
      stages.append(Stage(coding: coding, decompressor: decompressor, room: room))
    }
  }

  deinit {
    for stage in stages { pool.giveBack(stage.decompressor, for: stage.coding) }
  }

  /// Decodes what came next.
  ///
  /// - Parameter take: Is given the content piece by piece; returns whether it wants more.
  func decode(_ bytes: UnsafeRawBufferPointer, take: (UnsafeRawBufferPointer) -> Bool) -> Outcome {
    decode(bytes, by: 0, take)
  }

  /// What of the content has begun and not come to its end, if there is such.
  var unfinished: ContentCoding? { stages.first { !$0.isOver && !$0.decompressor.isBetweenMembers }?.coding }

  private func decode(
    _ bytes: UnsafeRawBufferPointer, by index: Int, _ take: (UnsafeRawBufferPointer) -> Bool
  ) -> Outcome {
    if index == stages.count { return take(bytes) ? .goesOn : .stopped }
    stages[index].room -= bytes.count
    if stages[index].room < 0 { return .tooLarge }
    if stages[index].isOver { return .goesOn }
    let decompressor = stages[index].decompressor
    let room = pool.room(index)
    var rest = bytes
    while true {
      let before = rest.count
      let piece = decompressor.decode(&rest, into: room)
      if piece.count > 0 {
        let outcome = decode(UnsafeRawBufferPointer(rebasing: room[..<piece.count]), by: index + 1, take)
        guard case .goesOn = outcome else { return outcome }
      }
      if let fault = piece.fault {
        guard fault.isExcess else { return .fault(fault.reason) }
        // The content is whole, and what a server or a cache has put behind it is not part of it: browsers pass it over.
        stages[index].isOver = true
        return .goesOn
      }
      // What has filled the memory may have more to say.
      let isIdle = piece.count == 0 && rest.count == before
      if isIdle || rest.isEmpty && piece.count < room.count { return .goesOn }
    }
  }
}

/// Why content is not decoded at all.
struct ContentDecodingFault: Error {
  let words: String
}
