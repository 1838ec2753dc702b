import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

// What can be told of a list before the run: of regular files alone, and by no more than their first bytes and header.
extension InputOptions {
  /// Reports a file that is not a list, and a CSV file without the column of the URLs.
  func check(_ path: Located<String>, at file: String, _ report: (Diagnostic) -> Void) {
    var reader = makeCSVReader(name: path.value)
    do throws(RunError) {
      try readHead(ofFileAt: file, &reader)
    } catch {
      if let header = reader.header, reportMissing(in: header, path, report) { return }
      let isColumn = reader.header != nil
      report(
        Diagnostic(
          isColumn ? .unknownField : .unreadableFile, at: isColumn ? columnSpan ?? path.span : path.span,
          "'\(path.value)' \(error.reason)",
          hint: isColumn && isFormatImplied
            ? [error.hint, "for a list of URLs write format: lines"].compactMap(\.self).joined(separator: "; ")
            : error.hint))
    }
  }

  /// Reports the columns of a template that a header does not have, each where it stands.
  ///
  /// - Returns: Whether there are any.
  private func reportMissing(in header: CSVHeader, _ path: Located<String>, _ report: (Diagnostic) -> Void) -> Bool {
    let missing = (template?.holes ?? []).filter { hole in header.missing.contains { $0.isExactly(hole.column.text) } }
    for hole in missing {
      let fault = header.fault(of: hole.column.text, isURL: false, in: path.value)
      report(Diagnostic(.unknownField, at: hole.span, "'\(path.value)' \(fault.reason)", hint: fault.hint))
    }
    return !missing.isEmpty
  }

  /// The columns of the rows.
  ///
  /// - Parameter path: A regular file; `nil` for what cannot be looked at before the run.
  func columns(ofFileAt path: String?) -> SourceColumns {
    switch format {
    case .lines where template?.holes.isEmpty == false: return .named(["line"])
    case .lines: return .none(hint: "a list of lines has no columns: write format: csv or format: jsonl")
    case .jsonl: return .unknown
    case .csv:
      guard let path else { return .unknown }
      var reader = makeCSVReader(name: path)
      // A fault is reported by the check.
      try? readHead(ofFileAt: path, &reader)
      return reader.header.flatMap { $0.missing.isEmpty ? .named($0.names) : nil } ?? .unknown
    }
  }

  /// Reads the first bytes of a file, and of a CSV file so many that its header is whole.
  private func readHead(ofFileAt path: String, _ reader: inout CSVRows) throws(RunError) {
    let file = try InputFile(path: path)
    if file.mayWait { return }
    try readHead(of: file, name: path, &reader)
  }

  /// The same of an open file, from its start.
  func readHead(of file: InputFile, name: String, _ reader: inout CSVRows) throws(RunError) {
    var decoding = InputDecoding()
    var text = InputText(name: name, form: csv.textForm)
    do {
      while let chunk = try file.readNow() {
        decoding.take(chunk)
        while let piece = try decoding.next() {
          let bytes = try text.take(piece)
          if format != .csv { return }
          _ = try reader.rows(bytes)
          if reader.header != nil { return }
        }
      }
      try decoding.end()
      while let piece = try decoding.next() {
        let bytes = try text.take(piece)
        if format == .csv { _ = try reader.rows(bytes) }
      }
      let bytes = try text.finish()
      if format != .csv || reader.header != nil { return }
      _ = try reader.rows(bytes)
      if reader.header == nil { _ = try reader.finish() }
    } catch let error as RunError {
      throw error
    } catch let fault as CompressionFault {
      throw RunError(name, fault.reason, hint: fault.hint)
    } catch {
      throw RunError(name, "cannot be read: \(error)")
    }
  }
}
