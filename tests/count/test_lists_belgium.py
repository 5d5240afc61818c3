"""Belgium, 9 June 2024: 150 seats of 11 constituencies, and who has them, follow from the ministry's own totals."""

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from faircount.count import RULES
from faircount.count.areas.area import seats_over_districts
from faircount.count.lists.persons import devolve, rounded_up
from faircount.count.lists.reported_totals import profile_of_totals
from faircount.model import Choice, Contest, Transcript

CODE = (("divisor", "dhondt"), ("equal", "more-votes"), ("threshold", "1/20"))
"""Code électoral arts. 165bis, 166 and 167."""


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    found = shared_data / "results" / "belgium-2024"
    if not found.is_dir():
        pytest.skip("needs results/belgium-2024 in the shared data")
    return found


def constituencies(folder: Path) -> dict[str, dict[str, Any]]:
    return {p.stem: json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("*.json"))}


def counted(name: str, reported: dict[str, Any]) -> tuple[Contest, Transcript]:
    lists = reported["ElectionLists"]
    contest = Contest(
        name, tuple(Choice(one["PartyLabel"].strip()) for one in lists), rule="highest-averages", options=CODE,
        seats=sum(one["NrOfSeats"] for one in lists),
    )  # fmt: skip
    votes = {one["PartyLabel"].strip(): one["NrOfVotes"] for one in lists}
    profile = profile_of_totals(contest, votes, blank=reported["NrOfBlankVotes"])
    return contest, RULES[contest.rule].count(contest, profile)


def test_seats_of_all_eleven_constituencies(folder: Path) -> None:
    found = constituencies(folder)
    seats = 0
    for name, reported in found.items():
        _, transcript = counted(name, reported)
        assert transcript.verdict == "elected" and not transcript.rounds[0].ties
        assert list(transcript.seats_won) == [one["NrOfSeats"] for one in reported["ElectionLists"]], name
        assert sum(transcript.rounds[0].votes) == reported["NrOfValidVotes"]
        seats += sum(transcript.seats_won)
    assert (len(found), seats) == (11, 150)


def test_seats_of_the_kingdom(folder: Path) -> None:
    """Lists under several names are one list as the file of names that lies beside the results says."""
    names = {}
    known: dict[str, str] = {}
    for line in (folder / "parties.txt").read_text("utf-8").splitlines():
        number, _, name = line.partition("//")[0].partition(",")
        if number.strip().isdecimal():
            names[name.strip()] = known.setdefault(number.strip(), name.strip())
    official = {}
    (table,) = folder.glob("*Royaume.csv")
    for party, seats, votes in list(csv.reader(table.read_text("utf-8-sig").splitlines(), delimiter=";"))[1:]:
        official[names.get(party.strip(), party.strip())] = (int(seats), int(votes))
    found = seats_over_districts([counted(*pair) for pair in constituencies(folder).items()], names)
    assert {one.name: (one.seats, one.votes) for one in found} == official


def test_the_threshold_decides_in_two_of_them(folder: Path) -> None:
    """Without the 5 % of art. 165bis seats would differ in Brussels and in Hainaut, and nowhere else."""
    differ = []
    for name, reported in constituencies(folder).items():
        contest, transcript = counted(name, reported)
        free = Contest(name, contest.choices, seats=contest.seats, rule=contest.rule)
        votes = dict(zip((c.name for c in contest.choices), map(int, transcript.rounds[0].votes), strict=True))
        if RULES[free.rule].count(free, profile_of_totals(free, votes)).seats_won != transcript.seats_won:
            differ.append(name.split("Circonscription ")[1])
    assert differ == ["de Bruxelles-Capitale", "de Hainaut"]


def test_who_is_elected_on_every_list(folder: Path) -> None:
    """Art. 172: half of the votes for the list as a whole, rounded up, makes eligible in its order; 150 are elected."""
    elected = 0
    for reported in constituencies(folder).values():
        for one in (a for a in reported["ElectionLists"] if a["NrOfSeats"]):
            people = [c for c in one["Candidates"] if not c["IsSuccessor"]]
            eligible = rounded_up(Fraction(one["NrOfVotes"], one["NrOfSeats"] + 1))
            assert eligible == one["G_ElectionNumber"]
            pot = rounded_up(Fraction(one["B_BallotsWithListVote"] + one["E_BallotsWithSuccessorVotesOnly"], 2))
            after = devolve([c["NrOfVotes"] for c in people], pot, eligible)
            assert list(after) == [c["II_VotesObtainedAfterDevolution"] for c in people], one["PartyLabel"]
            order = sorted(range(len(people)), key=lambda at: (-after[at], at))[: one["NrOfSeats"]]
            official = [at for at, c in enumerate(people) if c["IV_CandidateOrder"]]
            assert sorted(order) == official, one["PartyLabel"]
            elected += len(order)
    assert elected == 150
