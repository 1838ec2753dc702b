import re
import unittest

from trial import faults
from trial.fault import Fault

# The codes of pipe's error field.
CODES = {"bad-url", "dns", "connect", "tls", "timeout", "connection", "protocol", "body", "too-large", "redirects",
         "forbidden", "robots", "extract"}


class StillSite:
    """Answers as the practice site would, without being one."""

    def raw(self, target: str) -> bytes:
        return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"x" * 165


def everything() -> list[Fault]:
    return [fault for group in faults.load(StillSite()) for fault in group.faults]


class TableTests(unittest.TestCase):
    def test_names_are_unique_and_plain(self) -> None:
        names = [fault.name for fault in everything()]
        self.assertEqual(len(names), len(set(names)))
        for name in names:
            self.assertRegex(name, r"^[a-z0-9-]+$")

    def test_the_urls_of_a_fault_are_told_apart(self) -> None:
        for fault in everything():
            targets = [case.target for case in fault.cases]
            self.assertEqual(len(targets), len(set(targets)), fault.name)

    def test_codes_are_those_of_pipe(self) -> None:
        for fault in everything():
            for case in fault.cases:
                if case.pipe.code:
                    self.assertLessEqual(set(case.pipe.code.split("|")), CODES, fault.name)

    def test_where_pipe_need_not_fail_its_row_is_right(self) -> None:
        for fault in everything():
            for case in fault.cases:
                if case.pipe.code is None and not case.pipe.truncated:
                    self.assertTrue(case.right, case.target)

    def test_every_byte_of_a_cut_answer_has_its_turn(self) -> None:
        cut = next(fault for fault in everything() if fault.name == "drop-length-close")
        counts = [int(re.search(r"drop-at/(\d+)", case.target)[1]) for case in cut.cases]
        self.assertEqual(counts, list(range(len(StillSite().raw("")) + 1)))


if __name__ == "__main__":
    unittest.main()
