package import PipeStorage

/// What a crawl remembers of each URL besides that it was seen, by the URL's number: its text, the page that it was found
/// on first, the links of its page, and what came of it. All of it is in temporary files, but for a few pages of them.
package struct PageBook: ~Copyable {
  private var texts: URLTexts
  /// Some words a URL, for the fields; each from 1 on, 0 for none.
  private let entries: PagedFile
  private let stride: Int
  private let links: PagedFile
  private let outcomes: PagedFile
  private let names: PagedFile

  private enum Field: Int {
    case parent
    /// Where its links are, and where its outcome is.
    case links, outcome
    /// Where the answer to a check of it is, and how many redirects at least lead to it from a link.
    case check, hops
    /// Where the names of its elements are.
    case names
  }

  /// - Parameters:
  ///   - memory: Bytes of pages in memory, about.
  ///   - keepsChecks: Whether there are more than parents, links and outcomes.
  package init(on disk: TemporaryDisk, memory: Int = 2 << 20, keepsChecks: Bool = false) {
    stride = keepsChecks ? 6 : 3
    names = PagedFile(on: disk, memory: keepsChecks ? memory / 4 : 0, pageSize: 4096)
    texts = URLTexts(on: disk, memory: memory / 4)
    entries = PagedFile(on: disk, memory: memory / 4, pageSize: memory < 1 << 20 ? 4096 : 16 << 10)
    links = PagedFile(on: disk, memory: memory / 4, pageSize: memory < 1 << 20 ? 4096 : 64 << 10)
    outcomes = PagedFile(on: disk, memory: memory / 4, pageSize: memory < 1 << 20 ? 4096 : 16 << 10)
  }

  /// How many URLs there are.
  package var count: Int { texts.count }

  /// Adds the URL of the next number.
  package mutating func add(url: Span<UInt8>) throws(RunError) {
    do throws(TemporaryDisk.Refusal) {
      try texts.append(url)
    } catch {
      throw RunError(error)
    }
  }

  /// A URL as it was found.
  package func url(of number: Int) throws(RunError) -> String {
    String(decoding: try remembering { () throws(TemporaryDisk.Refusal) in try texts.bytes(of: number) }, as: UTF8.self)
  }

  /// Sets the links of a page, as bytes that nothing here reads. What was set before is forgotten.
  package mutating func setLinks(_ block: [UInt8], of number: Int) throws(RunError) {
    try remembering { () throws(TemporaryDisk.Refusal) in
      let place = try links.appendBlock(block)
      try set(.links, of: number, to: place + 1)
    }
  }

  /// The links of a page; `nil` if none were set.
  package func links(of number: Int) throws(RunError) -> [UInt8]? {
    try remembering { () throws(TemporaryDisk.Refusal) in
      let place = try get(.links, of: number)
      return place == 0 ? nil : try links.block(at: place - 1)
    }
  }

  package mutating func setParent(_ parent: Int?, of number: Int) throws(RunError) {
    try remembering { () throws(TemporaryDisk.Refusal) in
      try set(.parent, of: number, to: parent.map { $0 + 1 } ?? 0)
    }
  }

  package func parent(of number: Int) throws(RunError) -> Int? {
    try remembering { () throws(TemporaryDisk.Refusal) in
      let parent = try get(.parent, of: number)
      return parent == 0 ? nil : parent - 1
    }
  }

  /// Sets what came of a URL, as bytes that nothing here reads. One that takes no more room than the one before it
  /// takes its place.
  package mutating func setOutcome(_ outcome: [UInt8], of number: Int) throws(RunError) {
    try remembering { () throws(TemporaryDisk.Refusal) in
      let place = try get(.outcome, of: number)
      if place > 0, try outcomes.replaceBlock(at: place - 1, with: outcome) { return }
      try set(.outcome, of: number, to: try outcomes.appendBlock(outcome) + 1)
    }
  }

  /// What came of a URL; `nil` if nothing was set.
  package func outcome(of number: Int) throws(RunError) -> [UInt8]? {
    try remembering { () throws(TemporaryDisk.Refusal) in
      let place = try get(.outcome, of: number)
      return place == 0 ? nil : try outcomes.block(at: place - 1)
    }
  }

  /// Sets the answer to a check of a URL, as bytes that nothing here reads.
  package func setCheck(_ answer: [UInt8], of number: Int) throws(RunError) {
    try remembering { () throws(TemporaryDisk.Refusal) in
      try set(.check, of: number, to: try outcomes.appendBlock(answer) + 1)
    }
  }

  /// The answer to a check of a URL; `nil` if nothing was set.
  package func check(of number: Int) throws(RunError) -> [UInt8]? {
    try remembering { () throws(TemporaryDisk.Refusal) in
      let place = try get(.check, of: number)
      return place == 0 ? nil : try outcomes.block(at: place - 1)
    }
  }

  package func setHops(_ hops: Int, of number: Int) throws(RunError) {
    try remembering { () throws(TemporaryDisk.Refusal) in try set(.hops, of: number, to: hops + 1) }
  }

  package func hops(of number: Int) throws(RunError) -> Int? {
    try remembering { () throws(TemporaryDisk.Refusal) in
      let hops = try get(.hops, of: number)
      return hops == 0 ? nil : hops - 1
    }
  }

  /// Sets the names that the elements of a page have.
  ///
  /// - Parameter names: In ascending order.
  package func setNames(_ names: [UInt64], of number: Int) throws(RunError) {
    try remembering { () throws(TemporaryDisk.Refusal) in
      let place = try self.names.appendBlock(names.flatMap { name in withUnsafeBytes(of: name) { Array($0) } })
      try set(.names, of: number, to: place + 1)
    }
  }

  /// Whether an element of a page has a name; `nil` if no names were set.
  package func hasName(_ name: UInt64, of number: Int) throws(RunError) -> Bool? {
    try remembering { () throws(TemporaryDisk.Refusal) in
      let place = try get(.names, of: number)
      if place == 0 { return nil }
      let first = (place - 1) / 8 + 1
      var range = first..<first + Int(truncatingIfNeeded: try names.word(first - 1)) / 8
      while !range.isEmpty {
        let middle = range.lowerBound + range.count / 2
        let found = try names.word(middle)
        if found == name { return true }
        range = found < name ? middle + 1..<range.upperBound : range.lowerBound..<middle
      }
      return false
    }
  }

  private func get(_ field: Field, of number: Int) throws(TemporaryDisk.Refusal) -> Int {
    guard number >= 0, field.rawValue < stride else { return 0 }
    return Int(truncatingIfNeeded: try entries.word(number * stride + field.rawValue))
  }

  private func set(_ field: Field, of number: Int, to value: Int) throws(TemporaryDisk.Refusal) {
    guard number >= 0, field.rawValue < stride else { return }
    try entries.setWord(UInt64(value), number * stride + field.rawValue)
  }
}

