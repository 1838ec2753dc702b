import PipeEngine
import PipeSpec
import PipeTesting
import Testing

/// The columns that a sink is opened with.
struct SinkColumnTests {
  private static let columns: [(field: String, type: FieldType, isNullable: Bool)] = [
    ("url: url", .url, false), ("status: status", .int, true), ("title: title", .string, true),
    ("ok: ok", .bool, false), ("links: links", FieldType(.url, isList: true), true),
    ("at: fetched_at", .date, false), ("data: {json: $}", .json, true),
    ("price: {css: b, as: number}", .number, true), ("price: {css: b, as: number, default: 0}", .number, false),
    ("prices: {css: b, as: number, all: true}", FieldType(.number, isList: true), true),
    ("day: {css: time, as: date}", .date, true), ("kind: {const: page}", .string, false),
  ]

  @Test(arguments: columns.indices)
  func `A column has the type of its field, and is nullable if the field can be null`(index: Int) throws {
    let (field, type, isNullable) = Self.columns[index]
    let pipeline = Pipeline(spec: "extract: {\(field)}\n")
    let plan = try #require(pipeline.plan, "\(pipeline.diagnostics.map(\.message))")
    let column = try #require(plan.sinks[0].columns.first)
    #expect(column.type == type)
    #expect(column.isNullable == isNullable, "\(field)")
    #expect(plan.sinks[0].columns.last == Column(name: "error", index: 1, type: .string))
  }

  @Test func `The fields that a sink names are its columns, in its order`() throws {
    let plan = try #require(
      Pipeline(spec: "extract: [url, status]\nsinks: [{csv: out.csv, fields: [ok, status]}]\n").plan)
    #expect(
      plan.sinks[0].columns == [
        Column(name: "ok", index: 2, type: .bool, isNullable: false), Column(name: "status", index: 1, type: .int),
      ])
  }
}
