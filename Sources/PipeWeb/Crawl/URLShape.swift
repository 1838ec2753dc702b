/// What endlessly many URLs of one page have in common: scheme, host and port, the path with `*` for segments that are
/// counted or made up, and the names of the query's parameters.
struct URLShape {
  /// `https://example.com/calendar/*?month`.
  private var bytes: [UInt8] = []
  private let pathStart: Int
  /// Where the path ends and the names begin.
  private var pathEnd = 0
  /// The sections that it lies deep in, by the URL up to the end of one, two, four and eight segments, as it is written:
  /// where one begins with what is made up, a part of it may still not be.
  private var sections: [(key: UInt64, end: Int)] = []
  private var segmentCount = 0
  /// The key of the path as it is written, with any query.
  private var writtenPath: UInt64 = 0

  /// - Parameter branches: What was met behind each path; the URL is added. The first segment names a part of the site and
  ///   never counts as one of many.
  init(of url: WebURL, _ branches: inout PathBranches) {
    let href = url.href.utf8.span
    let start = Int(url.layout.pathStart)
    let query = Int(url.layout.queryStart)
    let end = Int(url.layout.fragmentStart)
    bytes.reserveCapacity(end + 8)
    for index in 0..<start { bytes.append(href[index]) }
    pathStart = start
    var hash = ShapeHash(of: bytes.span)
    var lastIsMany = false
    var sectionEnds: [Int] = []
    for range in Self.parts(of: href, start..<query, at: UInt8(ascii: "/")) {
      let segment = href.extracting(range)
      let isMany =
        Self.isCounted(segment) || segmentCount > 0 && branches.isManyValued(hash.value, ShapeHash(of: segment).value)
      segmentCount += 1
      // One, two, four, eight.
      if segmentCount.nonzeroBitCount == 1, segmentCount <= 8 { sectionEnds.append(range.upperBound) }
      // Segments that follow each other are one, so that a path that grows stays in its group.
      if isMany, lastIsMany { continue }
      lastIsMany = isMany
      let before = bytes.count
      bytes.append(UInt8(ascii: "/"))
      if isMany {
        bytes.append(UInt8(ascii: "*"))
      } else {
        for index in segment.indices { bytes.append(segment[index]) }
      }
      hash.add(bytes.span.extracting(before..<bytes.count))
    }
    // A path is deep in a section if it has some segments more.
    for (index, end) in sectionEnds.enumerated() where segmentCount >= 1 << index + (index == 0 ? 3 : 2) {
      var hash = ShapeHash(of: href.extracting(0..<end))
      hash.add("/**")
      sections.append((hash.value, end))
    }
    pathEnd = bytes.count
    if query < end {
      var hash = ShapeHash(of: href.extracting(0..<query))
      hash.add("?*")
      writtenPath = hash.value
      appendNames(of: href.extracting(query + 1..<end))
    }
  }

  /// The names of a query, each once and in their order as bytes.
  private mutating func appendNames(of query: Span<UInt8>) {
    var names: [[UInt8]] = []
    for range in Self.parts(of: query, 0..<query.count, at: UInt8(ascii: "&")).prefix(64) {
      var name: [UInt8] = []
      for index in range {
        if query[index] == UInt8(ascii: "=") { break }
        name.append(query[index])
      }
      // `&` that was escaped again is part of the name then.
      if name.starts(with: "amp;".utf8) { name = Array("amp;".utf8) }
      names.append(name)
    }
    names.sort { $0.lexicographicallyPrecedes($1) }
    var last: [UInt8]?
    for name in names where name != last {
      bytes.append(last == nil ? UInt8(ascii: "?") : UInt8(ascii: "&"))
      bytes += name
      last = name
    }
  }

