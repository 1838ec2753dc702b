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
