import PipeEngine
import PipeSpec
import PipeWeb
import Testing

/// What `true_values`, `format`, `timezone`, `split`, `map`, `exists`, `take`, `join` and `default` make of values.
struct ValueOptionTests {
  private struct Failure: Error {}

  @Test(
    arguments: [
      ("as: bool, true_values: [Ja, available], false_values: Nein", " JA ", .bool(true)),
      ("as: bool, true_values: [Ja, available], false_values: Nein", "nein", .bool(false)),
      ("as: bool, true_values: in stock", "No", .bool(false)),
      ("as: bool, false_values: [sold out]", "1", .bool(true)),
      ("map: {in stock: true, sold out: false}", " in stock\n", .bool(true)),
      ("map: {in stock: true, sold out: false}", "Sold Out", .bool(false)),
      ("as: bool, true_values: [' Ja ', ''], false_values: nein", "", .bool(true)), ("map: {' b ': 1}", "b", .int(1)),
      ("map: {A: 1, a: 2}", "a", .int(2)), ("map: {A: 1, a: 2}", "A", .int(1)),
      ("map: {one: 1, half: 0.5}", "one", .int(1)), ("map: {x: null, y: z}", "x", .null),
      ("map: {k: '7'}, as: int", "k", .int(7)), ("pattern: '/: (.*)/', map: {b: c}", "a: b", .string("c")),
      ("split: ','", "a, b,,c ", .list([.string("a"), .string("b"), .string("c")])),
      ("split: ','", "", .list([])),
      ("split: '/ *[;|] */'", "a ;b|c", .list([.string("a"), .string("b"), .string("c")])),
      ("split: /, as: string", "Home / Shop", .list([.string("Home"), .string("Shop")])),
      ("split: ' ', as: int", "1  2 3", .list([.int(1), .int(2), .int(3)])),
      ("split: '/x*/'", "abc", .list([.string("abc")])),
      ("split: '.*'", "a.*b.c", .list([.string("a"), .string("b.c")])),
      ("split: '\u{B7}'", "a \u{B7} b", .list([.string("a"), .string("b")])),
      ("split: '/'", "a/b", .list([.string("a"), .string("b")])),
      ("split: '\\n'", "a\\nb", .list([.string("a"), .string("b")])),
      ("split: \"\\n\"", "a\n\nb", .list([.string("a"), .string("b")])),
      ("split: ',', take: first", "a,b", .string("a")), ("split: ',', take: last, as: int", "a,2", .int(2)),
      ("split: ',', take: count", "a,b", .int(2)), ("split: ',', take: count", "", .int(0)),
      ("split: ',', take: first", ",", .null), ("split: ',', join: ' | '", "a,b", .string("a | b")),
      ("split: ',', join: ' | '", ",", .null),
      ("pattern: '/=(.*)/', split: ','", "x=1,2", .list([.string("1"), .string("2")])),
      ("exists: true", "", .bool(true)), ("exists: true, pattern: /x/", "a", .bool(false)),
      ("exists: true, as: bool, pattern: /a/", "a", .bool(true)),
    ] as [(String, String, Value)])
  func `A text becomes what its options say`(options: String, text: String, expected: Value) throws {
    let (value, error) = try Field("body: {\(options)}").value(text)
    #expect(value == expected)
    #expect(error == nil)
  }

  private static let page = """
    <ul><li class=tag data-n=1>red</li><li class=tag data-n=x>blue</li><li class=tag>green</li></ul><i></i>
    """

