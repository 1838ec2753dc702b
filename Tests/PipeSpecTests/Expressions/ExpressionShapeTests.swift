import PipeSpec
import Testing

@Suite struct ExpressionShapeTests {
  @Test("An option's condition is decoded with its interpolations resolved")
  func decodes() throws {
    let (expression, diagnostics) = decode(.expression, "status >= ${env:LOWEST}")
    #expect(diagnostics.isEmpty)
    #expect(expression?.description == "status >= 400")
  }

  @Test("Every fault of a condition is reported at its part of the scalar")
  func reports() {
    let (expression, diagnostics) = decode(.expression, "a = 1 && title matches /(/")
    #expect(expression == nil)
    #expect(diagnostics.map(\.code) == [.badExpression, .badExpression, .badRegex])
    #expect(diagnostics.map(\.span.start.column) == [3, 7, 25])
  }

  @Test("An option's regular expression is decoded in both its forms", arguments: ["/a+b/i", "a+b"])
  func regex(_ text: String) {
    let (expression, diagnostics) = decode(.regex, text)
    #expect(diagnostics.isEmpty)
    #expect(expression?.matches("xaab") == true)
  }

  @Test("A faulty regular expression is reported at its part of the scalar")
  func badRegex() {
    let (expression, diagnostics) = decode(.regex, "/é(/")
    #expect(expression == nil)
    #expect(diagnostics.map(\.code) == [.badRegex])
    #expect(diagnostics.map(\.span.start.column) == [3])
  }

  private func decode<Value>(_ shape: Shape<Value>, _ text: String) -> (Value?, [Diagnostic]) {
    let file = SourceFile(name: "spec.yaml", text: text)
    let node = Node(
      .scalar(Scalar(text: text, value: .string, style: .plain)), span: file.span(0..<text.utf8.count))
    var context = DecodingContext(file: file, variables: Variables(environment: ["LOWEST": "400"]))
    return (shape.decode(node, &context), context.diagnostics)
  }
}
