"""All 374 wards of the Scottish council elections of 2007 and 2012: the winners, and where other programs differ.

The files hold no winners. The digests below are of winners on which three programs agree, ward by ward: rule `stv`
with its own decisions (SSI 2007/42), `stv_scottish` of pref_voting 1.18.2 and `FastSTV` of VoteKit 3.5.0. How they were
compared: benchmarks/oracles/scotland_agree.py. What they differ in, and which is the law: docs/second-opinions.md.
"""

import csv
import hashlib
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from elections.shared import real
from faircount.count import RULES
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Transcript

STV = RULES["stv"]

WINNERS = {
    ("2007", "g"): (21, "9c255847ec3c96b20d12966342236ade80be7dd8339ebbc22a93d056871bdc5d"),
    ("2012", "acde"): (133, "edb6e6d35398762f95569c3b001aae3828a588128e34468404eaf46d26f3f30b"),
    ("2012", "fghimno"): (129, "fd52e313424f94cd20baf357d3f195619c85fcea9868e54f56962777c9669b72"),
    ("2012", "prsw"): (91, "b8f1d0956bdada9647eaa9e00042e46cd10eb5fd64e35da6a54f2f567d157d29"),
}
"""(year, first letters of the council) → (wards, SHA-256 of a line a ward: its name and its winners by name)."""

OTHER_ORDER = "east_ayrshire_2012_ward6"
"""The one ward where VoteKit excludes others than we do: nobody, where we exclude one."""

MOVED_AGAIN = (
    "glasgow_2007_hillhead glasgow_2007_maryhill glasgow_2007_north_east aberdeenshire_2012_ward8 "
    "aberdeenshire_2012_ward9 angus_2012_ward8 argyll_bute_2012_ward3 dumgal_2012_ward11 dumgal_2012_ward9 "
    "dundee_2012_ward5 dundee_2012_ward7 east_lothian_2012_ward3 edinburgh_2012_ward15 edinburgh_2012_ward7 "
    "eilean_siar_2012_ward6 fife_2012_ward11 fife_2012_ward13 fife_2012_ward3 glasgow_2012_ward20 "
    "highland_2012_ward10 inverclyde_2012_ward3 midlothian_2012_ward2 midlothian_2012_ward6 "
    "north_ayrshire_2012_ward2 north_ayrshire_2012_ward8 north_lanarkshire_2012_ward19 "
    "north_lanarkshire_2012_ward20 orkney_2012_ward2 orkney_2012_ward4 renfrewshire_2012_ward4 "
    "renfrewshire_2012_ward7 sc_borders_2012_ward7 south_ayrshire_2012_ward3 south_lanarkshire_2012_ward15 "
    "south_lanarkshire_2012_ward19 stirling_2012_ward1 west_dunbartonshire_2012_ward3 "
    "west_dunbartonshire_2012_ward4 west_dunbartonshire_2012_ward5 west_lothian_2012_ward3 "
    "west_lothian_2012_ward6 west_lothian_2012_ward7 "
).split()
"""The 42 wards where pref_voting moves what was cut off a second time, and so shows other figures from then on."""

TELLING = {
    "surplus=last-parcel": {"moray_2012_ward6": ("Frank Brown", "Patsy Gowans")},
    "share=transferable": {
        "glasgow_2007_pollokshields": ("David Meikle", "Ian A Ruffell"),
        "orkney_2012_ward3": ("John Brown", "Maurice Davidson"),
        "south_ayrshire_2012_ward3": ("John Hampton", "Tom Slider"),
    },
    "quota=hagenbach-bischoff": {"highland_2012_ward7": ("Martin Rattray", "Sheila Marion Fletcher")},
    "quota=hare": {"glasgow_2007_baillieston": ("David Mcdonald", "George Clark")},
    "elect=one-a-round": {"south_ayrshire_2012_ward3": ("John Hampton", "Tom Slider")},
    "decimals=2": {
        "falkirk_2012_ward1": ("David Aitchison", "Sandy Turner"),
        "moray_2012_ward6": ("Frank Brown", "Patsy Gowans"),
        "perth_kinross_2012_ward9": ("Alan Jack", "Wilma Lumsden"),
    },
    "batch=after-surpluses": {"moray_2012_ward5": ("Chris Tuke", "David Christie Stewart")},
}
"""Wards in which another decision elects others than the law: it is they that the agreement of programs is worth."""


