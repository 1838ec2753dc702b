import tempfile
import unittest
from pathlib import Path

from contenders import curl, lychee, pipe, wrk
from harness import checks
from harness.contender import CSS, DOWNLOAD, LINKS, TITLE, Finished
from tests import examples


class RowTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.job = examples.job(Path(self.folder.name))
        self.rows = examples.rows()

    def verdict(self, unit: str = "bytes") -> tuple[int, list[str]]:
        examples.write_rows(self.job.output, self.rows)
        return checks.check_csv(self.job, examples.GOOD_EXIT, checks.COLUMNS[LINKS], unit)

    def assert_disqualified(self, part: str) -> None:
        _, reasons = self.verdict()
        self.assertIn(part, "; ".join(reasons))

    def test_faultless_rows_pass_in_any_order(self) -> None:
        self.rows.reverse()
        self.assertEqual(self.verdict(), (5, []))

    def test_white_space_of_a_title_does_not_matter(self) -> None:
        self.rows[0]["title"] = "\n  " + self.rows[0]["title"].replace(" ", "\n", 1)
        self.assertEqual(self.verdict(), (5, []))

    def test_a_missing_page_disqualifies(self) -> None:
        del self.rows[2]
        self.assert_disqualified("1 of 5 URLs are missing")

    def test_a_page_twice_disqualifies(self) -> None:
        self.rows.append(self.rows[0])
        self.assert_disqualified("URL 0 twice")

    def test_a_status_other_than_200_disqualifies(self) -> None:
        self.rows[3]["status"] = "503"
        self.assert_disqualified("page 3: status '503'")

    def test_an_error_disqualifies(self) -> None:
        self.rows[3]["error"] = "timeout: no answer"
        self.assert_disqualified("page 3: timeout")

    def test_a_wrong_title_disqualifies(self) -> None:
        self.rows[1]["title"] = "not this"
        self.assert_disqualified("page 1: title 'not this'")

    def test_a_lost_link_disqualifies(self) -> None:
        self.rows[4]["links"] = self.rows[4]["links"].rsplit(" ", 1)[0]
        self.assert_disqualified("page 4: ")

    def test_lengths_that_do_not_add_up_disqualify(self) -> None:
        self.rows[0]["length"] = str(int(self.rows[0]["length"]) - 1)
        self.assert_disqualified("bytes in all")

    def test_characters_are_not_bytes(self) -> None:
        self.assertIn("characters in all", self.verdict("characters")[1][0])

    def test_a_foreign_url_disqualifies(self) -> None:
        self.rows[0]["url"] = "http://elsewhere/"
        self.assert_disqualified("an unknown URL")

    def test_only_the_first_faults_are_told_in_full(self) -> None:
        for row in self.rows:
            row["status"] = ""
        _, reasons = self.verdict()
        self.assertEqual(len(reasons), checks.MOST_REASONS + 1)
        self.assertEqual(reasons[-1], "and 2 more faults")

    def test_a_column_that_is_missing_disqualifies(self) -> None:
        for row in self.rows:
            del row["title"]
        self.assert_disqualified("column title is missing")

    def test_an_exit_code_disqualifies_with_what_was_said(self) -> None:
        ended = Finished(3, 0, "", "one\ntwo\n", 1)
        self.assertEqual(checks.check_csv(self.job, ended, []), (0, ["exit code 3: two"]))

    def test_no_output_disqualifies(self) -> None:
        self.assertEqual(checks.check_csv(self.job, examples.GOOD_EXIT, []), (0, ["wrote no output"]))


class TallyTests(unittest.TestCase):
    def setUp(self) -> None:
        self.job = examples.job(Path("/nowhere"), work=DOWNLOAD)
        self.bytes = sum(page.length for page in examples.PAGES[:5])

    def said(self, text: str) -> Finished:
        return Finished(0, 0, text, "", 1)

    def test_the_c_loop_counts_pages_and_bytes(self) -> None:
        good = f'{{"good": 5, "bad": 0, "broken": 0, "bytes": {self.bytes}}}'
        self.assertEqual(checks.check_tally(self.job, self.said(good)), (5, []))
        short = good.replace(str(self.bytes), str(self.bytes - 1))
        self.assertIn("bytes in all", checks.check_tally(self.job, self.said(short))[1][0])
        self.assertTrue(checks.check_tally(self.job, self.said(good.replace("5,", "4,", 1)))[1])
        self.assertTrue(checks.check_tally(self.job, self.said(""))[1])

    def test_curl_tells_each_page(self) -> None:
        lines = [f"200 {page.length}" for page in examples.PAGES[:5]]
        self.assertEqual(curl.check(self.job, self.said("\n".join(lines))), (5, []))
        lines[0] = "404 0"
        self.assertTrue(curl.check(self.job, self.said("\n".join(lines)))[1])

    def test_wrk_must_not_fail_a_page_nor_cut_them_short(self) -> None:
        told = '{"good": %d, "bad": %d, "broken": 0, "received": %d}'
        full = self.bytes * 2 + 2500
        self.assertEqual(wrk.check(self.job, self.said(told % (10, 0, full))), (10, []))
        self.assertTrue(wrk.check(self.job, self.said(told % (10, 1, full)))[1])
        self.assertTrue(wrk.check(self.job, self.said(told % (10, 0, full // 2)))[1])

    def test_lychee_must_call_every_link_good(self) -> None:
        self.assertEqual(lychee.check(self.job, self.said('{"total": 5, "successful": 5}')), (5, []))
        self.assertTrue(lychee.check(self.job, self.said('{"total": 5, "successful": 4}'))[1])


class PipeTests(unittest.TestCase):
    def test_an_invalid_spec_is_a_feature_that_is_not_built(self) -> None:
        said = "spec.yaml:9:1: error[unknown-component]: unknown component 'css'\n   9 | css\n"
        self.assertIn("unknown component", pipe.refusal(Finished(2, 0, "", said, 1)) or "")
        self.assertIsNone(pipe.refusal(Finished(1, 0, "", said, 1)))

    def test_the_spec_names_the_list_and_what_is_extracted(self) -> None:
        for work in (TITLE, LINKS, CSS):
            spec = pipe.write_spec(examples.job(Path("/folder"), work=work))
            self.assertIn("sources: [{file: /folder/urls.txt}]", spec)
            self.assertIn("/folder/out.csv", spec)
            for column in checks.COLUMNS[work]:
                self.assertIn(f"{column}:", spec)


if __name__ == "__main__":
    unittest.main()
