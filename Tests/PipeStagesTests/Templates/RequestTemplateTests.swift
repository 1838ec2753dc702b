import PipeEngine
import PipeSpec
import PipeTesting
import PipeText
import PipeWeb
import Testing

@testable import PipeEngine
@testable import PipeStages

@Suite("Requests from rows")
struct RequestTemplateTests {
  @Test("each row of a CSV file makes its URL, whatever its cells hold")
  func cells() async throws {
    let rows = """
      city,zip
      Zürich,8001
      "a/b?c#d&e=f+g %",
      "two
      lines","00 1"

      """
    let source = try TemplatedSource(
      "{file: rows.csv, url: \"http://h.example/{city}/x?zip={zip}#{city}\"}", rows)
    #expect(
      try await source.lines() == [
        "http://h.example/Z%C3%BCrich/x?zip=8001#Z%C3%BCrich",
        "http://h.example/a%2Fb%3Fc%23d%26e%3Df%2Bg%20%25/x?zip=#a%2Fb%3Fc%23d%26e%3Df%2Bg%20%25",
        "http://h.example/two%0Alines/x?zip=00%201#two%0Alines",
      ])
    #expect(try await source.requests().allSatisfy { $0.method == nil && $0.body == nil && $0.headers.isEmpty })
  }

  @Test("a row that cannot be a request is a record that names the row and the column")
  func faultyRows() async throws {
    let source = try TemplatedSource(
      "{file: rows.csv, url: \"http://h.example/{city}?n={n}\"}", "city,n\n,1\nBern\n..,3\nBasel,4\n")
    #expect(
      try await source.lines() == [
        "bad-url: rows.csv line 2: the column 'city' is empty, which leaves a hole in the path",
        "bad-url: rows.csv line 3: the row has no column 'n'",
        "bad-url: rows.csv line 4: the column 'city' would lead out of its folder, as a '.' or '..' between slashes does",
        "http://h.example/Basel?n=4",
      ])
    // Something stands in the field url.
    #expect(try await source.requests()[0].written == "http://h.example/{city}?n={n}")
  }

  @Test("values of JSON lines are written as they are, and what is no text is told")
  func members() async throws {
    let rows = #"""
      {"q": "a b", "n": 1.10, "on": true}
      {"q": "", "n": 12345678901234567890, "on": false}
      {"q": null, "n": 1, "on": 1}
      {"q": {"a": 1}, "n": 1, "on": 1}
      {"q": ["a"], "n": 1, "on": 1}
      {"Q": "a", "n": 1, "on": 1}

      """#
    let source = try TemplatedSource("{file: rows.jsonl, url: \"http://h.example/?q={q}&n={n}&on={on}\"}", rows)
    #expect(
      try await source.lines() == [
        "http://h.example/?q=a%20b&n=1.10&on=true", "http://h.example/?q=&n=12345678901234567890&on=false",
        "bad-url: rows.jsonl line 3: the column 'q' is null",
        "bad-url: rows.jsonl line 4: the column 'q' is an object, which has no place in a text",
        "bad-url: rows.jsonl line 5: the column 'q' is a list, which has no place in a text",
        "bad-url: rows.jsonl line 6: the row has no column 'q'; did you mean 'Q'?",
      ])
  }

  @Test("a line is a column, too")
  func lines() async throws {
    let text = "# cities\nBern\n New York \nhttp://other.example/\n"
    let source = try TemplatedSource("{file: rows.txt, url: \"http://h.example/?q={line}\"}", text)
    #expect(
      try await source.lines() == [
        "http://h.example/?q=Bern", "http://h.example/?q=New%20York",
        "http://h.example/?q=http%3A%2F%2Fother.example%2F",
      ])
    let both = try TemplatedSource("{file: rows.txt, params: {from: \"{line}\"}}", "http://h.example/?a\n")
    #expect(try await both.lines() == ["http://h.example/?a&from=http%3A%2F%2Fh.example%2F%3Fa"])
    // Nothing is made of lines that are URLs alone.
    let plain = try TemplatedSource("{file: rows.txt, method: HEAD}", "http://h.example/\n")
    #expect(try await plain.requests()[0].input.isEmpty)
  }

  @Test(
    "params are added to the query",
    arguments: [
      ("http://h.example/", "http://h.example/?a%20b=x%26y&n=1"),
      ("http://h.example/?", "http://h.example/?a%20b=x%26y&n=1"),
      ("http://h.example/?c=d", "http://h.example/?c=d&a%20b=x%26y&n=1"),
      ("http://h.example/?c=d&", "http://h.example/?c=d&a%20b=x%26y&n=1"),
      ("http://h.example/#f?g", "http://h.example/?a%20b=x%26y&n=1#f?g"),
      ("http://h.example/?c#f", "http://h.example/?c&a%20b=x%26y&n=1#f"),
    ])
  func parameters(url: String, expected: String) async throws {
    let source = try TemplatedSource("{file: rows.csv, params: {a b: \"{q}\", n: 1}}", "url,q\n\(url),x&y\n")
    #expect(try await source.lines() == [expected])
    let fixed = try TemplatedSource("{file: rows.csv, url: \"\(url)\", params: {a b: \"{q}\", n: 1}}", "q\nx&y\n")
    #expect(try await fixed.lines() == [expected])
  }

  @Test("{+url} is a URL as lists have them, and of another scheme it is refused")
  func wholeURLs() async throws {
    let rows =
      "link\n http://h.example/ä \n<https://h.example/b?c>\njavascript:alert(1)\nfile:///etc/passwd\nh.example/a\n\n"
    let source = try TemplatedSource("{file: rows.csv, url: \"{+link}\"}", rows)
    #expect(
      try await source.lines() == [
        "http://h.example/%C3%A4", "https://h.example/b?c",
        "bad-url: rows.csv line 4: the column 'link' is not a URL: 'javascript:' is neither http nor https",
        "bad-url: rows.csv line 5: the column 'link' is not a URL: 'file:' is neither http nor https",
        "bad-url: rows.csv line 6: the column 'link' is not a URL: it has no scheme; did you mean https://h.example/a?",
      ])
  }

  @Test("doubled braces are braces, and what an interpolation brings names no column")
  func braces() async throws {
    let plain = try TemplatedSource("{file: rows.csv, url: \"http://h.example/?q={{{q}}}&r={{q}}\"}", "q\nx\n")
    #expect(try await plain.lines() == ["http://h.example/?q={x}&r={q}"])
    let secret = try TemplatedSource(
      "{file: rows.csv, url: \"http://h.example/?key=${secret:env:KEY}&q={q}\"}", "q\nx\n",
      variables: Variables(environment: ["KEY": "a{q}}b{"]))
    #expect(try await secret.lines() == ["http://h.example/?key=a{q}}b{&q=x"])
    let escaped = try TemplatedSource("{file: rows.csv, url: \"http://h.example/?a=$${q}&q={q}\"}", "q\nx\n")
    #expect(try await escaped.lines() == ["http://h.example/?a=${q}&q=x"])
  }

  @Test("columns go on into records, and the others do not")
  func input() async throws {
    let source = try TemplatedSource(
      "{file: rows.csv, url: \"http://h.example/{a}\"}", "a,b\n1,2\n", rest: "extract: {b: {input: b}}\n")
    #expect(try await source.requests()[0].input == ["b": .string("2")])
  }

  @Test("rows of urls have columns")
  func listed() async throws {
    let source = try TemplatedSource(
      "{urls: [{q: a b, n: 007}, {q: \"1\", n: 1.50}, {q: true, n: null}], url: \"http://h.example/{q}?n={n}\"}",
      rest: "extract: {q: {input: q}, n: {input: n}}\n")
    #expect(
      try await source.lines() == [
        "http://h.example/a%20b?n=007", "http://h.example/1?n=1.50", "bad-url: urls row 3: the column 'n' is null",
      ])
    #expect(try await source.requests().map { $0.input["q"] } == [.string("a b"), .string("1"), .bool(true)])
    let plain = try TemplatedSource(
      "urls: [{url: http://h.example/, note: x}, http://h.example/2]", rest: "extract: {note: {input: note}}\n")
    #expect(try await plain.requests().map(\.written) == ["http://h.example/", "http://h.example/2"])
    #expect(try await plain.requests().map { $0.input["note"] } == [.string("x"), nil])
    let named = try TemplatedSource("{urls: [http://h.example/?a], url: \"http://check.example/?u={url}\"}")
    #expect(try await named.lines() == ["http://check.example/?u=http%3A%2F%2Fh.example%2F%3Fa"])
  }

  @Test("a range counts wherever {n} stands, and n is a column")
  func range() async throws {
    let source = try TemplatedSource(
      "range: {url: \"http://h.example/{n}/{n}\", params: {page: \"{n}\"}, body: {json: {n: \"{+n}\"}}, to: 2}",
      rest: "extract: {n: {input: n}}\n")
    #expect(
      try await source.lines() == [
        #"POST http://h.example/1/1?page=1 Content-Type=application/json {"n":1}"#,
        #"POST http://h.example/2/2?page=2 Content-Type=application/json {"n":2}"#,
      ])
    #expect(try await source.requests().map { $0.input["n"] } == [.int(1), .int(2)])
    let elsewhere = try TemplatedSource("range: {url: http://h.example/, params: {page: \"{n}\"}, pad: 2, to: 1}")
    #expect(try await elsewhere.lines() == ["http://h.example/?page=01"])
  }

  @Test("the origin is known where no column tells it")
  func origins() throws {
    for (source, origin) in [
      ("{file: rows.csv, url: \"http://h.example/{a}\"}", "http://h.example"),
      ("{file: rows.csv, url: \"http://{a}.example/\"}", nil), ("{file: rows.csv, url: \"{+a}\"}", nil),
    ] as [(String, String?)] {
      let plan = try #require(try TemplatedSource(source, "a\nx\n").pipeline.plan)
      #expect(plan.sources[0].source.origins.map { $0.map(\.description) } == origin.map { [$0] })
    }
  }
}
