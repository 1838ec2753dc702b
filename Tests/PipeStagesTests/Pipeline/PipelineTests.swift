import PipeEngine
import PipeSpec
import PipeTesting
import PipeWeb
import Testing

@Suite("Pipeline")
struct PipelineTests {
  private static let example = """
    # yaml-language-server: $schema=../schemas/pipeline.schema.json
    version: 1
    name: url-titles
    description: Fetch every page in urls.txt and record its title.

    vars:
      out: out

    sources:
      - urls: [https://example.com/, https://example.org/]
      - file: urls.txt

    fetch:
      concurrency: 5
      timeout: 10s

    extract:
      url: url
      title: title
      status: status
      length: length

    sinks:
      - csv: ${out}/url_titles.csv
      - jsonl: {path: "${out}/broken.jsonl", when: status >= 400 or error != null}
    """

  @Test("the example of the design compiles")
  func example() throws {
    let folder = try TemporaryFolder()
    try folder.write("urls.txt", Array("https://example.net/\n".utf8))
    let pipeline = Pipeline(whole: Self.example, folder: folder.path)
    #expect(pipeline.brief == [])
    let plan = try #require(pipeline.plan)
    #expect(plan.name == "url-titles")
    #expect(plan.sources.map { $0.source.count(in: plan.folder) } == [.exactly(2), .exactly(1)])
    #expect(plan.fetch.concurrency == 5)
    #expect(plan.fetch.timeout.total == .seconds(10))
    #expect(plan.fields.filter { !$0.isHidden }.map(\.name) == ["url", "title", "status", "length"])
    #expect(plan.sinks.map(\.sink.summary) == ["out/url_titles.csv", "out/broken.jsonl"])
    #expect(plan.sinks[0].columns.map(\.name) == ["url", "title", "status", "length", "error"])
    #expect(plan.sinks[0].when == nil)
    #expect(plan.sinks[1].when != nil)
  }

  @Test("--set wins over vars, and cannot name what vars does not declare")
  func overrides() throws {
    let spec = "vars: {out: a}\nname: ${out}"
    #expect(Pipeline(spec: spec).plan?.name == "a")
    #expect(Pipeline(spec: spec, variables: Variables(overrides: ["out": "b"])).plan?.name == "b")
    let faulty = Pipeline(spec: spec, variables: Variables(overrides: ["out": "b", "uot": "c"]))
    #expect(faulty.brief == ["unresolved-variable 1:1"])
    #expect(faulty.plan == nil)
  }

  @Test(
    "the environment gives values, and defaults stand in where it has none",
    arguments: [
      ("${env:NAME}", "value"), ("${env:OTHER:-a:b}", "a:b"), ("${env:OTHER:-}", ""), ("${env:NAME:-x}", "value"),
      ("a ${env:NAME} b ${env:NAME}", "a value b value"), ("$${env:NAME}", "${env:NAME}"),
    ])
  func environment(text: String, value: String) {
    let pipeline = Pipeline(spec: "name: \"\(text)\"", variables: Variables(environment: ["NAME": "value"]))
    #expect(pipeline.plan?.name == value)
  }

  @Test("a value cannot become YAML")
  func valuesAreText() {
    let variables = Variables(environment: ["NAME": "x}\nsinks: [csv: evil.csv] # ${env:OTHER}"])
    let pipeline = Pipeline(spec: "name: ${env:NAME}", variables: variables)
    #expect(pipeline.plan?.name == "x}\u{FFFD}sinks: [csv: evil.csv] # ${env:OTHER}")
    #expect(pipeline.plan?.sinks.map(\.sink.summary) == ["out.csv"])
  }

  @Test("a value that comes through a variable has the type of its text")
  func typedValues() {
    // Inside braces an interpolation needs quotes, which say nothing of its type.
    let inBraces = "vars: {n: 7, t: 3s}\nfetch: {concurrency: \"${n}\", timeout: \"${t}\"}"
    let inBlock = "vars: {n: 7, t: 3s}\nfetch:\n  concurrency: ${n}\n  timeout: ${t}"
    for spec in [inBraces, inBlock] {
      let pipeline = Pipeline(spec: spec)
      #expect(pipeline.brief == [])
      #expect(pipeline.plan?.fetch.concurrency == 7)
      #expect(pipeline.plan?.fetch.timeout.total == .seconds(3))
    }
    #expect(Pipeline(spec: "vars: {n: many}\nfetch: {concurrency: \"${n}\"}").brief == ["wrong-type 2:22"])
  }

  @Test("secrets are read from the environment and from files")
  func secrets() throws {
    let variables = Variables(
      environment: ["TOKEN": "s3cret", "PUBLIC": "open"],
      readFile: { $0 == "key" ? .success("filed\n") : .failure(.init("no such file")) })
    let pipeline = Pipeline(
      spec: "fetch: {headers: {A: \"${secret:env:TOKEN}\", B: \"${secret:file:key}\", C: \"${env:PUBLIC}\"}}",
      variables: variables)
    let plan = try #require(pipeline.plan)
    #expect(plan.fetch.headers.map(\.value) == ["s3cret", "filed", "open"])
  }

  @Test("no finding shows a secret")
  func secretsInFindings() {
    let variables = Variables(environment: ["TOKEN": "s3cret"])
    for spec in [
      "fetch: {timeout: \"${secret:env:TOKEN}\"}", "fetch: {method: \"${secret:env:TOKEN}\"}",
      "sources: [urls: \"${secret:env:TOKEN}\"]", "sources: [file: \"${secret:env:TOKEN}\"]",
      "where: \"url == '${secret:env:TOKEN}' and ${secret:env:TOKEN}\"",
    ] {
      let pipeline = Pipeline(spec: spec, variables: variables)
      #expect(!pipeline.diagnostics.isEmpty)
      for finding in pipeline.diagnostics {
        let words = [finding.message, finding.hint ?? ""] + finding.notes.map(\.message)
        #expect(!words.contains { $0.contains("s3cret") }, "\(words)")
      }
    }
  }

  @Test("fields that only expressions use are hidden, and needs are united")
  func hiddenFields() throws {
    let plan = try #require(Pipeline(spec: "extract: [url]\nwhere: ok and title != null").plan)
    #expect(plan.fields.filter { !$0.isHidden }.map(\.name) == ["url"])
    #expect(plan.fields.filter(\.isHidden).map(\.name).sorted() == ["error", "ok", "title"])
    #expect(plan.needs.content > .nothing, "the title is read")
    #expect(try #require(Pipeline(spec: "extract: [url, status]").plan).needs.content == .nothing)
  }
}
