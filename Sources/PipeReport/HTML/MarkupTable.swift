/// A table with a caption, whose first column names the rows.
package struct MarkupTable: Sendable {
  package struct Column: Sendable {
    let title: String
    let isNumber: Bool

    static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
    static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
  }

  private let caption: String
  private let columns: [Column]
  private let rows: [[Markup]]
  /// Whether it can be searched and sorted, where scripts run.
  private let isTool: Bool

  init(_ caption: String, _ columns: [Column], _ rows: [[Markup]], isTool: Bool = false) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
    self.isTool = isTool
  }

  package var isEmpty: Bool { rows.isEmpty }

  /// - Parameter isShort: Whether its caption is left to who cannot see what it stands beside.
  package func markup(hidesCaption: Bool = false) -> Markup {
    let head = columns.map { column -> Markup in
      column.isNumber ? "<th scope=\"col\" class=\"n\">\(column.title)</th>" : "<th scope=\"col\">\(column.title)</th>"
    }
    let body = rows.map { row -> Markup in
      let cells = zip(columns, row).enumerated().map { index, cell -> Markup in
        switch (index, cell.0.isNumber) {
        case (0, false): "<th scope=\"row\">\(cell.1)</th>"
        case (_, true): "<td class=\"n\">\(cell.1)</td>"
        default: "<td>\(cell.1)</td>"
        }
      }
      return "<tr>\(cells)</tr>"
    }
    let tool: Markup = isTool ? " class=\"tool\"" : ""
    let hidden: Markup = hidesCaption ? " class=\"aside\"" : ""
    return """
      <div class="wide" role="group" aria-label="\(caption)" tabindex="0"><table\(tool)>\
      <caption\(hidden)>\(caption)</caption><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table></div>

      """
  }
}
