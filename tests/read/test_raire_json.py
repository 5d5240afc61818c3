"""RAIRE as JSON: counts, indexes, and figures of the file that contradict one another."""

import json
from pathlib import Path
from typing import Any

import pytest

from faircount.model import BadInputError
from read.counted import reading, rejected, ways
from read.reading import FIXTURES, facts

GOOD: dict[str, Any] = json.loads((FIXTURES / "raire-json" / "export.json").read_text("utf-8"))


def test_rankings_that_stand_twice_are_added(tmp_path: Path):
    tables = reading(tmp_path, "a.json", json.dumps(GOOD), "raire-json")
    assert ways(tables) == {
        (("ROE Ada", 1), ("FINN Bo", 2)): 5, (("FINN Bo", 1), ("ROE Ada", 2), ("STERN Cy", 3)): 3, (): 2,
    }  # fmt: skip
    assert rejected(tables) == [(5, "prefs")]
    assert facts(tables, "cards_bound") == ["Mayor of Harbour: 12"]
    assert facts(tables, "winner") == ["Mayor of Harbour: ROE Ada"]


@pytest.mark.parametrize(
    "vote", [{"n": 0, "prefs": [0]}, {"n": 1.5, "prefs": [0]}, {"n": True, "prefs": []}, [1], {"n": 1}]
)
def test_a_vote_that_is_none_is_kept(tmp_path: Path, vote: object):
    tables = reading(tmp_path, "a.json", json.dumps(GOOD | {"votes": [{"n": 1, "prefs": [0]}, vote]}), "raire-json")
    assert [r["row"] for r in tables["rejected"]] == [2] and len(tables["cards"]) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"num_candidates": 4}, "names every candidate"),
        ({"num_candidates": 0}, "num_candidates is 1"),
        ({"winner": 3}, "winner is an index"),
        ({"votes": None}, 'a list "votes"'),
        ({"audit": {"total_auditable_ballots": 9}}, "not below the ballots"),
        ({"votes": [{"n": 10**9, "prefs": [0]}]}, "at most 20,000,000"),
    ],
)
def test_refused(tmp_path: Path, changes: dict[str, Any], words: str):
    with pytest.raises(BadInputError, match=words):
        reading(tmp_path, "a.json", json.dumps(GOOD | changes), "raire-json")


def test_cut_short(tmp_path: Path):
    with pytest.raises(BadInputError, match="valid JSON"):
        reading(tmp_path, "a.json", json.dumps(GOOD)[:-20], "raire-json")
