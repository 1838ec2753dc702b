import PipeEngine
import PipeSpec

/// What a condition costs a record: whether conditions need more than their steps laid out in order.
enum ExpressionEvaluation {
  private static let conditions = [
    ("compare", "three comparisons", "status == 200 and length > 1000 and title != null"),
    ("contains", "a search for a word", "title contains 'harbour'"),
    ("matches", "a regular expression", #"url matches /\/p\/[0-9]+\.html$/"#),
  ]

  static func all() throws -> [MicroBenchmark] {
    let records: [[Value]] = (0..<1_000).map { number in
      [
        .string("https://shop.example.com/p/\(number).html"), .int(number.isMultiple(of: 10) ? 404 : 200),
        .int(900 + number), .string("Lanterns and \(number.isMultiple(of: 2) ? "harbour" : "orchard") – page"),
      ]
    }
    return try conditions.map { name, title, text in
      let plan = try Plan.compiled(
        """
        version: 1
        sources: [urls: http://a.example/]
        extract: [url, status, length, title]
        where: >-
          \(text)
        sinks: [csv: out.csv]
        """)
      guard let filter = plan.filter else { throw MicroBenchmarkFailure("no condition") }
      return MicroBenchmark(
        name: "expression.\(name)", title: "a condition: \(title)", unit: "record", operations: records.count
      ) {
        records.reduce(0) { $0 + (filter.evaluate($1) ? 1 : 0) }
      }
    }
  }
}
