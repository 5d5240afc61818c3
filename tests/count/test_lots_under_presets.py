"""What a law's note says of recording a lot is what the record does."""

import json
from dataclasses import replace

import pytest

from faircount.count import RULES
from faircount.count.presets import PRESETS
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank


@pytest.mark.parametrize("name", ["maine", "alaska", "new-york-city", "minneapolis", "portland-me", "portland-or"])
def test_a_lot_of_the_last_two_is_recorded_by_whom_it_elects(name: str) -> None:
    """Ann and Bo are level at the end: who is recorded is elected. Of the lowest, who is recorded is excluded."""
    law = PRESETS[name]
    assert "whom it excluded or, of two left at the end, elected" in law.note and "who lost" not in law.note
    asked = law.applied(Contest("T", tuple(map(Choice, ("Ann", "Bo", "Cy", "Di"))), 1, 1, 3))
    cards = {Pattern((Mark(CandidateIndex(c), Rank(1)),)): n for c, n in enumerate((9, 9, 5, 5))}
    record = ("tie_record", json.dumps(["Di", "Bo"]))
    count = RULES[asked.rule].count(replace(asked, options=tuple(sorted((*asked.options, record)))), Profile.of(cards))
    assert count.rounds[0].excluded == (3,) and count.elected == (1,) and count.verdict == "elected"
