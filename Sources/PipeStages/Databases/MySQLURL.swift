import PipeDatabase
import PipeEngine
import PipeSpec

extension ServerURL {
  static let mysql = Form(
    schemes: ["mysql", "mariadb"], defaultPort: 3306, parameters: ["socket", "ssl-mode", "ssl-ca"], needsDatabase: true,
    example: "mysql://me@localhost:3306/shop")

  /// What the sink's and the source's URL says of the server; reports what it cannot say.
  func mysqlAddress() throws(MySQLURLFault) -> MySQLAddress {
    let authorities = parameters["ssl-ca"]
    var security: MySQLAddress.Security?
    if let mode = parameters["ssl-mode"] {
      security = MySQLAddress.Security(rawValue: mode.uppercased())
      if security == nil {
        throw MySQLURLFault(
          "has an unknown ssl-mode '\(excerpt(mode))'",
          hint: "there are \(MySQLAddress.Security.allCases.map(\.rawValue).joined(separator: ", "))")
      }
    }
    if security == .authority, authorities == nil {
      throw MySQLURLFault("has ssl-mode=VERIFY_CA without ssl-ca", hint: "name the file of certificates to trust")
    }
    if authorities != nil, security == .disabled || security == .required {
      throw MySQLURLFault("has ssl-ca, and an ssl-mode that looks at no certificate", hint: "remove one of them")
    }
    let socket = parameters["socket"]
    // The library takes a list of hosts, and settings, for a host as well.
    guard host.isEmpty || host.utf8.allSatisfy({ Self.hostBytes.contains($0) }) else {
      throw MySQLURLFault("has a host that is not a name or an address", hint: "write it as \(Self.mysql.example)")
    }
    let isNear = socket != nil || isLocal
    return MySQLAddress(
      host: host.isEmpty ? "localhost" : host, port: port, socket: socket, user: user ?? "", password: password ?? "",
      database: database ?? "", security: security ?? (isNear && authorities == nil ? .disabled : .identity),
      authorities: authorities)
  }

  /// What messages call the server and its database.
  var mysqlShown: String { shown == place ? mysqlPlace : shown }

  /// What tells the database from every other.
  var mysqlPlace: String { place + (parameters["socket"].map { "?socket=\($0)" } ?? "") }

  private static let hostBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%".utf8)
}

struct MySQLURLFault: Error {
  let message: String
  let hint: String?

  init(_ message: String, hint: String? = nil) { (self.message, self.hint) = (message, hint) }
}

/// A server that a spec names.
struct MySQLServer: Hashable, Sendable {
  let url: Located<ServerURL>
  let address: MySQLAddress
  var shown: String { url.value.mysqlShown }

  /// The URL under a key, and `password`.
  static func map(_ key: String) -> MapShape<MySQLServer> {
    ServerURL.map(ServerURL.mysql, "the URL of a MySQL or MariaDB database", key: key).checked {
      url, map, context -> MySQLServer? in
      do throws(MySQLURLFault) {
        return MySQLServer(url: url, address: try url.value.mysqlAddress())
      } catch {
        context.report(.badURL, at: url.span, "\(key) \(error.message)", hint: error.hint)
        return nil
      }
    }
  }

  /// What a failure is to a run: the server's words, and what to do.
  func failure(_ error: DatabaseError) -> RunError {
    let words = url.value.withoutPassword(error.message)
    let hint: String? =
      switch error.number {
      case 1045, 1698: "look at the user and the password of the URL"
      case 1044, 1142, 1143, 1227, 1370: "ask whoever runs the server for the privilege (GRANT)"
      case 1049: "make the database, or name another one"
      case 1205, 1213: "end what holds the lock (SHOW PROCESSLIST tells), and go on with --resume"
      case 2002, 2003, 2005: "look at the host, the port and the server"
      case 2026: "ssl-ca=FILE names certificates to trust, ssl-mode=REQUIRED trusts every server"
      default: nil
      }
    return RunError(
      shown, words + (error.code.isEmpty ? "" : " (\(error.code))"), hint: hint,
      comesOfStop: error == .stopped)
  }
}

extension MySQLConnection {
  /// Connects to write: what a column cannot keep is refused by the server and not changed, a lock is waited for not too long,
  /// and a transaction of a run that is gone does not lock its rows for hours.
  static func forWriting(_ address: MySQLAddress, shouldStop: @escaping () -> Bool) throws(DatabaseError)
    -> MySQLConnection
  {
    let connection = try MySQLConnection(address, shouldStop: shouldStop)
    try connection.execute(
      """
      SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
      NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', autocommit = 1, \
      innodb_lock_wait_timeout = 10, lock_wait_timeout = 10
      """)
    if connection.isMariaDB { try connection.execute("SET SESSION idle_transaction_timeout = 300") }
    return connection
  }

  /// Connects to read.
  static func forReading(_ address: MySQLAddress, shouldStop: @escaping () -> Bool) throws(DatabaseError)
    -> MySQLConnection
  {
    let connection = try MySQLConnection(address, shouldStop: shouldStop)
    try connection.execute("SET SESSION time_zone = '+00:00', lock_wait_timeout = 10")
    try connection.execute("SET SESSION TRANSACTION READ ONLY")
    return connection
  }
}
