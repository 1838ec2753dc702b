internal import CLibpq

/// The client library, loaded with the first server that is connected to.
enum PostgresLibrary {
  private static let loaded: (functions: pipe_pq, fault: String?) = {
    var functions = pipe_pq()
    let fault = pipe_pq_load(&functions).map { String(cString: $0) }
    return (functions, fault)
  }()

  /// Its functions. In the table of a library that is not there, none may be called.
  static func functions() throws(DatabaseError) -> pipe_pq {
    if let fault = loaded.fault {
      throw DatabaseError(.other, code: "", "libpq is missing: \(fault) (in Debian it is the package libpq5)")
    }
    return loaded.functions
  }
}
