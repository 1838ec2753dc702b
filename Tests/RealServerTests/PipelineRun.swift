import FoundationEssentials
import PipeEngine
import PipeSpec
import PipeStages
import PipeTesting

/// A pipeline run in this process from a spec to its rows.
struct PipelineRun {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// A row of these tests: the fields that they ask for.
  struct Row: Decodable, Equatable, Sendable {
    var url: String?
    var finalURL: String?
    var status: Int?
    var error: String?
    var body: String?
    var version: String?
    var ip: String?

    private enum CodingKeys: String, CodingKey {
      case url, status, error, body, version, ip
      case finalURL = "final_url"
    }

    /// The code of the error, which stands before the colon.
    var errorCode: String? { error.map { String($0.prefix { $0 != ":" }) } }
  }

  let rows: [Row]
  let plan: Plan

  /// Fetches URLs; the rows are in their order.
  ///
  /// - Parameters:
  ///   - fetch: The keys of `fetch`, a line each.
  ///   - addresses: The addresses that may be fetched from though they are no public ones.
  ///   - environment: What `${env:…}` and `${secret:env:…}` find.
  init(
    _ urls: [String], fetch: String = "", timeout: String = "20s", folder: String = "",
    environment: [String: String] = [:], allowing addresses: String = "[127.0.0.0/8, \"::1\"]"
  ) async throws {
    let output = try TemporaryFolder()
    let text = """
      version: 1
      sources: [{urls: [\(urls.map { "\"\($0)\"" }.joined(separator: ", "))]}]
      fetch:
        allow_private: \(addresses)
        timeout: \(timeout)
      \(fetch.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
      extract:
        {url: url, final_url: final_url, status: status, body: body, version: http_version, ip: ip, error: error}
      sinks: [{jsonl: \(output.path("rows.jsonl"))}]
      """
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: text), catalogue: .standard, folder: SourceFolder(folder),
      variables: Variables(environment: environment), processors: 2)
    guard let plan = pipeline.plan else {
      throw Failure(description: pipeline.diagnostics.map(\.message).joined(separator: "\n"))
    }
    let graph = Graph(plan, fetcher: HTTPFetcher(plan))
    try await graph.run()
    guard graph.progress.discrepancies.isEmpty else {
      throw Failure(description: graph.progress.discrepancies.joined(separator: "\n"))
    }
    self.plan = plan
    let all = try output.text("rows.jsonl").split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
    rows = urls.flatMap { url in all.filter { $0.url == url } }.uniqued(count: all.count)
  }
}

extension [PipelineRun.Row] {
  /// A URL that was asked for twice has its rows once here.
  fileprivate func uniqued(count: Int) -> Self { count < self.count ? Array(prefix(count)) : self }
}
