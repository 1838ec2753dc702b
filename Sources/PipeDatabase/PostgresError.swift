internal import CLibpq

extension DatabaseError {
  /// The code of a wait that was broken off.
  package static let brokenOff = "pipe-broken-off"

  /// What an SQLSTATE says of the statement (postgresql.org/docs/current/errcodes-appendix.html).
  static func kind(ofSQLState code: String) -> Kind {
    switch code {
    // Row too large, index row too large, JSON nested too deeply.
    case "54000", "54001": return .row
    // The same row twice in one statement: one at a time they can be taken.
    case "21000": return .row
    // A trigger's RAISE EXCEPTION, and a view's check option.
    case "P0001", "44000": return .row
    case "55P03", "53300", "57P03": return .busy
    case "57P01", "57P02", "57P04", "57P05", "25P03": return .connection
    default: break
    }
    switch code.prefix(2) {
    case "22", "23": return .row
    case "40": return .busy
    case "08": return .connection
    default: return .other
    }
  }

  /// What the server said of a statement.
  static func postgres(_ result: OpaquePointer, _ postgres: pipe_pq) -> DatabaseError {
    func field(_ name: Character) -> String? {
      postgres.resultErrorField(result, Int32(name.asciiValue ?? 0)).map { String(cString: $0) }
    }
    // PG_DIAG_SQLSTATE and the others: C code, M message, D detail, W context, c column.
    guard let code = field("C") else {
      return DatabaseError(.connection, code: "", firstLine(field("M") ?? "the connection was lost"))
    }
    var error = DatabaseError(kind(ofSQLState: code), code: code, field("M") ?? "an error without words")
    error.column = field("c") ?? field("D").flatMap(keyColumn) ?? field("W").flatMap(copiedColumn)
    return error
  }

  /// Why a connection could not be made. libpq has been asked for the SQLSTATE in its words:
  /// `connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  28P01: password authentication failed for user "me"`
  static func connecting(_ words: String) -> DatabaseError {
    let line = firstLine(words)
    guard let mark = line.firstRange(of: ":  ") else { return DatabaseError(.connection, code: "", line) }
    let said = line[mark.upperBound...]
    let code = String(said.prefix(5))
    guard said.dropFirst(5).hasPrefix(": "), code.utf8.count == 5,
      code.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) })
    else { return DatabaseError(.connection, code: "", line) }
    return DatabaseError(kind(ofSQLState: code), code: code, String(said.dropFirst(7)))
  }

  /// The first line of what libpq says; what it guesses behind it helps nobody.
  static func firstLine(_ words: String) -> String {
    String(words.split(whereSeparator: \.isNewline).first ?? "the connection was lost")
  }

  /// `Key (url)=(http://…) already exists.`, in any language, if it is one column.
  private static func keyColumn(_ detail: String) -> String? {
    guard let start = detail.firstIndex(of: "("), let end = detail.firstRange(of: ")=("), start < end.lowerBound else {
      return nil
    }
    let names = detail[detail.index(after: start)..<end.lowerBound]
    if names.contains(where: { ",() ".contains($0) }) { return nil }
    return names.hasPrefix("\"") && names.hasSuffix("\"") ? String(names.dropFirst().dropLast()) : String(names)
  }

  /// `COPY pipe_rows, line 1, column v: "abc"`
  private static func copiedColumn(_ context: String) -> String? {
    guard context.hasPrefix("COPY "), let mark = context.firstRange(of: ", column ") else { return nil }
    let rest = context[mark.upperBound...]
    let end = rest.firstRange(of: ": ")?.lowerBound ?? rest.firstIndex(where: \.isNewline) ?? rest.endIndex
    return String(rest[..<end])
  }
}
