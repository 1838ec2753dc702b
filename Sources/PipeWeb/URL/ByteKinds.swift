internal import CByteSearch

/// What a byte can be in a serialized http or https URL, all sets in one table: one load a byte.
struct ByteKinds: OptionSet {
  let rawValue: UInt8

  /// Stands as it is in a path, a query, a fragment.
  static let path = ByteKinds(rawValue: 1)
  static let query = ByteKinds(rawValue: 2)
  static let fragment = ByteKinds(rawValue: 4)
  /// May be a dot or a slash of a path, or part of one.
  static let doubtful = ByteKinds(rawValue: 8)
  /// Stands as it is in a domain.
  static let domain = ByteKinds(rawValue: 16)

  @inline(__always)
  static func of(_ byte: UInt8) -> ByteKinds {
    // In bounds: the table has a character for every byte.
    ByteKinds(rawValue: table.utf8Start[Int(byte)] & 31)
  }

  /// The end of the bytes from `start` on that are of a kind and of none of the others in a mask.
  @inline(__always)
  static func end(of kind: ByteKinds, among mask: ByteKinds, in input: Span<UInt8>, from start: Int) -> Int {
    input.withUnsafeBufferPointer { input in
      guard let base = input.baseAddress else { return start }
      let table = table.utf8Start
      var index = start
      while index < input.count {
        if kind != .domain, input.count &- index >= 16 {
          // In bounds: index + 16 <= count.
          let found = pipe_not_plain16(base + index)
          if found == 0 {
            index = index &+ 16
            continue
          }
          index = index &+ found.trailingZeroBitCount
        }
        if table[Int(base[index])] & mask.rawValue != kind.rawValue { return index }
        index = index &+ 1
      }
      return index
    }
  }

  /// Sixteen bytes a row; the low five bits of each character are the set.
  private static let table: StaticString = """
    @@@@@@@@@@@@@@@@\
    @@@@@@@@@@@@@@@@\
    @G@DGOGEGGGGGW_G\
    WWWWWWWWWWGG@G@F\
    GGGGGGGGGGGGGGGG\
    GGGGGGGGGGGGOGFW\
    BWWWWWWWWWWWWWWW\
    WWWWWWWWWWWFGFG@\
    @@@@@@@@@@@@@@@@\
    @@@@@@@@@@@@@@@@\
    @@@@@@@@@@@@@@@@\
    @@@@@@@@@@@@@@@@\
    @@@@@@@@@@@@@@@@\
    @@@@@@@@@@@@@@@@\
    @@@@@@@@@@@@@@@@\
    @@@@@@@@@@@@@@@@
    """
}
