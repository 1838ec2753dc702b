import FoundationEssentials
import Glibc
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, logins", .timeLimit(.minutes(20)))
struct LoginTests {
  private static let password = ["MEMBER_PASSWORD": "s3cret pass"]

  /// A spec for pages of members.
  private func spec(
    _ place: borrowing Workplace, uses: Int = 0, to: Int = 60, login: String = "", fetch: String = "",
    url: String = "SITE/members/{n}"
  ) throws -> String {
    try place.spec(
      """
      name: members
      sources: [{range: {url: "\(url)", to: \(to)}}]
      fetch:
        concurrency: 50
        per_host: {concurrency: 50}
        timeout: 10s
        login:
          page: "SITE/login?uses=\(uses)"
          form: {user: ada, password: "${secret:env:MEMBER_PASSWORD}"}
          \(login)
        allow_private: [127.0.0.0/8]
        \(fetch)
      extract: [url, status, title, error]
      sinks: [{csv: {path: out.csv, order: input}}]
      """)
  }

  private func expectMembers(_ place: borrowing Workplace, _ numbers: ClosedRange<Int>) throws {
    let rows = try place.table("out.csv").rows
    #expect(rows.map { $0["title"] } == numbers.map { "Member \($0)" })
    #expect(rows.allSatisfy { $0["status"] == "200" && $0["error"] == "" })
  }

  @Test("one login, with the token of its page, and no record of it")
  func once() async throws {
    try await Workplace.use(pages: 1) { place in
      let outcome = try await place.pipe("run", try spec(place), environment: Self.password)
      #expect(outcome.status == 0, "\(outcome.errors)")
      try expectMembers(place, 1...60)
      #expect(try place.site.served("/login") == 2)
      #expect(try place.site.served("/members/{number}") == 60)
      // Where the login leads to.
      #expect(try place.site.served("/members") == 1)
    }
  }

  @Test(
    "a session that ends is begun again, once for all requests under way",
    arguments: [("", 25), ("?refuse=401", 25), ("", 3)])
  func expiry(query: String, uses: Int) async throws {
    try await Workplace.use(pages: 1) { place in
      let outcome = try await place.pipe(
        "run", try spec(place, uses: uses, to: 200, url: "SITE/members/{n}\(query)"), environment: Self.password)
      #expect(outcome.status == 0, "\(outcome.errors)")
      try expectMembers(place, 1...200)
      // The page that a login leads to takes one use.
      let least = 200 / (uses - 1)
      let logins = try place.site.served("/login")
      let asked = try place.site.served("/members/{number}")
      #expect(outcome.errors.contains("logged in again"), "\(outcome.errors)")
      // A login is a page and a form; whoever is sent there by a redirect does not go.
      #expect(logins.isMultiple(of: 2))
      #expect(logins / 2 <= least + 3, "\(logins) \(asked)")
    }
  }

  @Test(
    "a login that fails ends the run before any row, and says why",
    arguments: [
      ("", "guess-9", "the answer has the form again (the user or the password may be wrong)"),
      ("success: /Welcome/", "s3cret pass", "the answer to the login does not match /Welcome/ (fetch.login.success)"),
    ])
  func failure(login: String, password: String, words: String) async throws {
    try await Workplace.use(pages: 1) { place in
      try place.folder.write("out.csv", "yesterday\n".utf8)
      let outcome = try await place.pipe(
        "run", try spec(place, login: login), environment: ["MEMBER_PASSWORD": password])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("login at \(place.site.baseURL)/login?uses=0"), "\(outcome.errors)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(!outcome.errors.contains(password))
      #expect(try place.site.served("/members/{number}") == 0)
      #expect(try place.site.served("/login") == 2)
      #expect(try place.folder.text("out.csv") == "yesterday\n")
      #expect(try !place.folder.names().contains("out.csv.part"))
    }
  }

