import PipeTesting
import PracticeSite
import Testing

@Suite("pipe try", .timeLimit(.minutes(20)))
struct TryTests {
  private static let allow = ["--allow-private", "127.0.0.1"]

  /// A page with what a page may have against whoever shows it.
  private static let page = """
    <!doctype html><html lang=en><title>Lamp \u{1B}[31mred\u{7}</title>
    <h1>Lamp</h1><p class=price>19.50 EUR</p><ul><li>a<li>b<li>c</ul>
    """

  private static func server(_ content: String = page, head: String = "") throws -> RawServer {
    try RawServer { request in
      let path = request.split(separator: " ").dropFirst().first ?? ""
      if path == "/moved" { return "HTTP/1.1 302 Found\r\nLocation: /page\r\nContent-Length: 0\r\n\r\n" }
      if path == "/broken" { return "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" }
      return "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\(head)"
        + "Content-Length: \(content.utf8.count)\r\n\r\n\(content)"
    }
  }

  private func pipe(
    _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:]
  ) async throws -> RunningCommand.Outcome {
    await
      (try RunningCommand(
        BuiltBinary.path(), ["try"] + arguments, folder: folder.path, environment: environment)).outcome()
  }

  private func pipe(_ arguments: String...) async throws -> RunningCommand.Outcome {
    try await pipe(arguments, in: TemporaryFolder())
  }

  /// The rows of a table without its header, as words.
  private func rows(_ output: String) -> [[String]] {
    output.split(separator: "\n").dropFirst().map { $0.split(separator: " ").map(String.init) }
  }

  @Test("each field is shown with its type and value, and lists line by line")
  func fields() async throws {
    let server = try Self.server()
    defer { server.close() }
    let outcome = try await pipe(
      [
        server.url("/page"), "css=h1", "items:{css: li, all: true}",
        "price:{css: .price, pattern: '/[0-9.]+/', as: number}",
      ]
        + Self.allow, in: TemporaryFolder())
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      rows(outcome.output) == [
        ["css", "text", "Lamp"], ["items", "list", "of", "texts,", "3", "a"], ["b"], ["c"],
        ["price", "number", "19.5"],
      ], "\(outcome.output)")
    #expect(
      outcome.errors.hasPrefix("pipe: 200 from \(server.url("/page")): text/html; charset=utf-8, "), "\(outcome.errors)"
    )
  }

  @Test("without fields it shows what the page is, its redirects too")
  func facts() async throws {
    let server = try Self.server()
    defer { server.close() }
    let outcome = try await pipe([server.url("/moved")] + Self.allow, in: TemporaryFolder())
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rows = rows(outcome.output)
    for row in [
      ["status", "whole", "number", "200"], ["final_url", "URL", server.url("/page")],
      ["redirects", "list", "of", "URLs,", "1", server.url("/moved")], ["charset", "text", "UTF-8"],
      ["content_type", "text", "text/html;", "charset=utf-8"], ["language", "text", "en"],
      ["length", "whole", "number", "\(Self.page.utf8.count)"], ["h1", "text", "Lamp"],
    ] {
      #expect(rows.contains(row), "\(outcome.output)")
    }
  }

  @Test("nothing of a page drives the terminal", arguments: [false, true])
  func control(isOnTerminal: Bool) async throws {
    let server = try Self.server(head: "X-Odd: \u{1B}]0;owned\u{7}\r\n")
    defer { server.close() }
    let folder = try TemporaryFolder()
    let arguments = [server.url("/page"), "title", "header=X-Odd", "body", "--sent"] + Self.allow
    let outcome: RunningCommand.Outcome
    if isOnTerminal {
      let script = try #require(Program.path("script"), "install bsdutils")
      let command = ([try BuiltBinary.path(), "try"] + arguments).map { "'\($0)'" }.joined(separator: " ")
      outcome = await
        (try RunningCommand(
          script, ["-qec", command, "/dev/null"], folder: folder.path, environment: ["NO_COLOR": "1"],
          keepsInputOpen: true)).outcome()
      // A value that is longer than the line is cut.
      #expect(outcome.output.contains("…"))
      #expect(outcome.output.split(separator: "\r\n").contains { $0.hasPrefix("body") && $0.count == 80 })
    } else {
      outcome = try await pipe(arguments, in: folder)
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    let text = outcome.output + outcome.errors
    #expect(text.contains("\\u{1B}[31mred\\u{7}"), "\(text)")
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\r" }, "\(text)")
  }

  @Test("a faulty field is told as validate tells it, with its place in the argument")
  func faulty() async throws {
    let folder = try TemporaryFolder()
    let outcome = try await pipe(["http://a.example/", "title", "css=h1 >", "x:json=$[", "{css: [}"], in: folder)
    #expect(outcome.status == 64)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("FIELD:2:"), "\(outcome.errors)")
    #expect(outcome.errors.contains("error[bad-selector]"))
    #expect(outcome.errors.contains("    2 | css=h1 >\n"))
    #expect(outcome.errors.contains("    3 | x:json=$[\n"))
    #expect(outcome.errors.contains("FIELD:4:"))
    try folder.write(
      "spec.yaml",
      "version: 1\nsources: [{urls: [http://a.example/]}]\nextract: {css: {css: \"h1 >\"}}\nsinks: [a.csv]\n".utf8)
    let validated = await (try RunningCommand(BuiltBinary.path(), ["validate", "spec.yaml"], folder: folder.path))
      .outcome()
    func words(_ text: String) -> Substring? {
      text.split(separator: "\n").first { $0.contains("bad-selector") }?.split(separator: "error[").last
    }
    #expect(words(outcome.errors) != nil && words(outcome.errors) == words(validated.errors))
  }

  @Test(
    "what is not a field is wrong usage, with what to write",
    arguments: [
      (["titel"], "did you mean 'title'?"), (["css:.price"], "write 'css=.price'"), (["css"], "css needs its selector"),
      (["price=css=.price"], "a name is set off by a colon: 'price:css=.price'"),
      (["price={css: .price}"], "a name is set off by a colon: 'price:{css: .price}'"),
      (["https://b.example/"], "pipe try fetches one URL"), ([""], "a FIELD is empty"),
      (["title", "title"], "the field 'title' is there already"), ([".price"], "did you mean {css:"),
      (["p:{css: .x, as: number, default: none}"], "the default of 'p' must be a number"),
    ])
  func usage(fields: [String], words: String) async throws {
    let outcome = try await pipe(["http://a.example/"] + fields, in: TemporaryFolder())
    #expect(outcome.status == 64, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test(
    "what is not a URL is wrong usage, with the URL that was meant",
    arguments: [
      ("example.com/a", "did you mean https://example.com/a?"), ("ftp://a.example/", "neither http nor https"),
    ])
  func notURL(url: String, words: String) async throws {
    let outcome = try await pipe(url)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test("a field without a value is status 1, and a field with an error too, which says it")
  func missing() async throws {
    let server = try Self.server()
    defer { server.close() }
    let nothing = try await pipe(
      [server.url("/page"), "css=h1", "x:css=.nothing"] + Self.allow, in: TemporaryFolder())
    #expect(nothing.status == 1)
    #expect(nothing.errors.contains("pipe: no value: x\n"), "\(nothing.errors)")
    #expect(rows(nothing.output) == [["css", "text", "Lamp"], ["x", "text", "null"]])
    let error = try await pipe([server.url("/page"), "json=$.a", "css=h1"] + Self.allow, in: TemporaryFolder())
    #expect(error.status == 1)
    #expect(error.errors.contains("pipe: error: json\n"), "\(error.errors)")
    #expect(error.output.contains("error: the content is not JSON"), "\(error.output)")
  }

  @Test("an error status is an answer, and is not asked for again")
  func errorStatus() async throws {
    let server = try Self.server()
    defer { server.close() }
    let outcome = try await pipe([server.url("/broken"), "status"] + Self.allow, in: TemporaryFolder())
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(rows(outcome.output) == [["status", "whole", "number", "500"]])
    #expect(server.requests.count == 1)
  }

  @Test("a private address is refused, and the hint that is given allows it")
  func privateAddress() async throws {
    let server = try Self.server()
    defer { server.close() }
    let folder = try TemporaryFolder()
    for host in ["127.0.0.1", "localhost"] {
      let url = "http://\(host):\(server.port)/page"
      let refused = try await pipe([url, "h1"], in: folder)
      #expect(refused.status == 1)
      #expect(refused.output == "")
      #expect(refused.errors.contains("is a loopback address"), "\(refused.errors)")
      #expect(refused.errors.contains("--allow-private \(host) allows it here"), "\(refused.errors)")
      #expect(try await pipe([url, "h1", "--allow-private", host], in: folder).status == 0)
    }
    #expect(try await pipe(["http://a.example/", "--allow-private", "a b"], in: folder).status == 64)
  }

  @Test("what cannot be fetched is status 1, with its error and where to read of it")
  func failed() async throws {
    let outcome = try await pipe(["http://127.0.0.1:1/", "title"] + Self.allow, in: TemporaryFolder())
    #expect(outcome.status == 1)
    #expect(outcome.output == "")
    #expect(outcome.errors.contains("connect: "), "\(outcome.errors)")
    #expect(outcome.errors.contains("pipe explain error.connect"))
  }

  @Test("with a spec its settings and fields are used, and a FIELD may be one of them")
  func spec() async throws {
    let server = try Self.server()
    defer { server.close() }
    let folder = try TemporaryFolder()
    try folder.write(
      "spec.yaml",
      """
      version: 1
      vars: {tag: h1}
      sources: [{urls: [http://a.example/]}]
      fetch: {allow_private: [127.0.0.1], headers: {X-Key: "${secret:env:KEY}", Accept-Language: de}}
      extract: {name: {css: "${tag}"}, price: {css: .price}}
      where: name == 'Chair'
      sinks: [{csv: {path: a.csv, fields: [name, price], when: ok}}]
      """.utf8)
    let environment = ["KEY": "s3same"]
    let whole = try await pipe([server.url("/page"), "--spec", "spec.yaml"], in: folder, environment: environment)
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(rows(whole.output) == [["name", "text", "Lamp"], ["price", "text", "19.50", "EUR"]])
    #expect(whole.errors.contains("where does not hold"))
    #expect(server.requests.last?.contains("X-Key: s3same") == true)
    let part = try await pipe(
      [server.url("/page"), "name", "css=li", "--spec", "spec.yaml", "--set", "tag=p", "--sent"], in: folder,
      environment: environment)
    #expect(part.status == 0, "\(part.errors)")
    #expect(rows(part.output) == [["name", "text", "19.50", "EUR"], ["css", "text", "a"]])
    #expect(part.errors.contains("> X-Key: ***\n") && part.errors.contains("> Accept-Language: de\n"), "\(part.errors)")
    #expect(!part.errors.contains("s3same"))
    #expect(try folder.names() == ["spec.yaml"])
    try folder.write("bad.yaml", "version: 1\n".utf8)
    #expect(try await pipe([server.url("/page"), "--spec", "bad.yaml"], in: folder).status == 2)
  }

  @Test("robots.txt is asked if the spec obeys it, and not otherwise", arguments: [false, true])
  func robots(isObeyed: Bool) async throws {
    try await Workplace.use(pages: 1) { place in
      let url = place.site.baseURL + "/private/1"
      let spec = try place.spec(
        "sources: [{urls: [SITE/]}]\nfetch: {allow_private: [127.0.0.1]\(isObeyed ? ", robots: obey" : "")}\n"
          + "extract: [status]\nsinks: [a.csv]\n")
      let outcome = try await place.pipe("try", url, "--spec", spec)
      #expect(outcome.status == (isObeyed ? 1 : 0), "\(outcome.errors)")
      #expect(outcome.errors.contains("robots: ") == isObeyed)
    }
  }

  @Test("--sent shows what went over the wire, hop by hop, without credentials")
  func sent() async throws {
    let server = try Self.server(head: "Set-Cookie: id=c00kie; Path=/\r\n")
    defer { server.close() }
    let url = "http://me:hunter2@127.0.0.1:\(server.port)"
    let outcome = try await pipe([url + "/moved", "h1", "--sent"] + Self.allow, in: TemporaryFolder())
    #expect(outcome.status == 0, "\(outcome.errors)")
    for part in [
      "> GET /moved HTTP/1.1\n", "> GET /page HTTP/1.1\n", "> Host: 127.0.0.1:\(server.port)\n",
      "> Authorization: Basic ***\n", "< HTTP/1.1 302 Found\n", "< HTTP/1.1 200 OK\n", "< Location: /page\n",
      "< Set-Cookie: id=***; Path=/\n",
    ] {
      #expect(outcome.errors.contains(part), "\(part) \(outcome.errors)")
    }
    for secret in ["hunter2", "c00kie", "bWU6aHVudGVyMg"] {
      #expect(!(outcome.errors + outcome.output).contains(secret), "\(outcome.errors)")
    }
  }

  @Test("--save-spec writes a spec that is valid and runs, and never writes over anything")
  func saved() async throws {
    let server = try Self.server()
    defer { server.close() }
    let folder = try TemporaryFolder()
    let url = server.url("/page") + "?a=${x}"
    let arguments =
      [url, "css=h1", #"q:regex=/([0-9.]+) "?EUR/"#, "{css: li, all: true}", "title", "--save-spec", "shop.yaml"]
      + Self.allow
    let outcome = try await pipe(arguments, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("pipe: wrote shop.yaml"))
    let text = try folder.text("shop.yaml")
    let run = try RunningCommand(BuiltBinary.path(), ["run", "shop.yaml"], folder: folder.path)
    #expect(await run.outcome().status == 0, "\(text)")
    let table = try CSVTable(folder.text("out/shop.csv"))
    #expect(table.header == ["url", "css", "q", "css2", "title", "error"], "\(text)")
    #expect(
      table.rows.map { row in ["url", "css", "q", "css2"].map { row[$0] } } == [
        [url, "Lamp", "19.50", #"["a","b","c"]"#]
      ])
    let count = server.requests.count
    let again = try await pipe(arguments, in: folder)
    #expect(again.status == 1)
    #expect(again.errors.contains("shop.yaml is there already"))
    #expect(server.requests.count == count)
    #expect(try folder.text("shop.yaml") == text)
  }

  @Test("the spec that is written for a page alone is valid, and tells no password")
  func savedAlone() async throws {
    let server = try Self.server()
    defer { server.close() }
    let folder = try TemporaryFolder()
    let outcome = try await pipe(
      ["http://me:hunter2@127.0.0.1:\(server.port)/page", "--save-spec", "a b.yaml"] + Self.allow, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try !folder.text("a b.yaml").contains("hunter2"))
    let validated = try RunningCommand(BuiltBinary.path(), ["validate", "a b.yaml"], folder: folder.path)
    #expect(await validated.outcome().errors == "a b.yaml: ok\n")
  }

  @Test("--format json is one object, whatever came of the page")
  func json() async throws {
    let server = try Self.server()
    defer { server.close() }
    let arguments = ["css=h1", "{css: li, all: true}", "json=$.a", "--format", "json"] + Self.allow
    let outcome = try await pipe([server.url("/moved")] + arguments, in: TemporaryFolder())
    #expect(outcome.status == 1)
    for part in [
      #""status": 200"#, #""final_url": "\#(server.url("/page"))""#, #""css": "Lamp""#, #""css2": ["a", "b", "c"]"#,
      #""faults": {"json": "the content is not JSON"#, #""error": null"#,
    ] {
      #expect(outcome.output.contains(part), "\(part) \(outcome.output)")
    }
    let failed = try await pipe(["http://127.0.0.1:1/"] + arguments, in: TemporaryFolder())
    #expect(failed.status == 1)
    #expect(failed.output.contains(#""error": "connect: "#) && failed.output.contains(#""status": null"#))
  }

  @Test("a page without an end is cut, and what is not text is not shown as text")
  func hostile() async throws {
    try await Workplace.use(pages: 1) { place in
      let endless = await
        (try place.start(["try", place.site.baseURL + "/broken/endless-body?mb=40", "length", "title"] + Self.allow))
        .outcome()
      #expect(endless.errors.contains("the content is cut at max_body"), "\(endless.errors)")
      #expect(rows(endless.output).contains(["length", "whole", "number", "10485760"]), "\(endless.output)")
      let binary = await
        (try place.start(["try", place.site.baseURL + "/bytes/100000", "body", "css=h1", "text"] + Self.allow))
        .outcome()
      #expect(!binary.output.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
  }

  @Test("Ctrl-C ends it at once")
  func interrupt() async throws {
    let (asked, continuation) = AsyncStream.makeStream(of: Void.self)
    let server = try RawServer { _ in [.read, .run { continuation.yield() }, .hold] }
    defer { server.close() }
    let folder = try TemporaryFolder()
    let command = try RunningCommand(
      BuiltBinary.path(), ["try", server.url()] + Self.allow, folder: folder.path)
    // If it ends by itself, nobody is waited for.
    Task {
      _ = await command.outcome()
      continuation.finish()
    }
    for await _ in asked { break }
    command.send(2)
    let outcome = await command.outcome()
    #expect(outcome.status == 130)
    #expect(outcome.time < .seconds(20))
  }

  @Test("a spec with items shows each of the first ones, and says where there is none")
  func items() async throws {
    let folder = try TemporaryFolder()
    let page = (1...5).map { "<p class=item>\($0)\($0 == 4 ? "" : "<b>b\($0)</b>")</p>" }.joined()
    let server = try Self.server("<title>List</title>" + page)
    defer { server.close() }
    func spec(_ each: String) throws -> String {
      try folder.write(
        "s.yaml",
        """
        version: 1
        sources: [{urls: [http://h/]}]
        fetch: {allow_private: [127.0.0.1]}
        each: {css: \(each)}
        extract: {number: item, title: title, b: {css: {selector: b, required: true}}}
        sinks: [{csv: "-"}]
        """.utf8)
    }
    let found = try await pipe([server.url("/"), "--spec", try spec(".item")], in: folder)
    #expect(found.status == 1, "the fourth lacks a field")
    #expect(found.output.contains("item 3 of 5\n"), "\(found.output)")
    #expect(found.output.contains("… 2 more"), "\(found.output)")
    #expect(found.output.contains("b3") && !found.output.contains("b4"), "\(found.output)")
    #expect(found.errors.contains("pipe: error: b"), "\(found.errors)")
    let json = try await pipe([server.url("/"), "--spec", try spec(".item"), "--format", "json"], in: folder)
    #expect(json.output.contains("\"item_count\": 5"), "\(json.output)")
    #expect(json.output.ranges(of: "\"faults\": {").count == 1 + 5, "\(json.output)")
    #expect(json.output.contains("\"b5\""), "\(json.output)")
    let none = try await pipe([server.url("/"), "--spec", try spec(".none")], in: folder)
    #expect(none.status == 1)
    #expect(none.output.contains("error: missing"), "\(none.output)")
    #expect(none.errors.contains("pipe: error: each"), "\(none.errors)")
  }
}