  @Test(
    arguments: [
      ("css: .tag, exists: true", .bool(true)), ("css: .none, exists: true", .bool(false)),
      ("css: i, exists: true", .bool(true)), ("css: .tag, attribute: data-n, exists: true", .bool(true)),
      ("css: i, attribute: data-n, exists: true", .bool(false)), ("css: .none, all: true, exists: true", .bool(false)),
      ("xpath: //i, exists: true", .bool(true)), ("css: .tag, all: true, take: count", .int(3)),
      ("css: .none, all: true, take: count", .int(0)), ("css: .tag, all: true, take: last", .string("green")),
      ("css: .tag, all: true, join: ', '", .string("red, blue, green")), ("css: .none, all: true, join: x", .null),
      ("css: .tag, attribute: data-n, all: true, as: int, take: first", .int(1)),
      ("css: .tag, all: true, map: {RED: 1, blue: 2, green: 3}", .list([.int(1), .int(2), .int(3)])),
      ("css: .tag, attribute: data-n, all: true, as: int, default: 0", .list([.int(1), .int(0)])),
      ("css: .tag, attribute: data-n, all: true, as: int, default: null", .list([.int(1)])),
      ("css: .none, all: true, as: int, default: null", .null),
    ] as [(String, Value)])
  func `Elements become what the options of their list say`(options: String, expected: Value) throws {
    let (value, error) = try Field(options).value(Self.page)
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test func `A page that was not fetched has no value that exists or does not`() throws {
    let request = Request(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/")
    let failed = Fetched(request: request, response: nil, error: RequestError(.timeout, "no answer"))
    #expect(try Field("css: a, exists: true").value(failed).value == .null)
    #expect(try Field("css: a, all: true, take: count").value(failed).value == .null)
    #expect(try Field("css: a, exists: true, default: false").value(failed).value == .bool(false))
    #expect(try Field("error_code").value(failed).value == .string("timeout"))
  }

  @Test(
    arguments: [
      ("as: int, default: -1", "x", .int(-1)), ("as: date, default: 2026-01-31", "x", .string("2026-01-31T00:00:00Z")),
      ("map: {a: 1}, default: 0", "x", .int(0)), ("map: {a: true}, default: null", "x", .null),
      ("as: bool, true_values: [Ja], default: false", "x", .bool(false)), ("as: int, default: null", "x", .null),
      ("as: url, default: none", "http://[", .string("none")), ("as: string, default: 0", "x", .string("x")),
    ] as [(String, String, Value)])
  func `A default stands for what does not convert, which is no error then`(
    options: String, text: String, expected: Value
  ) throws {
    let (value, error) = try Field("body: {\(options)}").value(text)
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test(
    arguments: [
      ("$.x", "0", .int(0)), ("$.x", "'0'", .string("0")), ("$.x", "true", .bool(true)), ("$.x", "null", .null),
      ("$.x", "none", .string("none")), ("$.x, as: json", "'[1]'", .json("[1]")), ("$.x, as: json", "0", .int(0)),
    ] as [(String, String, Value)])
  func `The default of a JSON value is what YAML says that it is`(path: String, written: String, expected: Value) throws
  {
    let (value, error) = try Field("json: \(path), default: \(written)").value("{}", type: "application/json")
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test(arguments: [
    ("map: {a: 1}", "'b' is not in the map"), ("as: bool, true_values: x", "'b' is neither true nor false"),
    ("as: date, format: '%d.%m.%Y'", "'b' is not a date of the format"),
    ("as: date, format: ['%Y', '%s']", "'b' is not a date of one of the formats"),
    ("split: ',', as: int", "'b' is not a whole number"),
  ])
  func `What does not convert is an error without a default`(options: String, message: String) throws {
    let (value, error) = try Field("body: {\(options)}").value("b")
    #expect(value == .null)
    #expect(error == "extract: field: \(message)")
  }

  @Test(
    arguments: [
      ("format: '%d.%m.%Y %H:%M', timezone: Europe/Berlin", "31.01.2026 10:20", "2026-01-31T09:20:00Z"),
      ("format: '%d.%m.%Y %H:%M', timezone: Europe/Berlin", "1.7.2026 10:20", "2026-07-01T08:20:00Z"),
      ("timezone: '+02:00'", "2026-01-31 10:20", "2026-01-31T08:20:00Z"),
      ("timezone: America/New_York", "Jan 31, 2026 10:20 GMT", "2026-01-31T10:20:00Z"),
      ("timezone: America/New_York", "January 31, 2026", "2026-01-31T05:00:00Z"),
      ("timezone: America/New_York", "January 31st, 2026", "2026-01-31T05:00:00Z"),
      ("timezone: Europe/Berlin", "2026-03-29 02:30", "2026-03-29T01:30:00Z"),
      ("timezone: Europe/Berlin, format: '%F %R'", "2026-10-25 02:30", "2026-10-25T00:30:00Z"),
      ("timezone: Pacific/Apia", "2011-12-30 12:00", "2011-12-30T22:00:00Z"),
      ("format: ['%d/%m/%Y', '%Y']", "2026", "2026-01-01T00:00:00Z"),
      ("format: '%s'", "1769854800", "2026-01-31T10:20:00Z"),
      ("format: '%I:%M %p, %d %b %y'", "03:05 p.m., 4 Sept 26", "2026-09-04T15:05:00Z"),
    ])
  func `Dates are read in a form and a zone`(options: String, text: String, expected: String) throws {
    let (value, error) = try Field("body: {as: date, \(options)}").value(text)
    #expect(value == .string(expected))
    #expect(error == nil)
  }

  /// Options that do not go together, and what is said.
  @Test(arguments: [
    ("body: {true_values: x}", "bad-value", "true_values applies to booleans, and this field is not a boolean"),
    ("body: {as: int, format: '%Y'}", "bad-value", "format applies to dates, and this field is not a date"),
    ("body: {timezone: UTC}", "bad-value", "timezone applies to dates, and this field is not a date"),
    ("body: {as: bool, true_values: 'no'}", "conflict", "'no' would be both true and false"),
    (
      "body: {as: date, format: dd.MM.yyyy}", "bad-value",
      "extract.field.body.format is not a form of dates: it has no directives"
    ),
    (
      "body: {as: date, format: '%d.%m'}", "bad-value",
      "extract.field.body.format is not a form of dates: it has no year (%Y)"
    ),
    (
      "body: {as: date, format: '%Y %q'}", "bad-value",
      "extract.field.body.format is not a form of dates: '%q' is unknown"
    ),
    (
      "body: {as: date, format: '%Y%Y'}", "bad-value",
      "extract.field.body.format is not a form of dates: '%Y' stands twice"
    ),
    (
      "body: {as: date, timezone: Europe/Berln}", "bad-value",
      "extract.field.body.timezone is not a known time zone: 'Europe/Berln'"
    ),
    ("body: {as: date, timezone: ../etc}", "bad-value", "extract.field.body.timezone is not a time zone: '../etc'"),
    ("body: {exists: true, as: int}", "conflict", "'as' has no meaning here: exists is about"),
    ("body: {exists: true, required: true}", "conflict", "'required' has no meaning here: exists is about"),
    ("body: {split: ',', take: count, as: int}", "conflict", "'as' has no meaning here: take: count is about"),
    ("body: {split: ',', take: first, join: x}", "conflict", "'join' has no meaning here: a list has one use"),
    ("body: {take: first}", "type-mismatch", "take needs a list, and 'field' is one text"),
    ("length: {join: x}", "type-mismatch", "join needs a list, and 'field' is one whole number"),
    ("body: {split: ''}", "bad-value", "extract.field.body.split must be a text, not nothing"),
    ("body: {split: '/(/'}", "bad-regex", "extract.field.body.split is not a regular expression"),
    ("body: {map: {a: 1, b: x}}", "type-mismatch", "the values of extract.field.body.map are of several types"),
    ("body: {map: {}}", "wrong-type", "extract.field.body.map must be a map of texts to values, not an empty one"),
    ("body: {map: {a: 1, 'a ': 2}}", "duplicate-key", "'a' stands twice in extract.field.body.map"),
    (
      "body: {map: {a: 1, b: x}, as: int}", "type-mismatch", "the values of extract.field.body.map are of several types"
    ),
    ("body: {map: {a: x}, as: int}", "type-mismatch", "as converts what map gives, and 'x' is not a whole number"),
    ("body: {map: {a: .nan}}", "bad-value", "extract.field.body.map.a must be a number that JSON has, not .nan"),
    ("const: .inf", "bad-value", "extract.field.const must be a number that JSON has, not .inf"),
    ("json: $.x, default: .inf", "bad-value", "extract.field.json.default must be a number that JSON has"),
    (
      "body: {default: [1]}", "wrong-type",
      "extract.field.body.default must be a text, a number, true, false or null, not a list"
    ),
    ("body: {default: }", "wrong-type", "extract.field.body.default has no value"),
    ("json: $.x, as: json, default: none", "type-mismatch", "the default of 'field' must be JSON: 'none' is not JSON"),
    ("body: {as: date, default: soon}", "type-mismatch", "the default of 'field' must be a date: 'soon' is not a date"),
    (
      "body: {as: date, format: '%Y', default: '2026-01'}", "type-mismatch",
      "the default of 'field' must be a date: '2026-01' is not a date of the format"
    ),
    ("body: {as: date, timezone: Mars/Olympus}", "bad-value", "extract.field.body.timezone is not a known time zone"),
    ("body: {as: date, timezone: ''}", "bad-value", "extract.field.body.timezone is not a time zone"),
    ("body: {as: date, timezone: Europe}", "bad-value", "extract.field.body.timezone is not a known time zone"),
    ("body: {as: date, timezone: tzdata.zi}", "bad-value", "extract.field.body.timezone is not a time zone"),
    ("body: {as: bool, true_values: []}", "out-of-range", "extract.field.body.true_values needs"),
    ("body: {map: {a: 1}, default: x}", "type-mismatch", "the default of 'field' must be a whole number: 'x'"),
    ("body: {as: bool, default: x}", "type-mismatch", "the default of 'field' must be a boolean: 'x'"),
    ("body: {split: ',', take: count, default: x}", "type-mismatch", "the default of 'field' must be a whole number"),
    ("body: {exists: true, default: x}", "type-mismatch", "the default of 'field' must be a boolean"),
    ("redirects: {with: [url, url]}", "bad-value", "one of the parts stands twice"),
  ])
  func `Options that do not go together are told`(field: String, code: String, message: String) throws {
    let found = Field.compile(field).diagnostics
    #expect(found.map(\.code.rawValue) == [code], "\(found.map(\.message))")
    #expect(found.first?.message.hasPrefix(message) == true, "\(found.first?.message ?? "-")")
  }

  @Test(
    arguments: [
      ("redirects", .list([.string("https://example.com/a"), .string("https://example.com/b")])),
      ("redirects: status", .list([.int(301), .int(307)])),
      (
        "redirects: {with: [status, url]}",
        .list([
          .json(#"{"status":301,"url":"https://example.com/a"}"#),
          .json(#"{"status":307,"url":"https://example.com/b"}"#),
        ])
      ),
      ("redirects: {take: count}", .int(2)), ("redirects: {with: status, take: last}", .int(307)),
      ("redirects: {join: ' '}", .string("https://example.com/a https://example.com/b")),
    ] as [(String, Value)])
  func `The redirects on the way are told with what is asked for`(field: String, expected: Value) throws {
    let seed = RequestSeed(id: RequestID(source: 0, ordinal: 0), written: "https://example.com/a")
    let urls = try ["a", "b", "c"].map { try WebURL(parsing: "https://example.com/\($0)") }
    let request = Request(
      seed, url: urls[2],
      trail: [RedirectHop(url: urls[0], status: 301), RedirectHop(url: urls[1], status: 307)])
    let response = HTTPResponse(
      status: 200, version: .http11, fields: HTTPFields(), contentType: nil, body: [], length: 0)
    #expect(try Field(field).value(Fetched(request: request, response: response)).value == expected)
  }

  @Test(arguments: ["','", "'/,/'"])
  func `A text of a hundred thousand elements is split within the room that a value has`(separator: String) throws {
    let text = String(repeating: "ab, ", count: 100_000)
    let (value, error) = try Field("body: {split: \(separator)}", limits: "value: 16MiB").value(text)
    #expect(value == .list(Array(repeating: .string("ab"), count: 100_000)))
    #expect(error == nil)
    let (count, none) = try Field("body: {split: \(separator), take: count}", limits: "value: 16MiB").value(text)
    #expect(count == .int(100_000))
    #expect(none == nil)
  }

  @Test(arguments: [
    ("split: ','", 58_254), ("split: ',', map: {ab: true}", 65_536), ("split: ',', as: string", 58_254),
  ])
  func `A list that comes to more than a value may is cut, and that is told`(options: String, most: Int) throws {
    let text = String(repeating: "ab, ", count: 100_000)
    let (value, error) = try Field("body: {\(options)}", limits: "value: 1MiB").value(text)
    guard case .list(let elements) = value else { throw Failure() }
    #expect(elements.count <= most && elements.count > 50_000, "\(elements.count)")
    #expect(error?.hasPrefix("extract: field: ") == true, "\(error ?? "-")")
  }

  @Test(
    arguments: [
      ("take: count", .int(100_001)), ("take: last", .string("end")), ("take: first", .string("ab")),
      ("join: ','", .string(String(repeating: "ab,", count: 100_000) + "end")),
    ] as [(String, Value)])
  func `What is taken of a list may be of one that is larger than a value may be`(part: String, expected: Value) throws
  {
    let text = String(repeating: "ab, ", count: 100_000) + "end"
    let (value, error) = try Field("body: {split: ',', \(part)}", limits: "value: 1MiB").value(text)
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test func `A count of elements that are more than a value may hold is not known`() throws {
    let (value, error) = try Field("css: i, all: true, take: count", limits: "value: 1KiB")
      .value(String(repeating: "<i>a</i>", count: 100))
    #expect(value == .null)
    #expect(error?.contains("larger than 1KiB") == true, "\(error ?? "-")")
  }

  @Test func `A long joint between many elements makes no more than a value may be`() throws {
    let joint = String(repeating: "-", count: 10_000)
    let (value, error) = try Field("body: {split: ',', join: \(joint)}", limits: "value: 1MiB")
      .value(String(repeating: "a,", count: 50_000))
    guard case .string(let text) = value else { throw Failure() }
    #expect(text.utf8.count <= 1 << 20 && text.hasPrefix("a---"))
    #expect(error?.hasPrefix("extract: field: ") == true, "\(error ?? "-")")
  }

  @Test func `A separator that takes too many steps ends no run`() throws {
    let elements = (0..<50).map { _ in "<li>" + String(repeating: "a", count: 5000) + "</li>" }.joined()
    let start = ContinuousClock.now
    let (value, error) = try Field("css: li, all: true, split: '/(a+a+)+[bc]/'").value(elements)
    #expect(value == .null)
    #expect(error?.contains("split takes too many steps on 'aaa") == true, "\(error ?? "-")")
    #expect(ContinuousClock.now - start < .seconds(30))
  }
}
