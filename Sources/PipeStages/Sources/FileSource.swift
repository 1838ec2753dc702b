import Glibc
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// `file`: URLs from a file.
struct FileSource: Source {
  let path: Located<String>
  let options: InputOptions

  static let component = Component<any Source>(
    .source, "file",
    "URLs from a file: a list of lines, CSV or JSON lines; gzip and zstd are detected from the content. A resumed run reads "
      + "it on where it was: the file may have grown since, and must not have changed in what was read.",
    options: MapShape(
      main: "path",
      Key(
        "path", Shape.path.located, "The file; a relative path starts at the spec's folder.",
        example: "urls.txt"),
      InputOptions.format, InputOptions.column, InputOptions.field, CSVForm.delimiter, CSVForm.quote, CSVForm.encoding,
      InputOptions.requests,
      make: { (path: $0, format: $1, column: $2, field: $3, delimiter: $4, quote: $5, encoding: $6, requests: $7) }
    ).joined(RequestTemplate.map).checked { both, map, context in
      let file = both.0
      return InputOptions.check(
        path: file.path.value, format: file.format, column: file.column, field: file.field, delimiter: file.delimiter,
        quote: file.quote, encoding: file.encoding, requests: file.requests, template: both.1, map: map, &context
      ).map { FileSource(path: file.path, options: $0) }
    },
    examples: [
      "file: urls.txt", "{file: products.csv, column: link}",
      "{file: cities.csv, url: \"https://example.com/search?q={city}\"}",
      "{file: list.dat, format: csv, delimiter: \";\", encoding: windows-1251}",
    ],
    make: { $0 })

  var summary: String { "\(path.value) (\(options.summary))" }

  func notes(in folder: SourceFolder) -> [String] { options.template?.notes(in: folder) ?? [] }
  func sentFile(in folder: SourceFolder) -> String? { options.template?.sentFile(in: folder) }

  var origins: Set<WebURL.OriginKey>? { options.origins }

  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    options.template?.check(in: folder, report)
    let file = folder.resolve(path.value)
    // Standard input is another one when the spec runs.
    if FileUse(.file(file), .source, at: span).isStandardStream { return }
    var status = stat()
    var reason: String?
    if file.withPath({ stat($0, &status) }) != 0 || file.withPath({ access($0, R_OK) }) != 0 {
      reason = SystemError.current
    } else if status.st_mode & S_IFMT == S_IFDIR {
      reason = "it is a folder"
    }
    if let reason { return report(.unreadable(path, in: folder, reason)) }
    if status.st_mode & S_IFMT == S_IFREG { options.check(path, at: file, report) }
  }

  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] {
    [FileUse(.file(folder.resolve(path.value)), .source, at: path.span)] + options.otherInputs(in: folder)
  }

  func columns(in folder: SourceFolder) -> SourceColumns {
    options.columns(ofFileAt: isAtHand(in: folder) ? folder.resolve(path.value) : nil)
  }

  func isAtHand(in folder: SourceFolder) -> Bool {
    var status = stat()
    return folder.resolve(path.value).withPath { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  func count(in folder: SourceFolder) -> RequestCount {
    let path = folder.resolve(path.value)
    var status = stat()
    if path.withPath({ stat($0, &status) }) != 0 { return .unknown }
    // What is read of a pipe is gone, and a device may wait or never end.
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFIFO: return .unread("it is a pipe")
    default: return .unread("it is not a regular file")
    }
    // Only whole lines can be counted without parsing: what is left out is told as unknown.
    guard options.format == .lines, let file = try? InputFile(path: path) else { return .unknown }
    return file.countLines().map { .exactly($0) } ?? .unknown
  }

  func rereading(in folder: SourceFolder) -> SourceRereading {
    var status = stat()
    // What cannot be looked at fails when it is opened.
    if folder.resolve(path.value).withPath({ stat($0, &status) }) != 0 { return .fromMark }
    return status.st_mode & S_IFMT == S_IFREG ? .fromMark : .once
  }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let options = try options.opened(in: environment.folder)
    try await options.run(InputFile(path: environment.folder.resolve(path.value)), name: path.value, into: &output)
  }
}

/// `stdin`: URLs from standard input.
struct StandardInputSource: Source {
  let options: InputOptions

  static let component = Component<any Source>(
    .source, "stdin",
    "URLs from standard input, in the formats of file, compressed or not. They are kept in the journal: a resumed run needs "
      + "the same input again, from its start, only if it was not read to its end.",
    options: MapShape(
      main: "format", InputOptions.format, InputOptions.column, InputOptions.field, CSVForm.delimiter, CSVForm.quote,
      CSVForm.encoding, InputOptions.requests,
      make: { (format: $0, column: $1, field: $2, delimiter: $3, quote: $4, encoding: $5, requests: $6) }
    ).joined(RequestTemplate.map).checked { both, map, context in
      let input = both.0
      return InputOptions.check(
        format: input.format, column: input.column, field: input.field, delimiter: input.delimiter, quote: input.quote,
        encoding: input.encoding, requests: input.requests, template: both.1, map: map, &context
      ).map { StandardInputSource(options: $0) }
    },
    standsAlone: true, examples: ["stdin", "stdin: {format: jsonl}"],
    make: { $0 })

  var summary: String { "standard input (\(options.summary))" }

  func notes(in folder: SourceFolder) -> [String] { options.template?.notes(in: folder) ?? [] }
  func sentFile(in folder: SourceFolder) -> String? { options.template?.sentFile(in: folder) }

  var origins: Set<WebURL.OriginKey>? { options.origins }

  func columns(in folder: SourceFolder) -> SourceColumns { options.columns(ofFileAt: nil) }

  func inputs(at span: SourceSpan, in folder: SourceFolder) -> [FileUse] {
    [FileUse(.standardInput, .source, at: span)] + options.otherInputs(in: folder)
  }

  func check(at span: SourceSpan, in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    options.template?.check(in: folder, report)
  }

  func rereading(in folder: SourceFolder) -> SourceRereading { .once }

  func run(_ output: inout RequestOutput, in environment: SourceEnvironment) async throws {
    let options = try options.opened(in: environment.folder)
    try await options.run(InputFile(path: nil), name: "standard input", into: &output)
  }
}
