import re
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from harness import bars, charts, contender, report, tables
from harness.results import NOT_BUILT, MemoryCurve, Results, Start
from harness.workloads import SIZES, WORKLOADS, Workload
from tests import examples


def results() -> Results:
    floor = examples.entry("floor", [40, 80], rate=20_000)
    pipe = examples.entry("pipe", [50, 100], rate=16_000)
    tutorial = examples.entry("tutorial", [8000, 16_000], rate=100)
    failed = examples.entry("scrapy", [4000, 4000])
    failed.disqualify(["3 of 5 URLs are missing"])
    return Results("tiny", comparisons=[examples.comparison("title", [tutorial, floor, failed, pipe])])


class TableTests(unittest.TestCase):
    def test_rows_are_ordered_by_cost_with_the_disqualified_last(self) -> None:
        lines = tables.comparison_table(results().comparisons[0]).splitlines()[2:]
        self.assertEqual([line.split("|")[1].strip() for line in lines], ["floor", "**pipe**", "tutorial", "scrapy"])

    def test_the_ratio_comes_before_the_absolute_figure(self) -> None:
        line = tables.comparison_table(results().comparisons[0]).splitlines()[3]
        self.assertEqual([cell.strip() for cell in line.split("|")[3:5]], ["1.25 ×", "160 ×"])
        self.assertIn("75 ± 33 %", line)

    def test_a_disqualified_contender_shows_why(self) -> None:
        self.assertIn("disqualified: 3 of 5 URLs are missing", tables.comparison_table(results().comparisons[0]))

    def test_one_round_has_no_spread(self) -> None:
        comparison = examples.comparison("title", [examples.entry("floor", [40])])
        self.assertNotIn("±", tables.comparison_table(comparison))

    def test_every_row_has_as_many_cells_as_the_head(self) -> None:
        lines = tables.comparison_table(results().comparisons[0]).splitlines()
        self.assertEqual({line.count("|") for line in lines}, {lines[0].count("|")})


class BarTests(unittest.TestCase):
    def test_bars_hold_or_miss_by_how_much(self) -> None:
        verdicts = bars.judge(results())
        self.assertEqual((verdicts[0].state, verdicts[0].measured), (bars.HOLDS, "1.25 ×"))
        self.assertEqual(verdicts[1].state, bars.HOLDS)
        self.assertEqual(bars.at_most("x", 2.7, 1.35, " ×").margin, "2.00 of what is allowed")

    def test_what_was_not_measured_is_neither(self) -> None:
        self.assertEqual({verdict.state for verdict in bars.judge(Results("tiny"))}, {bars.UNKNOWN})

    def test_memory_must_not_grow_with_the_list(self) -> None:
        found = Results("full", curves=[
            MemoryCurve("pipe", "pipe", 100_000, rss_kib=30_000),
            MemoryCurve("pipe", "pipe", 1_000_000, rss_kib=60_000),
        ])
        self.assertEqual([verdict.state for verdict in bars.memory(found)], [bars.HOLDS, bars.MISSES])


class ResultTests(unittest.TestCase):
    def test_failures_name_the_workload_and_the_reason(self) -> None:
        self.assertEqual(results().failures(), ["title: scrapy: 3 of 5 URLs are missing"])

    def test_what_is_not_built_is_no_failure_but_is_known(self) -> None:
        found = Results("tiny", starts=[Start("pipe", "pipe validate", NOT_BUILT, ["absent"])])
        self.assertEqual((found.failures(), found.unbuilt()), ([], {"start"}))


class PageTests(unittest.TestCase):
    def test_what_people_wrote_survives(self) -> None:
        page = "# Mine\n\n<!-- generated: bars -->\nold\n<!-- end of bars -->\n\nMy own words.\n"
        rendered = report.render(results(), page, {})
        self.assertIn("My own words.", rendered)
        self.assertNotIn("\nold\n", rendered)
        self.assertEqual(report.render(results(), rendered, {}), rendered)

    def test_markers_that_do_not_pair_up_are_refused(self) -> None:
        with self.assertRaises(report.BrokenPage):
            report.replace_section("<!-- generated: bars -->\n", "bars", "x")

    def test_a_new_page_starts_from_the_template(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "benchmarks.md"
            report.write(results(), path)
            self.assertIn("## Where the time goes", path.read_text())
            self.assertTrue((Path(folder) / "benchmarks" / "title.svg").exists())


class ChartTests(unittest.TestCase):
    def test_bars_grow_with_their_values_and_stay_inside(self) -> None:
        svg = charts.bar_chart("T & U", "n", [
            charts.Bar("a", 10, "10", False), charts.Bar("b", 100, "100", True), charts.Bar("c", 9000, "9000", False)])
        tree = ElementTree.fromstring(svg)
        widths = [float(node.get("width", 0)) for node in tree.iter("{http://www.w3.org/2000/svg}rect")]
        self.assertEqual(widths, sorted(widths))
        self.assertGreater(widths[0], 1)
        self.assertLessEqual(max(widths) + charts.LABELS + charts.VALUES, charts.WIDTH)

    def test_lines_stay_inside_and_the_scale_is_round(self) -> None:
        svg = charts.line_chart("T", "n", [charts.Line("l", [(0, 5), (1, 43)])])
        ElementTree.fromstring(svg)
        ys = [float(y) for y in re.findall(r",([\d.]+)", re.search(r'points="([^"]+)"', svg)[1])]
        self.assertTrue(all(60 <= y <= 360 for y in ys))
        self.assertEqual([charts.nice_ceiling(value) for value in (43, 1, 5.1, 100)], [50, 1, 10, 100])


class WorkloadTests(unittest.TestCase):
    def test_every_size_is_defined_for_every_comparison(self) -> None:
        for workload in WORKLOADS:
            if isinstance(workload, Workload):
                for amounts in (workload.most_pages, workload.seconds, workload.rounds):
                    self.assertEqual(set(amounts), set(SIZES), workload.name)

    def test_lists_are_whole_turns_through_the_fixture(self) -> None:
        for workload in WORKLOADS:
            if not isinstance(workload, Workload):
                continue
            for one in contender.load():
                if workload.admits(one) is None:
                    self.assertEqual(workload.pages_of(one, "full") % 1000, 0)
                    self.assertEqual(workload.pages_of(one, "tiny") % 100, 0)

    def test_contenders_named_by_a_workload_exist(self) -> None:
        names = {one.name for one in contender.load()}
        for workload in WORKLOADS:
            if isinstance(workload, Workload):
                self.assertLessEqual(set(workload.contenders), names)


if __name__ == "__main__":
    unittest.main()
