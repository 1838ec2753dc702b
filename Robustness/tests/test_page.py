import tempfile
import unittest
from pathlib import Path

from trial import page, verdict
from trial.fault import Group
from tests.test_verdict import PAGE, PIPE, SCRAPY, fails, observed, passes, result, row


class PageTests(unittest.TestCase):
    def test_a_page_has_every_section_and_keeps_that_of_another_run(self) -> None:
        broken = result([row("body: 127.0.0.1:41337 broke off")], fails("/a", "body"))
        beside = result([], fails("/a", "body"), who=SCRAPY)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "robustness.md"
            page.update(path, {"soak": "ran for hours"})
            page.write([Group("A group", "", [broken.fault])], [broken, beside], path)
            text = path.read_text()
        self.assertIn("ran for hours", text)
        self.assertIn("| a fault | `body`: 127.0.0.1:PORT broke off; 0.1 s, 10 MiB | **nothing**; 0.1 s, 10 MiB |", text)
        self.assertIn("| **some rows are wrong, and say nothing of it** | 0 | 0 |", text)
        self.assertIn("| some URLs are gone without a word | 0 | 1 |", text)

    def test_what_was_ended_from_outside_shows_how(self) -> None:
        found = result([], fails("/a", "body"), who=SCRAPY, seen=observed("too large", kib=2**20, wall=3))
        self.assertEqual(page.others(found), "**memory** (ended at 1,024 MiB); 3.0 s, 1024 MiB")

    def test_what_is_known_is_listed_with_what_was_seen(self) -> None:
        found = result([row()], fails("/a", "protocol"), known="libcurl is lenient")
        line = page.known([found.fault], {("f", "pipe"): found})
        self.assertEqual(line, "- **a fault**: error None, not protocol at `/a`; libcurl is lenient")

    def test_rows_of_many_urls_are_counted(self) -> None:
        found = result([row(url="http://127.0.0.1:1/a"), row("body: x", "http://127.0.0.1:1/b")],
                       passes("/a", PAGE), fails("/b", "body"))
        self.assertEqual(page.own(found), "1 × row, 1 × `body`; 0.1 s, 10 MiB")
        self.assertEqual((found.contender, found.worst), (PIPE, verdict.ERROR_ROW))


if __name__ == "__main__":
    unittest.main()
