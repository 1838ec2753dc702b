import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting
import Testing

/// Options beside a component's name, and paths that say their format.
struct ShortFormTests {
  private static func spec(sources: String = "urls: [https://e.example/]", extract: String, sinks: String) -> String {
    "version: 1\nsources: [{\(sources)}]\nextract: {\(extract)}\nsinks: [\(sinks)]\n"
  }

  @Test(arguments: [
    ("p: {css: .price, as: number}", "p: {css: {selector: .price, as: number}}"),
    ("p: {css: a.next, attribute: href, as: url}", "p: {css: {selector: a.next, attribute: href, as: url}}"),
    ("p: {as: url, css: a.next, attribute: href}", "p: {css: {selector: a.next, attribute: href, as: url}}"),
    ("p: {xpath: //a, all: true}", "p: {xpath: {expression: //a, all: true}}"),
    ("p: {json: $.x, default: 0}", "p: {json: {path: $.x, default: 0}}"),
    ("p: {css: {selector: .price}, as: number}", "p: {css: {selector: .price, as: number}}"),
    ("p: {title: , trim: true}", "p: {title: {trim: true}}"), ("p: {title, trim: true}", "p: {title: {trim: true}}"),
    ("p: {length, unit: characters}", "p: {length: characters}"),
  ])
  func `Options beside a component's name are its options`(short: String, long: String) throws {
    let (one, other) = (Self.spec(extract: short, sinks: "a.csv"), Self.spec(extract: long, sinks: "{csv: a.csv}"))
    #expect(Pipeline(testing: one).diagnostics.map(\.message) == [])
    #expect(CanonicalForm(one) == CanonicalForm(other))
  }

  @Test(arguments: [
    ("csv: out.csv, when: ok", "csv: {path: out.csv, when: ok}"),
    ("csv: out.csv, delimiter: ;, fields: [p]", "csv: {path: out.csv, delimiter: ;, fields: [p]}"),
    ("csv: out.tsv", "csv: {path: out.tsv, delimiter: \"\\t\"}"),
    ("csv: out.tsv.GZ", "csv: {path: out.tsv.GZ, delimiter: \"\\t\"}"),
  ])
  func `Options beside a sink's name are its options`(short: String, long: String) throws {
    let (one, other) = (
      Self.spec(extract: "p: title", sinks: "{\(short)}"), Self.spec(extract: "p: title", sinks: "{\(long)}")
    )
    #expect(Pipeline(testing: one).diagnostics.map(\.message) == [])
    #expect(CanonicalForm(one) == CanonicalForm(other))
    #expect(CanonicalForm(one) != CanonicalForm(Self.spec(extract: "p: title", sinks: "{csv: out.csv}")))
  }

  @Test(arguments: [
    ("out/a.csv", "csv: out/a.csv"), ("out/a.tsv", "csv: {path: out/a.tsv, delimiter: \"\\t\"}"),
    ("a.CSV.gz", "csv: a.CSV.gz"), ("a.jsonl", "jsonl: a.jsonl"), ("a.ndjson.zst", "jsonl: a.ndjson.zst"),
  ])
  func `A path alone is a sink of the format that its ending names`(path: String, sink: String) throws {
    let (one, other) = (Self.spec(extract: "p: title", sinks: path), Self.spec(extract: "p: title", sinks: "{\(sink)}"))
    #expect(Pipeline(testing: one).diagnostics.map(\.message) == [])
    #expect(CanonicalForm(one) == CanonicalForm(other))
  }

  @Test(arguments: ["out/a.xml", "out/pages", "a.csv.bak", "a.parquet"])
  func `A path whose ending names no format is told the formats`(path: String) {
    let found = Pipeline(testing: Self.spec(extract: "p: title", sinks: path)).diagnostics
    #expect(found.map(\.message) == ["no sink is called '\(path)'"])
    #expect(found.map(\.hint) == ["a path alone is a sink if it ends in .csv, .tsv, .jsonl, .ndjson"])
  }

  @Test func `A path beside other options is told the sink that they belong to`() {
    let found = Pipeline(testing: Self.spec(extract: "p: title", sinks: "{path: a.csv, when: ok}")).diagnostics
    #expect(found.map(\.message) == ["a sink is a map with one key, its name"])
    #expect(found.map(\.hint) == ["'path' is an option: write csv: {path: …}"])
  }

