import unittest

from harness.contender import Finished
from harness.processes import EXITED, TIMED_OUT, TOO_LARGE, Cost, Observed
from trial import contender, verdict
from trial.contender import Findings, Row
from trial.fault import Expected, Page, cut, fails, fault, passes

PIPE, TUTORIAL, SCRAPY, LYCHEE = contender.load()
PAGE = Page(200, "A title", 10)
URL = "http://127.0.0.1:1/a"


def row(error: str | None = None, url: str = URL, **fields) -> Row:
    values = {"status": 200, "title": "A title", "length": 10, "truncated": False, **fields}
    if error is not None:
        values |= {name: None for name in ("status", "title", "length", "truncated") if name not in fields}
    return Row(url, values["status"], values["title"], values["length"], error, values["truncated"],
               fields.get("elapsed"))


def observed(end: str = EXITED, code: int = 0, signal: int = 0, wall: float = 0.1, kib: int = 10_000) -> Observed:
    return Observed(end, Cost(wall, 0, kib), Finished(code, signal, "", "", wall), [])


def result(rows: list[Row], *cases, told=None, who=PIPE, seen=None, balance="1 read, 1 recorded, none lost", **options):
    shown = fault("f", "a fault", *cases, **options)
    urls = [URL] if len(cases) == 1 else [f"http://127.0.0.1:1{case.target}" for case in cases]
    return verdict.result(shown, who, seen or observed(), Findings(rows, told or {}, balance), urls)


class JudgementTests(unittest.TestCase):
    def test_a_row_that_agrees_is_right(self) -> None:
        self.assertEqual(result([row()], passes("/a", PAGE)).verdicts, [verdict.RIGHT])

    def test_what_a_contender_does_not_write_is_not_held_against_it(self) -> None:
        self.assertEqual(result([row(title=None, length=None)], passes("/a", PAGE)).verdicts, [verdict.RIGHT])

    def test_a_row_that_differs_in_one_field_is_wrong(self) -> None:
        for field in ({"status": 404}, {"title": "Another"}, {"length": 9}):
            self.assertEqual(result([row(**field)], passes("/a", PAGE)).verdicts, [verdict.WRONG])

    def test_a_row_without_an_error_where_one_is_due_is_wrong(self) -> None:
        self.assertEqual(result([row()], fails("/a", "body")).verdicts, [verdict.WRONG])

    def test_who_reads_no_bodies_does_not_notice(self) -> None:
        self.assertEqual(result([row()], fails("/a", "body"), who=LYCHEE).verdicts, [verdict.UNSEEN])

    def test_a_row_that_says_that_it_is_truncated_is_not_wrong(self) -> None:
        self.assertEqual(result([row(length=3, truncated=True)], cut("/a")).verdicts, [verdict.FLAGGED])

    def test_errors_are_told_in_a_row_in_a_log_or_nowhere(self) -> None:
        case = fails("/a", "body")
        self.assertEqual(result([row("body: it broke off")], case).verdicts, [verdict.ERROR_ROW])
        self.assertEqual(result([row("")], case).verdicts, [verdict.WORDLESS])
        self.assertEqual(result([], case, told={URL: "it broke off"}).verdicts, [verdict.TOLD])
        self.assertEqual(result([], case).verdicts, [verdict.LOST])

    def test_an_error_where_nothing_is_wrong_is_needless(self) -> None:
        case = passes("/a", PAGE, may_fail=False)
        self.assertEqual(result([row("body: no")], case).verdicts, [verdict.NEEDLESS])
        self.assertEqual(result([row("body: no")], passes("/a", PAGE)).verdicts, [verdict.ERROR_ROW])

    def test_rows_belong_to_their_urls_and_others_are_strays(self) -> None:
        cases = [passes("/a", PAGE), fails("/b", "body")]
        rows = [row("body: x", "http://127.0.0.1:1/b"), row(), row(), row(url="http://127.0.0.1:1/c")]
        found = result(rows, *cases)
        self.assertEqual((found.verdicts, found.strays), ([verdict.RIGHT, verdict.ERROR_ROW], 2))

    def test_after_a_redirect_the_only_row_is_that_of_the_only_url(self) -> None:
        self.assertEqual(result([row(url="http://elsewhere/")], passes("/a", PAGE)).verdicts, [verdict.RIGHT])


