import FoundationEssentials
import PipeDatabase
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, the pipelines of the project that use a database", .timeLimit(.minutes(20)))
struct DatabasePipelinesTests {
  @Test("to-sqlite writes a row for each page, and recheck-old-pages fetches again those that are old")
  func databases() async throws {
    try await Workplace.use(pages: 20) { place in
      let site = place.site.baseURL
      let database = place.folder.path("out/pages.db")
      let settings = ["--set", "site=\(site)", "--set", "database=\(database)"]
      for _ in 0..<2 {
        let outcome = await (try place.start(["run", place.pipeline("to-sqlite")] + settings)).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      let connection = try SQLiteConnection(database, .write(creates: false))
      let rows = try connection.rows("SELECT url, title, status, length FROM pages ORDER BY rowid")
      let expected = try place.site.expectations().prefix(20).map { page -> [SQLValue] in
        [
          .text(page.url), .text(page.fields["title"] ?? ""), .int(Int64(page.fields["status"] ?? "") ?? 0),
          .int(Int64(page.fields["length"] ?? "") ?? 0),
        ]
      }
      #expect(rows.sorted { "\($0)" < "\($1)" } == expected.sorted { "\($0)" < "\($1)" })
      // Three of them become old, with values that nobody has seen there, and one is the user's own business.
      try connection.execute("ALTER TABLE pages ADD COLUMN note TEXT DEFAULT 'mine'")
      try connection.execute(
        "UPDATE pages SET fetched_at = '2026-01-01T00:00:00Z', title = 'old', status = 500 WHERE rowid IN (2, 3, 5)")
      let outcome = await
        (try place.start(
          ["run", place.pipeline("recheck-old-pages"), "--set", "database=\(database)"])).outcome()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("3 records"), "\(outcome.errors)")
      #expect(try connection.rows("SELECT url, title, status, length FROM pages ORDER BY rowid") == rows)
      #expect(try connection.rows("SELECT count(*) FROM pages WHERE note = 'mine'") == [[.int(20)]])
      #expect(try connection.rows("SELECT count(*) FROM pages WHERE fetched_at < '2026-01-02'") == [[.int(0)]])
    }
  }

  @Test("to-postgres writes a row for each page, and --connect tells what does not fit")
  func postgres() async throws {
    let instance = try PostgresInstance.shared.get()
    let database = try instance.newDatabase()
    try await Workplace.use(pages: 20) { place in
      let settings = ["--set", "site=\(place.site.baseURL)", "--set", "database=\(instance.url(database))"]
      let connection = try PostgresConnection([
        "host": instance.folder, "user": "postgres", "dbname": database, "client_encoding": "UTF8",
      ])
      let planned = await (try place.start(["plan", place.pipeline("to-postgres")] + settings)).outcome()
      #expect(planned.output.contains("\"fetched_at\" timestamp with time zone"), "\(planned.output)")
      #expect(try connection.query("SELECT to_regclass('pages')").rows == [[nil]])
      for _ in 0..<2 {
        let outcome = await (try place.start(["run", place.pipeline("to-postgres")] + settings)).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      let rows = try connection.query("SELECT url, title, status, length FROM pages").rows
      let expected = try place.site.expectations().prefix(20).map { page -> [String?] in
        [page.url, page.fields["title"] ?? "", page.fields["status"] ?? "", page.fields["length"] ?? ""]
      }
      #expect(Set(rows) == Set(expected))
      #expect(rows.count == 20)
      try connection.execute(
        "ALTER TABLE pages ADD must text NOT NULL DEFAULT ''; ALTER TABLE pages ALTER must DROP DEFAULT")
      let refused = await (try place.start(["plan", place.pipeline("to-postgres"), "--connect"] + settings)).outcome()
      #expect(refused.status != 0)
      #expect(refused.errors.contains("must is NOT NULL"), "\(refused.errors)")
    }
  }

  @Test("to-mysql writes a row for each page, exactly what the client of the server tells, and again changes nothing")
  func mysql() async throws {
    try await Workplace.use(pages: 20) { place in
      let server = try await MariaDBServer.running()
      let database = try server.database()
      let settings = ["--set", "site=\(place.site.baseURL)", "--set", "database=\(server.url(database))"]
      let planned = await (try place.start(["plan", place.pipeline("to-mysql")] + settings)).outcome()
      #expect(planned.output.contains("`url` VARCHAR(768) NOT NULL"), "\(planned.output)")
      #expect(!(planned.output + planned.errors).contains(MariaDBServer.encodedPassword))
      #expect(try server.run("SHOW TABLES", in: database).isEmpty)
      for _ in 0..<2 {
        let outcome = await (try place.start(["run", place.pipeline("to-mysql")] + settings)).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(!(outcome.output + outcome.errors).contains(MariaDBServer.encodedPassword))
      }
      let rows = try server.run("SELECT url, title, status, length FROM pages", in: database)
      let expected = try place.site.expectations().prefix(20).map { page in
        // As the client writes it.
        ["url", "title", "status", "length"].map { $0 == "url" ? page.url : page.fields[$0] ?? "" }
          .joined(separator: "\t").replacing("\\", with: "\\\\")
      }
      #expect(rows.split(separator: "\n").dropFirst().map(String.init).sorted() == expected.sorted())
      try server.run("ALTER TABLE pages ADD must INT NOT NULL", in: database)
      let refused = await (try place.start(["plan", place.pipeline("to-mysql"), "--connect"] + settings)).outcome()
      #expect(refused.status != 0)
      #expect(refused.errors.contains("must is NOT NULL"), "\(refused.errors)")
    }
  }

  @Test("to-redis writes a hash for each page and an entry for each that is not ok")
  func redis() async throws {
    let redis = try RedisProgram()
    try await Workplace.use(pages: 20) { place in
      let settings = ["--set", "site=\(place.site.baseURL)", "--set", "redis=\(redis.url)"]
      for _ in 0..<2 {
        let outcome = await (try place.start(["run", place.pipeline("to-redis")] + settings)).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      // 22 pages, the stream, and how far both sinks are.
      #expect(try redis.cli("DBSIZE") == "25")
      for page in try place.site.expectations().prefix(20) {
        let fields = try redis.cli("HMGET", "page:\(page.url)", "title", "status")
        #expect(fields == "\(page.fields["title"] ?? "")\n\(page.fields["status"] ?? "")")
      }
      let first = "page:\(place.site.baseURL)/page/1"
      #expect(86000...86400 ~= (Int(try redis.cli("TTL", first)) ?? 0))
      #expect(try redis.cli("XLEN", "broken") == "4")
      // Read by a client that knows nothing of pipe.
      let json = try redis.cli("HGETALL", first, options: ["-3", "--json"])
      let fields = try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
      #expect(Set(fields.keys) == ["url", "title", "status", "fetched_at"])
    }
  }
}
