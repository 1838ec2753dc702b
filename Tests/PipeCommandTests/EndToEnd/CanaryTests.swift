import FoundationEssentials
import PipeTesting
import PracticeSite
import Testing

@Suite("pipe, secrets wherever a spec takes one", .timeLimit(.minutes(20)))
struct CanaryTests {
  private static let names = ["PATH_KEY", "QUERY", "HEADER", "COOKIE", "PASSWORD", "CONST", "FILE", "BAD", "OTHER"]

  /// With characters that URLs write in another way.
  private static let canaries = Dictionary(
    uniqueKeysWithValues: names.map { ($0, $0 == "QUERY" ? "C4nary_\($0)/é \"x\"" : "C4nary_\($0)-7") })

  private static let spec = """
    name: audit
    description: the pages of ${secret:env:OTHER}
    vars: {folder: "p${secret:env:PATH_KEY}"}
    sources:
      - urls:
          - "SITE/status/404?in=${folder}&key=${secret:env:QUERY}"
          - "SITE/redirect-to?url=%2Fstatus%2F500%3Fkey%3D${secret:env:PATH_KEY}"
          - "SITE/redirect-to?url=%2Fredirect-to%3Furl%3D%2Fpage%2F1%26key%3D${secret:env:PATH_KEY}"
          - "SITE/flaky/1?fault=close&key=${secret:env:QUERY}"
          - "http://127.0.0.1:1/${folder}/?key=${secret:env:QUERY}"
          - "SITE/page/1?key=${secret:env:QUERY}"
      - {file: rows.csv, url: "SITE/status/410?t={n}&key=${secret:env:QUERY}"}
      - {file: bad.csv, url: "{+u}?key=${secret:env:BAD}"}
      - {sitemap: {urls: "SITE/status/500?sitemap=${secret:env:PATH_KEY}", on_error: continue}}
    fetch:
      retry: 1
      redirects: 1
      headers: {X-Key: "${secret:env:HEADER}", Cookie: "sid=${secret:env:COOKIE}"}
      auth: {origin: SITE, basic: {username: me, password: "${secret:env:PASSWORD}"}}
      allow_private: [127.0.0.1]
    extract: {url: url, status: status, final: final_url, k: {const: "${secret:env:CONST}"}, error: error}
    where: k != "${secret:env:OTHER}"
    sinks:
      - csv: {path: "out-${secret:env:FILE}.csv", when: "k != \\"${secret:env:OTHER}\\""}
    expect:
      - count(status >= 400) == 0
      - failed == 0
      - count(k == "${secret:env:CONST}") == 0
      - records > 0
    """

  /// What every command says of a run of the spec: its name, and the text.
  private static func texts(_ place: borrowing Workplace, _ secrets: [String: String]) async throws -> [(
    String, String
  )] {
    try place.folder.write("rows.csv", "n\n1\n".utf8)
    try place.folder.write("bad.csv", "u\nftp://127.0.0.1/x\n".utf8)
    let spec = try place.spec(Self.spec)
    let site = place.site.baseURL
    let query = secrets["QUERY"] ?? ""
    let first = "\(site)/status/404?in=p\(secrets["PATH_KEY"] ?? "")&key=\(query)"
    let page = "\(site)/redirect-to?url=%2Fpage%2F1%3Fkey%3D\(secrets["PATH_KEY"] ?? "")"
    let environment = secrets.merging(["GITHUB_STEP_SUMMARY": place.folder.path("page.md")]) { $1 }
    var texts: [(String, String)] = []
    for arguments in [
      ["validate", spec], ["validate", spec, "--format", "json"], ["validate", spec, "--format", "sarif"],
      ["validate", spec, "--format", "github"], ["plan", spec], ["plan", spec, "--format", "json"],
      ["plan", spec, "--format", "mermaid"], ["plan", spec, "--format", "dot"], ["run", spec, "--dry-run"],
      ["run", spec, "--summary", "s.json"], ["run", spec, "--progress", "json"],
      ["run", spec, "--expect-format", "junit"], ["run", spec, "--expect-format", "github"],
      ["run", spec, "--dry-run", "--retry-failed"], ["run", spec, "--retry-failed"], ["runs"],
      ["runs", "--format", "json"], ["why", first, spec], ["why", first, spec, "--format", "json"], ["why", first],
      ["why", "\(site)/redirect-to?url=%2Fstatus%2F500%3Fkey%3D\(secrets["PATH_KEY"] ?? "")", spec],
      ["try", page, "title", "--spec", spec, "--sent"],
      ["try", page, "title", "--spec", spec, "--format", "json"],
    ] {
      let outcome = await (try place.start(arguments, environment: environment)).outcome()
      texts.append((arguments.joined(separator: " "), outcome.output + outcome.errors))
    }
    texts.append(("the summary", try place.folder.text("s.json")))
    texts.append(("the job's page", try place.folder.text("page.md")))
    return texts
  }

