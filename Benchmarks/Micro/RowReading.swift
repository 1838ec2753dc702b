import PipeEngine
import PipeSpec

/// What a row costs the sources: whether reading keeps up with the fetching.
///
/// The readers of rows cannot be called from outside the stages. Whole runs are measured, and the same runs from
/// memory are taken off.
enum RowReading {
  private static let rowCount = 5_000

  static func all() throws -> [MicroBenchmark] {
    let folder = try TemporaryFolder()
    let urls = (0..<rowCount).map { "https://shop.example.com/catalogue/item/\($0).html" }
    var csv = "url,name,price,note\r\n"
    var json = ""
    for (number, url) in urls.enumerated() {
      csv += "\(url),lantern \(number),12.50,\"small, of brass\"\r\n"
      json += #"{"url":"\#(url)","name":"lantern \#(number)","price":12.50,"note":"small, of brass"}"# + "\n"
    }
    let memory = try MemoryRun(source: "memory", .written(urls))
    let formats = [("csv", "rows from CSV", csv), ("jsonl", "rows from JSON lines", json)]
    return try formats.map { format, title, text in
      let path = try folder.write(text, "rows.\(format)")
      let run = try MemoryRun(source: "{file: {path: \(path), format: \(format)}}")
      return MicroBenchmark(
        name: "read.\(format)", title: title, unit: "row", operations: rowCount, bytes: text.utf8.count,
        note: "four columns; a whole run less the same run from memory",
        baseline: { try await memory.rows(expecting: rowCount) }
      ) {
        // The folder lives as long as somebody reads in it.
        defer { withExtendedLifetime(folder) {} }
        return try await run.rows(expecting: rowCount)
      }
    }
  }
}
