import json
import subprocess
import unittest
from unittest import mock

from harness import main, micro, paths, report, tables
from harness.results import DISQUALIFIED, GOOD, NOT_BUILT, MicroBenchmarks, Results
from harness.summary import Spread

LINE = {"name": "scan.links", "title": "scan for links", "unit": "page", "cpu_ns": [20_000.0, 19_000.0, 21_000.0],
        "wall_ns": [40_000.0, 30_000.0, 50_000.0], "bytes": 10_000.0, "rounds": 7, "note": "made pages"}


def found(**changes) -> Results:
    return Results("small", micro=MicroBenchmarks(entries=[micro.read(json.dumps(LINE | changes))]))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


class TableTests(unittest.TestCase):
    def test_a_row_shows_time_spread_and_what_a_second_does(self) -> None:
        row = cells(tables.micro_table(found()).splitlines()[2])
        self.assertEqual(row, ["scan for links (made pages)", "page", "20.0 µs ± 5 %", "40.0 µs", "50,000", "500"])

    def test_rates_have_three_digits_whatever_their_size(self) -> None:
        rates = [cells(tables.micro_table(found(cpu_ns=[value] * 3)).splitlines()[2])[4]
                 for value in (28.3, 476, 5.1e8)]
        self.assertEqual(rates, ["35,300,000", "2,100,000", "2"])

    def test_without_bytes_there_is_no_rate_of_them_and_without_note_no_brackets(self) -> None:
        row = cells(tables.micro_table(found(bytes=0.0, note="")).splitlines()[2])
        self.assertEqual((row[0], row[-1]), ("scan for links", "–"))

    def test_a_difference_below_nothing_has_no_rate(self) -> None:
        row = cells(tables.micro_table(found(cpu_ns=[-5.0, -9.0, 4.0])).splitlines()[2])
        self.assertEqual(row[2:], ["too little to tell", "40.0 µs", "–", "–"])

    def test_every_row_has_as_many_cells_as_the_head(self) -> None:
        lines = tables.micro_table(found()).splitlines()
        self.assertEqual({line.count("|") for line in lines}, {lines[0].count("|")})

    def test_times_are_told_in_the_unit_that_keeps_them_short(self) -> None:
        self.assertEqual([tables.duration(value) for value in (0.94, 28.25, 475.8, 1_900, 23_000, 5.1e8, 2e9)],
                         ["0.9 ns", "28.2 ns", "476 ns", "1.9 µs", "23.0 µs", "510 ms", "2.0 s"])

    def test_what_failed_and_what_was_left_out_say_so(self) -> None:
        failed = Results("small", micro=MicroBenchmarks(DISQUALIFIED, ["error: no such module"]))
        self.assertEqual(tables.micro_table(failed), "Disqualified: error: no such module.")
        self.assertEqual(failed.failures(), ["micro: error: no such module"])
        self.assertEqual(tables.micro_table(Results("small")), "Not measured in this run.")
        self.assertEqual((Results("small").failures(), found().failures()), ([], []))

    def test_the_page_takes_the_table_between_its_markers(self) -> None:
        page = report.render(found(), report.TEMPLATE.read_text(encoding="utf-8"), {})
        section = page.split("<!-- generated: micro-benchmarks -->")[1].split("<!-- end of micro-benchmarks -->")[0]
        self.assertIn("scan for links", section)
        self.assertEqual(report.render(found(), page, {}), page)


class ProgramTests(unittest.TestCase):
    """The program replaced by what it prints."""

    def measure(self, *answers: tuple[int, str, str], size: str = "small", swift: str | None = "swift"):
        results = [subprocess.CompletedProcess([], code, output, errors) for code, output, errors in answers]
        with (mock.patch.object(micro.shutil, "which", return_value=swift), mock.patch.object(micro, "say"),
              mock.patch.object(micro.subprocess, "run", side_effect=results) as run):
            return micro.measure(size), [call.args[0] for call in run.call_args_list]

    def test_it_is_built_and_then_run_over_the_fixture(self) -> None:
        result, (build, command) = self.measure((0, "", ""), (0, json.dumps(LINE) + "\n", "a table"))
        self.assertEqual((result.state, [one.name for one in result.entries]), (GOOD, ["scan.links"]))
        self.assertEqual(result.entries[0].cpu, Spread(20_000, 19_000, 21_000))
        self.assertEqual(build, micro.BUILD)
        self.assertIn(str(paths.FIXTURE / "p"), command)
        self.assertNotIn("--quick", command)

    def test_the_size_tiny_runs_it_quickly(self) -> None:
        self.assertIn("--quick", self.measure((0, "", ""), (0, json.dumps(LINE), ""), size="tiny")[1][1])

    def test_a_failed_build_tells_its_first_error_and_nothing_is_run(self) -> None:
        result, commands = self.measure((1, "Building\nx.swift:1: error: no\nlast", ""))
        self.assertEqual((result.state, result.reasons, len(commands)), (DISQUALIFIED, ["x.swift:1: error: no"], 1))

    def test_a_program_that_fails_tells_its_last_line(self) -> None:
        result, _ = self.measure((0, "", ""), (1, json.dumps(LINE), "table\nPipeMicrobenchmarks: edge: torn"))
        self.assertEqual((result.state, result.reasons), (DISQUALIFIED, ["PipeMicrobenchmarks: edge: torn"]))

    def test_output_that_is_none_is_a_failure(self) -> None:
        for output in ("", "no json", "{}", "3"):
            self.assertEqual(self.measure((0, "", ""), (0, output, ""))[0].state, DISQUALIFIED, output)

    def test_without_swift_it_is_not_built(self) -> None:
        self.assertEqual(self.measure(swift=None)[0].state, NOT_BUILT)


class ChoiceTests(unittest.TestCase):
    def runs_micro(self, *words: str) -> bool:
        options = main.arguments(["pipe", "floor"]).parse_args(list(words))
        return main.wants_micro(options)

    def test_a_whole_run_has_them_and_a_part_only_where_asked(self) -> None:
        self.assertTrue(self.runs_micro())
        self.assertTrue(self.runs_micro("--size", "tiny"))
        self.assertFalse(self.runs_micro("--only", "title"))
        self.assertFalse(self.runs_micro("--contender", "pipe"))
        self.assertTrue(self.runs_micro("--only", "title", "--micro"))


if __name__ == "__main__":
    unittest.main()