extension PagedFile {
  /// Appends bytes with their length.
  ///
  /// - Returns: Where they are.
  fileprivate func appendBlock(_ block: [UInt8]) throws(TemporaryDisk.Refusal) -> Int {
    // In one write, so that an error leaves nothing behind.
    try append((Self.head(block.count) + block + Self.padding(block.count)).span)
  }

  fileprivate func block(at place: Int) throws(TemporaryDisk.Refusal) -> [UInt8] {
    try read(at: place + 8, count: try length(ofBlockAt: place))
  }

  /// Writes bytes over a block that has room for them in one page, so that an error changes nothing.
  ///
  /// - Returns: Whether it has.
  fileprivate func replaceBlock(at place: Int, with block: [UInt8]) throws(TemporaryDisk.Refusal) -> Bool {
    let length = try length(ofBlockAt: place)
    guard block.count <= length + Self.padding(length).count, place % pageSize + 8 + block.count <= pageSize else {
      return false
    }
    try write((Self.head(block.count) + block).span, at: place)
    return true
  }

  private func length(ofBlockAt place: Int) throws(TemporaryDisk.Refusal) -> Int {
    min(size, Int(truncatingIfNeeded: try word(place / 8)))
  }

  /// Blocks begin at words.
  private static func padding(_ length: Int) -> [UInt8] { Array(repeating: 0, count: (8 - length % 8) % 8) }

  private static func head(_ length: Int) -> [UInt8] { withUnsafeBytes(of: UInt64(length)) { Array($0) } }
}
