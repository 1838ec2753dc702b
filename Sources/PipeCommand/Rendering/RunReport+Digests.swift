import PipeEngine
import PipeReport
import PipeSpec
import PipeStages

extension RunReport {
  /// Adds the sizes and digests of the files, which are read for that.
  mutating func addDigests() {
    for (index, sink) in plan.sinks.enumerated() {
      // What is shown is another path where a secret is in it.
      guard sink.shown == sink.sink.summary, case .file = sink.sink.target.value,
        let (bytes, digest) = FileDigest.sha256(ofFile: files[index].path)
      else { continue }
      files[index].bytes = bytes
      files[index].sha256 = digest
    }
  }
}
