/// What is left of the bytes and the steps that one value may take.
///
/// Each producer of a value draws on it while it works, not after: one megabyte of nested elements holds the text of all of
/// them half a gigabyte long, and nothing may be made of that first and measured then. A producer asks once a chunk of
/// text or a node, never once a byte.
package struct ValueBudget: Sendable {
  /// Bytes that may still be made.
  package private(set) var bytes: Int
  private var steps: Int
  /// Whether something was left out because there were no bytes for it.
  package private(set) var isOutOfBytes = false
  /// Whether something was left out because there were no steps for it.
  package private(set) var isOutOfSteps = false

  /// A step is a node visited, or 16 bytes of text read: some tenths of a second's work in all. A page with as many nodes as
  /// a tree may have is read several times over.
  package static let stepLimit = 3_000_000

  /// What an element of a list counts besides its text.
  package static let elementCost = 16

  package init(bytes: Int, steps: Int = ValueBudget.stepLimit) {
    self.bytes = max(0, bytes)
    self.steps = steps
  }

  /// For values of the project's own.
  package static var unlimited: ValueBudget { ValueBudget(bytes: .max >> 1, steps: .max >> 1) }

  package var isSpent: Bool { isOutOfBytes || isOutOfSteps }

  /// Takes steps; false where there are none left.
  package mutating func step(_ count: Int = 1) -> Bool {
    steps -= count
    if steps >= 0 { return true }
    isOutOfSteps = true
    return false
  }

  /// Takes bytes; false, and none taken, where there are not as many.
  package mutating func take(_ count: Int) -> Bool {
    if count <= bytes {
      bytes -= count
      return true
    }
    isOutOfBytes = true
    return false
  }

  /// Takes what an element of a list needs; false, and nothing taken, where that is too much.
  package mutating func takeElement(bytes count: Int) -> Bool { take(count &+ Self.elementCost) }

  /// As much of a text as there are bytes for, whole characters of it.
  package mutating func text(_ text: consuming String) -> String {
    let count = text.utf8.count
    if count <= bytes {
      bytes -= count
      return text
    }
    return text.withUTF8 { self.text($0) }
  }

  /// As much of a text as there are bytes for, whole characters of it.
  package mutating func text(_ utf8: UnsafeBufferPointer<UInt8>) -> String {
    if take(utf8.count) { return String(decoding: utf8, as: UTF8.self) }
    let end = utf8.characterStart(before: bytes)
    bytes = 0
    return String(decoding: utf8[..<end], as: UTF8.self)
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The start of the UTF-8 sequence that a place is in, so that nothing is cut in two there.
  ///
  /// - Parameter place: Within the text.
  func characterStart(before place: Int) -> Int {
    var start = place
    while start > 0, start > place - 4, self[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}
