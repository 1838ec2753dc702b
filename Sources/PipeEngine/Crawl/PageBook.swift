package import PipeStorage

/// What a crawl remembers of each URL besides that it was seen, by the URL's number: its text, the page that it was found
/// on first, the links of its page, and what came of it. All of it is in temporary files, but for a few pages of them.
package struct PageBook: ~Copyable {
  private var texts: URLTexts
  /// Three words a URL: its parent, where its links are, where its outcome is; each from 1 on, 0 for none.
  private let entries: PagedFile
  private let links: PagedFile
  private let outcomes: PagedFile

  private enum Field: Int {
    case parent, links, outcome
  }

  /// - Parameter memory: Bytes of pages in memory, about.
  package init(on disk: TemporaryDisk, memory: Int = 2 << 20) {
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

  private func get(_ field: Field, of number: Int) throws(TemporaryDisk.Refusal) -> Int {
    guard number >= 0 else { return 0 }
    return Int(truncatingIfNeeded: try entries.word(number * 3 + field.rawValue))
  }

  private func set(_ field: Field, of number: Int, to value: Int) throws(TemporaryDisk.Refusal) {
    guard number >= 0 else { return }
    try entries.setWord(UInt64(value), number * 3 + field.rawValue)
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
