import PipeDatabase
import PipeEngine
import PipeSpec

/// What becomes of the rows that a table has.
enum TableMode: String, CaseIterable, Sendable {
  case append, upsert, replace
}

/// What becomes of a row whose key is there.
enum KeyConflict: String, CaseIterable, Sendable {
  case update, ignore

  var inSQL: SQLDialect.Conflict { self == .update ? .update : .ignore }
}

/// What a run may do to the definition of a table.
enum TableSchema: String, CaseIterable, Sendable {
  case create, add, frozen
}

/// The options that sinks with a table share.
struct TableOptions: Sendable {
  let table: Located<String>
  let mode: TableMode
  let key: [Located<String>]
  let conflict: KeyConflict
  let schema: TableSchema
  let rejects: Located<String>?

  static let map = MapShape(
    Key("table", Shape.name("the name of a table").located, "The table.", example: "pages"),
    Key(
      "mode",
      .choice {
        switch $0 {
        case .append: "rows are added"
        case .upsert:
          "a row whose key is there changes that row, of which only the columns that it brings; others are added"
        case .replace:
          "rows are loaded into a second table, which takes the place of the first, at once, when the run is complete"
        }
      }, default: TableMode.append, shown: "append", "What becomes of the rows that are there."),
    Key(
      optional: "key", Shape.name("the name of a field").located.list(minimum: 1, orOne: true),
      "With mode: upsert, the fields that tell rows apart. A table that is there needs a primary key or unique index on them.",
      example: "[url]"),
    Key(
      optional: "on_conflict",
      Shape.choice { (conflict: KeyConflict) in
        switch conflict {
        case .update: "the row that is there gets the new values"
        case .ignore: "the row that is there stays as it is"
        }
      }, "With mode: upsert, what happens if the key is there. Without it, update.", example: "ignore"),
    Key(
      "schema",
      .choice {
        switch $0 {
        case .create: "the table is made if it is not there; one that is there must have a column for each field"
        case .add: "the same, and columns that the table lacks are added to it"
        case .frozen: "the table must be there, with a column for each field"
        }
      }, default: TableSchema.create, shown: "create",
      "What the run may do to the table's definition. A column's type is never changed."),
    Key(
      optional: "rejects", Shape.path.located,
      "A JSON lines file for rows that the database refuses, with the reason; relative to the working folder. Without it they "
        + "are only counted.", example: "out/rejects.jsonl"),
    make: { ($0, $1, $2, $3, $4, $5) }
  ).checked { options, map, context -> TableOptions? in
    let (table, mode, key, conflict, schema, rejects) = options
    func span(_ name: String) -> SourceSpan { map.entry(name)?.value.span ?? map.span }
    if table.value.unicodeScalars.contains("\0") {
      context.report(.badValue, at: table.span, "the name of a table cannot hold U+0000")
      return nil
    }
    if mode == .upsert, key == nil {
      context.report(
        .missingKey, at: span("mode"), "mode: upsert needs key, the fields that tell rows apart",
        hint: "for example: key: [url]")
      return nil
    }
    if mode != .upsert, let key {
      context.report(
        .conflict, at: key[0].span, "key is for mode: upsert, and this is mode: \(mode.rawValue)",
        hint: "write mode: upsert, or leave key out")
      return nil
    }
    if mode != .upsert, conflict != nil {
      context.report(
        .conflict, at: span("on_conflict"), "on_conflict is for mode: upsert, and this is mode: \(mode.rawValue)",
        hint: "write mode: upsert, or leave on_conflict out")
      return nil
    }
    return TableOptions(
      table: table, mode: mode, key: key ?? [], conflict: conflict ?? .update, schema: schema, rejects: rejects)
  }

  /// The columns of the rows as a database has them.
  static func columns(of columns: [Column]) -> [SQLDialect.Column] {
    columns.map { SQLDialect.Column($0.name, SQLDialect.Kind($0.type)) }
  }

  /// Reports fields that cannot be columns of one table, and keys that are not fields.
  func check(_ columns: [Column], of dialect: SQLDialect, _ report: (Diagnostic) -> Void) {
    var seen: [String: String] = [:]
    let table = TableName(written: table.value, dialect)
    if let long = [table.schema, table.name].compactMap(\.self).first(where: dialect.isTooLong) {
      report(tooLong(dialect, "the table's name '\(excerpt(long))' is", hint: "give it a shorter name"))
    }
    for column in columns {
      let name = dialect.compared(column.name)
      if dialect.isTooLong(column.name) {
        report(
          tooLong(
            dialect, "the field's name '\(excerpt(column.name))' is", hint: "rename it, or name the sink's fields"))
      } else if column.name.isEmpty, dialect.nameLimit != nil {
        report(
          Diagnostic(.badValue, at: self.table.span, "a field without a name cannot be a column of \(dialect.name)"))
      } else if column.name.unicodeScalars.contains("\0") {
        report(Diagnostic(.badValue, at: self.table.span, "a field's name holds U+0000, which no column's name can"))
      } else if let first = seen.updateValue(column.name, forKey: name) {
        report(
          Diagnostic(
            .conflict, at: self.table.span,
            "the fields '\(excerpt(first))' and '\(excerpt(column.name))' would be one column: \(dialect.name) does not tell"
              + " capitals apart", hint: "rename one of them, or name the sink's fields"))
      }
    }
    var keys: Set<String> = []
    for field in key {
      if seen[dialect.compared(field.value)] == nil {
        report(
          Diagnostic(
            .unknownField, at: field.span, "the key '\(excerpt(field.value))' is not a field that this sink writes",
            hint: "its fields are \(columns.prefix(16).map { excerpt($0.name) }.joined(separator: ", "))"))
      } else if !keys.insert(dialect.compared(field.value)).inserted {
        report(Diagnostic(.duplicateKey, at: field.span, "'\(excerpt(field.value))' is in the key already"))
      }
    }
    if columns.count > dialect.mostColumns {
      report(
        Diagnostic(
          .outOfRange, at: self.table.span,
          "a table of \(dialect.name) has at most \(dialect.mostColumns) columns, and these are \(columns.count)",
          hint: "name the sink's fields"))
    }
  }

  private func tooLong(_ dialect: SQLDialect, _ name: String, hint: String) -> Diagnostic {
    let limit =
      switch dialect.nameLimit {
      case .bytes(let most): "\(most) bytes"
      case .characters(let most): "\(most) characters"
      case nil: ""
      }
    return Diagnostic(
      .badValue, at: table.span, "\(name) too long: \(dialect.name) takes names of at most \(limit)", hint: hint)
  }

  /// The table that rows are loaded into before it takes the place of another.
  static func secondTable(of table: String, _ dialect: SQLDialect) -> String {
    let name = "pipe_new_" + table
    guard dialect.isTooLong(name) else { return name }
    // As much of the name as there is room for, and a hash of all of it (FNV-1a).
    let hash = String(
      table.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
    var short = table
    while dialect.isTooLong("pipe_new_\(short)_\(hash)"), !short.isEmpty { short.removeLast() }
    return "pipe_new_\(short)_\(hash)"
  }
}

extension SQLDialect.Kind {
  init(_ type: FieldType) {
    if type.isList {
      self = .json
      return
    }
    self =
      switch type.element {
      case .string, .url: .text
      case .int: .int
      case .number: .number
      case .bool: .bool
      case .date: .date
      case .json: .json
      }
  }

  /// What a message calls it.
  var words: String {
    switch self {
    case .text: "texts"
    case .int: "whole numbers"
    case .number: "numbers"
    case .bool: "booleans"
    case .date: "dates"
    case .json: "JSON texts"
    }
  }
}
