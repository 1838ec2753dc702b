internal import CLibsqlite3

/// The client library, loaded with the first database that is opened.
enum SQLiteLibrary {

  private static let loaded: (functions: pipe_sqlite, fault: String?) = {
    var functions = pipe_sqlite()
    let fault = pipe_sqlite_load(&functions).map { String(cString: $0) }
    return (functions, fault)
  }()

  /// Its functions. In the table of a library that is not there, none may be called.
  static func functions() throws(DatabaseError) -> pipe_sqlite {
    if let fault = loaded.fault {
      throw DatabaseError(
        .other, code: "SQLITE_MISUSE", "libsqlite3 is missing: \(fault) (in Debian it is the package libsqlite3-0)")
    }
    return loaded.functions
  }
}
