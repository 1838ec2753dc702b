@testable import PipeSpec

/// The fields that the tests' expressions use, and one record of them.
enum Fixture {
  static let fields: [FieldDeclaration] = [
    FieldDeclaration("url", .url, isNullable: false),
    FieldDeclaration("final_url", .url),
    FieldDeclaration("status", .int),
    FieldDeclaration("title", .string),
    FieldDeclaration("error", .string),
    FieldDeclaration("ok", .bool, isNullable: false),
    FieldDeclaration("truncated", .bool),
    FieldDeclaration("price", .number),
    FieldDeclaration("fetched_at", .date),
    FieldDeclaration("modified", .date),
    FieldDeclaration("tags", FieldType(.string, isList: true)),
    FieldDeclaration("sizes", FieldType(.int, isList: true)),
    FieldDeclaration("data", .json),
    FieldDeclaration("og:title", .string),
    FieldDeclaration("in", .int),
    FieldDeclaration("length", .int),
  ]

  static let record: [String: Value] = [
    "url": .string("https://example.com/a?b=é"),
    "final_url": .string("https://example.com/"),
    "status": .int(404),
    "title": .string("Café \"Zürich\""),
    "ok": .bool(false),
    "truncated": .bool(true),
    "price": .double(19.5),
    "fetched_at": .string("2026-01-31T10:20:30.5Z"),
    "modified": .string("2025-12-01T00:00:00Z"),
    "tags": .list([.string("new"), .string("sale"), .null]),
    "sizes": .list([.int(36), .int(40)]),
    "data": .json("{}"),
    "og:title": .string("Shop"),
    "in": .int(7),
    "length": .int(1024),
  ]

  static func values(_ record: [String: Value]) -> [Value] { fields.map { record[$0.name] ?? .null } }

  /// A plain scalar on a line of its own.
  static func text(_ text: String) -> ResolvedText {
    let file = SourceFile(name: "spec.yaml", text: text)
    let node = Node(
      .scalar(Scalar(text: text, value: .string, style: .plain)), span: file.span(0..<text.utf8.count))
    let whole = 0..<text.utf8.count
    return ResolvedText(
      text: text, masked: nil, value: .string, isInterpolated: false, node: node,
      segments: [.init(result: whole, origin: whole, isLiteral: true)], file: file)
  }

  static func evaluate(_ text: String, on record: [String: Value]) throws -> Bool {
    try ParsedExpression.parse(self.text(text)).get().resolve(fields).get().evaluate(values(record))
  }

  /// The faults of a text, of either phase.
  static func faults(of text: String) -> [ScalarFault] {
    let (condition, faults) = Parser.parse(text)
    guard let condition else { return faults }
    return Resolver.resolve(condition, fields).1
  }
}
