internal import CLibmariadb

/// The client library, loaded with the first server that is connected to.
enum MySQLLibrary {
  private static let loaded: (functions: pipe_mysql, fault: String?) = {
    var functions = pipe_mysql()
    if let fault = pipe_mysql_load(&functions) { return (functions, String(cString: fault)) }
    // Once and here: done by the first `mysql_init`, two threads could do it at once.
    return (functions, functions.mysql_server_init(0, nil, nil) == 0 ? nil : "it cannot be initialized")
  }()

  /// Its functions. In the table of a library that is not there, none may be called.
  static func functions() throws(DatabaseError) -> pipe_mysql {
    if let fault = loaded.fault {
      throw DatabaseError(
        .other, code: "", "libmariadb is missing: \(fault) (in Debian it is the package libmariadb3)")
    }
    return loaded.functions
  }
}
