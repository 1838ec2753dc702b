import PipeEngine
import PipeWeb

/// What is told of a sitemap that was read: how many of its entries have which fault, with one of them.
struct SitemapNotes {
  private let url: WebURL
  private var faults: [SitemapFault.Kind: (count: Int, text: String)] = [:]
  /// URLs of other hosts, by whether their robots.txt is known.
  private var foreign: [Bool: (count: Int, url: WebURL, fault: NamedSitemaps.Fault?)] = [:]
  private var repeated: (count: Int, url: WebURL)?

  init(url: WebURL) { self.url = url }

  mutating func add(_ fault: SitemapFault) {
    faults[fault.kind] = ((faults[fault.kind]?.count ?? 0) + 1, faults[fault.kind]?.text ?? fault.text)
  }

  /// - Parameter fault: Why it is not known whether the robots.txt of the URL's host names the sitemap, if it is not.
  mutating func addForeign(_ url: WebURL, _ fault: NamedSitemaps.Fault?) {
    let first = foreign[fault == nil]
    foreign[fault == nil] = ((first?.count ?? 0) + 1, first?.url ?? url, first?.fault ?? fault)
  }

  mutating func addRepeated(_ url: WebURL) { repeated = ((repeated?.count ?? 0) + 1, repeated?.url ?? url) }

  /// - Parameter isWhole: Whether all of it was read; else the reason is told, and what follows from it is not.
  func tell(_ reader: SitemapReader, _ output: RequestOutput, isWhole: Bool) {
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
    for isKnown in [true, false] {
      guard let (count, first, fault) = foreign[isKnown] else { continue }
      let predicate = fault?.predicate ?? "does not name this sitemap"
      let urls = count == 1 ? "1 URL of another host" : "\(count) URLs of other hosts"
      output.tell("\(url): left out \(urls), such as \(first), whose robots.txt \(predicate)")
    }
    if let (count, first) = repeated {
      output.tell(
        count == 1
          ? "\(url): lists \(first), which was listed before; it is read once"
          : "\(url): lists \(count) sitemaps that were listed before, such as \(first); each is read once")
    }
    if reader.faults.contains(.entities) {
      output.tell("\(url): has entities beyond the bounds, which were not replaced")
    }
    if !isWhole { return }
    if reader.isBeyondProtocol {
      output.tell("\(url): has more than the 50,000 entries or 50 MiB that a sitemap may have; all were read")
    }
    if reader.faults.contains(.cut) { output.tell("\(url): ends before its last element does; entries may be missing") }
    if reader.entries == 0, faults.isEmpty { output.tell("\(url): has no entries") }
  }
}
