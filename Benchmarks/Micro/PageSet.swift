import Glibc

/// The pages that are scanned.
enum PageSet {
  /// Any first part of the fixture is a fair sample of it; this much fits in the time.
  private static let most = 250

  /// The first pages of a folder, by name.
  static func read(_ folder: String) throws -> [[UInt8]] {
    guard let entries = opendir(folder) else { throw MicroBenchmarkFailure("cannot read the folder \(folder)") }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".html") { names.append(name) }
    }
    if names.isEmpty { throw MicroBenchmarkFailure("no .html file in \(folder)") }
    return try names.sorted().prefix(most).map { try SmallFile.read(folder + "/" + $0) }
  }

  /// Pages like the fixture's: a head with a style and a script, a title over several lines, rows with links.
  static var made: [[UInt8]] {
    (0..<100).map { number in
      var page = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8">
        <style>td > a { color: #345 }</style><script>if (1 < 2 && "<title>") { go(); }</script>
        <title>
          Harbour &amp; quarry
          na&#239;ve &ndash; page \(number)
        </title></head><body><!-- <a href="/no">no</a> --><table>

        """
      // From 1 to 100 rows and now and then a thousand: many small pages, few large ones.
      for row in 0..<(number.isMultiple(of: 20) ? 1_000 : 1 + number) {
        page += """
          <tr class="row"><td>\(row)</td><td><a href="/p/\(row).html?from=\(number)">lantern gravel</a></td>\
          <td>orchard thimble saffron meridian cobalt willow ferry quarry pebble timber</td></tr>

          """
      }
      return Array((page + "</table></body></html>\n").utf8)
    }
  }
}
