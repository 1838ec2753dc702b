import Testing

@testable import PipeSpec

/// `length(…)` and `in` of lists.
struct ListConditionTests {
  private static let fields = [
    FieldDeclaration("tags", FieldType(.string, isList: true)), FieldDeclaration("title", .string),
    FieldDeclaration("codes", FieldType(.int, isList: true), isNullable: false), FieldDeclaration("n", .int),
  ]

  private func resolved(_ text: String) throws -> Expression {
    let condition = try #require(Parser.parse(text).condition, "\(Parser.parse(text).faults)")
    let (expression, faults) = Resolver.resolve(condition, Self.fields)
    return try #require(expression, "\(faults)")
  }

  private static let values: [Value] = [
    .list([.string("a"), .string("b")]), .string("b"), .list([.int(1), .int(2), .int(3)]), .int(3),
  ]

  @Test(arguments: [
    ("length(tags) == 2", true), ("length(tags) > 2", false), ("2 <= length(tags)", true),
    ("length(tags) in 1..5", true),
    ("length(tags) not in [1, 2]", false), ("length(codes) == n", true), ("length(tags) < length(codes)", true),
    ("length(`tags`) != 3 and ok_title", true), ("'a' in tags", true), ("'c' in tags", false),
    ("'c' not in tags", true),
    ("title in tags", true), ("length(title) == 1", true), ("length(title) < length(tags)", true), ("n in codes", true),
    ("4 in codes", false), ("length(tags) != null", true),
  ])
  func `A list is counted and looked through`(text: String, expected: Bool) throws {
    let text = text.replacing("ok_title", with: "title == 'b'")
    #expect(try resolved(text).evaluate(Self.values) == expected)
  }

  @Test(arguments: [("length(tags) == 0", false), ("length(tags) == null", true), ("'a' in tags", false)])
  func `The list of a page that was not fetched has no length`(text: String, expected: Bool) throws {
    #expect(try resolved(text).evaluate([.null, .null, .list([]), .null]) == expected)
  }

  @Test(arguments: ["length(tags) > 3", "'a' in tags", "title not in tags", "length(`a b`) == 1"])
  func `Conditions on lists are written as they are read`(text: String) throws {
    #expect(try #require(Parser.parse(text).condition).description == text)
  }

  @Test(arguments: [
    ("length(n) > 3", "length is for lists and texts, and 'n' is a whole number"),
    ("count(tags) > 3", "'count' cannot be called"), ("tags.length > 3", "unknown field 'tags.length'"),
    ("length(codes) == null", "'length(codes)' is never null"),
    ("length(tags) < 0", "'length(tags)' is at least 0, so this never holds"), ("length(x) > 1", "unknown field 'x'"),
    ("length(tags) == 'a'", "'length(tags)' is a whole number and cannot be compared with the text 'a'"),
    ("'a' in title", "'in' needs a list on its right, and 'title' is a text"),
    ("1 in tags", "'tags' is a list of texts and never holds the number 1"),
    ("length() > 1", "length needs the name of a list or a text between parentheses"),
    ("length(tags", "length needs the name of a list or a text between parentheses"),
    ("length", "unknown field 'length'"), ("len(tags) > 1", "'len' cannot be called"),
    ("tags > 3", "a list cannot be compared, and 'tags' is a list of texts"),
  ])
  func `What is wrong with a condition on a list is told`(text: String, message: String) throws {
    let (condition, faults) = Parser.parse(text)
    let found = condition.map { Resolver.resolve($0, Self.fields).1 } ?? faults
    #expect(found.map(\.message) == [message])
  }
}
