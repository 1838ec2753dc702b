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
  private let traits: [HTMLTagTraits]

  /// For names of up to seven bytes: the traits of all tags whose names share a place with it.
  private let sieve: InlineArray<512, HTMLTagTraits>

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
    self.traits = HTMLTag.allCases.map { tag in slots.first { $0.tag == tag }?.traits ?? [] }
    var sieve = InlineArray<512, HTMLTagTraits>(repeating: [])
    for slot in slots where slot.tag != .other && slot.name.count <= 7 {
      sieve[Self.sieveIndex(of: slot.name.low)].formUnion(slot.traits)
    }
    self.sieve = sieve
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

  func traits(of tag: HTMLTag) -> HTMLTagTraits { traits[Int(tag.rawValue)] }

  /// The bit that tells letters' cases apart is left out of it. What else differs by it alone shares a place.
  @inline(__always)
  private static func sieveIndex(of name: UInt64) -> Int {
    Int(truncatingIfNeeded: ((name & ~0x2020_2020_2020_2020) &* 0xFF51_AFD7_ED55_8CCD) &>> 55)
  }

  /// The traits that a name may have, and perhaps others: quicker to find than its own.
  ///
  /// - Parameter name: up to seven bytes in letters of any case, from the low end.
  @inline(__always)
  func possibleTraits(ofPacked name: UInt64) -> HTMLTagTraits { sieve[Self.sieveIndex(of: name)] }
}
