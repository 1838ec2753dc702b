import PipeEngine
import PipeSpec
import PipeStages
import Testing

/// The words that help: read as the person who made the mistake.
@Suite("Hints about specs")
struct HintTests {
  private static let start = "version: 1\nsources: [{urls: [https://example.com/]}]\n"
  private static let end = "\nextract: [url, status]\nsinks: [{csv: a.csv}]"

  /// What is wrong, the finding's message, its hint.
  static let faults: [(String, String, String?)] = [
    ("concurrency: 5", "unknown key 'concurrency' in the pipeline", "put it under 'fetch'"),
    ("fetch: {delay: 1s}", "unknown key 'delay' in fetch", "put it under 'per_host'"),
    ("fetch: {download_delay: 1s}", "unknown key 'download_delay' in fetch", "did you mean 'delay' under 'per_host'?"),
    ("fetch: {max_concurrency: 1}", "unknown key 'max_concurrency' in fetch", "did you mean 'concurrency'?"),
    ("fetch: {timeout: 10}", "fetch.timeout needs a unit", "did you mean 10s?"),
    ("fetch: {timeout: 10 seconds}", "fetch.timeout has an unknown unit 'seconds'", "did you mean 10s?"),
    ("fetch: {max_body: 10mb}", "fetch.max_body has an unknown unit 'mb'", "did you mean 10MB?"),
    ("fetch: {per_host: {rate: 5/sec}}", "fetch.per_host.rate has an unknown unit '/sec'", "did you mean 5/s?"),
    ("fetch: {concurrency: '5'}", "fetch.concurrency must be a whole number, not '5'", "write it without quotes"),
    (
      "fetch:\n  - timeout: 1s", "fetch must be a map, not a list", "for example: fetch: {concurrency: 5, timeout: 10s}"
    ),
    ("where: statsu == 200", "unknown field 'statsu'", "did you mean 'status'?"),
    ("when: ok", "unknown key 'when' in the pipeline", "it is an option of a sink: write it there, under 'sinks'"),
    (
      "jsonl: out.jsonl", "unknown key 'jsonl' in the pipeline",
      "'jsonl' is a sink: write it as an element of 'sinks'"
    ),
    (
      "vars: {wait: 5}\nfetch: {timeout: '${wait}'}", "fetch.timeout needs a unit: the value of ${wait} is '5'",
      "did you mean 5s?"
    ),
  ]

  @Test("a fault is told with what to do about it", arguments: faults)
  func hint(spec: String, message: String, hint: String?) {
    let diagnostics = Pipeline(testing: Self.start + spec + Self.end).diagnostics
    #expect(diagnostics.map(\.message) == [message])
    #expect(diagnostics.map(\.hint) == [hint])
  }

  static let components: [(String, String)] = [
    ("- csv: a.csv\n    jsonl: b.jsonl", "begin another element with '- '"),
    ("- csv:", "write csv: out/pages.csv"),
    ("- path: a.csv", "'path' is an option: write csv: {path: …}"),
    ("- cvs: a.csv", "did you mean 'csv'?"),
    ("- excel: a.xlsx", "did you mean 'csv'?"),
  ]

  @Test("a sink that is written wrongly is told how it is written", arguments: components)
  func component(sinks: String, hint: String) {
    let spec = Self.start + "extract: [url, status]\nsinks:\n  \(sinks)\n"
    #expect(Pipeline(testing: spec).diagnostics.map(\.hint) == [hint])
  }

  /// A source that is written wrongly, the finding's message, its hint. Nothing else is told of it.
  static let sources: [(String, String, String)] = [
    ("urls.txt", "no source is called 'urls.txt'", "did you mean 'file: urls.txt'?"),
    ("list.txt.gz", "no source is called 'list.txt.gz'", "did you mean 'file: list.txt.gz'?"),
    ("a.CSV", "no source is called 'a.CSV'", "did you mean 'file: a.CSV'?"),
    ("a.ndjson", "no source is called 'a.ndjson'", "did you mean 'file: a.ndjson'?"),
    ("fil", "no source is called 'fil'", "did you mean 'file'?"),
    ("feed: {url: https://example.com/}", "unknown key 'url' in sources.feed", "did you mean 'urls'?"),
    ("sitemap: {url: https://example.com/}", "unknown key 'url' in sources.sitemap", "did you mean 'urls'?"),
  ]