  /// What separators part, as far as it is not empty.
  private static func parts(of text: Span<UInt8>, _ range: Range<Int>, at separator: UInt8) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    parts.reserveCapacity(8)
    var start = range.lowerBound
    for index in range where text[index] == separator {
      if index > start { parts.append(start..<index) }
      start = index + 1
    }
    if start < range.upperBound { parts.append(start..<range.upperBound) }
    return parts
  }

  /// The groups that a URL is in, by the hashes of their names, which may be long.
  struct Groups: Sendable {
    fileprivate(set) var count = 0
    private var keys: InlineArray<8, UInt64> = InlineArray(repeating: 0)
    private var kinds: InlineArray<8, Kind> = InlineArray(repeating: .pages)

    enum Kind: Equatable {
      /// The path and the names.
      case pages
      /// The path with any query.
      case query
      /// The path as it is written with any query.
      case writtenQuery
      /// The names with any path.
      case names
      /// The deep paths of a section, by its place among those that there are.
      case section(UInt8)
      /// The paths of one segment, any of which may be a page.
      case root

      var isSection: Bool { if case .section = self { true } else { false } }
    }

    subscript(index: Int) -> UInt64 { keys[index] }
    func kind(_ index: Int) -> Kind { kinds[index] }

    fileprivate mutating func add(_ key: UInt64, _ kind: Kind) {
      // As of a path in which nothing is made up.
      if contains(key) { return }
      keys[count] = key
      kinds[count] = kind
      count += 1
    }

    func contains(_ key: UInt64) -> Bool {
      for index in 0..<count where keys[index] == key { return true }
      return false
    }
  }

  var groups: Groups {
    var groups = Groups()
    let span = bytes.span
    func key(_ start: Range<Int>, _ infix: StaticString, _ end: Range<Int>? = nil) -> UInt64 {
      var hash = ShapeHash(of: span.extracting(start))
      hash.add(infix)
      if let end { hash.add(span.extracting(end)) }
      return hash.value
    }
    groups.add(ShapeHash(of: span).value, .pages)
    if pathEnd < bytes.count {
      groups.add(key(0..<pathEnd, "?*"), .query)
      groups.add(writtenPath, .writtenQuery)
      groups.add(key(0..<pathStart, "/**", pathEnd..<bytes.count), .names)
    } else if segmentCount == 1 {
      groups.add(key(0..<pathStart, "/*"), .root)
    }
    for (index, section) in sections.enumerated() { groups.add(section.key, .section(UInt8(index))) }
    return groups
  }

  /// What a person is told of one of its groups.
  ///
  /// - Parameter url: Its URL.
  func name(of kind: Groups.Kind, _ url: WebURL) -> String {
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    return switch kind {
    case .pages: text(0..<bytes.count)
    case .query: text(0..<pathEnd) + "?*"
    case .writtenQuery: String(decoding: url.href.utf8.prefix(Int(url.layout.queryStart)), as: UTF8.self) + "?*"
    case .names: text(0..<pathStart) + "/**" + text(pathEnd..<bytes.count)
    case .section(let index): String(decoding: url.href.utf8.prefix(sections[Int(index)].end), as: UTF8.self) + "/**"
    case .root: text(0..<pathStart) + "/*"
    }
  }

  /// Whether a segment is a number, a date, a UUID or a hash.
  static func isCounted(_ segment: Span<UInt8>) -> Bool {
    var (digits, hexadecimal) = (0, 0)
    for index in segment.indices {
      switch segment[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): hexadecimal += 1
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "T"),
        UInt8(ascii: "Z"):
        continue
      default: return false
      }
    }
    return digits > 0 && (hexadecimal == 0 || digits + hexadecimal >= 8)
  }
}

/// FNV-1a, mixed at the end. A site that makes two of its groups the same hurts itself alone.
struct ShapeHash {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  init(of bytes: Span<UInt8>) { add(bytes) }

  mutating func add(_ bytes: Span<UInt8>) {
    for index in bytes.indices { state = (state ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
  }

  mutating func add(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount {
      state = (state ^ UInt64(text.utf8Start[index])) &* 0x100_0000_01B3
    }
  }

  var value: UInt64 {
    let bits = (state ^ state >> 32) &* 0xD6E8_FEB8_6659_FD93
    return bits ^ bits >> 32
  }
}

/// How many different segments were met behind each path: where there are many, they are values.
struct PathBranches: Sendable {
  static let many = 8
  static let mostPaths = 4096

  private var segments: [UInt64: [UInt64]] = [:]

  var count: Int { segments.count }

  mutating func isManyValued(_ path: UInt64, _ segment: UInt64) -> Bool {
    let known = segments[path]
    if let known, known.count >= Self.many || known.contains(segment) { return known.count >= Self.many }
    if known == nil, segments.count >= Self.mostPaths {
      // First those that say little; where that is not enough, all of them, so that it takes long to the next time.
      segments = segments.filter { $0.value.count >= Self.many }
      if segments.count > Self.mostPaths / 2 { segments = [:] }
    }
    segments[path, default: []].append(segment)
    return (known?.count ?? 0) + 1 >= Self.many
  }
}
