import PipeDatabase
import PipeTesting
import Testing

@Suite("MySQL", .timeLimit(.minutes(20)))
struct MySQLTests {
  private func address() async throws -> MySQLAddress {
    let server = try await MariaDBServer.running()
    return MySQLAddress(
      host: "localhost", socket: server.socket, user: MariaDBServer.user, password: MariaDBServer.password,
      database: try server.database(), security: .disabled)
  }

  @Test("values come back as they were given")
  func values() async throws {
    let connection = try MySQLConnection(try await address())
    #expect(connection.isMariaDB && !connection.isEncrypted)
    let values: [SQLValue] = [
      .null, .int(.max), .int(.min), .double(0.1), .double(-1e-300), .text(""), .text("a\u{1F600}\"'\\"), .text("\\'"),
      .blob([]), .blob([0, 39, 92, 255]),
    ]
    for mode in ["", "NO_BACKSLASH_ESCAPES"] {
      try connection.execute("SET sql_mode = ?", [.text(mode)])
      for value in values { #expect(try connection.rows("SELECT ?, '?' AS `?`", [value]) == [[value, .text("?")]]) }
    }
  }

  @Test("an error tells its kind, its code and its column")
  func errors() async throws {
    let connection = try MySQLConnection(try await address())
    try connection.execute("CREATE TABLE t (`a'b` INT NOT NULL, `c``d` TINYINT, PRIMARY KEY (`a'b`))")
    try connection.execute("SET sql_mode = 'STRICT_ALL_TABLES'")
    for (sql, kind, code, column) in [
      ("INSERT INTO t VALUES (NULL, 1)", .row, "23000/1048", "a'b"),
      ("INSERT INTO t VALUES (1, 300)", .row, "22003/1264", "c`d"),
      ("INSERT INTO t VALUES (1, 1), (1, 1)", .row, "23000/1062", nil),
      ("INSERT INTO t (`c``d`) VALUES (1)", .row, "HY000/1364", "a'b"),
      ("SELECT 1 FROM gone", .other, "42S02/1146", nil), ("KILL CONNECTION_ID()", .connection, "70100/1927", nil),
    ] as [(String, DatabaseError.Kind, String, String?)] {
      let error = #expect(throws: DatabaseError.self) { try connection.execute(sql) }
      #expect(error?.kind == kind && error?.column == column, "\(String(describing: error))")
      if kind != .connection { #expect(error?.code == code) }
    }
    #expect(!connection.isOpen)
    #expect(throws: DatabaseError.self) { try connection.execute("SELECT 1") }
  }

  @Test("a wait is broken off, whatever the server does, and rows that nobody reads are let go")
  func stopping() async throws {
    let address = try await address()
    let start = ContinuousClock.now
    let stops = Recorder<Int>()
    let connection = try MySQLConnection(address) {
      stops.append(1)
      return stops.all.count > 2
    }
    #expect(throws: DatabaseError.self) { try connection.execute("SELECT SLEEP(600)") }
    #expect(!connection.isOpen && ContinuousClock.now - start < .seconds(300))
    let other = try MySQLConnection(address)
    do {
      let rows = try MySQLRows("SELECT seq, REPEAT('x', 1000) AS t FROM seq_1_to_1000000", on: other)
      #expect(rows.columns.map(\.name) == ["seq", "t"])
      #expect(try rows.next()?.first == .int(1))
    }
    #expect(!other.isOpen)
  }

  @Test("TLS is asked for where the address says so, and a server without it is refused")
  func security() async throws {
    var address = try await address()
    for security in MySQLAddress.Security.allCases where security != .disabled {
      address.security = security
      if security == .authority { address.authorities = "/etc/ssl/certs/ca-certificates.crt" }
      let error = #expect(throws: DatabaseError.self) { _ = try MySQLConnection(address) }
      #expect(error?.code == "HY000/2026", "\(String(describing: error))")
    }
  }
}
