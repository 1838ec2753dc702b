import json
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from tests.test_faults import StillSite
from trial import soak
from trial.endurance import Held, flatness
from trial.fault import Page, fails, passes
from trial.mixture import HOSTS, Mixture, Planned
from trial.site import Site
from trial.soaked import Size, Soaked, section


class FlatnessTests(unittest.TestCase):
    def found(self, values: list[float], most: float = 1000):
        return flatness("memory", "MiB", list(enumerate(values)), len(values), 1.05, 4, most).reasons

    def test_what_stays_as_it_is_passes_whatever_it_does_at_first(self) -> None:
        self.assertEqual(self.found([0] * 10 + [50] * 90), [])
        self.assertEqual(self.found([50 + index % 3 for index in range(100)]), [])

    def test_what_grows_slowly_fails(self) -> None:
        self.assertEqual(len(self.found([50 + index / 5 for index in range(100)])), 1)

    def test_a_single_peak_fails_by_its_height_alone(self) -> None:
        values = [50.0] * 50 + [500.0] + [50.0] * 49
        self.assertEqual(self.found(values), [])
        self.assertEqual(len(self.found(values, most=400)), 1)

    def test_too_few_samples_prove_nothing(self) -> None:
        with self.assertRaises(ValueError):
            self.found([50])


class RowTests(unittest.TestCase):
    PLANNED = [
        Planned("http://h/a?n=0", "page", passes("/a", Page(200))),
        Planned("http://h/b?n=1", "broken", fails("/b", "body", kept=Page(200, None, 5))),
        Planned("http://h/c?reset&n=2", "reset", fails("/c", "body", kept=Page(200, None, 5))),
        Planned("http://h/d?n=3", "known", None),
    ]
    GOOD = [("a?n=0", 200, 9, False, None), ("b?n=1", 200, 5, True, "body: x"), ("c?reset&n=2", 200, 5, True, "body: x"),
            ("d?n=3", None, None, None, "anything: x")]

    def check(self, rows) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "out.jsonl"
            path.write_text("".join(json.dumps({
                "url": f"http://h/{url}", "status": status, "title": None, "length": length, "truncated": truncated,
                "elapsed": 0.1, "error": error}) + "\n" for url, status, length, truncated, error in rows))
            return soak.check_rows(self.PLANNED, path)[1]

    def test_a_row_for_each_request_as_foretold_passes(self) -> None:
        self.assertEqual(self.check(self.GOOD), [])
        self.assertEqual(self.check(self.GOOD[::-1]), [])

    def test_a_row_that_lacks_is_doubled_or_differs_fails(self) -> None:
        self.assertEqual(len(self.check(self.GOOD[1:])), 1)
        self.assertEqual(len(self.check(self.GOOD + self.GOOD[:1])), 1)
        for url, status, length, truncated, error in self.GOOD[:2]:
            for other in ((url, 404, length, truncated, error), (url, status, length, truncated, "dns: x")):
                rows = [row for row in self.GOOD if row[0] != url]
                self.assertEqual(len(self.check(rows + [other])), 1)

    def test_a_reset_may_overtake_what_was_sent(self) -> None:
        lost = (None, None, None, "connection: reset")
        self.assertEqual(self.check([self.GOOD[0], self.GOOD[1], ("c?reset&n=2", *lost), self.GOOD[3]]), [])
        self.assertEqual(len(self.check([self.GOOD[0], ("b?n=1", *lost), self.GOOD[2], self.GOOD[3]])), 1)


class SoakSite(StillSite, Site):
    def __init__(self) -> None:
        Site.__init__(self, "http://127.0.0.1:5", {name: "http://127.0.0.1:6" for name in (
            "refused", "black_hole", "silent", "closes", "resets", "early")})


class MixtureTests(unittest.TestCase):
    def test_every_fault_but_those_of_kept_connections_has_its_turn(self) -> None:
        mixture = Mixture(SoakSite())
        planned = mixture.plan(40_000)
        self.assertEqual(len({one.url for one in planned}), len(planned))
        shown = {one.fault for one in planned}
        self.assertLessEqual(set(mixture.names) | {fault.name for fault, _ in mixture.waiting + mixture.heavy}, shown)
        self.assertFalse([name for name in shown if name.startswith(("unasked", "tail", "touchy"))])
        self.assertEqual({one.url.split("/")[2] for one in planned if one.is_port}, {"127.0.0.1:6"})
        elsewhere = {one.url.split("/")[2].split(":")[0] for one in planned if not one.is_port}
        self.assertEqual(elsewhere, {*HOSTS, "no-such-host.invalid"})
        self.assertAlmostEqual(sum(one.fault == "page" for one in planned) / len(planned), 0.4, delta=0.03)

    def test_the_hosts_share_the_requests(self) -> None:
        counts = Counter(one.url.split("/")[2].split(":")[0] for one in Mixture(SoakSite()).plan(20_000))
        for host in HOSTS:
            self.assertGreater(counts[host], 200)

    def test_the_same_mixture_comes_every_time(self) -> None:
        self.assertEqual(Mixture(SoakSite()).plan(100), Mixture(SoakSite()).plan(100))


class SectionTests(unittest.TestCase):
    def test_the_section_has_its_charts(self) -> None:
        samples = [(float(second), Held(30_000 + second, 70, 6)) for second in range(100)]
        holds = soak.check_holds(samples, 100)
        found = Soaked(Size(1000, 100, 1), 100, Counter({"no error": 900, "body": 100}), holds, samples, [])
        with tempfile.TemporaryDirectory() as folder:
            text = section(found, Path(folder) / "robustness")
            for name in ("memory", "descriptors"):
                ElementTree.parse(Path(folder) / "robustness" / f"soak-{name}.svg")
        self.assertIn("900 × no error, 100 × `body`", text)
        self.assertIn("(robustness/soak-memory.svg)", text)


if __name__ == "__main__":
    unittest.main()