  @Test("a source that is written wrongly is told once, with what was meant", arguments: sources)
  func source(written: String, message: String, hint: String) {
    let spec = "version: 1\nsources:\n  - \(written)\nextract: [url]\nsinks: [{csv: a.csv}]\n"
    let diagnostics = Pipeline(testing: spec).diagnostics
    #expect(diagnostics.map(\.message) == [message])
    #expect(diagnostics.map(\.hint) == [hint])
  }

  /// Conditions that read as another language's, and what is said of them.
  static let conditions: [(String, String, String?)] = [
    ("length > 10KiB", "'10KiB' is not a number", "sizes are compared in bytes: 10240"),
    ("length > 1.5MB", "'1.5MB' is not a number", "sizes are compared in bytes: 1500000"),
    ("elapsed > 500ms", "'500ms' is not a number", "times are compared in seconds: 0.5"),
    ("elapsed > 2h", "'2h' is not a number", "times are compared in seconds: 7200"),
    ("length > 1_000.5", "'1_000.5' is not a number", "write it without '_': 1000.5"),
    ("length > 1_000", "'1_000' is not a number", "write it without '_': 1000"),
    ("length > 10,5", "the decimal sign is a point", "write 10.5"),
    ("length > 1,000", "digits are not grouped", "write 1000, or 1.000 for a decimal sign"),
    (
      "error != 'timeout'",
      "'error' is a code and a message, such as 'timeout: no answer within 10s', so never 'timeout'",
      "write error == null or not (error starts_with 'timeout')"
    ),
    (
      "error == ''",
      "'error' is a code and a message, such as 'timeout: no answer within 10s', so never ''",
      "write error == null"
    ),
    ("fetched_at > 2026-01-01", "a date is written between quotes", "write '2026-01-01'"),
    ("fetched_at > 2026-01-01T10:00:00Z", "a date is written between quotes", "write '2026-01-01T10:00:00Z'"),
    ("status\u{A0}== 200", "a no-break space (U+00A0) stands here", "write a plain space"),
    ("status > 1000", "'status' is from 100 to 999, so this never holds", nil),
    ("status == 0", "'status' is from 100 to 999, so this never holds", nil),
    ("status in [0, 404]", "'status' is from 100 to 999, so never 0", nil),
    ("status not in [1000]", "'status' is from 100 to 999, so never 1000", nil),
    ("status in 1000..2000", "'status' is from 100 to 999, so it is never in this range", nil),
    ("length < 0", "'length' is at least 0, so this never holds", nil),
    ("elapsed < 0", "'elapsed' is at least 0, so this never holds", nil),
    ("elapsed > 2m", "'2m' is not a number", "times are compared in seconds: 120"),
    ("length > 10 KiB", "'10 KiB' is not a number", "sizes are compared in bytes: 10240"),
    (
      "error == 'timeout'",
      "'error' is a code and a message, such as 'timeout: no answer within 10s', so never 'timeout'",
      "write error starts_with 'timeout'"
    ),
  ]

  @Test("a condition in another language's words is told with what it would be here", arguments: conditions)
  func condition(text: String, message: String, hint: String?) {
    let diagnostics = Pipeline(testing: Self.start + "where: \(text)" + Self.end).diagnostics
    #expect(diagnostics.map(\.message) == [message])
    #expect(diagnostics.map(\.hint) == [hint])
  }

