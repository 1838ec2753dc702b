import Glibc
import PipeDatabase
import PipeEngine
import PipeSpec

/// How a PostgreSQL server is named in a spec, and connected to.
enum PostgresServer {
  static let form = ServerURL.Form(
    schemes: ["postgres", "postgresql"], defaultPort: 5432,
    parameters: [
      "application_name", "channel_binding", "gssencmode", "krbsrvname", "port", "sslcert", "sslkey", "sslmode",
      "sslrootcert", "user",
    ], needsDatabase: true, example: "postgres://me@db.example/shop")

  private static let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

  /// The URL under a key, and `password`.
  static func map(_ key: String) -> MapShape<Located<ServerURL>> {
    ServerURL.map(form, "the URL of a PostgreSQL database", key: key).checked { url, map, context in
      if let mode = url.value.parameters["sslmode"], !modes.contains(mode) {
        context.report(
          .badValue, at: url.span, "\(key) has an unknown sslmode '\(excerpt(mode))'",
          hint: "the modes are \(modes.joined(separator: ", "))")
        return nil
      }
      return url
    }
  }

  /// What libpq is given. A server of another machine has to show that it is the one, if the URL does not say otherwise.
  static func parameters(_ url: ServerURL) -> [String: String] {
    var parameters = url.parameters
    parameters["user"] = parameters["user"] ?? url.user
    parameters["password"] = url.password
    parameters["dbname"] = url.database
    if !url.host.isEmpty { parameters["host"] = url.host }
    parameters["port"] = parameters["port"] ?? "\(url.port)"
    parameters["client_encoding"] = "UTF8"
    parameters["application_name"] = parameters["application_name"] ?? "pipe"
    // A server that is gone without a word is missed within a minute.
    parameters["keepalives_idle"] = "15"
    parameters["keepalives_interval"] = "5"
    parameters["keepalives_count"] = "4"
    parameters["tcp_user_timeout"] = "35000"
    let mode = parameters["sslmode"] ?? (url.isLocal ? "prefer" : "verify-full")
    parameters["sslmode"] = mode
    if mode.hasPrefix("verify"), parameters["sslrootcert"] == nil, let file = authorities {
      parameters["sslrootcert"] = file
    }
    return parameters
  }

  /// The authorities that the system trusts. libpq looks for a file of the user's own alone, which goes before.
  private static var authorities: String? {
    if getenv("PGSSLROOTCERT") != nil { return nil }
    if let home = getenv("HOME"), access(String(cString: home) + "/.postgresql/root.crt", R_OK) == 0 { return nil }
    let files = [
      "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
      "/etc/ssl/cert.pem",
    ]
    return files.first { access($0, R_OK) == 0 }
  }

  /// Connects once.
  static func connect(
    _ url: ServerURL, mayWait: @escaping () -> Bool = { true }, onLongWait: (() -> Void)? = nil
  ) throws(DatabaseError) -> PostgresConnection {
    let connection = try PostgresConnection(parameters(url), mayWait: mayWait, onLongWait: onLongWait)
    if connection.serverVersion < 12_00_00 {
      throw DatabaseError(
        .other, code: "", "is PostgreSQL \(connection.serverVersion / 10_000), and 12 or later is needed")
    }
    return connection
  }

  /// What a failure is to the run.
  static func failure(_ url: ServerURL, _ error: DatabaseError) -> RunError {
    let words = url.withoutPassword(error.message)
    if error.kind == .connection {
      return RunError(
        url.shown,
        "cannot be reached: \(words)"
          + (error.code.isEmpty || error.code == DatabaseError.brokenOff ? "" : " (\(error.code))"),
        hint: words.contains("certificate")
          ? "sslrootcert=FILE names the authority of its certificate; sslmode=require does not look at it" : nil,
        comesOfStop: error.code == DatabaseError.brokenOff)
    }
    let hint: String? =
      switch error.code {
      case "28P01", "28000": "look at the user and the password"
      case "3D000": "make the database, or name another one"
      case "42501": "grant the user what is missing"
      case "53100": "make room on the server's disk"
      case "55P03": "end whatever holds it, and go on with --resume"
      case "57014": "a timeout of the server's has ended the statement"
      default: nil
      }
    return RunError(url.shown, error.code.isEmpty ? words : "\(words) (\(error.code))", hint: hint)
  }
}
