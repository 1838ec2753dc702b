/// A start or end tag, with those of its attributes that the handler asked for.
///
/// Names and values are raw bytes of the page's encoding, before character references.
package struct HTMLTagToken {
  struct Attribute {
    let name: HTMLName
    /// Where the raw name and value lie in `bytes`; the name is empty unless the handler keeps names.
    let rawName: Range<Int>
    var value: Range<Int>
  }

  package private(set) var name = HTMLName()
  package private(set) var tag = HTMLTag.other
  package private(set) var traits: HTMLTagTraits = []
  package internal(set) var isEnd = false
  package internal(set) var isSelfClosing = false
  private var attributes: [Attribute] = []
  private var bytes: [UInt8] = []
  private var rawNameEnd = 0

  /// How many attributes were captured; the first of a name alone counts.
  package var attributeCount: Int { attributes.count }

  /// The raw name of the tag, empty unless the handler keeps names.
  package func withRawName<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    withBytes(0..<rawNameEnd, body)
  }

  package func withRawName<Result>(
    ofAttribute index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    withBytes(attributes[index].rawName, body)
  }

  package func withValue<Result>(ofAttribute index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    withBytes(attributes[index].value, body)
  }

  /// The captured attribute of this name.
  package func index(of name: HTMLName) -> Int? {
    for index in attributes.indices where attributes[index].name == name { return index }
    return nil
  }

  private func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  // MARK: What the tokenizer does

  @inline(__always)
  mutating func begin(isEnd: Bool) {
    self.isEnd = isEnd
    isSelfClosing = false
    name = HTMLName()
    if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
    if !attributes.isEmpty { attributes.removeAll(keepingCapacity: true) }
    rawNameEnd = 0
  }

  @inline(__always)
  mutating func finishName(_ name: HTMLName, _ slot: HTMLTagTable.Slot) {
    self.name = name
    tag = slot.tag
    traits = slot.traits
    rawNameEnd = bytes.count
  }

  /// Keeps raw bytes, up to a limit; false where some were dropped.
  mutating func keep(_ slice: UnsafeBufferPointer<UInt8>, from start: Int, limit: Int) -> Bool {
    let room = start + limit - bytes.count
    bytes.append(contentsOf: slice.prefix(max(0, room)))
    return slice.count <= room
  }

  var keptCount: Int { bytes.count }

  mutating func drop(to count: Int) { bytes.removeLast(bytes.count - count) }

  /// Adds an attribute whose raw name was kept from `start` on; false where its name is there already.
  mutating func addAttribute(_ name: HTMLName, rawNameFrom start: Int) -> Bool {
    let rawName = start..<bytes.count
    for other in attributes where other.name == name && isSameName(other.rawName, rawName) { return false }
    attributes.append(Attribute(name: name, rawName: rawName, value: rawName.upperBound..<rawName.upperBound))
    return true
  }

  /// Ends the value of the attribute added last.
  mutating func finishValue() {
    guard let last = attributes.indices.last else { return }
    attributes[last].value = attributes[last].value.lowerBound..<bytes.count
  }

  /// Names beyond sixteen bytes are compared in full where they were kept.
  private func isSameName(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).allSatisfy { HTMLBytes.lowercased(bytes[$0]) == HTMLBytes.lowercased(bytes[$1]) }
  }
}
