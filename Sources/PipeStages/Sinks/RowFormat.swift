/// How the rows of an output are told apart, and what is asked of a file that rows are added to.
enum RowFormat: Sendable {
  /// A line each.
  case lines
  /// Records of CSV with these columns.
  case csv(CSVDialect, columns: [String])

  /// The whole rows in bytes that begin with one: how many there are, and where the last of them ends.
  func wholeRows(in bytes: ArraySlice<UInt8>) -> (count: Int, end: Int) {
    var count = 0
    var end = bytes.startIndex
    var isQuoted = false
    let quote: UInt8? = if case .csv = self { UInt8(ascii: "\"") } else { nil }
    for (index, byte) in zip(bytes.indices, bytes) {
      if byte == quote {
        isQuoted.toggle()
      } else if byte == UInt8(ascii: "\n"), !isQuoted {
        count += 1
        end = index + 1
      }
    }
    return (count, end)
  }
}
