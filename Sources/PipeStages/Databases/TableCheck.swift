import PipeDatabase
import PipeEngine
import PipeSpec

/// In what a table that is there does not fit the rows of a run.
enum TableCheck {
  /// - Parameter lacking: Called with columns that the table lacks and the run may add.
  static func mismatches(
    of columns: [SQLDialect.Column], with table: SQLiteTable, _ options: TableOptions,
    lacking: (SQLDialect.Column) -> Void = { _ in }
  ) -> [String] {
    switch table.form {
    case .table: break
    case .view: return ["it is a view, not a table"]
    case .virtual: return ["it is a virtual table"]
    }
    var found: [String] = []
    for column in columns {
      guard let there = table.column(column.name) else {
        if options.schema == .add { lacking(column) } else { found.append("it has no column \(column.name)") }
        continue
      }
      if there.isGenerated {
        found.append("its column \(there.name) is generated, so no row can bring a value for it")
      } else if !SQLiteAffinity(ofType: there.type).keeps(column.kind) {
        found.append(
          "its column \(there.name) is \(there.type.isEmpty ? "without a type" : there.type), which does not keep"
            + " \(column.kind.words) as they are")
      }
    }
    let names = Set(columns.map { SQLDialect.sqlite.compared($0.name) })
    // The one that stands for the row's number gets it if no value comes.
    let key = table.columns.filter { $0.keyPlace > 0 }
    let number = key.count == 1 && key[0].type.uppercased() == "INTEGER" ? key[0].name : nil
    for column in table.columns
    where column.isRequired && !column.hasDefault && !column.isGenerated && column.name != number
      && !names.contains(SQLDialect.sqlite.compared(column.name))
    {
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
