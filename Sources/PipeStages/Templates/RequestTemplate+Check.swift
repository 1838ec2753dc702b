import PipeSpec
import PipeText

extension RequestTemplate {
  /// Reports the columns that it names and rows do not have.
  ///
  /// - Parameter source: Says what there is: "a list of lines has one column, 'line'".
  /// - Returns: Whether there is none.
  func check(_ known: [String], of source: String, _ context: inout DecodingContext) -> Bool {
    RequestTemplate.check(holes, known, of: source, &context)
  }

  static func check(
    _ holes: [TemplateText.Hole], _ known: [String], of source: String, _ context: inout DecodingContext
  ) -> Bool {
    let names = Set(known.map { ExactText($0) })
    let unknown = holes.filter { !names.contains($0.column) }
    for hole in unknown {
      let near = nearestName(to: hole.column.text, among: known)
      context.report(
        .unknownField, at: hole.span, "no column is called '\(excerpt(hole.column.text))'",
        hint: near.map { "did you mean {\(excerpt($0))}?" } ?? source)
    }
    return unknown.isEmpty
  }
}
