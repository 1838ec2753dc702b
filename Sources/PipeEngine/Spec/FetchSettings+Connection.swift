internal import PipeSpec

extension FetchSettings {
  /// Reports what would keep connections from being made: files that cannot be read.
  func check(in folder: SourceFolder, _ report: (Diagnostic) -> Void) { tls.check(in: folder, report) }
}