  @Test(arguments: [
    ("a.csv", "csv"), ("a.TSV", "csv"), ("a.jsonl.gz", "jsonl"), ("x/a.ndjson", "jsonl"), ("a.csv.zst", "csv"),
    ("a.txt", "lines"), ("a.txt.gz", "lines"), ("csv", "lines"), ("a.csv.bak", "lines"), ("a.csv/b", "lines"),
  ])
  func `A file's ending says its format`(path: String, format: String) throws {
    let folder = try TemporaryFolder()
    let rows =
      format == "csv" ? "url\nhttp://e.example/\n" : format == "jsonl" ? "{\"url\":\"http://e.example/\"}\n" : "x\n"
    if !path.contains("/") { try folder.write(path, rows.utf8) }
    let delimiter = path == "a.TSV" ? ", delimiter: \"\\t\"" : ""
    let short = Self.spec(sources: "file: \(path)", extract: "p: title", sinks: "a.csv")
    let long = Self.spec(
      sources: "file: {path: \(path), format: \(format)\(delimiter)}", extract: "p: title", sinks: "a.csv")
    #expect(CanonicalForm(short) == CanonicalForm(long))
    #expect(CanonicalForm(short).entries.contains { $0.key == "sources[0].file.format" && $0.value == format })
    #expect(path.contains("/") || Pipeline(testing: Array(short.utf8), folder: folder.path).diagnostics.isEmpty)
  }

  @Test func `A path that comes from a variable says its format`() throws {
    let spec = "version: 1\nvars: {f: a.csv}\nsources: [{file: '${f}'}]\nextract: [url]\nsinks: [a.csv]\n"
    let long = spec.replacing("{file: '${f}'}", with: "{file: a.csv, format: csv}")
    #expect(CanonicalForm(spec) == CanonicalForm(long))
  }

  /// What is not clear beside a name, and how that is told.
  @Test(arguments: [
    (
      "p: {css: {selector: .a, as: number}, as: int}", "'as' stands beside 'css', and under 'css' too",
      "remove one of them", ["the other one is here"]
    ),
    (
      "p: {css: .a, selector: .b}", "'selector' stands beside 'css', and as the value of 'css' too",
      "remove one of them", ["the other one is here"]
    ),
    (
      "p: {css: {attribute: a}, selector: .b}", "an extractor is a map with one key, its name",
      "indent the options under 'css:'", []
    ),
    (
      "p: {css: , attribute: a}", "an extractor is a map with one key, its name", "indent the options under 'css:'", []
    ),
    ("p: {css: .a, atribute: b}", "unknown key 'atribute' in extract.p.css", "did you mean 'attribute'?", []),
    ("p: {css: .a, b}", "a comma ends a value in braces, so 'b' is a key of its own", "put quotes around", []),
    ("p: {cs: .a, as: number}", "no extractor is called 'cs'", "did you mean 'css'?", []),
    ("p: {css: .a, title: }", "an extractor is a map with one key, its name", "a field has one extractor", []),
  ])
  func `What is not clear beside a name is told`(extract: String, message: String, hint: String, notes: [String]) throws
  {
    let found = Pipeline(testing: Self.spec(extract: extract, sinks: "a.csv")).diagnostics
    let first = try #require(found.first { $0.message == message }, "\(found.map(\.message))")
    #expect(first.hint?.hasPrefix(hint) == true, "\(first.hint ?? "-")")
    #expect(first.notes.map(\.message) == notes)
    #expect(found.count <= 2, "\(found.map(\.message))")
  }

  @Test func `A conflict names both places`() throws {
    let spec =
      "version: 1\nsources: [urls: https://e.example/]\nextract:\n  p:\n    css:\n      selector: .a\n"
      + "      as: number\n    as: int\nsinks: [a.csv]\n"
    let found = Pipeline(testing: spec).diagnostics
    #expect(found.map(\.code) == [.conflict])
    #expect(found.first?.span.start.line == 8)
    #expect(found.first?.notes.first?.span.start.line == 7)
  }

  @Test func `A list without a header is told to be lines where its ending says csv`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a.csv", "https://e.example/\n".utf8)
    let spec = Self.spec(sources: "file: a.csv", extract: "p: title", sinks: "b.csv")
    let found = Pipeline(testing: Array(spec.utf8), folder: folder.path).diagnostics
    #expect(found.map(\.code) == [.unknownField])
    #expect(found.first?.hint?.hasSuffix("; for a list of URLs write format: lines") == true)
    let lines = Self.spec(sources: "file: a.csv, format: lines", extract: "p: title", sinks: "b.csv")
    #expect(Pipeline(testing: Array(lines.utf8), folder: folder.path).diagnostics.isEmpty)
  }
}
