/// A table as it is in a database, as far as rows of a run have to fit it.
package struct TableDescription: Hashable, Sendable {
  package struct Column: Hashable, Sendable {
    package let name: String
    /// As the database tells it: `character varying(20)`; empty for none.
    package let type: String
    /// Kinds of values that it keeps as they are.
    package let keeps: Set<SQLDialect.Kind>
    /// Whether a row needs a value for it: it may not be null, and nothing else fills it.
    package let isRequired: Bool
    /// Why no row can bring a value for it, as in `is generated`; `nil` if one can.
    package let isClosed: String?

    package init(
      _ name: String, type: String, keeps: Set<SQLDialect.Kind>, isRequired: Bool = false, isClosed: String? = nil
    ) {
      (self.name, self.type, self.keeps) = (name, type, keeps)
      (self.isRequired, self.isClosed) = (isRequired, isClosed)
    }
  }

  /// As it was written.
  package let name: TableName
  /// What it is if no rows can be added to it: `a view`; `nil` for a table.
  package let otherForm: String?
  package let columns: [Column]
  /// Columns that no two rows have alike, of each unique index without a condition, and of the primary key.
  package let uniques: [[String]]
  package let dialect: SQLDialect

  package init(
    _ name: TableName, otherForm: String? = nil, columns: [Column], uniques: [[String]], _ dialect: SQLDialect
  ) {
    (self.name, self.otherForm, self.columns, self.uniques) = (name, otherForm, columns, uniques)
    self.dialect = dialect
  }

  package func column(_ name: String) -> Column? {
    let compared = dialect.compared(name)
    return columns.first { dialect.compared($0.name) == compared }
  }

  /// Whether the columns together tell rows apart, so that `ON CONFLICT` can name them.
  package func isUnique(_ names: [String]) -> Bool {
    let wanted = Set(names.map(dialect.compared))
    return uniques.contains { Set($0.map(dialect.compared)) == wanted }
  }
}

extension SQLiteTable {
  /// What rows have to fit.
  package var description: TableDescription {
    let key = columns.filter { $0.keyPlace > 0 }
    // The one that stands for the row's number gets it if no value comes.
    let number = key.count == 1 && key[0].type.uppercased() == "INTEGER" ? key[0].name : nil
    return TableDescription(
      TableName(name), otherForm: form == .view ? "a view" : form == .virtual ? "a virtual table" : nil,
      columns: columns.map { column in
        let affinity = SQLiteAffinity(ofType: column.type)
        return TableDescription.Column(
          column.name, type: column.type, keeps: Set(SQLDialect.Kind.allCases.filter(affinity.keeps)),
          isRequired: column.isRequired && !column.hasDefault && !column.isGenerated && column.name != number,
          isClosed: column.isGenerated ? "is generated" : nil)
      }, uniques: uniques, .sqlite)
  }
}
