import Glibc
import PipeEngine
import PipeSpec
import PipeTesting
import Testing

@testable import PipeStages

@Suite("Pipeline, the columns of lists")
struct InputColumnTests {
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("shop.csv", Array("url;Preis;name\nhttp://a.example/;1,5;x\n".utf8))
    try folder.write("other.csv", Array("url,colour\nhttp://b.example/,red\n".utf8))
    try folder.write("none.csv", [])
    try folder.write("names.csv", Array("url,e\u{301}\nhttp://a.example/,x\n".utf8))
    try folder.write("urls.txt", Array("http://a.example/\n".utf8))
    try folder.write("rows.jsonl", Array(#"{"url": "http://a.example/", "name": "x"}"#.utf8))
    try folder.write("late.csv", Array((String(repeating: "x", count: 100_000) + ",url\na,http://a/\n").utf8))
    #expect(mkfifo(folder.path("fifo"), 0o600) == 0)
    return folder
  }

  private func findings(_ sources: String, _ field: String) throws -> [Diagnostic] {
    let folder = try folder()
    return Pipeline(
      spec: "sources: [\(sources)]\nextract: {url: url, field: {input: \(field)}}", folder: folder.path
    ).diagnostics
  }

  private static let shop = "{file: {path: shop.csv, format: csv}}"
  private static let other = "{file: {path: other.csv, format: csv}}"

  /// Sources, a column, and the hint; `nil` where all is well.
  static let columns: [(String, String, String?)] = [
    (shop, "name", nil), (shop, "Preis", nil), (shop, "url", nil), (shop, "Name", "did you mean 'name'?"),
    (shop, "nmae", "did you mean 'name'?"), (shop, "sku", "the columns are url, Preis, name"),
    (shop, "{name: Name, as: int}", "did you mean 'name'?"), (shop, "{name: Name, default: x}", "did you mean 'name'?"),
    ("\(shop), \(other)", "colour", nil), ("\(shop), \(other)", "color", "did you mean 'colour'?"),
    ("\(shop), {urls: [http://a.example/]}", "Name", "did you mean 'name'?"),
    ("{file: urls.txt}", "name", "a list of lines has no columns: write format: csv or format: jsonl"),
    ("stdin", "name", "a list of lines has no columns: write format: csv or format: jsonl"),
    ("{urls: [http://a.example/]}", "name", "an element of urls may be a map of columns: {url: …, note: …}"),
    ("{urls: [{url: http://a.example/, name: x}]}", "nmae", "did you mean 'name'?"),
    ("{range: {url: \"http://a.example/{n}\", to: 3}}", "n", nil),
    ("{range: {url: \"http://a.example/{n}\", to: 3}}", "m", "the columns are n"),
    ("{file: {path: names.csv, format: csv}}", "\"\\u00e9\"", "the columns are url, e\u{301}"),
    ("{file: {path: names.csv, format: csv}}", "\"e\\u0301\"", nil),
    ("{file: {path: late.csv, format: csv}}", "url", nil),
    // What cannot be known before the run.
    ("{file: {path: rows.jsonl, format: jsonl}}", "Name", nil), ("{stdin: {format: csv}}", "Name", nil),
    ("\(shop), {stdin: {format: csv}}", "Name", nil), ("{file: {path: none.csv, format: csv}}", "Name", nil),
    ("{file: {path: fifo, format: csv}}", "Name", nil), ("{file: {path: fifo, format: jsonl}}", "Name", nil),
  ]

  @Test("a column that no source has is an error where it is named", arguments: columns)
  func column(sources: String, field: String, hint: String?) throws {
    let diagnostics = try findings(sources, field)
    #expect(diagnostics.map(\.hint) == (hint.map { [$0] } ?? []))
    #expect(diagnostics.allSatisfy { $0.code == .unknownField && $0.span.start.line == 2 })
    #expect(diagnostics.allSatisfy { $0.message.hasPrefix("no source has a column '") })
  }

  @Test(
    "a CSV file without the column of the URLs is an error where it is named",
    arguments: [
      ("{path: shop.csv, format: csv, column: URL}", "'shop.csv' has no column 'URL'", "did you mean column: url?"),
      ("{path: shop.csv, format: csv, column: link}", "'shop.csv' has no column 'link'", "its columns are url, Preis"),
      ("{path: urls.txt, format: csv}", "'urls.txt' has no column 'url': its first row must name the columns", "its"),
    ])
  func urlColumn(file: String, message: String, hint: String) throws {
    let diagnostics = try findings("{file: \(file)}", "url")
    #expect(diagnostics.map(\.message) == [message])
    #expect(diagnostics.map(\.code) == [.unknownField])
    #expect(diagnostics[0].hint?.contains(hint) == true, "\(diagnostics[0].hint ?? "-")")
  }

  @Test("a list that is not one is told before the run", arguments: ["lines", "csv", "jsonl"])
  func foreign(format: String) throws {
    let folder = try folder()
    try folder.write("list", Array("%PDF-1.4\n".utf8))
    let pipeline = Pipeline(spec: "sources: [{file: {path: list, format: \(format)}}]", folder: folder.path)
    #expect(pipeline.diagnostics.map(\.message) == ["'list' is a PDF document, not a list"])
    #expect(pipeline.diagnostics.map(\.code) == [.unreadableFile])
  }
}
