import Glibc
import PipeEngine
import PipeSpec
import PipeStages

/// What a row costs the sink `sqlite`, beside what SQLite's own tool takes to import it.
enum TableWriting {
  private static let rowCount = 50_000

  static func all() throws -> [MicroBenchmark] {
    let folder = try TemporaryFolder()
    let path = folder.path
    let records = (0..<rowCount).map { number in
      Record(
        id: RequestID(source: 0, ordinal: number),
        values: [
          .string("https://shop.example.com/catalogue/item/\(number).html"), .int(200), .int(14_000 + number),
          .string("Lanterns – page \(number)"), .null,
        ])
    }
    let plan = try Plan.compiled(
      """
      version: 1
      sources: [urls: http://a.example/]
      extract: [url, status, length, title, error]
      sinks:
        - sqlite: {path: \(path)/rows.db, table: pages}
        - csv: \(path)/rows.csv
      """)
    let table = plan.sinks[0]
    try RowWriting.write(records, to: plan.sinks[1])
    let definition = table.sink.definition(of: table.columns) ?? ""
    let importing = """
      rm -f \(path)/import.db &&
      sqlite3 \(path)/import.db '\(definition)' '.import --csv --skip 1 \(path)/rows.csv pages'
      """
    return [
      MicroBenchmark(
        name: "table.sqlite", title: "rows into SQLite", unit: "row", operations: records.count,
        note: "five fields, appended in one transaction"
      ) {
        defer { withExtendedLifetime(folder) {} }
        unlink("\(path)/rows.db")
        var writer = try await table.sink.open(table.columns, at: nil, in: SinkEnvironment())
        for start in stride(from: 0, to: records.count, by: 64) {
          try await writer.write(Array(records[start..<min(start + 64, records.count)]))
        }
        try await writer.close()
        return writer.rowsWritten
      },
      MicroBenchmark(
        name: "table.import", title: "the same rows by .import of sqlite3", unit: "row", operations: records.count,
        note: "from a CSV file, with the start of the process"
      ) {
        defer { withExtendedLifetime(folder) {} }
        if system(importing) != 0 { throw MicroBenchmarkFailure("sqlite3 failed") }
        return records.count
      },
    ]
  }
}
