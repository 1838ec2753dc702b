import PipeSpec
import Testing

struct CoreSchemaTests {
  static let values: [(text: String, value: Scalar.Value)] = [
    ("", .null), ("~", .null), ("null", .null), ("Null", .null), ("NULL", .null), ("nULL", .string),
    ("true", .bool(true)), ("True", .bool(true)), ("TRUE", .bool(true)), ("tRUE", .string),
    ("false", .bool(false)), ("False", .bool(false)), ("FALSE", .bool(false)),
    ("on", .string), ("off", .string), ("no", .string), ("yes", .string), ("y", .string), ("N", .string),
    ("0", .int(0)), ("-0", .int(0)), ("+12", .int(12)), ("-19", .int(-19)), ("0777", .int(777)), ("1_000", .string),
    ("0o17", .int(15)), ("0o", .string), ("0o8", .string), ("-0o7", .string), ("0x1F", .int(31)), ("0xg", .string),
    ("0x", .string), ("0b1", .string), ("190:20:30", .string), ("1e", .string), ("+", .string), ("-", .string),
    (".", .string), ("..", .string), (".e1", .string), ("--1", .string), ("1.2.3", .string), ("1 2", .string),
    ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
    ("9223372036854775808", .float(9_223_372_036_854_775_808)), ("0xFFFFFFFFFFFFFFFFF", .float(0x1p68)),
    ("1.", .float(1)), (".5", .float(0.5)), ("-.5", .float(-0.5)), ("+12e03", .float(12000)), ("1E-2", .float(0.01)),
    ("0.", .float(0)), ("1e999", .float(.infinity)), (".inf", .float(.infinity)), ("-.Inf", .float(-.infinity)),
    ("+.INF", .float(.infinity)), (".iNF", .string), ("inf", .string), ("nan", .string), ("-.nan", .string),
    ("0x1p3", .string), ("infinity", .string), ("１", .string), ("2024-01-01", .string), ("10s", .string),
  ]

  @Test(arguments: values.indices)
  func aPlainScalarIsResolvedByTheCoreSchema(_ index: Int) {
    let example = Self.values[index]
    #expect(CoreSchema.value(of: example.text) == example.value, "\(example.text)")
  }

  @Test(arguments: [".nan", ".NaN", ".NAN"])
  func notANumberIsAFloat(_ text: String) {
    guard case .float(let value) = CoreSchema.value(of: text) else {
      Issue.record("\(text) is no float")
      return
    }
    #expect(value.isNaN)
  }

  @Test func onlyPlainScalarsAreResolved() {
    let document = Document(
      "- '1'\n- \"true\"\n- |\n  1\n- >-\n  null\n- ! 1\n- !!str 1\n- !!float 1\n- !!int '0x10'\n- 1\n")
    let expected: [Scalar.Value] = [
      .string, .string, .string, .string, .string, .string, .float(1), .int(16), .int(1),
    ]
    #expect(document.root?.items.compactMap(\.scalar?.value) == expected)
    #expect(document.diagnostics.isEmpty)
  }

  @Test func aTagThatDoesNotFitIsABadValue() {
    let document = Document("a: !!int x\nb: !!seq {}\nc: !!map {}\nd: !!bool 1\ne: !!null ''\n")
    let expected = [
      "bad-value 1:10-1:11 'x' is not what the tag !!int says",
      "bad-value 2:10-2:10 this is not what the tag !!seq says",
      "bad-value 4:11-4:12 '1' is not what the tag !!bool says",
    ]
    #expect(document.diagnostics.map(\.brief) == expected)
    #expect(document.root != nil)
  }
}
