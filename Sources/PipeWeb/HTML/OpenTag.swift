/// A tag, as far as the open elements go.
struct OpenTag {
  let tag: HTMLTag
  let isEnd: Bool
  let traits: HTMLTagTraits
  /// Tells names apart that have no tag.
  let fingerprint: UInt32

  init(tag: HTMLTag, isEnd: Bool, traits: HTMLTagTraits, fingerprint: UInt32) {
    self.tag = tag
    self.isEnd = isEnd
    self.traits = traits
    self.fingerprint = fingerprint
  }

  @inline(__always)
  init(_ slot: HTMLTagTable.Slot, name: HTMLName, isEnd: Bool) {
    tag = slot.tag
    traits = slot.traits
    self.isEnd = isEnd
    fingerprint = slot.tag == .other ? name.fingerprint : 0
  }

  @inline(__always)
  init(_ token: HTMLTagToken) {
    tag = token.tag
    traits = token.traits
    isEnd = token.isEnd
    fingerprint = tag == .other ? token.name.fingerprint : 0
  }

  func names(_ element: OpenElements.Element) -> Bool {
    element.tag == tag && element.fingerprint == fingerprint
  }
}
