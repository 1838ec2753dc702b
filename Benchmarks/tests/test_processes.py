import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from harness import paths, processes

# Stands in for the program that measures, which is compiled later: runs the command as its child.
MEASURE = """#!/bin/sh
result=$1; shift
"$@"
echo "{\\"wall\\": 0.5, \\"user\\": 0.2, \\"system\\": 0.1, \\"max_rss_kib\\": 1000, \\"exit\\": $?, \\"signal\\": 0}" > "$result"
"""


class ObservationTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "measure").write_text(MEASURE)
        (self.folder / "measure").chmod(0o755)
        self.enterContext(mock.patch.object(paths, "BINARIES", self.folder))

    def test_a_command_that_ends_has_its_cost_and_its_words(self) -> None:
        found = processes.observe(["sh", "-c", "echo said; exit 3"], self.folder, 10)
        self.assertEqual((found.end, found.finished.exit_code, found.finished.output), (processes.EXITED, 3, "said\n"))
        self.assertEqual(found.cost, processes.Cost(0.5, 0.2 + 0.1, 1000))

    def test_a_command_that_takes_too_long_is_ended_with_what_it_said(self) -> None:
        found = processes.observe(["sh", "-c", "echo said; exec sleep 60"], self.folder, 0.3, 0.02)
        self.assertEqual((found.end, found.finished.output), (processes.TIMED_OUT, "said\n"))
        self.assertLess(found.cost.wall, 10)
        self.assertGreater(found.cost.rss_kib, 0)

    def test_a_command_that_grows_too_large_is_ended(self) -> None:
        program = "import time; held = bytearray(64 << 20); time.sleep(60)"
        found = processes.observe([sys.executable, "-c", program], self.folder, 30, 0.02, most_kib=48 << 10)
        self.assertEqual(found.end, processes.TOO_LARGE)
        self.assertGreater(found.cost.rss_kib, 48 << 10)

    def test_samples_are_what_is_looked_at(self) -> None:
        found = processes.observe(["sleep", "0.3"], self.folder, 10, 0.02, look=lambda launcher, kib: (launcher, kib))
        self.assertGreater(len(found.samples), 3)
        self.assertTrue(all(launcher > 0 and kib > 0 for _, (launcher, kib) in found.samples))

    def test_a_run_that_takes_too_long_is_a_timeout(self) -> None:
        with self.assertRaises(processes.Timeout):
            processes.run(["sleep", "60"], self.folder, 0.2)


if __name__ == "__main__":
    unittest.main()
