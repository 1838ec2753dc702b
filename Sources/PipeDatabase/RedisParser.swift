/// Reads replies from the bytes of a connection, in whatever pieces they come. Nothing of it knows the network.
///
/// What a server sends can neither nest deeply nor hold more than its reader allows: beyond that it is a fault, and the
/// connection is to be closed.
package struct RedisParser: Sendable {
  /// Why bytes are not a reply.
  package struct Fault: Error, Hashable, Sendable {
    package let reason: String
  }

  /// The most arrays within each other.
  package static let depth = 8
  /// The most bytes of a line.
  package static let longestLine = 64 << 10
  /// The most bytes of a bulk string, as Redis itself has it.
  package static let largestBulk = 512 << 20

  /// Bytes that replies may still hold, with 32 for each.
  package var room: Int

  private var bytes: [UInt8] = []
  /// Where what is not read begins.
  private var start = 0
  /// Up to where no line ends.
  private var searched = 0
  /// The length of the bulk string that begins there.
  private var bulk: Int?
  private var open: [(left: Int, elements: [RedisReply])] = []

  package init(room: Int = largestBulk) { self.room = room }

  /// Whether everything that came is read.
  package var isEmpty: Bool { start == bytes.count && bulk == nil && open.isEmpty }

  package mutating func add(_ more: some Collection<UInt8>) {
    if start > 0 {
      bytes.removeFirst(start)
      searched -= start
      start = 0
    }
    bytes += more
  }

  /// The next reply; `nil` as long as it is not whole.
  package mutating func next() throws(Fault) -> RedisReply? {
    while true {
      guard var reply = try nextValue() else { return nil }
      if isOpened { continue }
      while true {
        guard let last = open.indices.last else { return reply }
        open[last].elements.append(reply)
        open[last].left -= 1
        if open[last].left > 0 { break }
        reply = .array(open.removeLast().elements)
      }
    }
  }

  /// Whether the value read last is the head of an array with elements.
  private var isOpened = false

  private mutating func nextValue() throws(Fault) -> RedisReply? {
    isOpened = false
    if bulk == nil {
      guard let line = try nextLine() else { return nil }
      guard let type = line.first else { throw Fault(reason: "an empty line") }
      let rest = line.dropFirst()
      try take(rest.count + 32)
      switch type {
      case UInt8(ascii: "+"): return .status(String(decoding: rest, as: UTF8.self))
      case UInt8(ascii: "-"): return .error(String(decoding: rest, as: UTF8.self))
      case UInt8(ascii: ":"): return .integer(try Self.number(rest))
      case UInt8(ascii: "$"):
        let count = try Self.number(rest)
        if count == -1 { return .null }
        guard 0...Self.largestBulk ~= count else { throw Fault(reason: "a bulk string of \(count) bytes") }
        // Before any of it is received.
        try take(count)
        bulk = count
      case UInt8(ascii: "*"):
        let count = try Self.number(rest)
        if count == -1 { return .null }
        if count < 0 { throw Fault(reason: "an array of \(count) elements") }
        if open.count == Self.depth { throw Fault(reason: "more than \(Self.depth) arrays within each other") }
        if count == 0 { return .array([]) }
        // Each takes three bytes at least, and is counted with 32 when it comes.
        if count > room / 32 { throw Fault(reason: "an array of \(count) elements, more than was asked for") }
        open.append((left: count, elements: []))
        isOpened = true
        return .array([])
      default: throw Fault(reason: "a reply that begins with byte \(type)")
      }
    }
    guard let count = bulk, bytes.count - start >= count + 2 else { return nil }
    let end = start + count
    guard bytes[end] == Self.carriageReturn, bytes[end + 1] == Self.lineFeed else {
      throw Fault(reason: "a bulk string that is longer than it says")
    }
    defer {
      start = end + 2
      searched = start
      bulk = nil
    }
    return .bulk(Array(bytes[start..<end]))
  }

  private static let carriageReturn = UInt8(ascii: "\r")
  private static let lineFeed = UInt8(ascii: "\n")

  /// The next line without its end.
  private mutating func nextLine() throws(Fault) -> ArraySlice<UInt8>? {
    let end = bytes[searched...].firstIndex(of: Self.lineFeed)
    guard (end ?? bytes.count) - start <= Self.longestLine else {
      throw Fault(reason: "a line of more than \(Self.longestLine) bytes")
    }
    guard let end else {
      searched = bytes.count
      return nil
    }
    let line = bytes[start..<end]
    guard line.last == Self.carriageReturn, !line.dropLast().contains(Self.carriageReturn) else {
      throw Fault(reason: "a line that does not end with CR LF")
    }
    start = end + 1
    searched = start
    return line.dropLast()
  }

  private mutating func take(_ count: Int) throws(Fault) {
    guard count <= room else { throw Fault(reason: "a reply that is larger than was asked for") }
    room -= count
  }

  /// A number of 64 bits in decimal digits.
  private static func number(_ digits: ArraySlice<UInt8>) throws(Fault) -> Int {
    let isNegative = digits.first == UInt8(ascii: "-")
    let digits = isNegative ? digits.dropFirst() : digits
    var number = 0
    for digit in digits {
      let value = Int(digit) - 0x30
      let (tens, overflows) = number.multipliedReportingOverflow(by: 10)
      let (next, overflowsToo) =
        isNegative ? tens.subtractingReportingOverflow(value) : tens.addingReportingOverflow(value)
      guard 0...9 ~= value, !overflows, !overflowsToo else { throw Fault(reason: "a number that is not one") }
      number = next
    }
    if digits.isEmpty { throw Fault(reason: "a number without digits") }
    return number
  }
}
