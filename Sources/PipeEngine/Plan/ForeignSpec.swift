internal import PipeSpec

/// Files of other tools that are given as the spec: told once, by what they are, instead of by each of their keys.
enum ForeignSpec {
  private struct Tool {
    /// What the file is: `a GitHub Actions workflow`.
    let name: String
    /// Keys at its top that are all there.
    let keys: [String]
    /// Where its parts belong.
    let hint: String
  }

  private static let begin = "'pipe init' writes a pipeline to begin with"

  private static let tools = [
    Tool(name: "a GitHub Actions workflow", keys: ["on", "jobs"], hint: "a step of it runs 'pipe run SPEC'; \(begin)"),
    Tool(
      name: "a GitHub Actions workflow", keys: ["jobs", "name"], hint: "a step of it runs 'pipe run SPEC'; \(begin)"),
    Tool(name: "a Compose file", keys: ["services"], hint: "a service of it runs 'pipe run SPEC'; \(begin)"),
    Tool(name: "a Kubernetes manifest", keys: ["apiVersion", "kind"], hint: begin),
    Tool(name: "a GitLab CI file", keys: ["stages"], hint: "a job of it runs 'pipe run SPEC'; \(begin)"),
    Tool(
      name: "a Benthos configuration", keys: ["input", "output"],
      hint: "its input is 'sources' here, its processors are 'extract' and 'where', its output is 'sinks'; \(begin)"),
    Tool(
      name: "a Benthos configuration", keys: ["input", "pipeline"],
      hint: "its input is 'sources' here, its processors are 'extract' and 'where', its output is 'sinks'; \(begin)"),
    Tool(
      name: "a Vector configuration", keys: ["sources", "transforms"],
      hint: "sources and sinks are lists here, and its transforms are 'extract' and 'where'; \(begin)"),
    Tool(name: "a Prometheus configuration", keys: ["scrape_configs"], hint: begin),
    Tool(
      name: "a Scrapy spider's settings", keys: ["start_urls"],
      hint:
        "start_urls is 'sources' here, what parse yields is 'extract', settings are 'fetch', FEEDS is 'sinks'; \(begin)"
    ),
    Tool(
      name: "a web-scraper.io sitemap", keys: ["startUrl"],
      hint: "startUrl is 'sources' here, and its selectors are 'extract'; \(begin)"),
    Tool(name: "an OpenAPI document", keys: ["openapi"], hint: begin),
    Tool(
      name: "an OpenAPI document", keys: ["swagger"], hint: begin),
    Tool(
      name: "a Postman collection", keys: ["info", "item"],
      hint: "its requests are 'sources' here, their headers and auth are 'fetch'; \(begin)"),
    Tool(name: "a HAR file", keys: ["log"], hint: "write its URLs into a list: jq -r '.log.entries[].request.url'"),
    Tool(name: "a nuclei template", keys: ["id", "info"], hint: begin),
    Tool(
      name: "a load test of Artillery", keys: ["config", "scenarios"],
      hint: "its target is 'sources' here, and config.http is 'fetch'; \(begin)"),
    Tool(name: "a package.json", keys: ["dependencies"], hint: begin),
  ]

  /// The one finding about a file that is not a pipeline; `nil` for one that may be meant as such.
  static func finding(about root: Node, in file: SourceFile) -> Diagnostic? {
    switch root.content {
    case .scalar(let scalar) where scalar.value == .null:
      return Diagnostic(.missingKey, at: .wholeFile, "the file is empty", hint: begin)
    case .scalar: return nil
    case .sequence(let items): return finding(about: items, of: root, in: file)
    case .mapping(let entries): return finding(about: entries)
    }
  }

  private static func finding(about items: [Node], of root: Node, in file: SourceFile) -> Diagnostic? {
    let texts = items.compactMap(\.text)
    if !items.isEmpty, texts.count == items.count,
      texts.allSatisfy({ $0.hasPrefix("http://") || $0.hasPrefix("https://") })
    {
      return Diagnostic(
        .wrongType, at: items[0].span, "this is a list of URLs, not a spec",
        hint: "write it as sources: [{urls: […]}]; \(begin)")
    }
    guard let first = items.first, case .mapping(let entries) = first.content else { return nil }
    let keys = entries.compactMap(\.key.text)
    if keys.contains("hosts") || keys.contains("tasks") {
      return Diagnostic(
        .wrongType, at: first.span, "this is an Ansible playbook, not a pipeline",
        hint: "a task of it runs 'pipe run SPEC'; \(begin)")
    }
    if keys.contains("source") || keys.contains("sources") || keys.contains("urls") || keys.contains("url") {
      return Diagnostic(
        .wrongType, at: first.span, "the pipeline must be a map, not a list",
        hint: "remove the '- ' before its keys; a file holds one pipeline")
    }
    return nil
  }

  private static func finding(about entries: [Node.Entry]) -> Diagnostic? {
    guard let first = entries.first else { return nil }
    let keys = Set(entries.compactMap(\.key.text))
    // A pipeline has fields; a file with sources and sinks of its own kind is another tool's.
    if keys.contains("extract") { return nil }
    for tool in tools where tool.keys.allSatisfy(keys.contains) {
      // What has parts of a pipeline is meant as one, and told part by part.
      let ours = keys.intersection(["version", "vars", "fetch", "where", "limits"])
      if !ours.isEmpty, tool.keys != ["services"] { continue }
      return Diagnostic(
        .wrongType, at: first.key.span, "this is \(tool.name), not a pipeline", hint: tool.hint)
    }
    // Nothing of it is ours, nor meant as such.
    let parts = ["version", "vars", "sources", "fetch", "extract", "where", "sinks", "limits"]
    let isForeign =
      entries.count > 1
      && keys.allSatisfy { key in
        !parts.contains(key) && nearestName(to: key, among: ["sources", "extract", "sinks"]) == nil
          && !["url", "urls", "input", "inputs", "output", "outputs", "fields", "csv", "jsonl", "file"].contains(key)
      }
    return isForeign
      ? Diagnostic(
        .wrongType, at: first.key.span, "this is not a pipeline: it has neither version nor sources, extract and sinks",
        hint: begin)
      : nil
  }
}
