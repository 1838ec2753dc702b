/// Where a MySQL or MariaDB server is, and who connects to it.
package struct MySQLAddress: Hashable, Sendable {
  /// How far the server has to show who it is; the names are those of MySQL's clients.
  package enum Security: String, Hashable, Sendable, CaseIterable {
    /// No TLS.
    case disabled = "DISABLED"
    /// TLS with whoever answers.
    case required = "REQUIRED"
    /// A certificate that one of `authorities` vouches for.
    case authority = "VERIFY_CA"
    /// A certificate that is trusted, and has the host's name.
    case identity = "VERIFY_IDENTITY"
  }

  package var host: String
  package var port: Int
  /// The path of the server's socket, which is connected to instead of the host.
  package var socket: String?
  /// Empty for the name that the system knows the process by.
  package var user: String
  package var password: String
  package var database: String
  package var security: Security
  /// A file of certificates to trust instead of the system's.
  package var authorities: String?

  package init(
    host: String, port: Int = 3306, socket: String? = nil, user: String, password: String, database: String,
    security: Security, authorities: String? = nil
  ) {
    (self.host, self.port, self.socket) = (host, port, socket)
    (self.user, self.password, self.database) = (user, password, database)
    (self.security, self.authorities) = (security, authorities)
  }
}
