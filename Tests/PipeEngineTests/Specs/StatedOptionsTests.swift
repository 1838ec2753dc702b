import PipeSpec
import PipeStages
import PipeTesting
import Testing

@testable import PipeEngine

/// What a plan tells of a spec: two specs that say different things have different options, whatever the option.
struct StatedOptionsTests {
  private static let language = Language(.standard)

  private static func options(_ text: String, _ variables: Variables = Variables()) throws -> [String: String] {
    let file = SourceFile(name: "spec.yaml", text: text)
    let stated = try #require(
      StatedOptions(file, language: language, variables: variables) { "hash \($0.hashValue)" })
    return Dictionary(uniqueKeysWithValues: stated.options.map { ($0.key, $0.value) })
  }

  /// Whether a spec is decoded without a fault.
  private static func isSound(_ text: String) -> Bool {
    let file = SourceFile(name: "spec.yaml", text: text)
    let document = Document(reading: file)
    guard let root = document.root else { return false }
    var context = DecodingContext(file: file, variables: Variables(environment: environment))
    let spec = language.shape.decode(root, &context)
    return spec != nil && (document.diagnostics + context.diagnostics).allSatisfy { $0.severity != .error }
  }

  private static let credentials: Set = [
    "fetch.auth.bearer", "fetch.auth.basic.password", "fetch.proxy.password", "fetch.login.form", "fetch.login.body",
    "sources.postgres.password", "sinks.postgres.password", "sources.mysql.password", "sinks.mysql.password",
  ]

  /// Values that an option may have, quoted and as they are.
  private static func values(of place: OptionPlace) -> [String] {
    func values(_ shape: ShapeDescription) -> [String] {
      switch shape {
      case .text(let name, _, let examples, _): examples + (texts[name] ?? []) + ["a", "b", "/a", "http://b.example/"]
      case .boolean: ["true", "false"]
      case .integer(let range): ["\(max(range.lowerBound, 2))", "\(min(range.upperBound, 3))"]
      case .number: ["1", "2"]
      case .any, .template: ["1", "two"]
      case .tree: ["{x: 1}", "{x: 2}"]
      case .choice(let words): words.map { "\"\($0.word)\"" }
      case .list(let element, _, _): values(element).map { "[\($0)]" }
      case .dictionary(let element, _, _): values(element).flatMap { ["{x: \($0)}", "{y: \($0)}"] }
      case .map: []
      case .oneOf(let shapes): shapes.flatMap(values)
      case .component(let family): family.components.flatMap(\.examples).flatMap { [$0, "{\($0)}"] }
      }
    }
    return ([place.key.example].compactMap(\.self) + values(place.key.shape)).flatMap { [OptionPlace.quoted($0), $0] }
  }

  private static let texts = [
    "a duration": ["7s", "9s"], "a size": ["7MiB", "9MiB"], "a rate": ["7/s", "9/s"], "a condition": ["ok", "not ok"],
    "a condition on the run": ["records > 1", "failed == 0"], "a character encoding": ["utf-8", "shift_jis"],
    "a date": ["2026-01-01", "2026-01-02"], "a share above 0%, up to 100%": ["1%", "2%"],
    "a JSONPath query": ["$.a", "$.b"], "the name or number of a group": ["0", "1"],
    "an origin": ["http://a.example", "http://b.example"], "one ASCII character": ["\";\"", "\"|\""],
    "one ASCII character, or none": ["\"'\"", "none"],
    "a URL with {n} in it": ["http://a.example/{n}", "http://b.example/{n}"],
    "the URL of a PostgreSQL database": ["postgres://b.example/b", "postgres://c.example/c"],
    "the URL of a MySQL or MariaDB database": ["mysql://b.example/b", "mysql://c.example/c"],
    "the URL of a Redis server": ["redis://b.example:6379/1", "redis://c.example:6379/2"],
    "a host name, an address or a CIDR block": ["10.0.0.1", "10.0.0.2"],
  ]

  /// Maps, whose options are tried by themselves.
  private static func isMap(_ shape: ShapeDescription) -> Bool {
    switch shape {
    case .map, .component: true
    case .list(let element, _, _), .dictionary(let element, _, _): isMap(element)
    case .oneOf(let shapes): shapes.contains(where: isMap)
    case .text, .boolean, .integer, .number, .any, .template, .tree, .choice: false
    }
  }

  private static let spec = """
    version: 1
    name: x
    vars: {host: a.example}
    sources: [{urls: ["http://${host}/?k=${secret:env:A}"]}]
    fetch:
      timeout: 60s
      headers: {X-A: one, Authorization: "Bearer ${secret:env:A}"}
      proxy: "http://me:${secret:env:A}@p.example:3128"
    each: {css: .p}
    extract: {url: url, p: {css: b, as: number}}
    where: p > 5
    sinks: [{csv: {path: a.csv, when: ok}}]
    """

  @Test(arguments: [
    ("version: 1", "# a comment\nversion: 1"), ("name: x", "name: y\ndescription: z"), ("60s", "1m"),
    ("60s", "{total: 60s}"),
    ("{css: b, as: number}", "{as: number, css: {selector: b, all: false}}"), ("p > 5", "'(p>5)'"),
    ("[{csv: {path: a.csv, when: ok}}]", "[{csv: a.csv, when: ok, delimiter: ','}]"),
    ("X-A: one, Authorization: \"Bearer ${secret:env:A}\"", "Authorization: 'Bearer ${secret:env:A}', X-A: 'one'"),
    ("vars: {host: a.example}", "vars: {b: a, host: '${b}.example'}"),
    ("timeout: 60s", "redirects: 10\n  timeout: 60s"),
    ("each: {css: .p}", "each: {css: .p, required: false}"),
  ])
  func `What is only written in another way makes no other plan`(old: String, new: String) throws {
    try #require(Self.spec.contains(old))
    let variables = Variables(environment: environment)
    #expect(try Self.options(Self.spec, variables) == Self.options(Self.spec.replacing(old, with: new), variables))
  }

  @Test func `A secret is its reference, and its value makes no difference`() throws {
    let options = try Self.options(Self.spec, Variables(environment: environment))
    #expect(options["sources[0].urls.list[0]"] == "http://a.example/?k=${secret:env:A}")
    #expect(options["fetch.headers.Authorization"] == "Bearer ${secret:env:A}")
    #expect(options["fetch.proxy.url"] == "http://***${secret:env:A}@p.example:3128")
    #expect(try options == Self.options(Self.spec, Variables(environment: ["A": "other"])))
    let other = Self.spec.replacing("${secret:env:A}", with: "${secret:file:k/a}")
    #expect(try Self.options(other)["fetch.proxy.url"] == "http://***${secret:file:k/a}@p.example:3128")
  }

  @Test(arguments: [
    ("Bearer s3cret", "***"), ("s3cret", "***"), ("Bearer ${secret:env:A}s3cret", "Bearer ${secret:env:A}***"),
    ("s3cret${secret:env:A}", "***${secret:env:A}"), ("s3cret ", "***"), ("${env:A}", "***"),
  ])
  func `What stands in the spec of a credential is not told`(value: String, shown: String) throws {
    let spec = Self.spec.replacing("\"Bearer ${secret:env:A}\"", with: "\"\(value)\"")
    let options = try Self.options(spec, Variables(environment: ["A": "s3cret"]))
    #expect(options["fetch.headers.Authorization"] == shown)
    #expect(!options.values.contains { $0.contains("s3cret") })
  }

  @Test func `What is long is told by its hash`() throws {
    func options(_ body: String, _ count: Int) throws -> [String: String] {
      let urls = (0..<count).map { "http://a.example/\($0)" }.joined(separator: ", ")
      return try Self.options(
        "version: 1\nsources: [{urls: [\(urls)]}]\nfetch: {body: \(body)}\nextract: [url]\nsinks: [{csv: a.csv}]\n")
    }
    let (one, other) = (String(repeating: "a", count: 5_000), String(repeating: "a", count: 4_999) + "b")
    let first = try options(one, 100)
    #expect(first["fetch.body"]?.hasPrefix("5000 bytes, hash ") == true)
    #expect(first["sources[0].urls.list"]?.hasPrefix("100 elements, hash ") == true)
    #expect(try first != options(other, 100))
    #expect(try first != options(one, 99))
    #expect(try first == options(one, 100))
  }

  @Test func `Each option with two values, and without, makes another plan`() throws {
    let variables = Variables(environment: environment)
    for place in OptionPlace.all(of: Self.language.keys) {
      // The first two that are sound, alone or with the same option beside them.
      var sound: [(spec: String, options: [String: String])] = []
      var companion: String?
      for candidate in [nil] + place.companions {
        var found: [(spec: String, options: [String: String])] = []
        for value in Self.values(of: place) where found.count < 2 {
          let spec = place.spec(value, candidate)
          guard Self.isSound(spec), !found.contains(where: { $0.spec == spec }) else { continue }
          found.append((spec, try Self.options(spec, variables)))
        }
        if found.count > sound.count {
          sound = found
          companion = candidate
        }
        if sound.count == 2 || Self.isMap(place.key.shape) { break }
      }
      let without = place.spec(nil, companion)
      let usual = try Self.isSound(without) ? Self.options(without, variables) : nil
      if sound.isEmpty || (sound.count == 1 && usual == nil) {
        // Where other options have to be there, the same one is tried of another source.
        let others = ["sources.sitemap.follow.", "sources.redis.follow.", "sources.redis.body."]
        if others.contains(where: place.path.hasPrefix) { continue }
        #expect(Self.isMap(place.key.shape), "no two values of \(place.path) are tried: \(sound.map(\.spec))")
        continue
      }
      // Nothing is told of a credential that stands in the spec.
      // Of maps, the two may say the same in two ways; their options are tried by themselves.
      if sound.count == 2, !Self.isMap(place.key.shape), !Self.credentials.contains(place.path) {
        let isTold = sound[0].options != sound[1].options
        #expect(isTold, "\(place.path):\n\(sound[0].spec)\n\(sound[1].spec)")
      }
      guard let usual else { continue }
      let isTold = sound.contains { $0.options != usual }
      #expect(isTold, "\(place.path) with and without:\n\(sound[0].spec)")
    }
  }
}

private let environment = ["A": "a", "NAME": "n", "TOKEN": "t", "PASSWORD": "p"]
