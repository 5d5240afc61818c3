"""Counts against figures that others published, from real ballots where they are at hand."""

import csv
import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from faircount.count import RULES
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Transcript

NO_NAME = {"undervote", "overvote"}
Minneapolis = tuple[Counter[tuple[str, ...]], dict[str, object]]


def instant_runoff(ballots: Counter[tuple[str, ...]], **options: str) -> tuple[Contest, Transcript]:
    """Count rankings by name; `A=B` is one rank. A cell `overvote` names nobody: it is left empty."""
    names = sorted({name for ballot in ballots for cell in ballot for name in cell.split("=")} - NO_NAME)
    counts: Counter[Pattern] = Counter()
    for ballot, cards in ballots.items():
        marks = [
            Mark(CandidateIndex(names.index(name)), Rank(rank))
            for rank, cell in enumerate(ballot, 1)
            for name in sorted(cell.split("="))
            if name not in NO_NAME
        ]
        counts[Pattern(tuple(marks))] += cards
    choices = tuple(Choice(n, kind="write-in" if n in ("UWI", "Write-in") else "regular") for n in names)
    contest = Contest("Mayor", choices, ranks=5, rule="instant-runoff", options=tuple(options.items()))
    return contest, RULES["instant-runoff"].count(contest, Profile.of(dict(counts)))


def tally(contest: Contest, transcript: Transcript, at: int) -> dict[str, int]:
    return {contest.choices[i].name: int(n) for i, n in enumerate(transcript.rounds[at].votes) if n}


@pytest.fixture(scope="module")
def minneapolis(shared_data: Path) -> Minneapolis:
    folder = shared_data / "rcv" / "minneapolis-2017"
    if not folder.is_dir():
        pytest.skip("needs rcv/minneapolis-2017 in the shared data")
    with zipfile.ZipFile(folder / "minneapolis2017_cvr.zip") as archive:
        text = archive.read("2017-mayor-cvr.csv").decode("utf-8-sig")
    ballots: Counter[tuple[str, ...]] = Counter()
    for _, first, second, third, weight in list(csv.reader(io.StringIO(text)))[1:]:
        ballots[first, second, third] += int(weight)
    return ballots, json.loads((folder / "Minneapolis_2017_Mayor_tab1.json").read_text("utf-8"))


def test_minneapolis_2017_round_by_round(minneapolis: Minneapolis) -> None:
    """105,928 ballots; overvotes passed over, any number of skipped ranks, one exclusion at a time until two remain."""
    ballots, published = minneapolis
    contest, transcript = instant_runoff(ballots, overvote="skip", until_two="yes", batch="no", tie="stop")
    assert transcript.total == 105_928
    assert tally(contest, transcript, 0)["Jacob Frey"] == 26_116
    assert tally(contest, transcript, -1) == {"Jacob Frey": 46_716, "Raymond Dehn": 34_971}
    results = published["results"]
    assert isinstance(results, list)
    theirs = [{("UWI" if n == "writein" else n): int(v) for n, v in r["tally"].items() if int(v)} for r in results]
    ours = [tally(contest, transcript, i) for i in range(len(transcript.rounds))]
    # They exclude in another order where it makes no difference, so rounds are compared by who still stands in them.
    common = {frozenset(t) for t in theirs} & {frozenset(t) for t in ours}
    assert len(common) >= 10
    for standing in common:
        assert next(t for t in theirs if set(t) == standing) == next(t for t in ours if set(t) == standing)


def test_minneapolis_2017_batches_and_an_early_end_change_no_winner(
    minneapolis: Minneapolis,
) -> None:
    for options in ({}, {"batch": "no"}, {"write_ins": "excluded-first"}, {"skipped": "0"}, {"repeated": "exhaust"}):
        contest, transcript = instant_runoff(minneapolis[0], **options)
        assert [contest.name_of(c) for c in transcript.elected] == ["Jacob Frey"], options


def test_burlington_2009(shared_data: Path) -> None:
    """The city's count of March 2009: Wright led in the first round, Kiss won the last by 252."""
    file = shared_data / "rcv" / "burlington-2009" / "burl2009.abif"
    if not file.is_file():
        pytest.skip("needs rcv/burlington-2009 in the shared data")
    ballots: Counter[tuple[str, ...]] = Counter()
    for line in file.read_text("utf-8").splitlines():
        cards, colon, ranking = line.partition(":")
        if colon and cards.isdecimal():
            ballots[tuple(ranking.split(">"))] += int(cards)
    contest, transcript = instant_runoff(ballots, overvote="exhaust-if-multiple-continuing")
    assert tally(contest, transcript, 0) == {
        "Wright": 2_951,
        "Kiss": 2_585,
        "Montroll": 2_063,
        "Smith": 1_306,
        "Write-in": 36,
        "Simpson": 35,
    }
    assert tally(contest, transcript, -1) == {"Kiss": 4_313, "Wright": 4_061}
    margin = RULES["instant-runoff"].margin(contest, transcript)
    assert margin is not None and margin.votes == 252
    # One ballot ranks Wright level with Simpson, who is out by then: one decision, one vote.
    contest, transcript = instant_runoff(ballots, overvote="exhaust")
    assert tally(contest, transcript, -1) == {"Kiss": 4_313, "Wright": 4_060}
