import PipeSpec
import PipeStages
import PipeTesting
import Testing

@testable import PipeEngine

extension CanonicalForm {
  fileprivate static let language = Language(.standard)

  /// The form of a spec, of which a test writes what it is about.
  init(_ text: String, variables: Variables = Variables()) {
    let file = SourceFile(name: "spec.yaml", text: text)
    var context = DecodingContext(file: file, variables: variables)
    let root = Document(reading: file).root ?? Node(.mapping([]), span: .wholeFile)
    _ = Self.language.shape.decode(root, &context)
    self.init(root, keys: Self.language.keys, &context)
  }
}

struct SpecMeaningTests {
  private static let base = """
    version: 1
    name: site
    vars: {out: out, where: a}
    sources:
      - urls: [http://a.example/, http://b.example/]
      - file: {path: urls.csv, format: csv, column: url}
    fetch:
      concurrency: 5
      timeout: 10s
      max_body: 10MiB
      headers: {Accept-Language: en, X-Tag: "1"}
    crawl: {depth: 3, exclude: [/search*]}
    extract:
      url: url
      price: {css: .price, as: number}
    where: status == 200 and url contains "${where}"
    sinks:
      - csv: ${out}/pages.csv
      - jsonl: {path: out/bad.jsonl, when: not ok}
    """

  private func meaning(_ text: String, _ variables: Variables = Variables()) throws -> SpecMeaning {
    let file = SourceFile(name: "spec.yaml", text: text)
    return try #require(SpecMeaning(file, language: CanonicalForm.language, variables: variables))
  }

  private func changes(_ old: String, _ new: String) throws -> [SpecChange] {
    try #require(Self.base.contains(old))
    return try meaning(Self.base.replacing(old, with: new)).changes(since: meaning(Self.base))
  }

  /// The journal of a version that had fewer options.
  @Test func `An option that a journal does not know is no change while it has its default`() throws {
    let isNew = { (entry: CanonicalForm.Entry) in entry.key.hasSuffix(".exists") || entry.key.hasSuffix(".with[0]") }
    let base = Self.base.replacing("url: url", with: "url: redirects")
    let now = try meaning(base)
    #expect(now.entries.filter(isNew).count == 3)
    let old = SpecMeaning(entries: now.entries.filter { !isNew($0) })
    #expect(now.changes(since: old) == [])
    let written = try meaning(
      base.replacing(".price,", with: ".price, exists: true,").replacing(", as: number", with: ""))
    #expect(written.changes(since: old).map(\.key) == ["extract.price.css.as", "extract.price.css.exists"])
    // A map that is new is a change, even if all that it has are defaults.
    let without = SpecMeaning(entries: now.entries.filter { !$0.key.hasPrefix("crawl.") })
    #expect(!now.changes(since: without).isEmpty)
  }

  @Test(arguments: [("none", "none", true), ("none", "other", false), ("0", "'0'", false), ("0", "0", true)])
  func `A default that a journal has without quotes is the same text`(old: String, new: String, isSame: Bool) throws {
    let now = try meaning(Self.base.replacing("url: url", with: "url: {json: $.u, default: \(new)}"))
    let past = SpecMeaning(
      entries: now.entries.map { $0.key.hasSuffix(".default") ? .init(key: $0.key, value: old) : $0 })
    #expect(now.changes(since: past).isEmpty == isSame)
  }

  /// Other ways to say the same, and what may change.
  private static let equal: [(String, String)] = [
    ("version: 1", "# a comment\nversion: 1"), ("name: site", "name: other\ndescription: \"new\""),
    ("vars: {out: out, where: a}", "vars:\n  where: 'a'\n  out: out"),
    ("- csv: ${out}/pages.csv", "- out/pages.csv"), ("- csv: ${out}/pages.csv", "- csv: {path: out/pages.csv}"),
    ("- csv: ${out}/pages.csv", "- csv: {path: out/pages.csv, mode: replace, delimiter: \",\", header: true}"),
    ("{css: .price, as: number}", "{as: number, css: {selector: .price}}"),
    ("{css: .price, as: number}", "{css: {as: number, selector: \".price\"}}"),
    ("url: url", "url: {url: {}}"),
    ("status == 200 and", "(status==200)   and"), ("concurrency: 5", "concurrency: 50"),
    ("timeout: 10s", "timeout: 1m"),
    ("timeout: 10s", "per_host: {delay: 1s}\n  retry: 9"), ("max_body: 10MiB", "max_body: 10240KiB"),
    ("  max_body: 10MiB\n", ""), ("depth: 3, ", ""), ("depth: 3, ", "max_pages: 10, "),
    ("exclude: [/search*]", "exclude: /search*, scope: host"),
    ("{Accept-Language: en, X-Tag: \"1\"}", "{X-Tag: \"1\", Accept-Language: en}"),
    ("{Accept-Language: en, X-Tag: \"1\"}", "{X-Tag: \"1\", Accept-Language: en, Authorization: \"Bearer x\"}"),
    ("crawl:", "limits: {memory: 64MiB}\ncrawl:"),
    ("{path: urls.csv, format: csv, column: url}", "{column: url, format: csv, path: urls.csv}"),
    ("{path: urls.csv, format: csv, column: url}", "{path: urls.csv, column: url, quote: '\"'}"),
    ("- file: {path: urls.csv, format: csv, column: url}", "- {file: urls.csv, column: url}"),
    ("- file: {path: urls.csv, format: csv, column: url}", "- {column: url, file: {path: urls.csv, format: csv}}"),
    ("jsonl: {path: out/bad.jsonl, when: not ok}", "{when: not ok, jsonl: out/bad.jsonl}"),
  ]