  @Test(
    "a page without the form, and one that cannot be had, are failures of the run",
    arguments: [
      ("page/1", "the page has no form with the fields 'user', 'password'"),
      ("status/500", "the page with the form has the status 500"),
      (
        "redirect-to?url=http%3A%2F%2F127.0.0.2%3APORT%2Flogin",
        "the page redirects to http://127.0.0.2:PORT, another origin"
      ),
      ("redirect-loop", "the page with the form could not be had: redirects:"),
    ])
  func noForm(path: String, words: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let port = "\(place.site.port)"
      let text = try place.folder.text(try spec(place, fetch: "retry: 1")).replacing(
        "login?uses=0", with: path.replacing("PORT", with: port))
      try place.folder.write("spec.yaml", text.utf8)
      let outcome = try await place.pipe("run", "spec.yaml", environment: Self.password)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains(words.replacing("PORT", with: port)), "\(outcome.errors)")
      #expect(try place.site.served("/members/{number}") == 0)
    }
  }

  @Test("a private address is refused for a login as for a page")
  func privateAddress() async throws {
    try await Workplace.use(pages: 1) { place in
      let allowing = try place.folder.text(try spec(place))
      let text = allowing.replacing("allow_private: [127.0.0.0/8]", with: "allow_private: []")
      try place.folder.write("spec.yaml", text.utf8)
      let outcome = try await place.pipe("run", "spec.yaml", environment: Self.password)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("the page with the form could not be had: forbidden:"), "\(outcome.errors)")
    }
  }

  @Test("a run that is killed and goes on logs in again, and nothing of the login is in its journal")
  func resumed() async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try spec(place, uses: 40, to: 400, fetch: "# slowly")
      let text = try place.folder.text(spec).replacing(
        "per_host: {concurrency: 50}", with: "per_host: {concurrency: 4, delay: 4ms}"
      )
      .replacing("order: input", with: "publish: live")
      try place.folder.write(spec, text.utf8)
      let command = try place.start(["run", spec, "--progress", "none"], environment: Self.password)
      let written = "\(place.folder.path)/out.csv"
      var size = 0
      for _ in 0..<400 where size < 2000 {
        try await Task.sleep(for: .milliseconds(25))
        size = (try? place.folder.text("out.csv"))?.utf8.count ?? 0
      }
      command.send(SIGKILL)
      _ = await command.outcome()
      #expect(size >= 2000, "\(written)")
      let journal = try FileManager.default.contentsOfDirectory(atPath: place.folder.path(".pipe/members"))
        .flatMap { (try? place.folder.bytes(".pipe/members/\($0)")) ?? [] }
      #expect(!journal.isEmpty)
      for secret in ["s3cret", "session=", "visitor", "csrf"] {
        #expect(journal.firstRange(of: Array(secret.utf8)) == nil, "\(secret)")
      }
      let before = try place.site.served("/login")
      let outcome = try await place.pipe("run", spec, "--resume", environment: Self.password)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try place.site.served("/login") >= before + 2)
      let rows = try place.table("out.csv").rows
      #expect(Set(rows.compactMap { $0["title"] }) == Set((1...400).map { "Member \($0)" }))
      #expect(rows.count == 400)
    }
  }

  @Test("another origin sees no cookie, and is asked for no login")
  func otherOrigin() async throws {
    try await Workplace.use(pages: 1) { place in
      let other = "http://127.0.0.2:\(place.site.port)"
      let spec = try place.spec(
        """
        sources: [{urls: ["SITE/members/1", "\(other)/cookies", "\(other)/status/401", "SITE/redirect-to?url=\(other)/headers"]}]
        fetch:
          timeout: 10s
          login: {page: "SITE/login", form: {user: ada, password: "${secret:env:MEMBER_PASSWORD}"}}
          allow_private: [127.0.0.0/8]
        extract: [final_url, status, body]
        sinks: [{jsonl: {path: "-", order: input}}]
        """)
      let outcome = try await place.pipe("run", spec, environment: Self.password)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.lines.count == 4)
      #expect(outcome.output.contains("Member 1"))
      #expect(!outcome.output.contains("session="))
      #expect(try place.site.served("/login") == 2)
    }
  }

  @Test("a form in a page by HTTPS alone: a cookie for that is not kept of one without, and then the login has failed")
  func secureCookie() async throws {
    for (attributes, succeeds) in [("; Secure", false), ("; HttpOnly; SameSite=Strict; Path=/", true)] {
      let server = try RawServer(answering: { request in
        let hasSession = request.contains("sid=1")
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: "
        if request.hasPrefix("GET /login") {
          let page = "<form method=post><input name=user></form>"
          return "\(head)\(page.utf8.count)\r\n\r\n\(page)"
        }
        if request.hasPrefix("POST /login") { return "\(head)0\r\nSet-Cookie: sid=1\(attributes)\r\n\r\n" }
        return hasSession ? "\(head)0\r\n\r\n" : "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"
      })
      defer { server.close() }
      try await Workplace.use(pages: 1) { place in
        let base = "http://127.0.0.1:\(server.port)"
        let spec = try place.spec(
          """
          sources: [{urls: [\(base)/a, \(base)/b]}]
          fetch: {timeout: 10s, login: {page: \(base)/login, form: {user: ada}}, allow_private: [127.0.0.1]}
          extract: [status]
          sinks: [{csv: "-"}]
          """)
        let outcome = try await place.pipe("run", spec)
        #expect(outcome.status == (succeeds ? 0 : 1), "\(outcome.errors)")
        if !succeeds {
          #expect(outcome.errors.contains("still answers 401"), "\(outcome.errors)")
          #expect(!outcome.output.contains("401"), "\(outcome.output)")
        }
      }
    }
  }

  @Test("a login by url sends what the spec says, and where no cookie comes of it that is a failure")
  func byURL() async throws {
    let log = Recorder<String>()
    let server = try RawServer(answering: { request in
      log.append(request)
      let isLogin = request.contains(" /session ")
      let cookie = isLogin && request.contains("ada") ? "Set-Cookie: sid=1; Path=/\r\n" : ""
      return "HTTP/1.1 200 OK\r\n\(cookie)Content-Length: 0\r\n\r\n"
    })
    defer { server.close() }
    let base = "http://127.0.0.1:\(server.port)"
    for (login, content, type) in [
      (
        "form: {user: ada, password: \"${secret:env:P}\"}", "user=ada&password=a+b%26",
        "application/x-www-form-urlencoded"
      ),
      (
        "body: '{\"user\": \"ada\", \"p\": \"${secret:env:P}\"}'", "{\"user\": \"ada\", \"p\": \"a b&\"}",
        "application/json"
      ),
      ("method: PUT, body: \"${secret:env:P}\"", "a b&", ""),
    ] {
      try await Workplace.use(pages: 1) { place in
        let spec = try place.spec(
          """
          sources: [{urls: [\(base)/a]}]
          fetch:
            login: {url: \(base)/session, \(login)}
            allow_private: [127.0.0.1]
          extract: [status]
          sinks: [{csv: "-"}]
          """)
        let before = log.all.count
        let outcome = try await place.pipe("run", spec, environment: ["P": "a b&"])
        let requests = log.all.dropFirst(before)
        let sent = try #require(requests.first)
        #expect(sent.hasSuffix("\r\n\r\n\(content)"), "\(sent)")
        #expect(type.isEmpty || sent.contains("Content-Type: \(type)\r\n"), "\(sent)")
        if content.contains("ada") {
          #expect(outcome.status == 0, "\(outcome.errors)")
          #expect(requests.last?.contains("Cookie: sid=1") == true)
        } else {
          #expect(sent.hasPrefix("PUT "))
          #expect(outcome.status == 1)
          #expect(outcome.errors.contains("no cookie was set"), "\(outcome.errors)")
        }
      }
    }
  }

  @Test("the content of a login follows no redirect to another origin")
  func redirectedAway() async throws {
    let log = Recorder<String>()
    let other = try RawServer(
      "127.0.0.2",
      script: { _ in
        [
          .serve { request in
            log.append(request)
            return Array("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n".utf8)
          }
        ]
      })
    defer { other.close() }
    let target = "http://127.0.0.2:\(other.port)/take"
    let server = try RawServer(answering: { request in
      let page = "<form method=post action=/login><input name=user></form>"
      if request.hasPrefix("GET /login") {
        return "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(page.utf8.count)\r\n\r\n\(page)"
      }
      return "HTTP/1.1 307 Go\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n"
    })
    defer { server.close() }
    try await Workplace.use(pages: 1) { place in
      let base = "http://127.0.0.1:\(server.port)"
      let spec = try place.spec(
        """
        sources: [{urls: [\(base)/a]}]
        fetch: {login: {page: \(base)/login, form: {user: ada}}, allow_private: [127.0.0.0/8]}
        extract: [status]
        sinks: [{csv: "-"}]
        """)
      let outcome = try await place.pipe("run", spec)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("a redirect asks for the login's content at another origin"), "\(outcome.errors)")
      #expect(log.all.isEmpty)
    }
  }

  @Test("Ctrl-C ends a run that waits for its login")
  func interrupted() async throws {
    try await Workplace.use(pages: 1) { place in
      let text = try place.folder.text(try spec(place, fetch: "retry: 1")).replacing("login?uses=0", with: "delay/30")
        .replacing("timeout: 10s", with: "timeout: 60s")
      try place.folder.write("spec.yaml", text.utf8)
      let command = try place.start(["run", "spec.yaml", "--progress", "none"], environment: Self.password)
      for _ in 0..<400 where (try? place.site.served("/delay/{seconds}")) != 1 {
        try await Task.sleep(for: .milliseconds(25))
      }
      let start = ContinuousClock.now
      command.send(SIGINT)
      try await Task.sleep(for: .milliseconds(700))
      command.send(SIGINT)
      let outcome = await command.outcome()
      #expect(outcome.status == 130, "\(outcome.errors)")
      #expect(ContinuousClock.now - start < .seconds(20))
    }
  }

  @Test(
    "no password is shown, whatever is asked",
    arguments: [
      ["validate"], ["plan"], ["plan", "--format", "json"], ["run", "--dry-run"], ["run"],
      ["try", "SITE/members/1", "--sent", "--spec"],
    ])
  func hidden(command: [String]) async throws {
    try await Workplace.use(pages: 1) { place in
      let spec = try spec(place)
      let arguments = command.map { $0.replacing("SITE", with: place.site.baseURL) }
      let outcome = try await place.start(arguments + [spec], environment: Self.password).outcome()
      #expect(outcome.status == 0, "\(outcome.errors)")
      let all = outcome.output + outcome.errors
      #expect(!all.contains("s3cret") && !all.contains("ada"), "\(all)")
      if command[0] == "plan" || command.contains("--dry-run") {
        #expect(all.contains("logs in by the form of \(place.site.baseURL)/login"), "\(all)")
      }
      if command[0] == "try" { #expect(outcome.output.contains("Member 1"), "\(all)") }
    }
  }
}
