internal import PipeSpec
package import PipeStorage

extension RunError {
  /// What a crawl remembers cannot go to disk, or come back.
  package init(_ refusal: TemporaryDisk.Refusal) {
    switch refusal {
    case .full(let folder, let limit):
      self.init(
        "crawl",
        "what the crawl remembers takes more than \(ByteCount(limit).description) in \(folder), which is the limit")
    case .failed, .noFolder:
      self.init(
        "crawl", "what the crawl remembers cannot be kept on disk: \(refusal.words)",
        hint: "TMPDIR can name another folder")
    }
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
