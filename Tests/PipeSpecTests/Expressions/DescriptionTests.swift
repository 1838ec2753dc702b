import PipeSpec
import Testing

@Suite struct DescriptionTests {
  @Test(
    "An expression is described in one form",
    arguments: [
      ("status>=400 or error!=null", "status >= 400 or error != null"),
      ("(a == 1)", "a == 1"),
      ("a and (b and c)", "a and b and c"),
      ("a and (b or c)", "a and (b or c)"),
      ("(a and b) or c", "a and b or c"),
      ("not (a or b)", "not (a or b)"),
      ("not (a)", "not a"),
      ("not a in 1..2", "a not in 1..2"),
      ("a not in [ 1 ,2, ]", "a not in [1, 2]"),
      ("not not a contains \"x\"", "not a not contains 'x'"),
      (#"a == "it's""#, #"a == "it's""#),
      (#"a == "it's \"q\" \\ \n""#, #"a == 'it\'s "q" \\ \n'"#),
      ("`a` == 1 and `b c` == -1.50 and `and` == 1e3", "a == 1 and `b c` == -1.5 and `and` == 1000.0"),
      ("a matches /x\\/y/smi", "a matches /x\\/y/ims"),
      ("null != a", "null != a"),
      ("a == 1e300", "a == 1e+300"),
    ])
  func describes(_ text: String, _ expected: String) throws {
    let description = try ParsedExpression.parse(Fixture.text(text)).get().description
    #expect(description == expected)
    #expect(try ParsedExpression.parse(Fixture.text(description)).get().description == description)
  }
}
