import PipeEngine
import PipeSpec
import PipeStages

extension Pipeline {
  /// Compiles a spec; what it needs and does not say is added at its end.
  init(spec: String, variables: Variables = Variables(), folder: String = "") {
    var text = spec
    for (key, line) in [
      ("version", "version: 1"), ("sources", "sources: [urls: http://a.example/]"), ("extract", "extract: [url]"),
      ("sinks", "sinks: [csv: out.csv]"),
    ] where !("\n" + spec).contains("\n\(key):") {
      text += (text.hasSuffix("\n") || text.isEmpty ? "" : "\n") + line + "\n"
    }
    self.init(whole: text, variables: variables, folder: folder)
  }

  /// Compiles a spec as it is.
  init(whole text: String, variables: Variables = Variables(), folder: String = "") {
    self.init(
      SourceFile(name: "spec.yaml", text: text), catalogue: .standard, folder: SourceFolder(folder),
      variables: variables, processors: 2)
  }

  /// The findings as `code line:column`.
  var brief: [String] { diagnostics.map { "\($0.code.rawValue) \($0.span.start.line):\($0.span.start.column)" } }
}
