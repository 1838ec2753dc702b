import json
import tempfile
import unittest
from pathlib import Path

from harness.contender import Finished
from trial.contender import Findings, Job, Row
from trial.contenders import lychee, pipe, scrapy, tutorial
from trial.fault import fails, fault

FAULT = fault("f", "a fault", fails("/a", "body"), concurrency=3, gap=0.1)


class ReaderTests(unittest.TestCase):
    """What contenders really wrote, shortened."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.job = Job(FAULT, self.folder / "urls.txt", self.folder)

    def finished(self, output: str = "", errors: str = "") -> Finished:
        return Finished(0, 0, output, errors, 1)

    def test_pipe_writes_json_lines_and_accounts_for_them(self) -> None:
        (self.folder / "out.jsonl").write_text(json.dumps({
            "url": "http://h/a", "status": 200, "title": "T", "length": 5, "truncated": True, "elapsed": 0.5,
            "error": "body: the content broke off after 5 bytes"}) + "\n")
        found = pipe.read(self.job, self.finished(errors="pipe: complete\n  accounted  1 read, 1 recorded, none lost\n"))
        self.assertEqual(found, Findings(
            [Row("http://h/a", 200, "T", 5, "body: the content broke off after 5 bytes", True, 0.5)],
            balance="1 read, 1 recorded, none lost"))

    def test_pipe_is_told_of_the_gap(self) -> None:
        self.assertIn("per_host: {concurrency: 3, delay: 100ms}", pipe.write_spec(self.job))

    def test_a_row_of_the_tutorial_script_can_say_nothing_at_all(self) -> None:
        (self.folder / "out.csv").write_text(
            "url,title,status,length,error\nhttp://h/a,T,200,5,\nhttp://h/b,,,,\nhttp://h/c,,,,Server disconnected\n")
        errors = [row.error for row in tutorial.read(self.job, self.finished()).rows]
        self.assertEqual(errors, [None, "", "Server disconnected"])

    def test_a_csv_that_breaks_off_has_the_rows_before(self) -> None:
        (self.folder / "out.csv").write_text("url,title,status,length,error\nhttp://h/a,T,200,5,\nhttp://h/b,T,2")
        self.assertEqual([row.url for row in tutorial.read(self.job, self.finished()).rows], ["http://h/a"])

    def test_scrapy_tells_errors_in_its_log(self) -> None:
        log = (
            "2026-11-23 00:13:43 [scrapy.core.scraper] ERROR: Error downloading <GET http://h/a>\n"
            "Traceback (most recent call last):\n  File \"x.py\", line 1, in f\n"
            "scrapy.exceptions.ResponseDataLossError\n"
            "2026-11-23 00:13:44 [scrapy.downloadermiddlewares.redirect] DEBUG: Discarding <GET http://h/b>: max "
            "redirections reached\n"
            "2026-11-23 00:13:44 [scrapy.dupefilters] DEBUG: Filtered duplicate request: <GET http://h/c> - no more\n"
            "2026-11-23 00:13:45 [scrapy.core.engine] DEBUG: Crawled (200) <GET http://h/d> (referer: None)\n")
        found = scrapy.read(self.job, self.finished(errors=log))
        self.assertEqual(set(found.told), {"http://h/a", "http://h/b", "http://h/c"})
        self.assertEqual(found.told["http://h/a"], "scrapy.exceptions.ResponseDataLossError")

    def test_lychee_tells_statuses_and_errors_apart(self) -> None:
        def entry(url: str, **status) -> dict:
            return {"l.txt": [{"url": url, "status": status}]}

        report = {
            "success_map": entry("http://h/a", text="200 OK", code=200),
            "error_map": entry("http://h/b", text="Network error: refused"),
            "timeout_map": entry("http://h/c", text="Timeout"),
            "excluded_map": entry("http://h/d", text="Excluded"),
        }
        found = lychee.read(self.job, self.finished(output="noise\n" + json.dumps(report)))
        self.assertEqual([(row.status, row.error) for row in found.rows],
                         [(200, None), (None, "Network error: refused"), (None, "Timeout")])
        self.assertEqual(found.told, {"http://h/d": "Excluded"})

    def test_a_report_that_breaks_off_is_no_report(self) -> None:
        self.assertEqual(lychee.read(self.job, self.finished(output='{"total": 1, "succ')), Findings())


if __name__ == "__main__":
    unittest.main()
