import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// A URL with columns in it, which makes the URL of each row.
struct ColumnURL: Sendable {
  let text: TemplateText
  private let holes: [TemplateText.Hole]
  private let template: URLTemplate

  /// The origin of all of its URLs; `nil` if a column tells it.
  var origin: WebURL.OriginKey? { template.origin }
  /// Whether a column is the start of each URL.
  var beginsWithColumn: Bool { template.places.first == .start }

  /// - Returns: `nil` once a fault is reported.
  init?(_ text: TemplateText, _ node: Node, _ context: inout DecodingContext) {
    self.text = text
    holes = text.holes
    do throws(URLTemplate.Fault) {
      template = try URLTemplate(
        text.pieces.map { piece in
          switch piece {
          case .text(let text): .text(text)
          case .hole(let hole): .hole(isRaw: hole.isRaw)
          }
        })
    } catch {
      Self.report(error, text, node, &context)
      return nil
    }
    if text.hasForeignBraces {
      context.report(
        .noEffect, on: node, "the braces that ${…} brings are text, and name no column",
        hint: "write the names of columns in \(context.place) itself")
    }
    text.reportDoubledBraces(node, &context)
    // One that an interpolation has brought is percent-encoded as in any URL.
    let mayHoldSpaces = text.doubled != nil || text.isInterpolated
    for case .text(let literal) in text.pieces where literal.utf8.contains(UInt8(ascii: " ")) && !mayHoldSpaces {
      context.report(.badURL, on: node, "\(context.place) holds a space", hint: "write %20")
      return nil
    }
  }

  private static func report(
    _ fault: URLTemplate.Fault, _ text: TemplateText, _ node: Node, _ context: inout DecodingContext
  ) {
    let hole = fault.hole.map { text.holes[$0] }
    let (shown, name) = (hole?.shown ?? "", excerpt(hole?.column.text ?? ""))
    let (message, hint): (String, String?) =
      switch fault.reason {
      case .scheme:
        (
          "does not begin with http:// or https://",
          WrittenURL.suggestion(for: text.shown).map { "did you mean \(excerpt($0))?" }
            ?? "begin it with a host, or with {+name} for a column that holds a URL"
        )
      case .plainStart:
        ("begins with \(shown), which encodes what it holds", "write {+\(name)} for a column that holds a URL")
      case .rawHost: ("has \(shown) in its host, where a value cannot stand as it is", "write {\(name)}")
      case .user: ("has \(shown) in its user or password", "write the credential under fetch.auth or headers")
      case .unusable(let reason): ("cannot be fetched, whatever the columns hold: \(reason)", nil)
      }
    context.report(.badURL, at: hole?.span ?? node.span, "\(context.place) \(message)", hint: hint)
  }

  /// The URL of a row.
  func url(of columns: [ExactText: Value]) throws(RowFault) -> String {
    var values: [String] = []
    values.reserveCapacity(holes.count)
    for (hole, place) in zip(holes, template.places) {
      let text = try columns.text(of: hole.column)
      values.append(place == .start ? try Self.whole(text, hole.column) : text)
    }
    do throws(URLTemplate.Refusal) {
      return try template.filled(with: values)
    } catch {
      throw RowFault(holes[error.hole].column, error.reason)
    }
  }

  /// A column that begins a URL, as a list's own URLs are read.
  private static func whole(_ text: String, _ column: ExactText) throws(RowFault) -> String {
    let written = WrittenURL(text)
    if let fault = written.fault { throw RowFault(column, "is not a URL: \(fault)") }
    if case .failure(let error) = WebURL.forFetching(written.text) {
      throw RowFault(column, "is not a URL: \(WrittenURL.fault(error, for: written.text))")
    }
    return written.text
  }

  static let shape = TemplateText.shape.described(
    .text(
      name: "a URL with columns in braces", pattern: ShapeDescription.templatePattern,
      examples: ["https://example.com/search?q={city}"])
  ).map { ColumnURL($0, $1, &$2) }
}
