import hashlib
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

from harness import fixture

# Changes only together with the fixture; then every earlier figure is void.
FIRST_PAGES = "7c643ac937b749e1"


class Reader(HTMLParser):
    """Reads title and links the plain way."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.hrefs, self.inside = "", [], False

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.inside = tag == "title"
        if tag == "a":
            self.hrefs.append(dict(attributes)["href"])

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.title += data


class FixtureTests(unittest.TestCase):
    def test_the_same_bytes_are_written_everywhere(self) -> None:
        digest = hashlib.sha256()
        for number in range(50):
            digest.update(fixture.write_page(number)[0].encode())
        self.assertEqual(digest.hexdigest()[:16], FIRST_PAGES)

    def test_sizes_are_as_promised(self) -> None:
        sizes = [fixture.target_size(number) for number in range(fixture.PAGE_COUNT)]
        self.assertGreaterEqual(min(sizes), 1_500)
        self.assertGreater(max(sizes), 150_000)
        self.assertLessEqual(max(sizes), 200_000)
        self.assertAlmostEqual(sum(sizes) / len(sizes), 14_000, delta=700)

    def test_any_prefix_is_a_fair_sample(self) -> None:
        sizes = [fixture.target_size(number) for number in range(fixture.PAGE_COUNT)]
        mean = sum(sizes) / len(sizes)
        for count in (100, 200, 500):
            self.assertAlmostEqual(sum(sizes[:count]) / count / mean, 1, delta=0.05)

    def test_the_facts_are_what_a_parser_finds(self) -> None:
        for number in (0, 7, 123):
            document, facts = fixture.write_page(number)
            reader = Reader()
            reader.feed(document)
            self.assertEqual(" ".join(reader.title.split()), facts.title)
            self.assertIn("\n", reader.title.strip())
            base = f"http://h/p/{number:04d}.html?n=5"
            meant = [urljoin("http://h", link) for link in facts.links]
            self.assertEqual([urljoin(base, href) for href in reader.hrefs], meant)
            self.assertEqual(len(document.encode()), facts.length)
            self.assertEqual(len(set(facts.links)), len(facts.links))

    def test_a_fixture_of_this_edition_is_used_again(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first = fixture.prepare(Path(folder) / "fixture")
            page = Path(folder) / "fixture" / "p" / "0000.html"
            written = page.stat().st_mtime_ns
            self.assertEqual(fixture.prepare(Path(folder) / "fixture"), first)
            self.assertEqual(page.stat().st_mtime_ns, written)

    def test_urls_cycle_through_the_pages_and_stay_distinct(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "urls.txt"
            fixture.write_urls(path, "http://h", fixture.PAGE_COUNT + 2)
            lines = path.read_text().splitlines()
        self.assertEqual(len(set(lines)), fixture.PAGE_COUNT + 2)
        self.assertEqual(lines[-1], "http://h/p/0001.html?n=1001")


if __name__ == "__main__":
    unittest.main()