  @Test(arguments: equal.indices)
  func `The same said in another way is the same, and so is what may change`(row: Int) throws {
    let (old, new) = Self.equal[row]
    #expect(try changes(old, new) == [])
  }

  /// What means something else, and the key and both values that are told.
  private static let different: [(String, String, String)] = [
    ("depth: 3", "depth: 4", "crawl.depth was 3 and is 4"),
    ("/search*", "/find*", "crawl.exclude[0] was /search* and is /find*"),
    ("[/search*]", "[/search*, /a]", "crawl.exclude[1] was not there and is /a"),
    ("column: url", "column: link", "sources[1].file.column was url and is link"),
    (
      "http://b.example/", "http://c.example/", "sources[0].urls.list[1] was http://b.example/ and is http://c.example/"
    ),
    ("format: csv", "format: lines", "sources[1].file.format was csv and is lines"),
    ("format: csv", "quote: none", "sources[1].file.quote was \" and is none"),
    (".price", ".cost", "extract.price.css.selector was .price and is .cost"),
    ("url: url", "address: url", "extract was url, price and is address, price"),
    ("as: number", "as: string", "extract.price.css.as was number and is string"),
    (
      "status == 200", "status == 201",
      #"where was status == 200 and url contains 'a' and is status == 201 and url contains 'a'"#
    ),
    (
      "where: a}", "where: b}",
      #"where was status == 200 and url contains 'a' and is status == 200 and url contains 'b'"#
    ),
    ("${out}/pages.csv", "new/pages.csv", "sinks[0].csv.path was out/pages.csv and is new/pages.csv"),
    ("when: not ok", "when: ok", "sinks[1].jsonl.when was not ok and is ok"),
    ("max_body: 10MiB", "max_body: 1MiB", "fetch.max_body was 10485760B and is 1048576B"),
    ("X-Tag: \"1\"", "X-Tag: \"2\"", "fetch.headers.X-Tag was 1 and is 2"),
    ("jsonl: {path: out/bad.jsonl", "csv: {path: out/bad.jsonl", "sinks[1] was jsonl and is csv"),
  ]

  @Test(arguments: different.indices)
  func `What means something else is told by its key and both values`(row: Int) throws {
    let (old, new, text) = Self.different[row]
    let found = try changes(old, new).map(\.text)
    #expect(found.contains(text), "\(found)")
  }

  @Test func `What may change is left out of what is kept`() throws {
    let keys = try meaning(Self.base).entries.map(\.key)
    for key in SpecMeaning.harmless { #expect(!keys.contains(key)) }
    for key in ["sources[0]", "crawl.depth", "extract.price.css.selector", "sinks[1].jsonl.when", "limits.value"] {
      #expect(keys.contains(key), "\(key) of \(keys)")
    }
  }

  @Test func `Neither secrets nor the users of URLs are kept`() throws {
    let spec = Self.base.replacing("http://a.example/", with: "\"http://me:canary@a.example/?k=${secret:env:KEY}\"")
      .replacing("X-Tag: \"1\"", with: "Authorization: canary")
    let bytes = try meaning(spec, Variables(environment: ["KEY": "canary"])).bytes
    #expect(!String(decoding: bytes, as: UTF8.self).contains("canary"))
    #expect(String(decoding: bytes, as: UTF8.self).contains("***"))
  }

  @Test func `A long list and a long text are told by their length and a hash`() throws {
    let list = (0..<1000).map { "http://h/\($0)" }
    let spec = { (urls: [String]) in
      "sources: [{urls: [\(urls.joined(separator: ", "))]}]\nwhere: url contains \"\(String(repeating: "x", count: 5000))\""
    }
    let one = try meaning(spec(list))
    #expect(one.bytes.count < 2000)
    #expect(try meaning(spec(list)) == one)
    let changes = try meaning(spec(Array(list.dropLast()))).changes(since: one)
    #expect(changes.map(\.key) == ["sources[0].urls.list"])
    #expect(changes.first?.text.contains("1000 elements") == true)
  }

  @Test func `A meaning is read as it was written, and other bytes are refused`() throws {
    let meaning = try meaning(Self.base)
    #expect(SpecMeaning(meaning.bytes) == meaning)
    for count in meaning.bytes.indices { #expect(SpecMeaning(Array(meaning.bytes[..<count])) == nil) }
    #expect(SpecMeaning(meaning.bytes + [0]) == nil)
  }

  @Test func `What the items of a page are is told, however they are found`() throws {
    func meaning(_ each: String) throws -> SpecMeaning {
      try self.meaning(Self.base.replacing("extract:", with: "each: \(each)\nextract:"))
    }
    let forms = ["{css: .a}", "{css: .b}", "{xpath: //a}", "{json: $.a}", "{json: $.b}", "{json: $.b, required: true}"]
    for (index, one) in forms.enumerated() {
      for (other, two) in forms.enumerated() {
        #expect(try meaning(one).changes(since: meaning(two)).isEmpty == (index == other), "\(one) \(two)")
      }
    }
    #expect(try meaning("{css: .a}").changes(since: meaning("{required: false, css: '.a'}")).isEmpty)
    #expect(try !self.meaning(Self.base).changes(since: meaning("{css: .a}")).isEmpty)
  }
}
