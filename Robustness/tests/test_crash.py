"""A crash is seen: a stand-in for pipe that ends as a crash would, under the real runner."""

import contextlib
import io
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from harness import installation
from trial import contender, verdict
from trial.fault import Page, fault, passes
from trial.runner import Runner

PAGE = Page(200, "A title", 10)
ROW = '{"url":"http://127.0.0.1:1/a","status":200,"title":"A title","length":10,"truncated":false,"elapsed":0.1,"error":null}'


class FixedSite:
    """Has URLs and no server behind them."""

    def url(self, target: str) -> str:
        return "http://127.0.0.1:1" + target


class CrashTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        installation.compile_programs(["measure"])

    def failures(self, end: str) -> list[str]:
        """Why a run fails whose pipe writes a right row, says that all is well, and then ends so."""
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
            pipe = Path(folder) / "pipe"
            pipe.write_text(f"""#!/bin/sh
echo '{ROW}' >"$(dirname "$2")/out.jsonl"
echo '  accounted  1 read, 1 recorded, none lost' >&2
{end}
""")
            pipe.chmod(0o755)
            with mock.patch.dict(os.environ, {"PIPE_BINARY": str(pipe)}):
                shown = fault("f", "a fault", passes("/a", PAGE))
                found = Runner(FixedSite(), Path(folder) / "runs").run(contender.load()[0], shown)
            return verdict.failures(found)

    def test_a_good_end_is_none(self) -> None:
        self.assertEqual(self.failures("exit 0"), [])

    def test_a_signal_fails_the_run_though_the_row_is_right(self) -> None:
        for name, number in (("SEGV", 11), ("ABRT", 6), ("ILL", 4), ("BUS", 7), ("FPE", 8), ("TRAP", 5)):
            self.assertEqual(self.failures(f"kill -{name} $$"), [f"f: pipe crash: signal {number}"])

    def test_what_a_sanitizer_finds_fails_the_run(self) -> None:
        found = self.failures("echo 'SUMMARY: AddressSanitizer: SEGV in reset' >&2; exit 99")
        self.assertEqual(found, ["f: pipe crash: exit 99, SUMMARY: AddressSanitizer: SEGV in reset"])

    def test_a_signal_that_a_shell_tells_fails_the_run(self) -> None:
        self.assertEqual(self.failures("exit 139"), ["f: pipe crash: exit 139"])


if __name__ == "__main__":
    unittest.main()
