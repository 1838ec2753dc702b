internal import PipeSpec
internal import PipeStorage
internal import PipeText

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension SourceFolder {
  /// The folder of a spec.
  ///
  /// A spec out of a pipe, such as a shell's `<(…)`, has none: its paths start at the working folder.
  ///
  /// - Parameter path: `nil` for standard input.
  package init(ofSpecAt path: String?) {
    guard let path else {
      self.init("", spec: .standardInput)
      return
    }
    var status = stat()
    let isRegular = path.withPath { stat($0, &status) } != 0 || status.st_mode & S_IFMT == S_IFREG
    if case .path = RealPath(path), isRegular {
      let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
      self.init(path.hasPrefix("/") && parent.isEmpty ? "/" : parent, spec: .file(path))
    } else {
      self.init("", spec: .file(path))
    }
  }
}
