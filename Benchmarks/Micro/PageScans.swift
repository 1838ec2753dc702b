import PipeWeb

/// What it costs to find a page's title, and to read it whole for its links: how much of a page's time the
/// scanner may take, beside the transfer.
enum PageScans {
  /// The chunks in which libcurl hands over a body.
  private static let chunk = 16 << 10

  static func all(_ folder: String?) throws -> [MicroBenchmark] {
    let pages = try folder.map { try PageSet.read($0) } ?? PageSet.made
    let note = folder == nil ? "pages made by the program" : "the fixture's pages"
    return [
      MicroBenchmark(
        name: "scan.title", title: "scan for the title", unit: "page", operations: pages.count, note: note
      ) {
        pages.reduce(0) { $0 + (scan($1, [.title]).title()?.utf8.count ?? 0) }
      },
      MicroBenchmark(
        name: "scan.links", title: "scan for title and links", unit: "page", operations: pages.count,
        bytes: pages.reduce(0) { $0 + $1.count }, note: note
      ) {
        pages.reduce(0) { sum, page in
          let facts = scan(page, [.title, .base, .links])
          return sum + facts.links.count + (facts.title()?.utf8.count ?? 0)
        }
      },
    ]
  }

  private static func scan(_ page: [UInt8], _ wanted: PageFacts.Wanted) -> PageFacts {
    var scanner = PageScanner(wanted: wanted)
    page.withUnsafeBufferPointer { bytes in
      for start in stride(from: 0, to: bytes.count, by: chunk) {
        let end = min(start + chunk, bytes.count)
        if !scanner.feed(UnsafeBufferPointer(rebasing: bytes[start..<end])) { break }
      }
    }
    return scanner.finish()
  }
}
