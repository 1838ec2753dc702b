import Testing

@testable import PipeSpec

/// A fault as the tables write it: code, the offending part of the text, and stretches of what is said.
struct Fault: Sendable {
  let code: Diagnostic.Code
  let part: String
  let message: String
  let hint: String?

  init(_ code: Diagnostic.Code, _ part: String, _ message: String, _ hint: String?) {
    self.code = code
    self.part = part
    self.message = message
    self.hint = hint
  }
}

@Suite struct FaultTests {
  @Test(
    "What is no expression is refused at its place, with what to write instead",
    arguments: [
      ("", Fault(.badExpression, "", "is empty", "status == 200")),
      ("   ", Fault(.badExpression, "   ", "is empty", "status == 200")),
      ("status = 200", Fault(.badExpression, "=", "not an operator", "'=='")),
      ("status === 200", Fault(.badExpression, "===", "not an operator", "'=='")),
      ("status <> 200", Fault(.badExpression, "<>", "not an operator", "'!='")),
      ("ok && truncated", Fault(.badExpression, "&&", "not an operator", "write 'and'")),
      ("ok || truncated", Fault(.badExpression, "||", "not an operator", "write 'or'")),
      ("!ok", Fault(.badExpression, "!", "not an operator", "write 'not'")),
      ("ok AND truncated", Fault(.badExpression, "AND", "not an operator", "write 'and'")),
      ("NOT ok", Fault(.badExpression, "NOT", "not an operator", "write 'not'")),
      ("status => 200", Fault(.badExpression, "=>", "not an operator", "'>='")),
      ("title =~ /x/", Fault(.badExpression, "=~", "not an operator", "'matches'")),
      ("title == 'abc", Fault(.badExpression, "'abc", "no closing '", "close it")),
      ("title == \"abc", Fault(.badExpression, "\"abc", "no closing \"", "close it")),
      ("(title == 'abc", Fault(.badExpression, "'abc", "no closing '", "close it")),
      ("title == “abc”", Fault(.badExpression, "“", "unexpected character", "straight quotes")),
      (#"title == 'a\d'"#, Fault(.badExpression, #"\d"#, "unknown escape", "\\\\")),
      ("`og title == 'x'", Fault(.badExpression, "`og title == 'x'", "no closing `", "close it")),
      ("title matches /abc", Fault(.badExpression, "/abc", "no closing /", "\\/")),
      ("title matches 'abc'", Fault(.badExpression, "'abc'", "regular expression", "/abc/")),
      ("title matches", Fault(.badExpression, "matches", "regular expression", "matches /…/")),
      ("title == /abc/", Fault(.badExpression, "/abc/", "only after 'matches'", "matches /abc/")),
      ("(ok or truncated", Fault(.badExpression, "(", "never closed", "add ')'")),
      ("ok)", Fault(.badExpression, ")", "has no '('", "remove it")),
      ("()", Fault(.badExpression, "()", "nothing stands between", nil)),
      ("status ==", Fault(.badExpression, "==", "expected after '=='", "write a field or a value")),
      ("== 200", Fault(.badExpression, "==", "nothing on its left", "write a field")),
      ("ok and", Fault(.badExpression, "and", "expected after 'and'", nil)),
      ("ok and or truncated", Fault(.badExpression, "and", "expected after 'and'", nil)),
      ("not", Fault(.badExpression, "not", "expected after 'not'", nil)),
      ("1 < status < 3", Fault(.badExpression, "<", "chained", "status in 1..3")),
      ("status == 200 == ok", Fault(.badExpression, "==", "chained", "status == 200 and 200 == ok")),
      ("(status == 200) == ok", Fault(.badExpression, "==", "cannot follow a condition", "'and'")),
      ("ok == (status == 200)", Fault(.badExpression, "==", "condition cannot be compared", "'and'")),
      ("error is null", Fault(.badExpression, "is", "not an operator", "error == null")),
      ("error is not None", Fault(.badExpression, "is", "not an operator", "error != null")),
      ("title like '%x%'", Fault(.badExpression, "like", "not an operator", "contains")),
      ("status between 1 and 3", Fault(.badExpression, "between", "not an operator", "status in 1..3")),
      ("title startsWith 'x'", Fault(.badExpression, "startsWith", "not an operator", "starts_with")),
      ("title contians 'x'", Fault(.badExpression, "contians", "operator is expected", "'contains'")),
      ("status 404", Fault(.badExpression, "404", "operator is expected", "status == 404")),
      ("title.contains('x')", Fault(.badExpression, "title.contains", "cannot be called", "title contains")),
      ("len(title) > 3", Fault(.badExpression, "len", "cannot be called", "length(field)")),
      ("lower(title) == 'a'", Fault(.badExpression, "lower", "cannot be called", "the only function is length")),
      ("status in 200", Fault(.badExpression, "200", "range or a list", "status == 200")),
      ("status in (301, 302)", Fault(.badExpression, "(", "range or a list", "brackets")),
      ("status in 200-299", Fault(.badExpression, "200", "range or a list", "status in 200..299")),
      ("status in", Fault(.badExpression, "in", "range or a list", "200..299")),
      ("status in 200...299", Fault(.badExpression, "...", "not an operator", "'..'")),
      ("status in 400..", Fault(.badExpression, "400..", "no end", "status >= 400")),
      ("status in 4xx", Fault(.badExpression, "4xx", "not a number", "400..499")),
      ("length > 10KiB", Fault(.badExpression, "10KiB", "not a number", "10240")),
      ("status in [301, 302", Fault(.badExpression, "[", "never closed", "add ']'")),
      ("status in [301 302]", Fault(.badExpression, "302", "not expected in a list", "','")),
      ("status in [301,302 404]", Fault(.badExpression, "404", "not expected in a list", "','")),
      ("title in [shop]", Fault(.badExpression, "shop", "not fields", "'shop'")),
      ("status == [1]", Fault(.badExpression, "[", "only after 'in'", nil)),
      ("price + 1 > 3", Fault(.badExpression, "+", "unexpected character", "arithmetic")),
      ("ok, truncated", Fault(.badExpression, ",", "not expected", "'and'")),
      ("status == 99999999999999999999", Fault(.badExpression, "99999999999999999999", "too large", nil)),
      ("status == #1", Fault(.badExpression, "#", "unexpected character", "backquotes")),
      ("title matches /a(b/", Fault(.badRegex, "b", "missing closing parenthesis", nil)),
      ("title matches /ab/g", Fault(.badRegex, "g", "unknown flag", "remove 'g'")),
      ("title matches /é*{/ or title matches /+a/", Fault(.badRegex, "+", "quantifier", nil)),
    ])
  func refuses(_ text: String, _ expected: Fault) { check(text, [expected]) }

  @Test(
    "What can never hold is refused",
    arguments: [
      ("statsu == 200", Fault(.unknownField, "statsu", "unknown field 'statsu'", "'status'")),
      ("error == NULL", Fault(.unknownField, "NULL", "unknown field", "'null'")),
      ("error == None", Fault(.unknownField, "None", "unknown field", "'null'")),
      ("title == shopping", Fault(.unknownField, "shopping", "unknown field", "'shopping'")),
      ("zzzzz == 1", Fault(.unknownField, "zzzzz", "unknown field", "the fields are url")),
      ("status == '404'", Fault(.typeMismatch, "'404'", "'status' is a whole number", "without quotes: 404")),
      ("'404' == status", Fault(.typeMismatch, "'404'", "'status' is a whole number", "without quotes: 404")),
      ("status < 'a'", Fault(.typeMismatch, "'a'", "cannot be compared", "write a number")),
      ("status == 404.5", Fault(.typeMismatch, "404.5", "never 404.5", nil)),
      ("status == true", Fault(.typeMismatch, "true", "is a whole number", nil)),
      ("title == 404", Fault(.typeMismatch, "404", "is a text", "'404'")),
      ("url == 1", Fault(.typeMismatch, "1", "is a URL", "'1'")),
      ("ok == 'true'", Fault(.typeMismatch, "'true'", "is a boolean", "without quotes")),
      ("ok == 1", Fault(.typeMismatch, "1", "is a boolean", "true or false")),
      ("ok > false", Fault(.typeMismatch, ">", "no order", "not ok")),
      ("ok < truncated", Fault(.typeMismatch, "<", "no order", nil)),
      ("status > null", Fault(.typeMismatch, ">", "null has no order", "status != null")),
      ("url == null", Fault(.typeMismatch, "url == null", "never null", nil)),
      ("title", Fault(.typeMismatch, "title", "not a condition", "title != null")),
      ("not status", Fault(.typeMismatch, "status", "not a condition", "status != null")),
      ("404", Fault(.typeMismatch, "404", "not a condition", nil)),
      ("1 == 1", Fault(.typeMismatch, "1 == 1", "never change", nil)),
      ("status == status", Fault(.typeMismatch, "status == status", "itself", nil)),
      ("status == title", Fault(.typeMismatch, "==", "never equal", nil)),
      ("status contains 4", Fault(.typeMismatch, "contains", "needs a text or a list", "status == 404")),
      ("status starts_with '4'", Fault(.typeMismatch, "starts_with", "needs a text", "compare the number")),
      ("tags starts_with 'a'", Fault(.typeMismatch, "starts_with", "needs a text", "tags contains")),
      ("title contains 4", Fault(.typeMismatch, "4", "text on its right", "'4'")),
      ("title contains status", Fault(.typeMismatch, "status", "text on its right", nil)),
      ("title contains null", Fault(.typeMismatch, "null", "text on its right", nil)),
      ("'x' contains title", Fault(.typeMismatch, "'x'", "field on its left", nil)),
      ("status matches /4../", Fault(.typeMismatch, "matches", "needs a text", "in 400..499")),
      ("tags matches /x/", Fault(.typeMismatch, "matches", "needs a text", "contains")),
      ("status in 299..200", Fault(.typeMismatch, "299..200", "nothing is in the range", "200..299")),
      ("title in 1..2", Fault(.typeMismatch, "1..2", "never in a range", nil)),
      ("title in 'a'..'b'", Fault(.typeMismatch, "'a'", "from a number to a number", "title >= 'a'")),
      ("status in []", Fault(.typeMismatch, "[]", "empty list", nil)),
      ("status in [404, '500']", Fault(.typeMismatch, "'500'", "is a whole number", "without quotes: 500")),
      ("status in [404, null]", Fault(.typeMismatch, "null", "in no list", "status == null or")),
      ("tags == 'a'", Fault(.typeMismatch, "==", "list cannot be compared", "tags contains 'a'")),
      ("tags in ['a']", Fault(.typeMismatch, "['a']", "never in a list", "contains")),
      ("tags contains 4", Fault(.typeMismatch, "4", "never holds the number 4", "'4'")),
      ("sizes contains 'a'", Fault(.typeMismatch, "'a'", "never holds the text", "write a number")),
      ("tags contains status", Fault(.typeMismatch, "status", "is a whole number", nil)),
      ("data == 'x'", Fault(.typeMismatch, "'x'", "is JSON", "'as'")),
      ("data contains 'x'", Fault(.typeMismatch, "contains", "is JSON", "'as'")),
      ("fetched_at > 'yesterday'", Fault(.typeMismatch, "'yesterday'", "is a date", "2026-01-31")),
      ("fetched_at > '2026-02-30'", Fault(.typeMismatch, "'2026-02-30'", "is a date", "2026-01-31")),
      ("fetched_at > 2026", Fault(.typeMismatch, "2026", "is a date", "2026-01-31")),
      ("fetched_at > '2026-01-31T10:00:00+01:00'", Fault(.typeMismatch, "'2026-01-31T10:00:00+01:00'", "UTC", "Z")),
      ("fetched_at contains '2026'", Fault(.typeMismatch, "contains", "is a date", "fetched_at >=")),
      ("status == null and status > 3", Fault(.typeMismatch, "status > 3", "never holds where", "'or'")),
      ("title contains 'x' and null == title", Fault(.typeMismatch, "title contains 'x'", "never holds where", "'or'")),
    ])
  func neverHolds(_ text: String, _ expected: Fault) { check(text, [expected]) }

  @Test("All faults are reported, in the order of the text, and none that follows from another")
  func reportsAll() {
    check(
      "a = 1 && title matches /(/ and title == 'x\\q'",
      [
        Fault(.badExpression, "=", "not an operator", "'=='"), Fault(.badExpression, "&&", "not an operator", "'and'"),
        Fault(.badRegex, "(", "missing closing", nil), Fault(.badExpression, "\\q", "unknown escape", nil),
      ])
    check(
      "1 in [404, 'a']",
      [
        Fault(.typeMismatch, "1", "field on its left", nil), Fault(.typeMismatch, "'a'", "holds both", "one kind"),
      ])
    check(
      "stats == '1' or title == 4 and (ok > true or nope contains missing)",
      [
        Fault(.unknownField, "stats", "unknown", "status"), Fault(.typeMismatch, "4", "is a text", nil),
        Fault(.typeMismatch, ">", "no order", nil), Fault(.unknownField, "nope", "unknown", nil),
        Fault(.unknownField, "missing", "unknown", nil),
      ])
    check(
      "status in ['a', 1, null] and nope in [1, 'a']",
      [
        Fault(.typeMismatch, "'a'", "whole number", nil), Fault(.typeMismatch, "null", "in no list", nil),
        Fault(.unknownField, "nope", "unknown", nil), Fault(.typeMismatch, "'a'", "holds both", "one kind"),
      ])
  }

  @Test("Nesting is bounded", arguments: ["(", "not ", "!", "not ("])
  func boundsNesting(_ opening: String) {
    let text = String(repeating: opening, count: 10_000) + "ok"
    #expect(Fixture.faults(of: text).contains { $0.message.contains("nested more than 100") })
    let allowed = String(repeating: "not (", count: 50) + "ok" + String(repeating: ")", count: 50)
    #expect(Fixture.faults(of: allowed).isEmpty)
  }

  @Test("A fault becomes a diagnostic at its place in the file")
  func spans() {
    guard case .failure(let faults) = ParsedExpression.parse(Fixture.text("ok && truncated")) else {
      Issue.record("accepted")
      return
    }
    #expect(faults.diagnostics.map(\.code) == [.badExpression])
    #expect(faults.diagnostics.map(\.span.start.column) == [4])
    #expect(faults.diagnostics.map(\.span.end.column) == [6])
  }

  private func check(_ text: String, _ expected: [Fault], sourceLocation: SourceLocation = #_sourceLocation) {
    let found = Fixture.faults(of: text)
    #expect(found.count == expected.count, "\(found)", sourceLocation: sourceLocation)
    let bytes = Array(text.utf8)
    for (fault, expected) in zip(found, expected) {
      let part = fault.range.map { String(decoding: bytes[$0], as: UTF8.self) }
      #expect(fault.code == expected.code, "\(fault)", sourceLocation: sourceLocation)
      #expect(part == expected.part, "\(fault)", sourceLocation: sourceLocation)
      #expect(fault.message.contains(expected.message), "\(fault)", sourceLocation: sourceLocation)
      if let hint = expected.hint {
        #expect(fault.hint?.contains(hint) == true, "\(fault)", sourceLocation: sourceLocation)
      }
    }
  }
}
