extension DatabaseError {
  /// - Parameters:
  ///   - number: The server's, below 2000 or from 3000 on, or the library's.
  ///   - state: The SQLSTATE.
  ///   - message: The words of either.
  static func mysql(_ number: UInt32, _ state: String, _ message: String) -> DatabaseError {
    var error = DatabaseError(kind(number, state), code: "\(state)/\(number)", message)
    if error.kind == .row { error.column = column(in: message) }
    if number == 2059 || number == 5012 {
      error = DatabaseError(
        .other, code: error.code,
        "\(message); libmariadb looks for its authentication plugins in its own folder (in Debian they are in the package"
          + " libmariadb3), or in the one that MARIADB_PLUGIN_DIR names")
    }
    return error
  }

  /// What a statement that was broken off says: the run is to stop.
  package static let stopped = DatabaseError(.connection, code: "", "the wait for the server was broken off")

  static let closed = DatabaseError(.connection, code: "HY000/2006", "the connection was lost")

  /// The number of an error of MySQL's.
  package var number: Int? {
    code.firstIndex(of: "/").flatMap { Int(code[code.index(after: $0)...]) }
  }

  private static func kind(_ number: UInt32, _ state: String) -> Kind {
    switch number {
    // A lock that was waited for too long, or that two transactions have wanted crosswise.
    case 1205, 1213, 3058, 3572: return .busy
    // No more connections; a server that goes down, or comes up; a connection that was killed, or has timed out.
    case 1040, 1053, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1203, 1226, 1927, 3169, 4031: return .connection
    // The library's: no connection, none any more, or none that can be used.
    case 2002, 2003, 2004, 2006, 2012, 2013, 2014, 2027, 2055, 5013, 5014: return .connection
    // NULL, a key that is there, no default, a foreign key, a CHECK of MySQL's and of MariaDB's, SIGNAL in a trigger.
    case 1048, 1062, 1169, 1364, 1216, 1452, 1557, 1586, 1644, 3819, 4025: return .row
    // Values that a column does not take: out of range, too long, of another type or character set.
    case 1118, 1264, 1265, 1292, 1300, 1366, 1367, 1406, 1411, 1416, 1441, 1525, 1526, 1690, 1748, 3140, 3141, 3157,
      3156:
      return .row
    // A value in a view's or a generated column's place (3105 is MySQL's, 1906 MariaDB's), an expression of one that fails.
    case 1369, 1365, 1906, 3105: return .row
    default: break
    }
    // Data exceptions, constraints, and what a trigger says.
    return state.hasPrefix("22") || state.hasPrefix("23") || state.hasPrefix("45") ? .row : .other
  }

  /// The column that the server names, the only one or the last: ``for column `a`.`t`.`k` at row 1``, `Column 'k' cannot be
  /// null`, `Field 'k' doesn't have a default value`.
  private static func column(in message: String) -> String? {
    for (mark, quote) in [("olumn '", "'"), ("olumn `", "`"), ("ield '", "'")] as [(String, Character)] {
      guard let start = message.range(of: mark)?.upper else { continue }
      var name = message[start...]
      // A name may have quotes in it, as may the value in front of it.
      let ends = ["\(quote) at row ", "\(quote) cannot be null", "\(quote) doesn't have a default value"]
      if let end = ends.compactMap({ name.range(of: $0)?.lower }).min() ?? name.lastIndex(of: quote) {
        name = name[..<end]
      }
      if quote == "`" {
        let separator = "`.`"
        while let next = name.range(of: separator)?.upper { name = name[next...] }
      }
      return String(name)
    }
    return nil
  }
}

extension StringProtocol {
  /// The first place of a text in it.
  func range(of text: String) -> (lower: Index, upper: Index)? {
    var start = startIndex
    while start != endIndex {
      if self[start...].hasPrefix(text) { return (start, index(start, offsetBy: text.count)) }
      formIndex(after: &start)
    }
    return nil
  }
}
