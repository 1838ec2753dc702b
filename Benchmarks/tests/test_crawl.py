import re
import tempfile
import unittest
from pathlib import Path

from harness import bars, crawl, report, site, tables
from harness.results import DISQUALIFIED, GOOD, Results, SiteRun
from tests import examples  # noqa: F401  (the path of the harness)


def results() -> Results:
    return Results("full", sites=[
        SiteRun("crawl", "crawl", 100_000, wall=20, cpu=20, rss_kib=50_000, samples=[(1, 50_000)]),
        SiteRun("crawl", "crawl", 1_000_000, wall=200, cpu=200, rss_kib=70_000, samples=[(1, 70_000)]),
        SiteRun("list", "list", 1_000_000, wall=150, cpu=170, rss_kib=40_000, samples=[(1, 40_000)]),
        SiteRun("scrapy", "Scrapy", 900, state=DISQUALIFIED, reasons=["no rows"]),
    ])


class SiteTests(unittest.TestCase):
    def test_every_page_is_reached_and_has_as_many_links(self) -> None:
        count = 500
        with tempfile.TemporaryDirectory() as folder:
            root = site.prepare(Path(folder), count)
            found = {}
            for number in range(count):
                text = (root / site.path(number)[1:]).read_text()
                found[number] = [int(link) for link in re.findall(r'href="/p\d+/(\d+)\.html"', text)]
            self.assertEqual({len(links) for links in found.values()}, {site.LINKS})
            reached, rest = {0}, [0]
            while rest:
                for to in found[rest.pop()]:
                    if to not in reached:
                        reached.add(to)
                        rest.append(to)
            self.assertEqual(reached, set(range(count)))
            first = (root / "p0" / "0.html").read_bytes()
            (root / "p0" / "0.html").write_bytes(b"kept")
            self.assertEqual((site.prepare(Path(folder), count) / "p0" / "0.html").read_bytes(), b"kept")
            (root / site.MARK).unlink()
            self.assertEqual((site.prepare(Path(folder), count) / "p0" / "0.html").read_bytes(), first)


class CrawlTests(unittest.TestCase):
    def check(self, lines: list[str], pages: int) -> SiteRun:
        found = SiteRun("crawl", "crawl", pages)
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "out.csv"
            output.write_text("url,title,status\n" + "".join(f"{line}\n" for line in lines))
            crawl.check(found, output, pages)
        return found

    def test_each_page_must_be_there_once(self) -> None:
        rows = ["u0,Page 0,200", "u1,Page 1,200"]
        self.assertEqual(self.check(rows, 2).state, GOOD)
        for wrong in (rows[:1], rows + rows[:1], [rows[0], rows[0]], [rows[0], "u1,Page 1,404"], [rows[0], "u1,,200"]):
            self.assertEqual(self.check(wrong, 2).state, DISQUALIFIED, wrong)

    def test_bars(self) -> None:
        ratio, memory = bars.crawl(results())
        self.assertEqual((ratio.state, ratio.measured), (bars.HOLDS, "0.75 ×"))
        self.assertEqual((memory.state, memory.measured), (bars.HOLDS, "22.8 bytes"))
        few = Results("small", sites=[run for run in results().sites if run.pages == 100_000])
        self.assertEqual({verdict.state for verdict in bars.crawl(few)}, {bars.UNKNOWN})

    def test_the_page_has_each_run_and_a_chart_of_those_that_count(self) -> None:
        table = tables.site_table(results()).splitlines()
        self.assertEqual(len(table), 6)
        self.assertIn("| – | 100,000 | 5,000 |", table[2])
        self.assertIn("| 0.75 × | 1,000,000 | 5,000 | 200 |", table[3])
        self.assertIn("disqualified: no rows", table[5])
        self.assertEqual({line.count("|") for line in table}, {table[0].count("|")})
        chart = report.site_chart(results()) or ""
        self.assertIn("crawl, 1,000,000 pages", chart)
        self.assertNotIn("Scrapy", chart)
        self.assertEqual(results().failures(), ["crawl: Scrapy: no rows"])


if __name__ == "__main__":
    unittest.main()
