import PipeEngine
import PipeSpec
import PipeStages

/// What comes before a run: how much of the start of `pipe` is its own doing.
enum SpecCompiling {
  static func all(_ path: String) throws -> [MicroBenchmark] {
    let file = SourceFile(name: path, bytes: try SmallFile.read(path))
    let language = Language(.standard)
    let faults = compile(file, language).diagnostics.count { $0.severity == .error }
    return [
      MicroBenchmark(name: "spec.language", title: "the language of all components made", unit: "start", operations: 1)
      {
        Language(.standard).keys.count
      },
      MicroBenchmark(
        name: "spec.compile", title: "a spec of \(file.lineCount) lines read, decoded and planned", unit: "spec",
        operations: 1, note: faults > 0 ? "with \(faults) errors: it is ahead of what is built" : ""
      ) {
        compile(file, language).diagnostics.count
      },
    ]
  }

  private static func compile(_ file: SourceFile, _ language: Language) -> Pipeline {
    Pipeline(file, language: language, folder: SourceFolder(""), variables: Variables(), processors: 2)
  }
}
