import PipeEngine
import PipeSpec
import PipeStages
import Testing

/// A secret is masked where it is inserted: what is shown is the same, whatever the secret is.
@Suite("Secrets in what is shown")
struct SecretsTests {
  /// Short ones, words of the tool's own sentences, several lines, nothing.
  static let secrets = [
    "e", "status", "", "complete", "first\nsecond", "10s", "*", "csv", "'", "a b", "%41/?#@:", "dGVzdA==", "true", "~",
    "7",
  ]

  private func pipeline(_ text: String, _ token: String) -> Pipeline {
    Pipeline(
      SourceFile(name: "spec.yaml", text: "version: 1\n" + text), catalogue: .standard,
      folder: SourceFolder("/nowhere"),
      variables: Variables(environment: ["TOKEN": token], readFile: { _ in .success(token + "\n") }), processors: 2)
  }

  private func shown(_ plan: Plan) -> [String] {
    let outline = PlanOutline(plan)
    return [PlanText.render(outline), PlanJSON.render(outline), PlanDiagram.mermaid(outline), PlanDiagram.dot(outline)]
  }

  private static let spec = """
    name: "run of ${secret:env:TOKEN}"
    description: complete, with status ${secret:file:key}
    vars: {path: "/v/${secret:env:TOKEN}"}
    sources:
      - range: {url: "https://a.example${path}/{n}?k=${secret:env:TOKEN}", to: 3}
      - stdin
    fetch:
      headers: {Authorization: "Bearer x${secret:file:key}", Cookie: "a=status"}
      body: "${secret:env:TOKEN}"
      user_agent: "tool ${secret:env:TOKEN}"
      proxy: {url: "http://proxy.example:3128", username: complete, password: "${secret:env:TOKEN}"}
    extract: {url: url, status: status, fixed: {const: "${secret:env:TOKEN}"}}
    where: url != "${secret:env:TOKEN}" and status == 200
    sinks:
      - csv: {path: "out/a-${path}.csv", when: "url contains '${secret:env:TOKEN}'"}
      - jsonl: complete.jsonl
    """

  // A URL with a line break is refused.
  @Test("a plan says the same, whatever the secret is", arguments: secrets.filter { !$0.contains("\n") })
  func plan(secret: String) throws {
    // A line break cannot stand in a header field, nor a quote in a condition's text.
    let spec = Self.spec
      .replacing(secret.contains("\n") ? "Bearer x${secret:file:key}" : "none", with: "Bearer x")
      .replacing(secret.contains("'") ? "url contains '${secret:env:TOKEN}'" : "none", with: "url contains 'x'")
    let first = pipeline(spec, secret)
    let second = pipeline(spec, "qqqq")
    let plan = try #require(first.plan, "\(first.diagnostics)")
    let other = try #require(second.plan, "\(second.diagnostics)")
    #expect(shown(plan) == shown(other))
    let text = shown(plan)[0]
    for words in ["plan run of ***", "complete, with status ***", "https://a.example/v/***/{n}?k=***"] {
      #expect(text.contains(words), "\(text)")
    }
    // What is not the secret stays, though it reads as it does.
    for words in ["url, status, fixed", "complete.jsonl", "status == 200", "csv"] {
      #expect(text.contains(words), "\(text)")
    }
  }

  @Test(
    "a finding about a secret does not tell it",
    arguments: [
      "fetch: {timeout: \"${secret:env:TOKEN}\"}", "fetch: {concurrency: \"${secret:env:TOKEN}\"}",
      "fetch: {method: \"${secret:env:TOKEN}\"}", "sources: [{urls: \"${secret:env:TOKEN}\"}]",
      "sources: [{file: \"x/${secret:file:key}\"}]", "fetch: {proxy: \"${secret:env:TOKEN}\"}",
      "where: \"url == '${secret:env:TOKEN}' and ${secret:env:TOKEN}\"",
      "vars: {v: \"${secret:env:TOKEN}\"}\nwhere: ${v}",
      "fetch: {max_body: \"${secret:env:TOKEN}\"}", "fetch: {per_host: {rate: \"${secret:env:TOKEN}\"}}",
      "fetch: {auth: {origin: \"${secret:env:TOKEN}\", bearer: x}}",
    ])
  func findings(option: String) {
    let rest = option.hasPrefix("sources") ? "" : "\nsources: [stdin]"
    for secret in ["s3cr3t value", "statsu != 1", "s3cr3t\nvalue", "https://s3cr3t host/", "99999s3cr3t"] {
      let pipeline = pipeline(option + rest + "\nextract: [url, status]\nsinks: [{csv: a.csv}]", secret)
      for finding in pipeline.diagnostics {
        for words in [finding.message, finding.hint ?? ""] + finding.notes.map(\.message) {
          for part in ["s3cr3t", "statsu", "99999"] { #expect(!words.contains(part), "\(secret): \(words)") }
        }
      }
    }
  }

  @Test(
    "an error of a run names a path as it may be shown",
    arguments: [
      ("out/e.csv", "out/***.csv: full"), ("out", "out/***.csv: full"), ("fetch", "fetch: full"),
      ("e.csv", "e.csv: full"),
    ])
  func runErrors(subject: String, text: String) throws {
    let spec = "sources: [stdin]\nextract: [url]\nsinks: [{csv: \"out/${secret:env:TOKEN}.csv\"}, {jsonl: e.csv}]"
    let plan = try #require(pipeline(spec, "e").plan)
    #expect(RunError(subject, "full").text(in: plan) == text)
  }
}
