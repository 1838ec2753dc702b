extension PageFacts {
  /// The elements that part a page into its main content and what surrounds it.
  package enum Landmark: String, Sendable {
    case nav, header, footer, main
  }

  /// Where a start tag stands in its page.
  package struct Place: Sendable {
    /// What the line's scalars are counted by.
    struct Line: BitwiseCopyable, Sendable {
      /// From 1.
      var number: UInt32 = 1
      /// How many of its bytes are scalars of their own in every encoding that the scanner reads.
      var plain: UInt32 = 0
      /// Where the other bytes are among the facts' line parts.
      var start: UInt32 = 0
      var end: UInt32 = 0
      /// Whether all of them are there.
      var isWhole = true
    }

    /// Up to the `<` and with it; `nil` where the page was read as a tree, and of a `link` without
    /// attributes.
    let source: Line?
    /// The innermost landmark that it is in.
    package let landmark: Landmark?

    /// Its line in the page's source, from 1. LF, CR and CRLF end a line, as HTML's preprocessing has it (13.2.3.5).
    package var line: Int? { source.map { Int($0.number) } }
  }

  /// Tells the columns of places. Those of one line are told in linear time if they come in their order.
  package struct Columns: ~Copyable {
    private let facts: PageFacts
    private let transcode: HTMLTranscode?
    /// The part of a line that was counted last.
    private var start: UInt32 = 0
    private var end: UInt32 = 0
    private var scalars = 0

    /// - Parameter transcode: The page's decoder; nil where the page is UTF-8.
    package init(_ facts: PageFacts, transcode: HTMLTranscode? = nil) {
      self.facts = facts
      self.transcode = transcode
    }

    /// The column of a place of the page, in Unicode scalars from 1; a byte order mark has none.
    ///
    /// - Returns: The column; `nil` where the page was read as a tree, or the line was too long to keep.
    package mutating func column(of place: Place) -> Int? {
      guard let line = place.source, line.isWhole else { return nil }
      if line.start != start || line.end < end { (start, end, scalars) = (line.start, line.start, 0) }
      if line.end > end {
        // Each part ends with a `<`, which no encoding has inside of a character.
        scalars += count(Int(end)..<Int(line.end))
        end = line.end
      }
      let mark = line.number == 1 && facts.startsWithMark && transcode == nil ? 1 : 0
      return Int(line.plain) + scalars - mark
    }

    private func count(_ range: Range<Int>) -> Int {
      facts.lineParts.withUnsafeBufferPointer { bytes in
        let part = UnsafeBufferPointer(rebasing: bytes[range])
        return (transcode?(part) ?? String(decoding: part, as: UTF8.self)).unicodeScalars.count
      }
    }
  }
}
