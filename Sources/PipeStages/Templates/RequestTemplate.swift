import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// What a source says of all of its requests, with columns of each row in it. It is read once; a row fills it.
struct RequestTemplate: Sendable {
  /// The URL; `nil` if the rows have it.
  let url: ColumnURL?
  private(set) var parts: RequestParts

  /// The names of columns in it, each with its place in the spec.
  let holes: [TemplateText.Hole]

  init(url: ColumnURL?, parts: RequestParts) {
    (self.url, self.parts) = (url, parts)
    holes = (url?.text.holes ?? []) + parts.holes
  }

  /// The keys of a source whose rows may have URLs of their own.
  static let map = MapShape(
    Key(
      optional: "url", ColumnURL.shape,
      "The URL of each request, with columns in braces: {city} is percent-encoded for its place, {+path} is a part of a URL "
        + "as it is.", example: "\"https://example.com/search?q={city}\""),
    make: { (url: ColumnURL?) in url }
  ).joined(RequestParts.map).checked { both, _, _ in RequestTemplate(url: both.0, parts: both.1) }

  /// Whether rows are requests as they are.
  var isEmpty: Bool { url == nil && parts.isEmpty }

  /// What a plan says of it, a line each.
  func notes(in folder: SourceFolder) -> [String] {
    (url.map { ["each row asks for \($0.text.shown)"] } ?? []) + parts.notes(in: folder)
  }

  /// Makes the request of a row, or notes why there is none.
  func fill(_ row: inout InputRow) {
    if row.fault != nil { return }
    do throws(RowFault) {
      if let url { row.url = try url.url(of: row.columns) }
      try parts.fill(&row)
    } catch {
      row.fault = error.reason
      // Something to know it by.
      if let url { row.url = url.text.shown }
    }
  }
}

// MARK: Its file

extension RequestTemplate {
  /// Reports a file that cannot be read.
  func check(in folder: SourceFolder, _ report: (Diagnostic) -> Void) {
    guard let file = parts.body?.file, case .failure(let fault) = FileContents.readRegular(folder.resolve(file.value))
    else { return }
    report(.unreadable(file, in: folder, fault.reason))
  }

  /// The file that it sends, as a plan tells it.
  func sentFile(in folder: SourceFolder) -> String? {
    parts.body.flatMap { $0.file == nil ? nil : $0.summary(in: folder) }
  }

  /// The files that it reads.
  func inputs(in folder: SourceFolder) -> [FileUse] {
    (parts.body?.file).map { [FileUse(.file(folder.resolve($0.value)), .source, at: $0.span)] } ?? []
  }

  /// The same with the content of its file.
  func opened(in folder: SourceFolder) throws(RunError) -> RequestTemplate {
    guard let file = parts.body?.file else { return self }
    switch FileContents.readRegular(folder.resolve(file.value)) {
    case .success(let bytes):
      var template = self
      template.parts.body?.open(bytes)
      return template
    case .failure(let fault): throw RunError(file.value, "cannot be read: \(fault.reason)")
    }
  }
}
