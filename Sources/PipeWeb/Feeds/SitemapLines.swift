/// Reads a text sitemap: a whole URL on each line (sitemaps.org protocol, "Other Sitemap formats").
struct SitemapLines {
  private var line: [UInt8] = []
  private var isWhole = true

  mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ handle: (SitemapReader.Item) -> Void) {
    var start = 0
    for index in bytes.indices where bytes[index] == 0x0A || bytes[index] == 0x0D {
      keep(bytes[start..<index])
      endLine(handle)
      start = index + 1
    }
    keep(bytes[start...])
  }

  mutating func finish(_ handle: (SitemapReader.Item) -> Void) { endLine(handle) }

  private mutating func keep(_ part: Slice<UnsafeBufferPointer<UInt8>>) {
    let room = TextField.limit - line.count
    line.append(contentsOf: part.prefix(room))
    if part.count > room { isWhole = false }
  }

  private mutating func endLine(_ handle: (SitemapReader.Item) -> Void) {
    defer {
      line.removeAll(keepingCapacity: true)
      isWhole = true
    }
    if !isWhole { return handle(.fault(SitemapFault(.long))) }
    let text = line.trimmed
    if text.isEmpty { return }
    // Nothing is relative here: a line of prose would be a URL.
    if let url = try? WebURL(parsing: text), url.isHTTP {
      handle(.entry(SitemapEntry(url: url)))
    } else {
      handle(.fault(SitemapFault(.location, String(decoding: text, as: UTF8.self))))
    }
  }
}
