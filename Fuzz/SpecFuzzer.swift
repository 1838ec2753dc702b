internal import Glibc
internal import PipeEngine
internal import PipeSpec
internal import PipeStages

/// Hands the process over to libFuzzer: SwiftPM's programs have a `main` of their own, so libFuzzer's is not used.
@main
enum SpecFuzzer {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(runDriver(&count, &arguments, fuzzSpec))
  }
}

/// llvm/compiler-rt, `FuzzerInterface.h` and "Using libFuzzer as a library".
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What libFuzzer calls with every input that it makes up: a spec is read, compiled and its findings are shown.
/// Whatever the bytes are, that ends, and every finding is inside the file.
private func fuzzSpec(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let pipeline = Pipeline(
    SourceFile(name: "spec.yaml", bytes: bytes), language: Fuzzing.language, folder: SourceFolder("/nowhere"),
    variables: Variables(environment: ["HOST": "example.com", "TOKEN": "secret-value"]), processors: 2)
  for diagnostic in pipeline.diagnostics {
    for span in [diagnostic.span] + diagnostic.notes.map(\.span) {
      Fuzzing.require(span.start <= span.end && span.end.offset <= bytes.count)
      Fuzzing.require(span == .wholeFile || pipeline.file.position(at: span.start.offset) == span.start)
      Fuzzing.require(span == .wholeFile || pipeline.file.position(at: span.end.offset) == span.end)
    }
  }
  Fuzzing.require((pipeline.plan == nil) == pipeline.diagnostics.contains { $0.severity == .error })
  let reports = [DiagnosticReport(pipeline.file, pipeline.diagnostics)]
  _ = TextDiagnosticRenderer(colour: true).render(reports)
  _ = SARIFDiagnosticRenderer(version: "0").render(reports)
  return 0
}

private enum Fuzzing {
  static let language = Language(.standard)

  /// Ends the process, which is how libFuzzer is told of a failure.
  static func require(_ holds: Bool) { if !holds { abort() } }
}