class EndTests(unittest.TestCase):
    def test_ends_are_told_apart(self) -> None:
        for seen, end in ((observed(), verdict.ORDERLY), (observed(TIMED_OUT), verdict.HANG),
                          (observed(TOO_LARGE), verdict.MEMORY), (observed(code=1), verdict.CRASH),
                          (observed(code=-1, signal=11), verdict.CRASH)):
            self.assertEqual(result([row()], passes("/a", PAGE), seen=seen).end, end)

    def test_a_code_that_tells_of_findings_is_orderly(self) -> None:
        self.assertEqual(result([], fails("/a", "dns"), who=LYCHEE, seen=observed(code=2)).end, verdict.ORDERLY)


class ObligationTests(unittest.TestCase):
    """What pipe has to do; each of these must be able to fail."""

    def reasons(self, rows: list[Row], *cases, **options) -> list[str]:
        return verdict.failures(result(rows, *cases, **options))

    def test_all_is_well(self) -> None:
        self.assertEqual(self.reasons([row()], passes("/a", PAGE)), [])
        self.assertEqual(self.reasons([row("connection: closed")], fails("/a", "connection", "closed")), [])

    def test_another_code_message_or_field_fails(self) -> None:
        case = fails("/a", "connection", "closed")
        for wrong in (row("connect: closed"), row("connection: open"), row(), row("connection: closed", status=200)):
            self.assertEqual(len(self.reasons([wrong], case)), 1)
        kept = fails("/a", "body", kept=Page(200, None, 10))
        self.assertEqual(self.reasons([row("body: x", status=200, length=10, truncated=True)], kept), [])
        self.assertEqual(len(self.reasons([row("body: x", status=200, length=9, truncated=True)], kept)), 1)
        self.assertEqual(len(self.reasons([row("body: x", status=200, length=10, truncated=False)], kept)), 1)

    def test_a_wait_that_was_none_fails(self) -> None:
        case = fails("/a", "timeout", waits=True)
        good = row("timeout: x", elapsed=2.001)
        self.assertEqual(self.reasons([good], case, seen=observed(wall=2.1)), [])
        for wall in (0.1, 9.0):
            self.assertEqual(len(self.reasons([good], case, seen=observed(wall=wall))), 1)
        for elapsed in (None, 0.2, 9.0):
            wrong = row("timeout: x", elapsed=elapsed)
            self.assertEqual(len(self.reasons([wrong], case, seen=observed(wall=2.1))), 1)

    def test_rows_too_few_or_too_many_fail(self) -> None:
        self.assertEqual(len(self.reasons([], passes("/a", PAGE))), 1)
        self.assertEqual(len(self.reasons([row(), row()], passes("/a", PAGE))), 1)

    def test_books_that_do_not_balance_fail(self) -> None:
        self.assertEqual(len(self.reasons([row()], passes("/a", PAGE), balance="1 read, 0 recorded, none lost")), 1)

    def test_an_end_memory_or_time_that_is_out_of_bounds_fails(self) -> None:
        for seen in (observed(TIMED_OUT), observed(code=1), observed(kib=10**9), observed(wall=15)):
            self.assertEqual(len(self.reasons([row()], passes("/a", PAGE), seen=seen)), 1)

    def test_what_is_known_passes_until_it_is_mended(self) -> None:
        case = fails("/a", "protocol")
        self.assertEqual(self.reasons([row()], case, known="not yet"), [])
        self.assertEqual(len(self.reasons([row("protocol: x")], case, known="not yet")), 1)

    def test_titles_are_looked_at_where_they_are_foretold(self) -> None:
        self.assertIsNone(verdict.mismatch(row(title="Any"), passes("/a", Page(200))))
        self.assertIsNotNone(verdict.mismatch(row(title="Any"), passes("/a", PAGE)))

    def test_a_code_is_compared_as_a_whole(self) -> None:
        case = fails("/a", "tls|connect")
        self.assertIsNone(verdict.mismatch(row("connect: x"), case))
        self.assertIsNotNone(verdict.mismatch(row("connection: x"), case))
        self.assertEqual(case.pipe, Expected("tls|connect"))


if __name__ == "__main__":
    unittest.main()
