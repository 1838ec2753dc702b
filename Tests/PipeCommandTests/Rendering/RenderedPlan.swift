import PipeEngine
import PipeSpec
import PipeStages
import Testing

extension Plan {
  /// The plan of a spec, whose version, sources and fields are given where it has none.
  static func rendered(_ spec: String) throws -> Plan {
    var text = "version: 1\n" + spec
    if !text.contains("sources:") { text += "\nsources: [{urls: [http://a.example/, http://b.example/]}]" }
    if !text.contains("extract:") { text += "\nextract: [url, status]" }
    if !text.contains("sinks:") { text += "\nsinks: [{csv: out.csv}, {jsonl: \"-\"}]" }
    let pipeline = Pipeline(
      SourceFile(name: "spec.yaml", text: text), catalogue: .standard, folder: SourceFolder(""),
      variables: Variables(), processors: 2)
    return try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))")
  }
}