  /// Whole specs that newcomers write, and what is said of them.
  static let specs: [(String, String, String?)] = [
    (
      "https://example.com/\nhttps://example.org/", "this is a list of URLs, not a spec",
      "a spec names the list: sources: [{file: spec.yaml}]; 'pipe init' writes one to begin with"
    ),
    (
      start + "extract:\n  - title: title\n  - text: {css: p}\nsinks: [csv: a.csv]",
      "a list of fields holds names alone, and this is a map",
      "write extract as a map, without the '- ' before each field: title: …"
    ),
    (
      start + "extract:\n  a:\n    css: #id\nsinks: [csv: a.csv]", "css needs its selector",
      "'#' begins a comment: put quotes around '#id'"
    ),
    (
      start + "extract: {a: {css: #id}}\nsinks: [csv: a.csv]", "'#' begins a comment, so the map is not closed",
      "put quotes around the value"
    ),
    (
      start + "extract: {a: {css: a[href]}}\nsinks: [csv: a.csv]", "a plain value between brackets cannot hold '['",
      "put quotes around it: \"a[href]\""
    ),
    (
      start + "extract: [url]\nsinks: [{csv: ${o}/a.csv}]", "a plain value between brackets cannot hold '{'",
      "put quotes around it: \"${o}/a.csv\""
    ),
    (
      start + "where: \"title\" == \"x\"" + end, "text follows the closing \"",
      "a condition begins with a field's name, without quotes: title == …"
    ),
    (
      start + "fetch: {user_agent: \"${{ secrets.X }}\"}" + end, "'${{ … }}' is not resolved here",
      "write ${secret:env:X}, and set X in the job's env"
    ),
    (
      start + "fetch: {allow_private: yes}" + end, "fetch.allow_private cannot be 'yes'", "write true for all addresses"
    ),
    (
      start + "fetch: {url: https://a.example/}" + end, "unknown key 'url' in fetch",
      "the URLs to fetch belong in 'sources': sources: [{urls: […]}]"
    ),
    (
      start + "fetch: {retry: {max_attempts: 2}}" + end, "unknown key 'max_attempts' in fetch.retry",
      "did you mean 'attempts'?"
    ),
    (
      start + "extract: [url]\nsinks: [{csv: ~/a.csv}]", "sinks.csv begins with '~', which only a shell replaces",
      "write ${env:HOME}/a.csv"
    ),
    (start + "extract: [url]\nsinks: [{csv: \"\"}]", "sinks.csv must be a path, not nothing", nil),
    (start + "extract: [url]\nsinks: [{csv: out/}]", "sinks.csv is a folder, not a file", "name the file in it"),
    (
      "version: 1\nsources: [{urls: ['http://www.example.test,/']}]" + end,
      "sources.urls has a URL that cannot be fetched: 'www.example.test,' is not the name of a host: it has a ','", nil
    ),
  ]

  @Test("what a newcomer writes is told in words that help", arguments: specs)
  func spec(text: String, message: String, hint: String?) {
    let diagnostics = Pipeline(testing: text).diagnostics
    #expect(diagnostics.map(\.message) == [message])
    #expect(diagnostics.map(\.hint) == [hint])
  }

  @Test("options may stand beside a name that has its main option")
  func beside() {
    let spec = Self.start + "extract: {p: {css: .p, as: number}}\nsinks: [{csv: a.csv, when: p > 1}]"
    #expect(Pipeline(testing: spec).diagnostics.isEmpty)
  }

  /// Templates of other tools, in quotes: the text, whether it is told, and what is to be written.
  static let templates: [(String, String?)] = [
    ("https://example.com/{{ page }}", "write ${page}"), ("https://example.com/{{page}}", "write ${page}"),
    ("https://example.com/{{ vars.page }}", "write ${page}"), ("https://example.com/{{ other }}", "write ${other}"),
    ("https://example.com/{{ env.X }}", "write ${env:X}"), ("https://example.com/{{}}", nil),
    ("https://example.com/{{ a b }}", nil), ("https://example.com/{{ page", nil), ("https://example.com/{page}", nil),
  ]

