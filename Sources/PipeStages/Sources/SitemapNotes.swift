import PipeEngine
import PipeWeb

/// What is told of a sitemap that was read: how many of its entries have which fault, with one of them.
struct SitemapNotes {
  private let url: WebURL
  private var faults: [SitemapFault.Kind: (count: Int, text: String)] = [:]
  private var foreign: (count: Int, url: WebURL)?

  init(url: WebURL) { self.url = url }

  mutating func add(_ fault: SitemapFault) {
    faults[fault.kind] = ((faults[fault.kind]?.count ?? 0) + 1, faults[fault.kind]?.text ?? fault.text)
  }

  mutating func addForeign(_ url: WebURL) { foreign = ((foreign?.count ?? 0) + 1, foreign?.url ?? url) }

  func tell(_ reader: SitemapReader, _ output: RequestOutput) {
    for kind in [SitemapFault.Kind.noLocation, .location, .date, .long] {
      guard let (count, text) = faults[kind] else { continue }
      let entries = count == 1 ? "1 entry" : "\(count) entries"
      switch kind {
      case .noLocation: output.tell("\(url): left out \(entries) without a location")
      case .location: output.tell("\(url): left out \(entries) without an http or https URL, such as '\(text)'")
      case .date: output.tell("\(url): cannot read the date of \(entries), such as '\(text)'; taken as without a date")
      case .long: output.tell("\(url): \(entries) with a value of more than 1 MiB")
      }
    }
    if let (count, first) = foreign {
      let urls = count == 1 ? "1 URL of another host" : "\(count) URLs of other hosts"
      output.tell("\(url): left out \(urls), such as \(first), whose robots.txt does not name this sitemap")
    }
    if reader.isStopped {
      output.tell("\(url): only the first \(reader.entries) entries were read")
    } else if reader.isBeyondProtocol {
      output.tell("\(url): has more than the 50,000 entries or 50 MiB that a sitemap may have; all were read")
    }
    if reader.faults.contains(.cut) { output.tell("\(url): ends before its last element does; entries may be missing") }
    if reader.faults.contains(.entities) {
      output.tell("\(url): has entities beyond the bounds, which were not replaced")
    }
    if reader.entries == 0, faults.isEmpty { output.tell("\(url): has no entries") }
  }
}
