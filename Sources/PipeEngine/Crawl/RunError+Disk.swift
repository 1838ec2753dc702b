internal import PipeSpec
package import PipeStorage

extension RunError {
  /// What a crawl remembers cannot go to disk, or come back.
  package init(_ refusal: TemporaryDisk.Refusal) {
    switch refusal {
    case .full(let folder, let limit):
      self.init(
        diskLimit: "crawl", "what the crawl remembers takes more than \(ByteCount(limit).description) in \(folder)")
    case .failed, .noFolder:
      self.init(
        "crawl", "what the crawl remembers cannot be kept on disk: \(refusal.words)",
        hint: "TMPDIR can name another folder")
    }
  }
}

extension RunError {
  /// What must not be held up finds no room on disk.
  init(diskLimit subject: String, _ words: String) {
    self.init(subject, words + ", which is its part of limits.disk", hint: "limits.disk can be larger")
    reachedLimit = ReachedLimit(.disk, words)
  }
}

/// Does work on files of a crawl's memory, whose failure is the run's.
func remembering<Result>(
  _ body: () throws(TemporaryDisk.Refusal) -> Result
) throws(RunError) -> Result {
  do throws(TemporaryDisk.Refusal) {
    return try body()
  } catch {
    throw RunError(error)
  }
}
