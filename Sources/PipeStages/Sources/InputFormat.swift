import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// How the rows of a file or of standard input are written.
enum InputFormat: String, CaseIterable, Sendable {
  case lines, csv, jsonl

  /// The format that the ending of a path names, in any case and of compressed files too; `nil` for any other path.
  init?(endingOf path: String) {
    guard let ending = Self.ending(of: path), let format = Self.byEnding[ending] else { return nil }
    self = format
  }

  static func hasEnding(_ ending: String, _ path: String) -> Bool { Self.ending(of: path) == ending }

  private static let byEnding: [String: InputFormat] = [
    "csv": .csv, "tsv": .csv, "jsonl": .jsonl, "ndjson": .jsonl, "txt": .lines,
  ]

  private static func ending(of path: String) -> String? {
    var parts = path.lowercased().split(separator: ".", omittingEmptySubsequences: false)
    if let last = parts.last, last == "gz" || last == "zst" { parts.removeLast() }
    return parts.count > 1 ? parts.last.map(String.init) : nil
  }
}

/// The options that `file` and `stdin` share.
struct InputOptions: Sendable {
  let format: InputFormat
  /// The column or member that holds the URL.
  let column: String
  /// Where it is named, if it is.
  var columnSpan: SourceSpan?
  /// Whether the format is that of the path's ending.
  var isFormatImplied = false
  var csv = CSVForm()
  /// Whether rows of JSON lines say the method, the headers and the body of their requests.
  var takesRequests = false
  /// What makes the requests of the rows; `nil` if they are URLs as they are.
  var template: RequestTemplate?

  static let format = Key(
    "format",
    .choice { (format: InputFormat) in
      switch format {
      case .lines: "a URL a line; blank lines and lines that begin with # are passed over"
      case .csv: "RFC 4180 with a header row; columns may be separated by semicolons or tabs as well"
      case .jsonl: "a JSON object a line"
      }
    }, unless: Implication(by: "path") { InputFormat(endingOf: $0)?.rawValue }, shown: "lines",
    "How the rows are written. Without it, as the path's ending says: .csv and .tsv, .jsonl and .ndjson, before .gz and "
      + ".zst too; any other is lines.")
  static let column = Key(
    optional: "column", Shape.text("a column's name").located, "The csv column that holds the URL; without it, url.",
    example: "link"
  )
  static let field = Key(
    optional: "field", Shape.text("a member's name").located, "The jsonl member that holds the URL; without it, url.",
    example: "link")

  static let requests = Key(
    "requests", .bool, default: false, shown: "false",
    "Whether the members method, headers and body of a jsonl row are those of its request (pipe explain request-rows). "
      + "Otherwise they are columns as any other: a list that comes from elsewhere could send what it likes.")

  /// Checks that the options fit the format.
  ///
  /// - Parameter path: What tells the format if the spec does not.
  static func check(
    path: String? = nil, format written: InputFormat?, column: Located<String>?, field: Located<String>?,
    delimiter: UInt8?, quote: CSVQuote, encoding: CharacterEncoding?, requests: Bool,
    template: RequestTemplate, map: MapNode, _ context: inout DecodingContext
  ) -> InputOptions? {
    let implied = written == nil ? path.flatMap { InputFormat(endingOf: $0) } : nil
    let format = written ?? implied ?? .lines
    for (name, fits) in Self.fitting where map.entry(name) != nil && format != fits {
      context.report(
        .conflict, at: map.entry(name)?.key.span ?? map.span,
        "'\(name)' is for format: \(fits.rawValue), and the format is \(format.rawValue)"
          + (implied == nil ? "" : " by the path's ending"),
        hint: "write format: \(fits.rawValue)",
        notes: map.entry("format").map { [Diagnostic.Note("the format is given here", at: $0.value.span)] } ?? [])
      return nil
    }
    guard var form = CSVForm.check(delimiter, quote, encoding, map: map, &context) else { return nil }
    if form.delimiter == nil, let path, hasTabs(path) { form.delimiter = UInt8(ascii: "\t") }
    let name = column ?? field
    guard check(template, format, name, map, &context) else { return nil }
    return InputOptions(
      format: format, column: name?.value ?? "url", columnSpan: name?.span, isFormatImplied: implied == .csv, csv: form,
      takesRequests: requests, template: template.isEmpty ? nil : template)
  }

  /// The keys that say how rows are read.
  private static let readingKeys: Set<String> = [
    "path", "format", "column", "field", "delimiter", "quote", "encoding", "requests",
  ]

