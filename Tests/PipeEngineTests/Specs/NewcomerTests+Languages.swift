extension NewcomerTests {
  /// Conditions and templates in the words of other languages.
  static let ofLanguages: [Case] = [
    (
      "W status in [200..299]", whole("where: \"status in [200..299]\"\n"),
      [("bad-expression", "write status in 200..299")]
    ),
    (
      "W redirects > 0", whole("where: \"redirects > 0\"\n"),
      [("type-mismatch", "write length(redirects) for how many it has")]
    ),
    ("W length > 1 000", whole("where: \"length > 1 000\"\n"), [("bad-expression", "write 1000")]),
    ("W length > 1'000", whole("where: \"length > 1'000\"\n"), [("bad-expression", "write 1000")]),
    ("W length > 1,000,000", whole("where: \"length > 1,000,000\"\n"), [("bad-expression", "write 1000000")]),
    (
      "W fetched_at > 01/02/2026", whole("where: \"fetched_at > 01/02/2026\"\n"),
      [("bad-expression", "for example: '2026-01-31'")]
    ),
    (
      "W fetched_at > \"01.02.2026\"", whole("where: \"fetched_at > \\\"01.02.2026\\\"\"\n"),
      [("type-mismatch", "write '2026-01-31' for the whole day, or '2026-01-31T10:00:00Z'")]
    ),
    (
      "W length / 2 > 1", whole("where: \"length / 2 > 1\"\n"),
      [("bad-expression", "there is no arithmetic here; compare a field with a value")]
    ),
    (
      "W length > 5/s", whole("where: \"length > 5/s\"\n"),
      [("bad-expression", "there is no arithmetic here; compare a field with a value")]
    ),
    (
      "W status == 200 # c", whole("where: \"status == 200 # c\"\n"),
      [("bad-expression", "a comment stands outside of the condition's quotes")]
    ),
    (
      "W title contains [\"a\",\"b\"]", whole("where: \"title contains [\\\"a\\\",\\\"b\\\"]\"\n"),
      [("bad-expression", "write title contains \"a\" or title contains \"b\"")]
    ),
    (
      "W title not contains [\"a\",\"b\"]", whole("where: \"title not contains [\\\"a\\\",\\\"b\\\"]\"\n"),
      [("bad-expression", "write title not contains \"a\" and title not contains \"b\"")]
    ),
    ("W status == [200]", whole("where: \"status == [200]\"\n"), [("bad-expression", "write status in […]")]),
    ("W status != [200]", whole("where: \"status != [200]\"\n"), [("bad-expression", "write status not in […]")]),
    (
      "W http_version == \"HTTP/2\"", whole("where: \"http_version == \\\"HTTP/2\\\"\"\n"),
      [("type-mismatch", "did you mean '2'?")]
    ),
    (
      "W http_version != \"h2\"", whole("where: \"http_version != \\\"h2\\\"\"\n"),
      [("type-mismatch", "did you mean '2'?")]
    ),
    ("W attempts == 0", whole("where: \"attempts == 0\"\n"), []),
    (
      "W error starts_with \"Timeout\"", whole("where: \"error starts_with \\\"Timeout\\\"\"\n"),
      [("type-mismatch", "did you mean 'timeout'?")]
    ),
    (
      "W error starts_with \"time out\"", whole("where: \"error starts_with \\\"time out\\\"\"\n"),
      [("type-mismatch", "did you mean 'timeout'?")]
    ),
    ("W error starts_with \"timeout: no\"", whole("where: \"error starts_with \\\"timeout: no\\\"\"\n"), []),
    (
      "W error starts_with \"x\"", whole("where: \"error starts_with \\\"x\\\"\"\n"),
      [("type-mismatch", "the codes are bad-url, dns, connect, tls, timeout,")]
    ),
    (
      "W status == 200 and status == 404", whole("where: \"status == 200 and status == 404\"\n"),
      [("type-mismatch", "did you mean 'or', or status in [200, 404]?")]
    ),
    (
      "W charset == \"utf-8\"", whole("where: \"charset == \\\"utf-8\\\"\"\n"),
      [("type-mismatch", "did you mean 'UTF-8'?")]
    ),
    (
      "W u ~ \"x\"", whole("where: \"u ~ \\\"x\\\"\"\n"),
      [("bad-expression", "write 'matches'"), ("bad-expression", "write it between slashes: matches /x/")]
    ),
    (
      "W response.status == 200", whole("where: \"response.status == 200\"\n"),
      [("unknown-field", "a field is written by its name alone: status")]
    ),
    (
      "W status in [200..299, 404]", whole("where: \"status in [200..299, 404]\"\n"),
      [("bad-expression", "write status in 200..299, and join it to the others with 'or'")]
    ),
    (
      "W error in [\"timeout\"]", whole("where: \"error in [\\\"timeout\\\"]\"\n"),
      [("type-mismatch", "write error starts_with 'timeout'")]
    ),
    (
      "W status == 200 or 404", whole("where: \"status == 200 or 404\"\n"),
      [("type-mismatch", "compare it with a field")]
    ),
    ("W redirects contains \"x\"", whole("where: \"redirects contains \\\"x\\\"\"\n"), []),
    (
      "W http_version in [\"1.1\",\"HTTP/2\"]", whole("where: \"http_version in [\\\"1.1\\\",\\\"HTTP/2\\\"]\"\n"),
      [("type-mismatch", "did you mean '2'?")]
    ),
    (
      "I ${TOKEN:-x}", whole("fetch: {headers: {X-A: \"${TOKEN:-x}\"}}\n"),
      [("bad-value", "write ${env:TOKEN:-x} for the environment; a variable of")]
    ),
    ("I ${ENV:TOKEN}", whole("fetch: {headers: {X-A: \"${ENV:TOKEN}\"}}\n"), [("bad-value", "write ${env:TOKEN}")]),
    (
      "I ${env.TOKEN}", whole("fetch: {headers: {X-A: \"${env.TOKEN}\"}}\n"),
      [("unresolved-variable", "write ${env:TOKEN}")]
    ),
    ("I ${vars.x}", whole("fetch: {headers: {X-A: \"${vars.x}\"}}\n"), [("unresolved-variable", "write ${x}")]),
    (
      "I ${secret:TOKEN}", whole("fetch: {headers: {X-A: \"${secret:TOKEN}\"}}\n"),
      [("bad-value", "write ${secret:env:TOKEN}")]
    ),
    ("I ${file:tok}", whole("fetch: {headers: {X-A: \"${file:tok}\"}}\n"), [("bad-value", "write ${secret:file:tok}")]),
    (
      "I ${TOKEN:x}", whole("fetch: {headers: {X-A: \"${TOKEN:x}\"}}\n"),
      [("bad-value", "write ${env:TOKEN:-x} for the environment; a variable of")]
    ),
    ("I ${env:}", whole("fetch: {headers: {X-A: \"${env:}\"}}\n"), [("bad-value", "write ${env:}")]),
    ("I {{ env.X }}", whole("fetch: {headers: {X-A: \"{{ env.X }}\"}}\n"), [("no-effect", "write ${env:X}")]),
    ("I {{ x }}", whole("fetch: {headers: {X-A: \"{{ x }}\"}}\n"), [("no-effect", "write ${x}")]),
    ("I $TOKEN", whole("fetch: {headers: {X-A: \"$TOKEN\"}}\n"), [("no-effect", "write ${env:TOKEN}")]),
    ("I $(date)", whole("fetch: {headers: {X-A: \"$(date)\"}}\n"), [("no-effect", "a command is not run here")]),
    ("I ${a b}", whole("fetch: {headers: {X-A: \"${a b}\"}}\n"), [("unresolved-variable", "declare it in vars")]),
  ]
}
