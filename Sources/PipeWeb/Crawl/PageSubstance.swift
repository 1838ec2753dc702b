/// What a page says, but for what every page of a trap says otherwise: the words of its own URL, days and years. Two pages
/// whose words are the same in any order, and that show the same pictures, have the same.
package struct PageSubstance {
  /// So much of a page is looked at.
  package static let limit = 256 << 10

  /// The words of the page's own URL, and a bit for each of them.
  private var own: [UInt64] = []
  private var ownBits: UInt64 = 0
  private var sum: UInt64 = 0
  private var count: UInt64 = 0

  private init(at url: WebURL) {
    let href = url.href.utf8.span
    Self.forEachWord(of: href, in: 0..<href.count) { hash, _ in
      own.append(hash)
      ownBits |= 1 << (hash >> 58)
    }
  }

  private var hash: UInt64 { Self.mixed(sum ^ count) }

  /// - Parameter text: The text that is shown.
  package static func hash(of text: Span<UInt8>, at url: WebURL) -> UInt64 {
    var substance = PageSubstance(at: url)
    substance.add(text, in: 0..<text.count)
    return substance.hash
  }

  /// - Parameter page: HTML, in any encoding that agrees with ASCII. It is read as far as this takes: where text stands,
  ///   and what images and the like are named.
  package static func hash(ofHTML page: Span<UInt8>, at url: WebURL) -> UInt64 {
    var substance = PageSubstance(at: url)
    substance.read(page.extracting(0..<min(page.count, limit)))
    return substance.hash
  }

  private mutating func read(_ page: Span<UInt8>) {
    var start = 0
    while start < page.count {
      var end = start
      while end < page.count, page[end] != UInt8(ascii: "<") { end += 1 }
      add(page, in: start..<end)
      start = end < page.count ? readMarkup(page, at: end) : end
    }
  }

  /// Reads a tag or a comment, and what scripts and the like have inside.
  ///
  /// - Returns: Where it ends.
  private mutating func readMarkup(_ page: Span<UInt8>, at start: Int) -> Int {
    var index = start + 1
    guard index < page.count else { return index }
    if page[index] == UInt8(ascii: "!") || page[index] == UInt8(ascii: "?") {
      let isComment =
        index + 2 < page.count && page[index + 1] == UInt8(ascii: "-") && page[index + 2] == page[index + 1]
      return Self.end(of: isComment ? "-->" : ">", in: page, from: isComment ? index + 1 : index)
    }
    var name: UInt64 = 0
    while index < page.count, page[index].isLetter {
      name = name << 8 | UInt64(page[index] | 0x20)
      index += 1
    }
    if name == 0 { return page[index] == UInt8(ascii: "/") ? Self.end(of: ">", in: page, from: index) : index }
    index = readAttributes(page, from: index, isMedium: Self.media.contains(name))
    return switch name {
    case Self.packed("script"): Self.end(of: "</script", in: page, from: index)
    case Self.packed("style"): Self.end(of: "</style", in: page, from: index)
    default: index
    }
  }

  /// - Returns: Where the tag ends.
  private mutating func readAttributes(_ page: Span<UInt8>, from start: Int, isMedium: Bool) -> Int {
    var index = start
    var name: UInt64 = 0
    while index < page.count {
      let byte = page[index]
      index += 1
      switch byte {
      case UInt8(ascii: ">"): return index
      case UInt8(ascii: "="):
        while index < page.count, page[index].isSpace { index += 1 }
        let value = Self.value(in: page, from: &index)
        if isMedium, Self.naming.contains(name) { addName(page.extracting(value)) }
        name = 0
      case _ where byte.isSpace || byte == UInt8(ascii: "/"): name = 0
      default: name = name << 8 | UInt64(byte | 0x20)
      }
    }
    return index
  }

  /// The value of an attribute.
  ///
  /// - Parameter index: Where it begins, and then where it ends.
  private static func value(in page: Span<UInt8>, from index: inout Int) -> Range<Int> {
    guard index < page.count else { return index..<index }
    let quote = page[index]
    if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      let start = index + 1
      index = start
      while index < page.count, page[index] != quote { index += 1 }
      let end = index
      if index < page.count { index += 1 }
      return start..<end
    }
    let start = index
    while index < page.count, !page[index].isSpace, page[index] != UInt8(ascii: ">") { index += 1 }
    return start..<index
  }

  /// Behind the next such text, in any case of letters; the end where there is none.
  private static func end(of text: StaticString, in page: Span<UInt8>, from start: Int) -> Int {
    let count = text.utf8CodeUnitCount
    var index = start
    search: while index + count <= page.count {
      defer { index += 1 }
      if page[index] != text.utf8Start[0] { continue }
      for offset in 0..<count {
        let byte = page[index + offset]
        if (byte.isLetter ? byte | 0x20 : byte) != text.utf8Start[offset] { continue search }
      }
      return index + count
    }
    return page.count
  }

  private static func packed(_ name: StaticString) -> UInt64 {
    var packed: UInt64 = 0
    for index in 0..<name.utf8CodeUnitCount { packed = packed << 8 | UInt64(name.utf8Start[index]) }
    return packed
  }

  private static let media = Set(["img", "source", "video", "audio", "embed", "object"].map { packed($0) })
  private static let naming = Set(["src", "srcset", "alt", "poster", "data"].map { packed($0) })

  /// What a picture is named counts as it stands: where a page shows nothing else, its number may be all that is new.
  private mutating func addName(_ name: Span<UInt8>) {
    if name.count == 0 { return }
    sum &+= Self.mixed(ShapeHash(of: name).value)
    count += 1
  }

  private mutating func add(_ text: Span<UInt8>, in range: Range<Int>) {
    Self.forEachWord(of: text, in: range) { hash, number in
      if ownBits & 1 << (hash >> 58) != 0, own.contains(hash) { return }
      if 0...31 ~= number || 1900...2199 ~= number { return }
      sum &+= Self.mixed(hash)
      count += 1
    }
  }

  /// Calls a closure with the hash of each word, and with its value if it is a number, a negative one if not.
  @inline(__always)
  private static func forEachWord(of text: Span<UInt8>, in range: Range<Int>, _ body: (UInt64, Int) -> Void) {
    var hash: UInt64 = 0
    var number = 0
    for index in range {
      var byte = text[index]
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x80...0xFF: number = -1
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        byte |= 0x20
        number = -1
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        number = 0..<100_000 ~= number ? number * 10 + Int(byte & 15) : -1
      default:
        if hash != 0 { body(hash, number) }
        (hash, number) = (0, 0)
        continue
      }
      // Never 0, but by chance.
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 &+ 0x9E37_79B9
    }
    if hash != 0 { body(hash, number) }
  }

  private static func mixed(_ word: UInt64) -> UInt64 {
    var bits = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }
  fileprivate var isSpace: Bool { self == 0x20 || 0x09...0x0D ~= self }
}
