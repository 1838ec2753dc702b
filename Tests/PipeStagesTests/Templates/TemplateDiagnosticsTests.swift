import PipeSpec
import PipeTesting
import Testing

@testable import PipeEngine
@testable import PipeStages

/// What is wrong with templates is told where it stands, with what to write.
@Suite("Templates, diagnostics")
struct TemplateDiagnosticsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let source: String
    let findings: [String]
    let hint: String?
    var testDescription: String { source }

    /// - Parameter findings: Of the source in line 2, that begins in column 5.
    init(_ source: String, _ findings: String..., hint: String? = nil) {
      (self.source, self.findings, self.hint) = (source, findings, hint)
    }
  }

  private static let columns: [Case] = [
    Case("{file: rows.csv, url: \"http://h/{cty}\"}", "unknown-field 2:37", hint: "did you mean city?"),
    Case("{file: rows.csv, url: \"http://h/{City}\"}", "unknown-field 2:37", hint: "did you mean city?"),
    Case(
      "{file: rows.csv, url: \"http://h/{a}/{city}/{b}\"}", "unknown-field 2:37", "unknown-field 2:48",
      hint: "its columns are city, n"),
    Case("{file: rows.csv, url: http://h/, params: {q: \"{x}\"}}", "unknown-field 2:51"),
    Case("{file: rows.csv, url: http://h/, headers: {X: \"{x}\"}}", "unknown-field 2:52"),
    Case("{file: rows.csv, url: http://h/, body: {json: {a: [\"{n}\", \"{x}\"]}}}", "unknown-field 2:64"),
    Case("{file: rows.csv, url: http://h/, body: {form: {a: \"{x}\"}}}", "unknown-field 2:56"),
    Case("{file: rows.csv, url: http://h/, body: \"{x}\"}", "unknown-field 2:45"),
    Case("{file: rows.csv, params: {q: \"{city}\"}}", "unknown-field 2:12"),
    Case(
      "{file: rows.txt, url: \"http://h/{n}\"}", "unknown-field 2:37", hint: "a list of lines has one column, 'line'"),
    Case("{file: rows.txt, url: \"http://h/{lien}\"}", "unknown-field 2:37", hint: "did you mean {line}?"),
    Case("range: {url: \"http://h/{m}\", to: 3}", "unknown-field 2:28", hint: "the column of a range is {n}"),
    Case("range: {url: \"http://h/\", to: 3}", "bad-value 2:18", hint: "put {n} where the number goes"),
    Case(
      "range: {url: http://h/, pad: 3, from: 98, to: 101, body: {json: [\"{+n}\"]}}", "bad-value 2:71",
      hint: "write {n}, which is a text, or leave pad away"),
    Case("range: {url: http://h/, pad: 2, from: 98, to: 101, body: {json: [\"{+n}\"]}}"),
    Case("range: {url: http://h/, pad: 2, from: 1, to: -1, step: -1, body: {json: [\"{+n}\"]}}", "bad-value 2:79"),
    Case("range: {url: http://h/, pad: 3, to: 5, body: {json: [\"{n}\"]}}"),
    Case("range: {url: http://h/, pad: 3, to: 5, body: \"{+n}\"}"),
    Case(
      "{urls: [{city: a}, {cty: b}, {n: 1}], url: \"http://h/{city}\"}", "unknown-field 2:24", "unknown-field 2:34",
      hint: "did you mean 'cty'?"),
    Case("urls: [{url: http://h/, n: 1}, {n: 1}]", "missing-key 2:36"),
    Case("urls: [{url: nonsense}]", "bad-url 2:18"), Case("urls: [{}]", "out-of-range 2:12"),
    Case("urls: [{a: [b]}]", "wrong-type 2:16"),
    Case(
      "{file: rows.csv, column: n, url: \"http://h/{n}\"}", "conflict 2:30", hint: "remove it, or write url: \"{+n}\""),
    Case("{file: rows.csv, requests: true}", "conflict 2:22"),
    // What stands for nothing is not the word for it.
    Case(
      "{file: rows.csv, url: http://h/, params: {q: null}}", "wrong-type 2:50",
      hint: "write \"\" for an empty one, or \"null\" for the word"),
    Case("{file: rows.csv, url: http://h/, params: {q: ~}}", "wrong-type 2:50"),
    Case("{file: rows.csv, url: http://h/, body: {form: {q: null}}}", "wrong-type 2:55"),
    Case("{file: rows.csv, url: http://h/, body: null}", "wrong-type 2:44"),
    Case("{file: rows.csv, url: http://h/, params: {q: \"null\"}}"),
    // What cannot be known before the run.
    Case("{file: rows.jsonl, url: \"http://h/{x}\"}"), Case("{stdin: csv, url: \"http://h/{x}\"}"),
    Case("{file: rows.jsonl, requests: true, params: {a: \"{x}\"}}"),
  ]

  private static let texts: [Case] = [
    Case("{file: rows.csv, url: \"http://h/{city\"}", "bad-value 2:37"),
    Case("{file: rows.csv, url: \"http://h/city}\"}", "bad-value 2:41", hint: "write }} for a brace"),
    Case("{file: rows.csv, url: \"http://h/{}\"}", "bad-value 2:37"),
    Case("{file: rows.csv, url: \"http://h/{ city }\"}", "bad-value 2:37", hint: "write the name of the column alone"),
    Case(
      "{file: rows.csv, url: \"http://h/{?city}\"}", "bad-value 2:37",
      hint: "write the parameters under params: {name: \"{name}\"}"),
    Case("{file: rows.csv, url: \"http://h/{/city}\"}", "bad-value 2:37"),
    Case("{file: rows.csv, url: \"http://h/{city:3}\"}", "bad-value 2:37"),
    Case("{file: rows.csv, url: \"http://h/{city*}\"}", "bad-value 2:37"),
    Case("{file: rows.csv, url: \"http://h/{city,n}\"}", "bad-value 2:37"),
    Case("{file: rows.csv, url: \"/{city}\"}", "bad-url 2:27"),
    Case("{file: rows.csv, url: \"h.example/{city}\"}", "bad-url 2:27", hint: "did you mean https://h.example/{city}?"),
    Case("{file: rows.csv, url: \"ftp://h/{city}\"}", "bad-url 2:27"),
    Case("{file: rows.csv, url: \"{city}\"}", "bad-url 2:28", hint: "write {+city} for a column that holds a URL"),
    Case("{file: rows.csv, url: \"https://{+city}/\"}", "bad-url 2:36", hint: "write {city}"),
    Case("{file: rows.csv, url: \"https://{city}@h/\"}", "bad-url 2:36"),
    Case("{file: rows.csv, url: \"https://h h/{city}\"}", "bad-url 2:27"),
    Case("{file: rows.csv, url: \"https://h/a b/{city}\"}", "bad-url 2:27", hint: "write %20"),
    Case("{file: rows.csv, url: http://h/, params: {q: \"{+city}\"}}", "bad-value 2:51", hint: "write {city}"),
    Case("{file: rows.csv, url: http://h/, params: {}}", "out-of-range 2:46"),
    Case("{file: rows.csv, url: http://h/, params: [a]}", "wrong-type 2:46"),
    Case(
      "{file: rows.csv, url: http://h/, body: {json: {a: \"x{+n}\"}}}", "bad-value 2:57",
      hint: "write {n}, which is escaped"),
    Case("{file: rows.csv, url: http://h/, body: {json: {a: .inf}}}", "bad-value 2:55"),
    Case("{file: rows.csv, url: http://h/, body: {form: {a: \"{+n}\"}}}", "bad-value 2:56"),
    Case("{file: rows.csv, url: http://h/, body: {form: {a: b}, json: {}}}", "conflict 2:59"),
    Case("{file: rows.csv, url: http://h/, body: {jsno: {a: b}}}", "unknown-key 2:45", hint: "did you mean 'json'?"),
    Case("{file: rows.csv, url: http://h/, body: {}}", "missing-key 2:44"),
    Case("{file: rows.csv, url: http://h/, body: {file: none.xml}}", "unreadable-file 2:51"),
    Case("{file: rows.csv, url: http://h/, body: {file: /dev/zero}}", "unreadable-file 2:51"),
    Case("{file: rows.csv, url: http://h/, body: '{\"q\": \"{city}\"}'}", "bad-value 2:45"),
    Case("{file: rows.csv, url: http://h/, headers: {Content-Length: 5}}", "bad-value 2:48"),
    Case("{file: rows.csv, url: http://h/, headers: {X: a, x: b}}", "bad-value 2:54"),
    Case("{file: rows.csv, url: http://h/, headers: {X: \"a\\nb\"}}", "bad-value 2:51"),
    Case("{file: rows.csv, url: http://h/, method: SEND}", "bad-value 2:46"),
    Case("{file: rows.csv, url: http://h/, headers: {Authorization: abc}}", "insecure 2:63"),
    Case("{file: rows.csv, url: http://h/, headers: {Authorization: \"{n}\"}}"),
  ]

  private static let mistakes: [Case] = [
    Case(
      "{file: rows.csv, params: {q: {city}}, url: http://h/}", "wrong-type 2:34",
      hint: "put quotes around it: \"{city}\""),
    Case("{file: rows.csv, url: {+city}}", "wrong-type 2:27", hint: "put quotes around it: \"{+city}\""),
    Case("{file: rows.csv, url: http://h/, body: {city}}", "wrong-type 2:44", hint: "put quotes around it: \"{city}\""),
    Case("{file: rows.csv, url: \"http://h/{n}\", body: {json: {q: {city}}}}", "no-effect 2:60", hint: "\"{city}\""),
    Case("{file: rows.csv, url: \"http://h/{{ city }}/{n}\"}", "no-effect 2:27", hint: "write {city} for the column"),
    Case("{file: rows.csv, url: \"http://h/{n}\", body: {json: {q: \"{{city}}\"}}}", "no-effect 2:60"),
    Case("{file: rows.csv, url: \"http://h/{n}\", body: {json: {q: \"query {{ a {{ b }} }}\"}}}"),
    Case("{file: rows.csv, url: http://h/, body: {q: \"{city}\"}}", "unknown-key 2:45", hint: "or form: {q: …}"),
    Case(
      "{file: rows.csv, url: \"http://h/{n}\", json: {q: \"{city}\"}}", "unknown-key 2:43",
      hint: "write body: {json: {…}}"),
    Case(
      "{file: rows.csv, url: \"http://h/{n}\", form: {q: \"{city}\"}}", "unknown-key 2:43",
      hint: "write body: {form: {…}}"),
    Case(
      "{file: rows.csv, url: \"http://h/{n}\", query: {q: \"{city}\"}}", "unknown-key 2:43",
      hint: "did you mean 'params'?"),
    Case("{file: rows.csv, url: http://h/?q=%s}", "no-effect 2:27"),
    Case("{file: rows.csv, url: http://h/?q=%s, method: POST}", "no-effect 2:27"),
    Case("{file: rows.csv, url: http://h/?q=%s, body: x}"),
    Case("{file: rows.csv, url: \"${a}\"}\nvars: {a: \"http://h/{city}\"}", "no-effect 2:27", "no-effect 2:27"),
  ]

  @Test("each fault has its code, its place and its hint", arguments: columns + texts + mistakes)
  func findings(_ test: Case) throws {
    let rows = test.source.contains("rows.txt") ? "a\n" : "city,n\nx,1\n"
    let pipeline = try TemplatedSource(test.source, rows).pipeline
    #expect(pipeline.brief == test.findings, "\(pipeline.diagnostics.map(\.message))")
    if let hint = test.hint {
      #expect(pipeline.diagnostics.first?.hint?.hasSuffix(hint) == true, "\(pipeline.diagnostics.first?.hint ?? "")")
    }
  }

  @Test("a plan tells the templates, and no secret")
  func plan() throws {
    let source = try TemplatedSource(
      "{file: rows.csv, url: \"http://h/{n}?key=${secret:env:KEY}\", params: {a: \"{city}\"}, method: PUT, "
        + "headers: {X-A: \"{n}\", Authorization: \"x ${secret:env:KEY}\"}, body: {json: {n: \"{+n}\"}}}",
      "city,n\nx,1\n",
      variables: Variables(environment: ["KEY": "hush"]))
    let plan = try #require(source.pipeline.plan)
    #expect(
      plan.sources[0].notes == [
        "each row asks for http://h/{n}?key=***", "by PUT", "with the parameters {a: {city}}",
        "with the headers X-A: {n}, Authorization: ***", "with the body json {\"n\":{+n}}",
      ])
  }

  @Test("long bodies and files that differ are told apart")
  func bodies() throws {
    let long = String(repeating: "x", count: 100)
    let notes = try ["\(long)1", "\(long)2", "{json: {a: \(long)1}}", "{json: {a: \(long)2}}", "{file: content.xml}"]
      .map {
        try #require(TemplatedSource("{file: rows.txt, body: \($0)}", "http://h/\n").pipeline.plan).sources[0].notes
      }
    #expect(Set(notes).count == 5)
    #expect(notes[4] == ["with the body the file content.xml (11 bytes, CRC-32 bf0b6bb7)"])
  }
}
