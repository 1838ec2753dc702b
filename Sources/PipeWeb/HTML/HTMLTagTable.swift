/// Finds the tag of a name: an open hash table, filled once from the lists of names.
final class HTMLTagTable: Sendable {
  static let shared = HTMLTagTable()

  struct Slot: Sendable {
    var name = HTMLName()
    var tag = HTMLTag.other
    var traits: HTMLTagTraits = []
  }

  private static let bits: UInt64 = 9
  private let slots: [Slot]

  private init() {
    var traits: [String: HTMLTagTraits] = [:]
    for list in HTMLTagTraits.lists {
      for name in Self.words(list.names) { traits[name, default: []].formUnion(list.trait) }
    }
    var slots = [Slot](repeating: Slot(), count: 1 << Int(Self.bits))
    for (word, tag) in zip(Self.words(HTMLTag.names), HTMLTag.allCases.dropFirst()) {
      let name = HTMLName(word.utf8)
      var index = Self.index(of: name)
      while slots[index].tag != .other { index = (index + 1) & (slots.count - 1) }
      slots[index] = Slot(name: name, tag: tag, traits: traits[word] ?? [])
    }
    self.slots = slots
  }

  static func words(_ text: StaticString) -> [String] {
    text.description.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  @inline(__always)
  private static func index(of name: HTMLName) -> Int {
    let mixed = (name.low ^ name.high &* 0x9E37_79B9_7F4A_7C15) &* 0xFF51_AFD7_ED55_8CCD
    return Int(truncatingIfNeeded: mixed &>> (64 &- bits))
  }

  @inline(__always)
  func slot(of name: HTMLName) -> Slot {
    var index = Self.index(of: name)
    while true {
      let slot = slots[index]
      // The table is a quarter full at most, so an empty slot ends every search.
      if slot.tag == .other || slot.name == name { return slot }
      index = (index &+ 1) & ((1 &<< Int(Self.bits)) &- 1)
    }
  }
}