  @Test func `No canary is in any text beside the rows`() async throws {
    try await Workplace.use(pages: 1) { place in
      let secrets = Self.canaries
      for (name, text) in try await Self.texts(place, secrets) {
        for (key, value) in secrets {
          for form in Self.forms(of: value) where text.contains(form) {
            let line = text.split(separator: "\n").first { $0.contains(form) } ?? ""
            Issue.record("\(name) tells \(key): \(line)")
          }
        }
      }
      // Rows are data, and so is what the server was sent.
      let rows = try place.folder.text("out-\(secrets["FILE"] ?? "").csv")
      #expect(rows.contains("key=C4nary_QUERY/%C3%A9%20%22x%22"), "\(rows)")
      #expect(rows.contains("C4nary_CONST-7"))
      for code in ["connect: ", "bad-url: ", "redirects: "] { #expect(rows.contains(code), "\(rows)") }
    }
  }

  /// As it is, as URLs write it, as hosts are written, and within Base64 wherever it begins.
  private static func forms(of value: String) -> [String] {
    let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    let digits = Array("0123456789ABCDEF")
    let encoded = value.utf8.map { byte -> String in
      unreserved.contains(byte)
        ? String(UnicodeScalar(byte)) : "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }.joined()
    // The part that every spelling has.
    let start = value.prefix { $0 != "/" && $0 != " " }
    let coded = (0..<3).map { before -> String in
      let text = Data(repeating: 0x20, count: before) + Data(start.utf8)
      return String(text.base64EncodedString().dropFirst(4).prefix(8))
    }
    return [value, encoded, String(start), start.lowercased()] + coded
  }

  @Test(arguments: ["e", "s", "1"])
  func `A short secret does no harm to any sentence`(secret: String) async throws {
    var told: [[(String, String)]] = []
    for secrets in [Self.canaries, Dictionary(uniqueKeysWithValues: Self.names.map { ($0, secret) })] {
      // By the same port, so that the same is said.
      try await Workplace.use(pages: 1) { place in
        let texts = try await Self.texts(place, secrets)
        let site = place.site.baseURL
        told.append(texts.map { ($0.0, $0.1.replacing(site, with: "SITE")) })
      }
    }
    for (long, short) in zip(told[0], told[1]) where !long.0.hasPrefix("try") && !long.0.hasPrefix("why") {
      // Numbers differ from run to run, of URLs more parts may be such a secret, and the condition keeps other rows.
      func words(_ text: String) -> [String] {
        text.split(whereSeparator: { $0.isWhitespace || ",()".contains($0) }).map(String.init)
          .filter { $0.allSatisfy(\.isLetter) || $0.contains("***") && !$0.contains("/") && !$0.contains("127.0.0.1") }
          .filter { $0 != "where" && $0 != "kept" }
      }
      #expect(words(long.1) == words(short.1), "\(long.0)\n\(long.1)\n\(short.1)")
    }
  }

  @Test(arguments: ["status", ":", "", "pipe", "complete", "records"])
  func `A secret that is a word or a sign of sentences leaves them whole`(secret: String) async throws {
    try await Workplace.use(pages: 1) { place in
      let secrets = Dictionary(uniqueKeysWithValues: Self.names.map { ($0, secret) })
      let texts = try await Self.texts(place, secrets)
      let run = try #require(texts.first { $0.0.contains("--summary") }).1
      #expect(run.contains("pipe: complete, not as expected, in "), "\(run)")
      #expect(run.contains("records, ") && run.contains(" not ok"), "\(run)")
      #expect(run.contains("status 404"), "\(run)")
      #expect(run.contains("expect     ✗ count(status >= 400) == 0"), "\(run)")
      #expect(run.contains("http://127.0.0.1:"), "\(run)")
      let why = try #require(texts.first { $0.0.hasPrefix("why") }).1
      #expect(why.contains("answered with 404"), "\(why)")
    }
  }
}
