"""docs/ties.md: the tickets that it prints are those that a count draws by, and the lowest is picked."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from faircount.count.ties import LOTS, MARKS_TIES, ROUNDS_TIES, Ties
from faircount.model import CandidateIndex, Choice, Contest
from faircount.model.transcript import TIE_ABOUT

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "ties.md").read_text("utf-8")
TICKETS = re.findall(r"^\$ printf '%s' '(.+)' \| sha256sum\n([0-9a-f]{64})  -$", PAGE, re.M)


def ties(contest: Contest, **decided: str) -> Ties:
    return Ties(contest, {**{one.name: one.default for one in MARKS_TIES}, **decided})


def test_the_tickets_are_those_of_the_page() -> None:
    assert len(TICKETS) == 3
    for text, digest in TICKETS:
        assert hashlib.sha256(text.encode()).hexdigest() == digest


def test_a_count_picks_the_lowest_ticket_of_the_page() -> None:
    seeds, titles, abouts, numbers, names = zip(*(json.loads(text) for text, _ in TICKETS), strict=True)
    assert len({*seeds}) == len({*titles}) == len({*abouts}) == 1 and {*numbers} == {1}
    contest = Contest(titles[0], tuple(map(Choice, names)))
    found = ties(contest, tie="draw", tie_seed=seeds[0]).pick(map(CandidateIndex, range(3)), abouts[0])
    lowest = min(range(3), key=lambda at: TICKETS[at][1])
    assert found.chosen == lowest and names[lowest] == "Bo Wren" and "Bo Wren is excluded" in PAGE


def test_a_shell_prints_what_the_page_prints() -> None:
    if not shutil.which("sha256sum"):
        pytest.skip("this machine has no sha256sum")
    for line in re.findall(r"^\$ (printf .+)$", PAGE, re.M):
        said = subprocess.run(["sh", "-c", line], capture_output=True, check=True).stdout.decode()
        assert said in PAGE


def test_every_word_of_the_options_is_explained() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.M)
    assert tuple(rows[1:]) == LOTS
    earlier = set(next(one.values for one in ROUNDS_TIES if one.name == "tie")) - set(LOTS)
    assert not [word for word in (*earlier, *TIE_ABOUT) if f"`{word}`" not in PAGE and f"={word}`" not in PAGE]
