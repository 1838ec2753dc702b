/// A stack of plain values in memory of its own, so that pushing and popping neither counts references nor asks whether
/// the memory is shared.
struct Stack<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>?
  private var capacity = 0
  private(set) var count = 0

  deinit { base?.deallocate() }

  var isEmpty: Bool { count == 0 }

  /// The element at an index from the bottom.
  subscript(index: Int) -> Element {
    @inline(__always) get {
      precondition(index >= 0 && index < count, "beyond the stack")
      return base.unsafelyUnwrapped[index]
    }
  }

  var last: Element? {
    @inline(__always) get { count > 0 ? self[count &- 1] : nil }
  }

  @inline(__always)
  mutating func push(_ element: Element) {
    if count == capacity { grow() }
    // In bounds: there is room for one more.
    base.unsafelyUnwrapped[count] = element
    count &+= 1
  }

  @inline(never)
  private mutating func grow() {
    let room = max(32, capacity * 2)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: room)
    if let base {
      larger.update(from: base, count: count)
      base.deallocate()
    }
    base = larger
    capacity = room
  }

  @inline(__always)
  mutating func pop() -> Element? {
    guard let element = last else { return nil }
    count &-= 1
    return element
  }

  mutating func remove(at index: Int) -> Element {
    let element = self[index]
    let base = base.unsafelyUnwrapped
    (base + index).update(from: base + index + 1, count: count - index - 1)
    count -= 1
    return element
  }

  mutating func removeAll() { count = 0 }
}