  /// Checks what can be told of a template without its rows.
  private static func check(
    _ template: RequestTemplate, _ format: InputFormat, _ column: Located<String>?, _ map: MapNode,
    _ context: inout DecodingContext
  ) -> Bool {
    if template.url != nil, let column {
      context.report(
        .conflict, at: column.span, "'\(column.value)' has no meaning, since url makes the URL of each row",
        hint: "remove it, or write url: \"{+\(excerpt(column.value))}\"",
        notes: map.entry("url").map { [Diagnostic.Note("the URL is given here", at: $0.value.span)] } ?? [])
      return false
    }
    let others = map.names.filter { !Self.readingKeys.contains($0) && $0 != "url" && $0 != "method" }
    if let text = template.url?.text, let url = map.entry("url")?.value, others.isEmpty, text.holes.isEmpty,
      text.doubled == nil
    {
      context.report(
        .noEffect, at: url.span, "no column stands in the request, so every row asks for the same",
        hint: "write the name of a column in braces where its value goes")
    }
    if format == .lines, !template.holes.isEmpty {
      return template.check(["line"], of: "a list of lines has one column, 'line'", &context)
    }
    return true
  }

  /// The columns that the rows must have, in the order of the spec.
  var neededColumns: [String] {
    (template?.url == nil ? [column] : []) + (template?.holes.map(\.column.text) ?? [])
  }

  /// The same with what the template needs at hand.
  func opened(in folder: SourceFolder) throws(RunError) -> InputOptions {
    var options = self
    options.template = try template?.opened(in: folder)
    return options
  }

  /// The files that it reads besides its rows.
  func otherInputs(in folder: SourceFolder) -> [FileUse] { template?.inputs(in: folder) ?? [] }

  /// The origins of all requests, if the template tells them.
  var origins: Set<WebURL.OriginKey>? { template?.url?.origin.map { [$0] } }

  private static func hasTabs(_ path: String) -> Bool { InputFormat.hasEnding("tsv", path) }

  /// The options that only one format has.
  private static let fitting: KeyValuePairs<String, InputFormat> = [
    "column": .csv, "field": .jsonl, "delimiter": .csv, "quote": .csv, "encoding": .csv,
    "requests": .jsonl,
  ]

  var summary: String { format.rawValue }
}

/// A row of an input: the URL, and what else the row says.
struct InputRow: Sendable {
  var url = ""
  var method: Method?
  var headers: [HTTPFields.Field] = []
  var body: [UInt8]?
  var columns: [ExactText: Value] = [:]
  /// Why the row is not a request.
  var fault: String?
  /// The line that it begins in, from 1.
  let line: Int
  /// Whether it has one, or is one of a list of rows.
  var hasLine = true

  init(line: Int, fault: String? = nil) {
    self.line = line
    self.fault = fault
  }

  /// A line as a row.
  init(_ line: ArraySlice<UInt8>, _ meaning: LineMeaning, line number: Int) {
    switch meaning {
    case .url, .both: self.init(line, line: number)
    case .column: self.init(line: number)
    }
    if meaning == .url { return }
    if let text = String(validating: line, as: UTF8.self) {
      columns = [Self.lineColumn: .string(text)]
    } else {
      fault = fault ?? "not valid UTF-8"
    }
  }

  /// The name of the column that a line is.
  static let lineColumn: ExactText = "line"

  /// A row with columns.
  init(_ columns: [ExactText: Value], url: String = "", line: Int) {
    self.columns = columns
    self.url = url
    self.line = line
    hasLine = false
  }

  /// A row that is a URL alone.
  init(_ written: ArraySlice<UInt8>, line: Int) {
    let written = WrittenURL(written)
    url = written.text
    fault = written.fault
    self.line = line
  }
}

/// Where a row begins.
struct RowPlace: Hashable, Sendable {
  /// Lines before it.
  var line = 0
  /// Whether a CR was before it, whose LF may follow.
  var isAfterReturn = false
}

/// Cuts chunks of bytes into rows, keeping what is not whole for the next chunk.
protocol RowReader {
  /// Where the row begins that has not ended yet, or the next one.
  var place: RowPlace { get }
  /// Bytes that were given since; `nil` if reading cannot begin there.
  var openBytes: Int? { get }
  mutating func rows(_ chunk: ArraySlice<UInt8>) throws(RunError) -> [InputRow]
  /// The row that the end of the input completes.
  mutating func finish() throws(RunError) -> [InputRow]
  /// What the person should know of how the input is written, each once.
  mutating func takeNotices() -> [String]
}

extension RowReader {
  mutating func takeNotices() -> [String] { [] }
}

extension InputOptions {
  func makeReader(name: String) -> any RowReader {
    switch format {
    case .lines: LineRows(name: name, meaning: lineMeaning)
    case .csv: makeCSVReader(name: name)
    case .jsonl: makeJSONReader(name: name)
    }
  }