def ward(path: Path) -> tuple[Contest, Profile]:
    """Read a ward, apart from the reader: candidates and seats, counted rankings, candidates, ward."""
    with path.open(encoding="utf-8", newline="") as stream:
        lines = [cells for row in csv.reader(stream) if (cells := [cell for cell in row if cell])]
    size, seats = int(lines[0][0]), int(lines[0][1])
    marks = {(c, rank): Mark(CandidateIndex(c - 1), Rank(rank)) for c in range(1, size + 1) for rank in range(1, 99)}
    counts: dict[Pattern, int] = {}
    for cards, *order in lines[1 : -size - 1]:
        pattern = Pattern(tuple([marks[int(c), rank] for rank, c in enumerate(order, 1)]))
        counts[pattern] = counts.get(pattern, 0) + int(cards)
    choices = tuple(Choice(line[1]) for line in lines[-size - 1 : -1])
    return Contest(path.stem, choices, seats=seats, ranks=size, rule="stv"), Profile.of(counts)


def named(name: str) -> tuple[Contest, Profile]:
    year = "2007" if "_2007_" in name else "2012"
    return ward(real("rcv", "scotland-stv", year, f"{name}.csv"))


def winners(contest: Contest, transcript: Transcript) -> list[str]:
    return sorted(contest.name_of(choice) for choice in transcript.elected)


@pytest.mark.parametrize(("year", "letters"), WINNERS)
def test_the_winners_of_every_ward(year: str, letters: str) -> None:
    paths = [path for path in real("rcv", "scotland-stv", year).glob("*.csv") if path.name[0] in letters]
    lines = []
    for path in sorted(paths):
        contest, profile = ward(path)
        transcript = STV.count(contest, profile)
        assert transcript.verdict == "elected" and not any(one.ties for one in transcript.rounds), path.stem
        lines.append(f"{path.stem}: {', '.join(winners(contest, transcript))}\n")
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert (len(lines), digest) == WINNERS[year, letters]


def test_a_choice_elected_by_one_surplus_gets_nothing_of_the_next() -> None:
    """Rule 49(1), one surplus at a time: the ward where VoteKit, which moves both at once, needs no exclusion."""
    contest, profile = named(OTHER_ORDER)
    lawful = STV.count(contest, profile)
    at_once = STV.count(replace(contest, options=(("decimals", "exact"), ("surpluses", "together"))), profile)
    assert [contest.name_of(c) for one in lawful.rounds for c in one.excluded] == ["May Anderson"]
    assert not any(one.excluded for one in at_once.rounds)
    assert winners(contest, lawful) == winners(contest, at_once)
    place = [choice.name for choice in contest.choices].index("Bobby Mcdill")
    # He has the quota of 944 after the first surplus, and the papers of the second pass him by.
    assert [one.votes[place] for one in lawful.rounds[1:4]] == [Fraction("961.11079"), Fraction("961.11079"), 944]
    # VoteKit shows 1218.9264322551242 here.
    assert round(float(at_once.rounds[1].votes[place]), 9) == 1218.926432255


def could_move_again(contest: Contest, transcript: Transcript) -> bool:
    """Say whether what some surplus lost to rounding would itself be a transfer value of 0.00001 or more.

    A paper of one vote keeps 1 less the transfer value; a second transfer would divide the loss among the quota and
    the loss, and what a paper gets of it is cut to five decimals again.
    """
    for number, name, why, _, _, _, value, _ in transcript.exhibits[0].rows:
        if why != "surplus" or number == len(transcript.rounds):
            continue
        one = transcript.rounds[int(str(number)) - 1]
        lost = sum(
            t.votes for t in one.transfers if t.cause == "lost to rounding" and contest.name_of(t.source) == name
        )
        assert one.threshold is not None and isinstance(value, int | Fraction)
        if math.floor(Fraction(lost) * (1 - value) / (one.threshold + lost) * 10**5):
            return True
    return False


def test_what_was_cut_off_moves_once() -> None:
    """Rule 48(3) cuts each transfer value and ignores the rest; pref_voting moves that rest again where it can."""
    for name in MOVED_AGAIN:
        contest, profile = named(name)
        assert could_move_again(contest, STV.count(contest, profile)), name
    for name in ("aberdeen_2012_ward1", "glasgow_2007_linn", OTHER_ORDER):
        contest, profile = named(name)
        assert not could_move_again(contest, STV.count(contest, profile)), name


@pytest.mark.parametrize("decision", TELLING)
def test_wards_that_tell_the_law_from_other_decisions(decision: str) -> None:
    option, _, value = decision.partition("=")
    for name, instead in TELLING[decision].items():
        contest, profile = named(name)
        lawful = winners(contest, STV.count(contest, profile))
        other = winners(contest, STV.count(replace(contest, options=((option, value),)), profile))
        assert sorted(set(lawful) ^ set(other)) == sorted(instead), name
