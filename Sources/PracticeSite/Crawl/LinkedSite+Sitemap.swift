// A sitemap that differs from what the links lead to.
extension LinkedSite {
  /// Two pages in three, some that no link leads to, and some that are not there.
  var sitemapPlaces: [String] {
    (0..<size).filter { $0 % 3 != 1 }.map(place)
      + (0..<size).filter { $0 % 50 == 9 }.map { "orphan/\($0)" }
      + (0..<size).filter { $0 % 100 == 9 }.map { "dead/\($0)" }
  }

  func sitemap(at origin: Origin) -> String {
    let entries = sitemapPlaces.map { "<url><loc>\(HTMLText.escape("\(origin)\(root)\($0)"))</loc></url>\n" }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
      \(entries.joined())</urlset>

      """
  }
}
