"""Sets of assertions for instant runoff beside those that SHANGRLA's tests publish: VECTORS.md I5.

Its four files are not in the collection: give the folder that holds them as
`FAIRCOUNT_RAIRE_FILES`, and they are checked. San Francisco's file is in the collection.
"""

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from elections.reading import totals
from elections.shared import real
from faircount.assertion import ASSERTIONS
from faircount.count import RULES
from faircount.count.ballots import ballots_of
from faircount.read import READERS

FOLDER = "FAIRCOUNT_RAIRE_FILES"
PUBLISHED = {
    "Aspen_2009_Mayor.raire": (14.282485875706215, 7),
    "Berkeley_2010_D4CityCouncil.raire": (4.606969990319458, 4),
    "Berkeley_2010_D1CityCouncil.raire": (2.4275979557069847, 4),
    "Oakland_2010_D6CityCouncil.raire": (2.480499519692603, 4),
}
"""File → (largest of 1 / diluted margin, assertions)."""


def hardest(path: Path) -> tuple[float, int]:
    """Return the largest 1 / diluted margin of the assertions of a file's only contest, and how many they are."""
    read = totals(READERS["raire"], path)
    contest, profile = read.profile(next(iter(read.ways)))
    rule = RULES["instant-runoff"]
    contest = replace(contest, rule=rule.name)
    ballots = ballots_of(rule, contest, profile)
    claims = ASSERTIONS[rule.name].claims(contest, rule.count(contest, profile), ballots)
    assert claims.implies == "outcome"
    means = [one.assorter.mean(ballots, ballots.total_cards) for one in claims.assertions]
    return float(max(1 / (2 * mean - 1) for mean in means)), len(means)


@pytest.mark.parametrize("name", PUBLISHED)
def test_as_hard_as_published(name: str) -> None:
    folder = os.environ.get(FOLDER)
    if not folder:
        pytest.skip(f"NOT CHECKED: {name} is not in the collection; set {FOLDER} to the folder of SHANGRLA's files")
    difficulty, assertions = PUBLISHED[name]
    found, many = hardest(Path(folder, name))
    assert found == pytest.approx(difficulty, abs=1e-9) and many <= assertions


def test_san_francisco_is_as_hard_as_its_smallest_published_margin() -> None:
    """The same way of finding it, on a file that is here: the smallest of the eight margins is 15 before 18."""
    found, many = hardest(real("rla", "sf-da-2019-irv", "SFDA2019_PrelimReport12VBMJustDASheets.raire"))
    assert found == pytest.approx(float(1 / Fraction("0.028923647570604505")), abs=1e-9) and many <= 8
