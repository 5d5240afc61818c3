"""What a cell of a results file says: a number, a measure, a unit, a title."""

import pytest

from faircount.read.results.results_words import contest_title, measure_of, unit_of
from faircount.read.syntax.csv_rows import count_of, figure_of


@pytest.mark.parametrize(
    ("text", "count"),
    [("83", 83), ("83.0", 83), ("1,234", 1234), ("12,345,678", 12_345_678), ("-5", -5), (" 7 ", 7), ("0", 0),
     ("83.5", None), ("n/a", None), ("", None), ("*", None), ("1,23", None), ("1e5", None), ("٣", None),
     ("9" * 19, None), ("0x10", None), ("1_000", None), ("NaN", None)],
)  # fmt: skip
def test_figures_and_counts(text: str, count: int | None) -> None:
    assert figure_of(text) == count
    assert count_of(text) == (count if count is None or count >= 0 else None)


def test_names_that_are_measures_or_totals() -> None:
    words = ("Under Votes", "UNDERVOTES", "over votes", "Ballots Cast", "Registered Voters")
    assert [measure_of(t) for t in words] == ["undervotes", "undervotes", "overvotes", "ballots_cast", "registered"]
    assert measure_of("Vera Total-Vance") is None
    assert [unit_of(t) for t in ("TOTAL", "County Total", "", "Totality Hall")] == [None, None, None, "Totality Hall"]
    assert contest_title("State Senate", "12") == "State Senate District 12"
    assert contest_title("Court", "District 4") == "Court District 4"
    assert contest_title("Governor", "STATEWIDE") == "Governor"