  func makeCSVReader(name: String) -> CSVRows {
    CSVRows(name: name, column: urlColumn, needing: neededColumns, form: csv)
  }

  private func makeJSONReader(name: String, at place: RowPlace? = nil) -> JSONLineRows {
    var reader = JSONLineRows(name: name, field: urlColumn, takesRequests: takesRequests, at: place)
    // They are known to be columns.
    reader.expect(template?.holes.map(\.column.text) ?? [])
    return reader
  }

  /// The column that holds the URL; `nil` if a template makes it.
  private var urlColumn: String? { template?.url == nil ? column : nil }

  private var lineMeaning: LineMeaning {
    guard let template else { return .url }
    return template.url != nil ? .column : template.holes.isEmpty ? .url : .both
  }

  /// A reader that goes on where a row begins that is not the first one of the file.
  func makeReader(name: String, at place: RowPlace, of file: InputFile) throws(RunError) -> any RowReader {
    switch format {
    case .lines: return LineRows(name: name, meaning: lineMeaning, at: place)
    case .csv:
      var reader = makeCSVReader(name: name)
      try readHead(of: file, name: name, &reader)
      reader.goOn(at: place)
      return reader
    case .jsonl: return makeJSONReader(name: name, at: place)
    }
  }

  /// Reads an input to its end.
  func run(_ file: InputFile, name: String, into output: inout RequestOutput) async throws {
    var decoding = InputDecoding()
    do {
      try await run(file, &decoding, name: name, into: &output)
    } catch let fault as CompressionFault {
      let rows = output.nextID.ordinal
      throw RunError(
        name,
        "\(fault.reason), after \(rows) row\(rows == 1 ? "" : "s") (\(decoding.contentBytes) bytes of content)",
        hint: fault.hint)
    }
  }

  private func run(
    _ file: InputFile, _ decoding: inout InputDecoding, name: String, into output: inout RequestOutput
  ) async throws {
    var reader = makeReader(name: name)
    var text = InputText(name: name, form: csv.textForm)
    var marking: InputMarking?
    // What was read behind the place where the input is gone on with.
    var ahead: ArraySlice<UInt8>?
    if let marks = output.marks {
      marking = try InputMarking(marks, of: file, name: name)
      if let start = marking?.start {
        reader = try makeReader(name: name, at: start.row, of: file)
        text = InputText(name: name, goingOnAt: start)
        ahead = try file.goOn(at: start.offset, &decoding)
        output.goOn(at: start.ordinal)
      }
    }
    var isAtEnd = false
    while true {
      while let piece = try ahead ?? decoding.next() {
        ahead = nil
        // A small file can hold so much that a person stops it in the middle.
        try Task.checkCancellation()
        let given = try text.take(piece)
        let rows = try reader.rows(given)
        marking?.note(piece, as: given, of: text, reader, next: output.nextID.ordinal + rows.count)
        for row in rows { try await output.yield(row, template, of: name) }
        for notice in reader.takeNotices() { output.tell(notice) }
      }
      if isAtEnd { break }
      if file.mayWait { try await output.flush() }
      let chunk = try await file.read()
      isAtEnd = chunk.isEmpty
      if isAtEnd { try decoding.end() } else { decoding.take(chunk) }
    }
    let last = try reader.rows(text.finish())
    marking?.end(reader)
    for row in try last + reader.finish() { try await output.yield(row, template, of: name) }
    for notice in reader.takeNotices() { output.tell(notice) }
  }
}

extension RequestOutput {
  /// Yields the request of a row.
  ///
  /// - Parameter name: What a fault calls the input.
  mutating func yield(_ row: InputRow, _ template: RequestTemplate?, of name: String) async throws {
    if isNextDone { return passOver() }
    var row = row
    template?.fill(&row)
    if row.body != nil, row.method == nil { row.method = statedMethod ?? .post }
    note(columns: row.columns.keys.lazy.map(\.text))
    try await yield(Request(row, of: name, for: self))
  }
}

extension Request {
  /// - Parameter name: What a fault calls the input.
  fileprivate convenience init(_ row: InputRow, of name: String, for output: RequestOutput) {
    let columns = output.columns.isEmpty ? [:] : row.columns.filter { output.columns.contains($0.key) }
    var fault = row.fault
    var url: WebURL?
    if fault == nil {
      switch WebURL.forFetching(row.url) {
      case .success(let found): url = found
      case .failure(let error): fault = WrittenURL.fault(error, for: row.url)
      }
    }
    let seed = RequestSeed(
      id: output.nextID, written: row.url, method: row.method, body: row.body,
      headers: row.headers, input: columns)
    self.init(
      seed, url: url,
      fault: fault.map { RequestError(.badURL, "\(name) \(row.hasLine ? "line" : "row") \(row.line): \($0)") })
  }
}
