"""recount --by and --every-outcome: parts that make up the whole, and what ties could change."""

from collections import Counter
from pathlib import Path

import pytest
from cli.running import Here


@pytest.mark.parametrize("contest", ["Mayor", "Council"])
def test_parts_sum_to_the_whole(here: Here, town: Path, contest: str) -> None:
    whole = here("-w", town, "recount", contest, "--json").document["contests"][0]
    parts = here("-w", town, "recount", contest, "--by", "precinct", "--by", "counting_group", "--json").document
    assert len({(row["precinct"], row["counting_group"]) for row in parts}) > 3
    told: Counter[tuple[int, str]] = Counter()
    for row in parts:
        told[row["round"], row["choice"]] += row["votes"]
    expected = Counter(
        {(one["round"], name): n for one in whole["rounds"] for name, n in one["votes"].items()}
        | {(one["round"], f"({cause})"): n for one in whole["rounds"] for cause, n in one["inactive"].items()}
    )
    assert +told == +expected


def test_a_unit_that_cards_do_not_have_is_refused(here: Here, town: Path) -> None:
    found = here("-w", town, "recount", "Mayor", "--by", "county")
    assert found.code == 2 and "cards have no 'county'" in found.err and "precinct" in found.err


def test_every_outcome_of_a_tie(here: Here, small: Path) -> None:
    rows = here("-w", small, "recount", "Tie", "--every-outcome", "--json").document
    assert [(row["chosen"], row["ties decided for"], row["ways"]) for row in rows] == [
        ("Ada", "Ada", 1),
        ("Bo", "Bo", 1),
    ]
    assert all(row["complete"] for row in rows)
