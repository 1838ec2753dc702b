import PipeEngine
import PipeSpec
import Testing

/// What `as`, `decimal`, `trim`, `pattern`, `default` and `required` make of values.
struct ConversionTests {
  @Test(
    arguments: [
      ("int", "42", .int(42)), ("int", " -7 ", .int(-7)),
      ("number", "1.5e3", .double(1500)), ("number", "7", .double(7)), ("number", ".75", .double(0.75)),
      ("int", "12.0", .int(12)), ("int", "1e3", .int(1000)), ("int", "-9223372036854775808", .int(.min)),
      // No Double has these digits.
      ("number", "9007199254740993", .int(9_007_199_254_740_993)),
      ("number", "+.10000000000000000001", .json("0.10000000000000000001")),
      ("number", "0012345678901234567890.50", .json("12345678901234567890.50")),
      ("bool", "Yes", .bool(true)), ("bool", "0", .bool(false)),
      ("url", "../x?y#z", .string("https://example.com/x?y#z")),
      ("json", "{ \"a\": [1, 2.50] }", .json(#"{"a":[1,2.50]}"#)),
      ("string", " as it is ", .string(" as it is ")),
      ("date", "2026-01-31", .string("2026-01-31T00:00:00Z")),
    ] as [(String, String, Value)])
  func `A text is converted`(type: String, text: String, expected: Value) throws {
    let (value, error) = try Field("body: {as: \(type)}").value(text)
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test(arguments: [
    ("int", "4.2", "'4.2' is not a whole number"), ("int", "0x10", "'0x10' is not a whole number"),
    ("int", "99999999999999999999", "'99999999999999999999' does not fit in 64 bits; as: string keeps its digits"),
    ("int", "-9223372036854775809", "'-9223372036854775809' does not fit in 64 bits"),
    ("int", "1e30", "'1e30' does not fit in 64 bits"), ("int", "12.5", "'12.5' is not a whole number"),
    ("number", ".", "'.' is not a number"), ("int", ".75", "'.75' is not a whole number"),
    ("number", "1,5", "'1,5' is not a number; the option decimal reads numbers like it"),
    ("int", "1.5", "'1.5' is not a whole number"),
    ("int", "1,234", "'1,234' is not a whole number; the option decimal reads numbers like it"),
    ("number", "inf", "'inf' is not a number"),
    ("number", "0x1p3", "'0x1p3' is not a number"), ("number", "1e999", "'1e999' is not a number"),
    ("bool", "maybe", "'maybe' is neither true nor false"),
    ("url", "http://[", "'http://[' is not a URL"),
    ("json", "{a}", "'{a}' is not JSON"),
    ("date", "31.01.2026", "'31.01.2026' is not a date"),
    ("int", String(repeating: "x", count: 200), "'\(String(repeating: "x", count: 60))…' is not a whole number"),
    ("int", "a\nb", "'a b' is not a whole number"),
  ])
  func `What does not convert is an error of the record`(type: String, text: String, message: String) throws {
    let (value, error) = try Field("body: {as: \(type)}").value(text)
    #expect(value == .null)
    #expect(error?.hasPrefix("extract: field: \(message)") == true, "\(error ?? "no error")")
  }

  @Test(
    arguments: [
      ("as: int", "12.0", .int(12)), ("as: int", "1.2e1", .int(12)), ("as: int", "-0", .int(0)),
      ("as: number", "1.10", .double(1.1)), ("as: number", "9007199254740993", .int(9_007_199_254_740_993)),
      ("as: number", "1E400", .json("1E400")), ("as: string", "1.10", .string("1.10")),
      ("as: string", "9007199254740993", .string("9007199254740993")), ("trim: true", "1.10", .json("1.10")),
      ("trim: true", "12345678901234567890", .json("12345678901234567890")), ("trim: true", "7", .int(7)),
    ] as [(String, String, Value)])
  func `A number of JSON keeps its value`(options: String, number: String, expected: Value) throws {
    let (value, error) = try Field("json: {path: $.n, \(options)}").value(
      #"{"n": \#(number)}"#, type: "application/json")
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test(arguments: [
    ("12345678901234567890", "does not fit in 64 bits"), ("1E400", "does not fit in 64 bits"),
    ("12.5", "is not a whole number"),
  ])
  func `A number of JSON that is not an integer of 64 bits says so`(number: String, message: String) throws {
    let (value, error) = try Field("json: {path: $.n, as: int}").value(#"{"n": \#(number)}"#, type: "application/json")
    #expect(value == .null)
    #expect(error?.contains("'\(number)' \(message)") == true, "\(error ?? "")")
  }

  @Test(arguments: [
    (".", "1,234.50", 1234.5), (".", "€ 1,234.50", 1234.5), (".", "$-5", -5), (".", "-$5", -5),
    (".", "USD 12,345,678.9", 12_345_678.9), (".", "12,34,567.00 ₹", 1_234_567), (".", "1'234.50 CHF", 1234.5),
    (",", "1.234,50 €", 1234.5), (",", "1 234,50", 1234.5), (",", "1\u{202F}234\u{A0}€", 1234), (",", "12,–", 12),
    (".", "Rs. 1,234.50", 1234.5), (".", "Fr. 5.–", 5), (",", "99,50 kr.", 99.5), (",", "-kr. 1.000", -1000),
    (".", "5.--", 5), (",", "−3,5", -3.5), (",", "+3", 3), (",", "0,5 kr", 0.5), (".", "US$ 1,000", 1000),
    (".", ".75", 0.75), (".", "$.99", 0.99), (",", ",89 €", 0.89), (".", "-.5", -0.5), (".", "-$.50", -0.5),
    (",", "€ ,05", 0.05), (".", ".50 USD", 0.5), (".", ".00", 0), (".", "US$ .99", 0.99), (".", "Rs. .99", 0.99),
    (".", "- 5 usd", -5), (".", "1,000円", 1000), (",", "1 500 руб.", 1500), (".", "$5 USD", 5),
  ])
  func `A number that a person wrote is read where that is asked for`(
    decimal: String, text: String, expected: Double
  ) throws {
    #expect(try Field("body: {as: number, decimal: \"\(decimal)\"}").value(text).value == .double(expected))
  }

  @Test(arguments: [
    (".", "1.234,50"), (".", "1,23"), (".", "1,2345"), (",", "1,234.50"), (".", "1 2 . 3 . 4"), (".", "EUR"),
    (".", "--5"), (".", "5.---"), (".", "Rs.. 5"), (".", "."), (".", "5.."), (".", "Rs."), (".", "1.5%"), (".", "12."),
    (",", "1..2"), (".", ""), (".", "10 20"), (".", "1 234'567"), (".", "1,234 567"), (".", "5 Mio €"), (".", "1.2k"),
    (".", "5 km"), (".", "Room 5"), (".", "+-5"), (".", "$."), (".", "$.-"), (",", ".75"), (".", ",75"), (".", ".7.5"),
    (".", "..75"), (".", "99¢"), (".", "¢99"),
    (".", ".x"), (".", "5.$."), (".", "$$5"), (".", "1 .5"), (".", "€"),
    (".", " "), (".", "5 5 5"), (".", "٣"), (".", String(repeating: "1", count: 1000)),
  ])
  func `A number in another form is none`(decimal: String, text: String) throws {
    let (value, error) = try Field("body: {as: number, decimal: \"\(decimal)\"}").value(text)
    #expect(value == .null)
    #expect(error?.contains("is not a number") == true)
  }

  @Test(arguments: [
    // RFC 9110 5.6.7
    ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
    ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
    ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"),
    // RFC 5322 3.3 and 4.3
    ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z"),
    ("21 Nov 97 09:55:06 EST", "1997-11-21T14:55:06Z"),
    ("Mon, 2 Jan 2006 15:04 +0100 (CET)", "2006-01-02T14:04:00Z"),
    // RFC 3339 5.8
    ("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.52Z"),
    ("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57Z"),
    ("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z"),
    ("2026-01-31 10:20:30z", "2026-01-31T10:20:30Z"),
    // schema.org
    ("2026-01-31T10:20", "2026-01-31T10:20:00Z"), ("2026-01-31T10:20+0530", "2026-01-31T04:50:00Z"),
    ("20260131", "2026-01-31T00:00:00Z"), ("20260131T102030Z", "2026-01-31T10:20:30Z"),
    ("20260131T1020+01:00", "2026-01-31T09:20:00Z"),
    ("2024-01", "2024-01-01T00:00:00Z"), ("2024", "2024-01-01T00:00:00Z"), ("0001", "0001-01-01T00:00:00Z"),
    // ISO 8601: the end of a day, weeks, days of the year
    ("2024-01-31T24:00:00Z", "2024-02-01T00:00:00Z"), ("2024-12-31T24:00", "2025-01-01T00:00:00Z"),
    ("2024-02-28T24:00:00.000+01:00", "2024-02-28T23:00:00Z"), ("2024-01-31 24:00:00 EST", "2024-02-01T05:00:00Z"),
    ("2024-W05-3", "2024-01-31T00:00:00Z"), ("2024W053", "2024-01-31T00:00:00Z"),
    ("2024-W05", "2024-01-29T00:00:00Z"), ("2020-W53-7", "2021-01-03T00:00:00Z"),
    ("2009-W01-1T10:00Z", "2008-12-29T10:00:00Z"), ("2024-035", "2024-02-04T00:00:00Z"),
    ("2024366", "2024-12-31T00:00:00Z"), ("2024-035T08:30:00-08:00", "2024-02-04T16:30:00Z"),
    // Zones with names: RFC 5322 4.3, and what feeds write
    ("Fri, 11 Feb 2022 19:58:02 CET", "2022-02-11T18:58:02Z"),
    ("Fri, 11 Feb 2022 19:58:02 MESZ", "2022-02-11T17:58:02Z"),
    ("Fri, 11 Feb 2022 19:58:02 SAST", "2022-02-11T17:58:02Z"),
    ("Fri, 11 Feb 2022 19:58:02 PDT", "2022-02-12T02:58:02Z"),
    ("Fri, 11 Feb 2022 19:58:02 Z", "2022-02-11T19:58:02Z"),
    ("Fri, 11 Feb 2022 19:58:02 CST", "2022-02-12T01:58:02Z"),
    ("Fri, 11 Feb 2022 19:58:02 MDT", "2022-02-12T01:58:02Z"),
    ("Fri Feb 11 19:58:02 PST 2022", "2022-02-12T03:58:02Z"),
    ("Fri, 11 Feb 2022 19:58:02 edt", "2022-02-11T23:58:02Z"),
    ("Fri, 11 Feb 2022 19:58:02 -0000", "2022-02-11T19:58:02Z"),
    ("Fri, 11 Feb 2022 19:58:02 ACST", "2022-02-11T10:28:02Z"),
    ("11 Feb 22 19:58 UT", "2022-02-11T19:58:00Z"), ("11 Feb 99 19:58 GMT+0100", "1999-02-11T18:58:00Z"),
    ("Fri, 11 Feb 2022 19:58:02 UTC+02:00 (EET)", "2022-02-11T17:58:02Z"),
    ("2022-02-11 19:58:02 CEST", "2022-02-11T17:58:02Z"),
    // Without a time
    ("Fri, 11 Feb 2022", "2022-02-11T00:00:00Z"), ("11 Feb 2022", "2022-02-11T00:00:00Z"),
    ("11 February 22", "2022-02-11T00:00:00Z"), ("Friday, 11-Feb-22", "2022-02-11T00:00:00Z"),
    ("Tues, 1 Sept 2020", "2020-09-01T00:00:00Z"),
    // date(1), JavaScript's toString and toDateString, and how people write
    ("Fri Feb 11 19:58:02 CET 2022", "2022-02-11T18:58:02Z"),
    ("Fri Feb 11 2022 19:58:02 GMT+0100 (Central European Standard Time)", "2022-02-11T18:58:02Z"),
    ("Fri Feb 11 2022", "2022-02-11T00:00:00Z"), ("February 11, 2022", "2022-02-11T00:00:00Z"),
    ("Feb 1, 2022 9:05", "2022-02-01T09:05:00Z"),
    ("2024-02-29", "2024-02-29T00:00:00Z"), ("2026-01-31T10:20:30.1234567891Z", "2026-01-31T10:20:30.123456789Z"),
  ])
  func `A date of each form is RFC 3339 in UTC`(text: String, expected: String) throws {
    #expect(try Field("body: {as: date}").value(text).value == .string(expected))
  }

  @Test(arguments: [
    "2026-02-29", "2026-13-01", "2026-1-1", "2026-01-31T25:00", "2026-01-31T10:20:30+99:00",
    "Sun, 99 Nov 1994 08:49:37",
    "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "Someday, 06 Nov 1994 08:49:37 GMT", "now", "", "20",
    "202",
    "2026-", "2026-1", "2026-13", "2026-W00", "2026-W54", "2025-W53", "2024-W05-8", "2024-W05-", "2026-000", "2026-366",
    "2026-01-31T24:00:01", "2026-01-31T24:01", "20260131T240000", "9999-12-31T24:00", "Fri, 11 Feb 2022 24:00:00",
    "11 Feb 2022 19:58 later", "11 Feb 2022 19:58 ABCDEF", "11 Foo 2022", "11 Fe 2022", "Foo 11 2022", "Feb 30, 2022",
    "2024T10:00", "2024-01T10:00", "99 Feb 2022", "11 Feb", "Fri",
    "06 Nov 1994 08:49:37 GMT and more", "2026-01-31T10:20:30.Z", "2026-01-31T10:20:30 XYZ",
    "202601", "20261301", "2026-0131", "202601-31", "20260131T10:20:30", "20260131T10", "20260131T1020301",
  ])
  func `What is no date is not guessed at`(text: String) throws {
    #expect(try Field("body: {as: date}").value(text).error?.contains("is not a date") == true)
  }

  @Test(arguments: [
    "IST", "BST", "AST", "ADT", "NST", "ECT", "GST", "WST", "SST", "AMT", "LMT", "ET", "PT", "A", "M", "Y", "J", "XYZ",
    "EDST",
  ])
  func `A time zone with several meanings, or none, is an error`(zone: String) throws {
    for text in [
      "Fri, 11 Feb 2022 19:58:02 \(zone)", "Fri Feb 11 19:58:02 \(zone) 2022", "2022-02-11T19:58:02 \(zone)",
    ] {
      let (value, error) = try Field("body: {as: date}").value(text)
      #expect(value == .null)
      #expect(
        error?.hasSuffix("is not a date: the time zone \(zone) is unknown or ambiguous") == true, "\(error ?? "")")
    }
  }

  @Test(
    arguments: [
      (#"body: {pattern: '/(\d+) EUR/'}"#, "from 12 EUR to 15 EUR", .string("12")),
      (#"body: {pattern: '/\d+/', as: int}"#, "from 12 EUR", .int(12)),
      (#"body: {pattern: '/\d+/', default: none}"#, "nothing", .string("none")),
      (#"body: {pattern: '/\d+/', as: int, default: 0}"#, "nothing", .int(0)),
      ("body: {as: int, decimal: ','}", "1.234,00 €", .int(1234)),
      (#"status: {pattern: '/^\d/'}"#, "", .string("2")),
      ("body: {trim: true}", "\n a b\u{A0} ", .string("a b")),
      ("links: {pattern: '/x[0-9]/'}", "<a href=/x1>1</a><a href=y>2</a>", .list([.string("x1")])),
      ("links: {default: none}", "<p>", .list([.string("none")])),
    ] as [(String, String, Value)])
  func `A value is trimmed, searched and replaced`(extractor: String, text: String, expected: Value) throws {
    let (value, error) = try Field(extractor).value(text)
    #expect(value == expected)
    #expect(error == nil)
  }

  @Test(arguments: ["title: {required: true}", "links: {required: true}", "body: {pattern: /x/, required: true}"])
  func `A required value that is missing is an error of the record`(extractor: String) throws {
    #expect(try Field(extractor).value("<p>").error == "extract: field: missing")
  }

  @Test(arguments: [
    ("body: {as: int}", "whole number"), ("body: {pattern: /x/}", "text"), ("links: {as: string}", "list of texts"),
    ("status: {pattern: /2/, as: number}", "number"), ("status: {trim: true}", "whole number"),
  ])
  func `The type of a field follows from its options`(extractor: String, type: String) throws {
    #expect(try Field(extractor).type.name == type)
  }

  @Test func `Signs that may be chosen are quoted`() {
    #expect(Field.compile("body: {as: int, decimal: ;}").diagnostics.first?.hint == "it is one of '.', ','")
  }

  @Test(arguments: [
    ("body: {as: int, default: none}", "type-mismatch", "the default of 'field' must be a whole number: 'none'"),
    ("length: {default: x}", "type-mismatch", "the default of 'field' must be a whole number: 'x'"),
    ("body: {decimal: \".\"}", "bad-value", "decimal applies to numbers"),
    ("body: {as: float}", "bad-value", "cannot be 'float'"),
    ("body: {pattern: '('}", "bad-regex", "is not a regular expression"),
    ("meta: ''", "bad-value", "must be a name, not ''"),
    ("css: {selector: p, attribute: ' '}", "bad-value", "must be the name of an attribute, not ' '"),
  ])
  func `Options that contradict each other are found before the run`(
    extractor: String, code: String, message: String
  ) {
    let found = Field.compile(extractor).diagnostics
    #expect(found.count == 1)
    #expect(found.first?.code.rawValue == code)
    #expect(found.first?.message.contains(message) == true, "\(found.map(\.message))")
  }
}
