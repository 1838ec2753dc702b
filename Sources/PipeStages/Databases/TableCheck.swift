import PipeDatabase
import PipeEngine
import PipeSpec

/// In what a table that is there does not fit the rows of a run.
enum TableCheck {
  /// - Parameter lacking: Called with columns that the table lacks and the run may add.
  static func mismatches(
    of columns: [SQLDialect.Column], with table: TableDescription, _ options: TableOptions,
    lacking: (SQLDialect.Column) -> Void = { _ in }
  ) -> [String] {
    if let form = table.otherForm { return ["it is \(form)" + (form == "a view" ? ", not a table" : "")] }
    var found: [String] = []
    for column in columns {
      guard let there = table.column(column.name) else {
        if options.schema == .add { lacking(column) } else { found.append("it has no column \(column.name)") }
        continue
      }
      if let reason = there.isClosed {
        found.append("its column \(there.name) \(reason), so no row can bring a value for it")
      } else if !there.keeps.contains(column.kind) {
        found.append(
          "its column \(there.name) is \(there.type.isEmpty ? "without a type" : there.type), which does not keep"
            + " \(column.kind.words) as they are")
      }
    }
    let names = Set(columns.map { table.dialect.compared($0.name) })
    for column in table.columns where column.isRequired && !names.contains(table.dialect.compared(column.name)) {
      found.append("its column \(column.name) is NOT NULL without a default, and no field fills it")
    }
    let keys = options.key.map(\.value)
    if options.mode == .upsert, !table.isUnique(keys) {
      found.append(
        "it has no primary key and no unique index on (\(keys.joined(separator: ", "))), which mode: upsert needs")
    }
    return found
  }

  /// What is said of them, all at once.
  static func error(_ path: String, _ table: String, _ mismatches: [String]) -> RunError {
    RunError(
      path, "has a table \(table) that does not fit: " + mismatches.joined(separator: "; "),
      hint: mismatches.contains { $0.hasPrefix("it has no column") }
        ? "schema: add adds columns that are missing" : "name another table, or change this one")
  }
}
