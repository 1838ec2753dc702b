/// Plain values in memory that has one owner, so that adding and removing neither counts references nor asks whether
/// the memory is shared.
struct OwnedBuffer<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>?
  private var capacity = 0
  private(set) var count = 0

  deinit { base?.deallocate() }

  var isEmpty: Bool { count == 0 }

  /// The elements; valid while nothing is added.
  var elements: UnsafeBufferPointer<Element> {
    @inline(__always) get { UnsafeBufferPointer(start: base, count: count) }
  }

  subscript(index: Int) -> Element {
    @inline(__always) get {
      precondition(index >= 0 && index < count, "beyond the elements")
      return base.unsafelyUnwrapped[index]
    }
    @inline(__always) set {
      precondition(index >= 0 && index < count, "beyond the elements")
      base.unsafelyUnwrapped[index] = newValue
    }
  }

  var last: Element? {
    @inline(__always) get { count > 0 ? self[count &- 1] : nil }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(to: count &+ 1) }
    // In bounds: there is room for one more.
    base.unsafelyUnwrapped[count] = element
    count &+= 1
  }

  /// - Parameters:
  ///   - start: Where the elements to add are; not in this memory.
  ///   - length: How many.
  @inline(__always)
  mutating func append(_ start: UnsafePointer<Element>, _ length: Int) {
    guard length > 0 else { return }
    if length > capacity &- count { grow(to: count + length) }
    // In bounds: there is room for as many.
    (base.unsafelyUnwrapped + count).update(from: start, count: length)
    count &+= length
  }

  mutating func append(_ elements: UnsafeBufferPointer<Element>) {
    if let start = elements.baseAddress { append(start, elements.count) }
  }

  mutating func reserve(_ room: Int) {
    if room > capacity { grow(to: room) }
  }

  @inline(never)
  private mutating func grow(to least: Int) {
    let room = max(32, least, capacity * 2)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: room)
    if let base {
      larger.update(from: base, count: count)
      base.deallocate()
    }
    base = larger
    capacity = room
  }

  @inline(__always)
  mutating func popLast() -> Element? {
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

  /// Removes what is behind the first elements.
  @inline(__always)
  mutating func cut(to length: Int) { count = min(count, max(0, length)) }

  mutating func removeAll() { count = 0 }
}
