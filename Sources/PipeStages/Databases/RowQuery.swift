import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// What a source asks a database, and how requests are made of the rows.
struct RowQuery: Sendable {
  private let statement: Located<String>
  /// The column that holds the URL, if no template makes it.
  private let column: Located<String>?
  /// The column by which rows are read in pages.
  let key: Located<String>?
  let template: RequestTemplate

  private typealias Options = (query: Located<String>, column: Located<String>?, key: Located<String>?)

  /// What is said of the query of a server.
  static let readOnly =
    "One SELECT, which is run in a transaction that can only read. Without key, its rows are as they were at one moment."

  /// - Parameters:
  ///   - words: What is said of the query.
  ///   - keyWords: What is said of the key, behind what it is for all.
  static func map(_ words: String, key keyWords: String) -> MapShape<RowQuery> {
    MapShape<Options>(
      Key(
        "query", Shape.name("a query").located, words,
        example: "\"SELECT url FROM pages WHERE status >= 500\""),
      Key(
        optional: "column", Shape.name("the name of a column").located,
        "The column that holds the URL; without it, url.", example: "link"),
      Key(
        optional: "key", Shape.name("the name of a column").located,
        "A column of the query that tells its rows apart: they are read in pages by it, in its order\(keyWords)",
        example: "id"),
      make: { (query: $0, column: $1, key: $2) }
    ).joined(RequestTemplate.map).checked { both, map, context -> RowQuery? in
      let (source, template) = both
      if let column = source.column, template.url != nil {
        context.report(
          .conflict, at: column.span, "column names the URL of each row, and url makes it", hint: "remove one of them")
        return nil
      }
      return RowQuery(statement: source.query, column: source.column, key: source.key, template: template)
    }
  }

  /// As it is written.
  var written: String { statement.value }

  /// In one line, as a plan shows it.
  var shown: String { excerpt(written.split(whereSeparator: \.isWhitespace).joined(separator: " ")) }

  /// Without its end, so that it can stand within another one.
  var text: String {
    var text = written[...]
    while let last = text.last, last == ";" || last.isWhitespace { text.removeLast() }
    return String(text)
  }

  /// Where the URL and the key stand among the columns that the database tells; `nil` for what the query does not have.
  ///
  /// - Parameter subject: What a message calls the database.
  func places(among names: [String], in subject: String) throws(RunError) -> (url: Int?, key: Int?) {
    if let twice = names.enumerated().first(where: { names[..<$0.offset].contains($0.element) })?.element {
      throw RunError(subject, "the query has two columns \(twice)", hint: "give them names with AS")
    }
    func place(_ name: String) throws(RunError) -> Int {
      if let place = names.firstIndex(of: name) { return place }
      throw RunError(
        subject, "the query has no column \(name)", hint: "its columns are \(names.prefix(16).joined(separator: ", "))")
    }
    return (
      template.url == nil ? try place(column?.value ?? "url") : nil,
      try key.map { key throws(RunError) in try place(key.value) }
    )
  }
}

/// The rows of a query, a page at a time.
protocol QueryRows {
  associatedtype Cell
  var names: [String] { get }
  /// The column that holds the URL.
  var urlPlace: Int? { get }
  /// - Returns: `nil` behind the last row.
  func next() throws -> [[Cell]]?
  /// A value as requests and records carry it: nothing of it is lost.
  func value(of cell: Cell, at place: Int) -> Value
  /// The same as a URL, or why it cannot be one.
  func url(of cell: Cell) -> Result<String, ValueFault>
}

extension QueryRows {
  /// The request of a row, as far as its columns tell it.
  fileprivate func request(of cells: [Cell], _ names: [String], _ number: Int) -> InputRow {
    var columns: [ExactText: Value] = [:]
    for (place, (name, cell)) in zip(names, cells).enumerated() {
      columns[ExactText(name)] = value(of: cell, at: place)
    }
    var row = InputRow(columns, line: number)
    guard let place = urlPlace else { return row }
    switch url(of: cells[place]) {
    case .success(let url): row.url = url
    case .failure(let fault): row.fault = "the column \(names[place]) \(fault.reason)"
    }
    return row
  }
}

extension SQLValue {
  /// What a column of URLs holds, or why it is not one.
  var asURL: Result<String, ValueFault> {
    switch self {
    case .text(let url): .success(url)
    case .int(let number): .success("\(number)")
    case .double(let number): .success("\(number)")
    case .null: .failure(.null)
    case .blob: .failure(ValueFault(reason: "holds bytes, not a text"))
    }
  }
}

extension ValueFault {
  static let null = ValueFault(reason: "is NULL")
}

/// A source that makes requests of the rows of a query.
protocol QuerySource: Source {
  associatedtype Rows: QueryRows
  var query: RowQuery { get }
  /// What messages call the database.
  var shownDatabase: String { get }
  func open(in folder: SourceFolder, isClosed: @escaping @Sendable () -> Bool) throws -> Rows
}

extension QuerySource {
  var summary: String { "\(shownDatabase) (\(query.shown))" }

  func notes(in folder: SourceFolder) -> [String] { query.template.notes(in: folder) }

  var origins: Set<WebURL.OriginKey>? { query.template.url?.origin.map { [$0] } }

  func rereading(in folder: SourceFolder) -> SourceRereading { .changing }

  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] { query.template.inputs(in: folder) }

  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    query.template.check(in: folder, report)
  }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let template = try query.template.opened(in: environment.folder)
    // A query may take long, and blocks.
    let thread = try SinkThread("for a database")
    try await withTaskExecutorPreference(thread) {
      let rows = try open(in: environment.folder, isClosed: output.isClosed)
      let names = rows.names
      output.note(columns: names)
      var number = 0
      while let page = try rows.next() {
        for cells in page {
          number += 1
          try await output.yield(rows.request(of: cells, names, number), template, of: shownDatabase)
        }
      }
    }
  }
}
