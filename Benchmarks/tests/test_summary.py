import unittest

from harness.summary import paired_ratio, spread


class SpreadTests(unittest.TestCase):
    def test_the_median_stands_in_the_middle_of_unsorted_values(self) -> None:
        found = spread([9, 1, 2])
        self.assertEqual((found.median, found.least, found.greatest), (2, 1, 9))

    def test_the_relative_spread_is_half_the_range(self) -> None:
        self.assertAlmostEqual(spread([90, 100, 110]).relative, 0.1)

    def test_no_values_have_no_spread(self) -> None:
        with self.assertRaises(ValueError):
            spread([])

    def test_ratios_are_taken_within_a_round(self) -> None:
        # The machine is ten times slower in round 1: the ratio stands still.
        found = paired_ratio({0: 20, 1: 200}, {0: 10, 1: 100})
        self.assertEqual((found.median, found.least, found.greatest), (2, 2, 2))

    def test_rounds_that_only_one_finished_do_not_count(self) -> None:
        self.assertEqual(paired_ratio({0: 20, 1: 90}, {0: 10, 2: 1}).median, 2)
        self.assertIsNone(paired_ratio({0: 20}, {1: 10}))


if __name__ == "__main__":
    unittest.main()