  @Test("a template of another tool is told, for it is not replaced", arguments: templates)
  func template(url: String, hint: String?) {
    let spec = "version: 1\nvars: {page: a}\nname: \"${page}\"\nsources: [{urls: [\"\(url)\"]}]\n" + Self.end
    let diagnostics = Pipeline(testing: spec).diagnostics
    #expect(diagnostics.map(\.message) == (hint == nil ? [] : ["'{{ … }}' is not replaced: it is part of the value"]))
    #expect(diagnostics.map(\.hint) == (hint == nil ? [] : [hint]))
    #expect(diagnostics.allSatisfy { $0.severity == .warning })
  }

  @Test("a text that is not a URL may be about templates, unless it names a variable")
  func templateInText() {
    func codes(_ text: String) -> [String] {
      Pipeline(
        testing: "vars: {page: a}\n" + Self.start
          + "extract: {a: {const: \"\(text)\"}, b: {const: \"${page}\"}}\nsinks: [{csv: a.csv}]"
      ).diagnostics.map(\.code.rawValue)
    }
    #expect(codes("{{ user }}") == [])
    #expect(codes("{{ page }}") == ["no-effect"])
  }

  @Test("very many unknown names among very many known ones take no time", .timeLimit(.minutes(20)))
  func manyNames() {
    let count = 2_000
    let known = (0..<count).map { "  known\($0): x" }.joined(separator: "\n")
    let used = (0..<count).map { "${other\($0)} ${known\($0)}" }.joined(separator: " ")
    let variables = Pipeline(testing: "vars:\n\(known)\nname: \"\(used)\"\n" + Self.start + Self.end)
    // The place of each costs the length of the text, so that only the first ones are told.
    #expect((10...100).contains(variables.diagnostics.count))

    let fields = (0..<count).map { "field\($0): url" }.joined(separator: ", ")
    let columns = (0..<count).map { "other\($0)" }.joined(separator: ", ")
    let names = Pipeline(
      testing: Self.start + "extract: {\(fields)}\nsinks: [{csv: {path: a.csv, fields: [\(columns)]}}]")
    #expect(names.diagnostics.filter { $0.code == .unknownField }.count == count)
    // The hint of each does not list all of them.
    #expect(names.diagnostics.allSatisfy { ($0.hint ?? "").utf8.count < 400 })
  }

  @Test("variables of variables that grow are refused where they become too much")
  func growingVariables() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
    let growing = zip(names, names.dropFirst()).map { "  \($1): \"" + String(repeating: "${\($0)}", count: 10) + "\"" }
    let spec =
      "vars:\n  a: \"0123456789\"\n" + growing.joined(separator: "\n") + "\nname: \"${j}\"\n" + Self.start + Self.end
    let diagnostics = Pipeline(testing: spec).diagnostics
    #expect(
      diagnostics.map(\.message) == ["the ${…} up to here bring more than 16 MiB into the spec"])
    #expect(diagnostics.map(\.note) == ["9:7 out-of-range"])
    #expect(diagnostics.map(\.hint) == ["do not make variables of variables that grow with each"])
  }

  @Test("a secret in a message is not shown")
  func secrets() {
    let spec = Self.start + "fetch: {timeout: '${secret:env:TOKEN}'}" + Self.end
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: spec), catalogue: .standard, folder: SourceFolder(""),
      variables: Variables(environment: ["TOKEN": "s3cr3t-value"]), processors: 1)
    let reports = [DiagnosticReport(pipeline.file, pipeline.diagnostics)]
    let renderers: [any DiagnosticRenderer] = [
      TextDiagnosticRenderer(colour: true), JSONDiagnosticRenderer(), SARIFDiagnosticRenderer(version: "1"),
      GitHubDiagnosticRenderer(),
    ]
    #expect(!pipeline.diagnostics.isEmpty)
    for renderer in renderers {
      let text = renderer.render(reports)
      #expect(!text.contains("s3cr3t-value"))
      #expect(text.contains("***"))
    }
  }
}
