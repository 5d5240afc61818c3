"""Transferable votes against figures that others published: Portland's own table, RCTab's cases, Scottish wards."""

import csv
import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from elections.reading import totals
from elections.shared import real
from faircount.count import RULES
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Transcript
from faircount.read import READERS
from faircount.read.syntax.workbook import Workbook

STV = RULES["stv"]
RCTAB = {
    "cut": "fraction",
    "surpluses": "together",
    "final_surplus": "taken",
    "write_ins": "excluded-once-voted",
    "repeated": "skip",
    "tie": "order",
}
"""RCTab's several winners a round, but for what each of its configurations names."""
PORTLAND = {
    "decimals": "4",
    "cut": "fraction",
    "surpluses": "together",
    "final_surplus": "taken",
    "write_ins": "excluded-first",
    "overvote": "skip",
    "repeated": "skip",
    "skipped": "unlimited",
    "tie": "recorded",
    "tie_record": '["David Linn"]',
}
"""Portland City Code 2.08; David Linn left by lot, which the city's table marks with a star."""


def tallies(contest: Contest, transcript: Transcript) -> list[dict[str, Any]]:
    return [{contest.choices[i].name: n for i, n in enumerate(one.votes) if n} for one in transcript.rounds]


# ---- Portland, Oregon, District 1, 2024 -----------------------------------------
def official() -> tuple[
    list[dict[str, Fraction]], list[tuple[Fraction, Fraction]], list[str], list[dict[str, Fraction]]
]:
    """Votes by round; inactive and residual surplus by round; the defeated in order; what was added, by round."""
    path = real("rcv", "portland-2024-stv", "Portland_D1_official_rounds.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row[0]: row for row in csv.reader(stream) if row}
    names = [name for name in rows if any(cell.endswith("%") for cell in rows[name])]
    columns = range(1, len(rows[names[0]]), 3)

    def figure(cell: str) -> Fraction:
        return Fraction(cell.lstrip("*+") or "0")

    votes = [{n: figure(rows[n][at]) for n in names if figure(rows[n][at])} for at in columns]
    moved = [
        {n: figure(rows[n][at + 2]) for n in names if rows[n][at + 2 : at + 3] not in ([], [""])} for at in columns
    ]
    idle = [(figure(rows["Inactive ballots"][at]), figure(rows["Residual surplus"][at])) for at in columns]
    return votes, idle, [cell for cell in rows["Defeated"][1:] if cell], moved


def test_portland_every_figure_of_every_round() -> None:
    found = totals(READERS["blt"], real("rcv", "portland-2024-stv", "Portland_D1.blt"))
    contest, profile = found.profile("Portland District 1", rule="stv", options=tuple(sorted(PORTLAND.items())))
    transcript = STV.count(contest, profile)
    votes, idle, defeated, moved = official()
    assert tallies(contest, transcript) == votes and len(votes) == 17
    assert {one.threshold for one in transcript.rounds} == {10_718}
    # The table leaves the residual surplus of round 13 out of rounds 15 and 16, which thus fall short of 42,871 votes.
    short = [42_871 - sum(v.values()) - sum(i) for v, i in zip(votes, idle, strict=True)]
    assert [(number, lacks) for number, lacks in enumerate(short, 1) if lacks] == [(15, idle[13][1]), (16, idle[13][1])]
    for one, (inactive, residual), lacks in zip(transcript.rounds, idle, short, strict=True):
        causes = dict(one.inactive)
        assert causes.pop("lost to rounding", 0) == residual + lacks
        assert sum(causes.values()) == inactive
    assert [contest.name_of(c) for one in transcript.rounds for c in one.excluded] == defeated
    assert [[contest.name_of(c) for c in one.elected] for one in transcript.rounds if one.elected] == [
        ["Candace Avalos"],
        ["Loretta Smith", "Jamie Dunphy"],
    ]
    (tie,) = (tie for one in transcript.rounds for tie in one.ties)
    assert transcript.rounds[7].ties == (tie,) and tie.decided_by == "recorded decision"
    # What moved, too. One figure of the table contradicts its own totals: 968.3664 of the last surplus shown as added
    # to Dunphy, who has the same votes before and after, while the whole surplus is inactive.
    assert moved[15].pop("Jamie Dunphy") == Fraction("968.3664")
    for one, theirs in zip(transcript.rounds, moved, strict=True):
        ours: Counter[str] = Counter()
        for transfer in one.transfers:
            ours[contest.name_of(transfer.source)] -= transfer.votes  # type: ignore[assignment]
            if transfer.target is not None:
                ours[contest.name_of(transfer.target)] += transfer.votes  # type: ignore[assignment]
        assert {name: n for name, n in ours.items() if n} == theirs


def test_portland_from_the_raw_marks() -> None:
    """43,669 records with overvotes, blanks and gaps as marked: the same figures in every round."""
    path = real("rcv", "portland-2024-stv", "Portland_D1_raw_votekit_format.csv")
    found = totals(READERS["votekit-csv"], path)
    (title,) = (row["contest"] for row in found.tables["contests"])
    contest, profile = found.profile(title, seats=3, rule="stv", options=tuple(sorted(PORTLAND.items())))
    # Three more write-ins that the export numbers and the city passes over.
    passed_over = [replace(c, kind="withdrawn") if c.name.startswith("Write-in-") else c for c in contest.choices]
    transcript = STV.count(replace(contest, choices=tuple(passed_over)), profile)
    assert tallies(contest, transcript) == official()[0] and transcript.total == 43_669


def test_portland_another_lot_elects_the_same_three() -> None:
    found = totals(READERS["blt"], real("rcv", "portland-2024-stv", "Portland_D1.blt"))
    elected = set()
    for name in ("David Linn", "Peggy Sue Owens"):
        options = {**PORTLAND, "tie_record": json.dumps([name])}
        contest, profile = found.profile("Portland District 1", rule="stv", options=tuple(sorted(options.items())))
        elected.add(frozenset(contest.name_of(c) for c in STV.count(contest, profile).elected))
    assert elected == {frozenset({"Candace Avalos", "Loretta Smith", "Jamie Dunphy"})}


# ---- RCTab's own cases ------------------------------------------------------------
def from_sheet(path: Path, config: dict[str, Any]) -> tuple[tuple[Choice, ...], Profile, int]:
    """Read a sheet of rankings as its configuration says; cells that name nobody are left empty."""
    (source,), rules = config["cvrFileSources"], config["rules"]
    first, top = int(source["firstVoteColumnIndex"]) - 1, int(source["firstVoteRowIndex"])
    names = [candidate["name"] for candidate in config["candidates"]]
    pool = source["undeclaredWriteInLabel"]
    ranks = len(names) if rules["maxRankingsAllowed"] == "max" else int(rules["maxRankingsAllowed"])
    counts: Counter[Pattern] = Counter()
    choices = (*(Choice(n) for n in names), *([Choice(pool, kind="write-in")] if pool else []))
    index = {choice.name: CandidateIndex(at) for at, choice in enumerate(choices)}
    for number, cells in Workbook(path, path.name).rows():
        if number < top or not any(cells):
            continue
        ranked = enumerate((cell.strip() for cell in cells[first : first + ranks]), 1)
        marked = [(rank, cell) for rank, cell in ranked if cell and cell != source["skippedRankLabel"]]
        over = tuple(Rank(rank) for rank, cell in marked if cell == source["overvoteLabel"])
        marks = (Mark(index[cell], Rank(rank)) for rank, cell in marked if cell in index)
        counts[Pattern(tuple(sorted(marks, key=Mark.sort_key)), overvoted_ranks=over)] += 1
    return choices, Profile.of(counts), ranks


def rctab(case: str) -> tuple[Contest, Transcript, dict[str, Any]]:
    folder = real("cvr", "rctab", case)
    config = json.loads((folder / f"{case}_config.json").read_text("utf-8"))
    expected = json.loads((folder / f"{case}_expected_detailed_report.json").read_text("utf-8"))
    (source,), rules = config["cvrFileSources"], config["rules"]
    path = (folder / source["filePath"]).resolve()
    overvote = {"alwaysSkipToNextRank": "skip", "exhaustImmediately": "exhaust"}[rules["overvoteRule"]]
    decided = {
        **RCTAB,
        "decimals": rules["decimalPlacesForVoteArithmetic"],
        "skipped": rules["maxSkippedRanksAllowed"],
        "overvote": overvote,
    }
    options = tuple(sorted(decided.items()))
    said: dict[str, Any] = {"seats": int(rules["numberOfWinners"]), "rule": "stv", "options": options}
    if source["provider"] == "cdf":
        contest, profile = totals(READERS["cdf-cvr"], path).profile(source["contestId"], **said)
    else:
        choices, profile, ranks = from_sheet(path, config)
        contest = Contest(config["outputSettings"]["contestName"], choices, ranks=ranks, **said)
    return contest, STV.count(contest, profile), expected


CASES = (
    "2013_minneapolis_park",
    "minneapolis_multi_seat_threshold",
    "multi_seat_uwi_test",
    "test_set_multi_winner_whole_threshold",
)


def ours(name: str) -> str:
    return name.replace("Undeclared Write-ins", "UWI")


def figures(tally: dict[str, str]) -> dict[str, Fraction]:
    return {ours(name): Fraction(n) for name, n in tally.items() if Fraction(n)}


@pytest.mark.parametrize("case", CASES)
def test_rctab_figure_by_figure(case: str) -> None:
    contest, transcript, expected = rctab(case)
    results, summary = expected["results"], expected["summary"]
    assert len(transcript.rounds) == len(results)
    assert transcript.total == int(summary["totalNumBallots"])
    for one, said in zip(transcript.rounds, results, strict=True):
        votes = {contest.choices[i].name: n for i, n in enumerate(one.votes) if n}
        assert votes == figures(said["tally"])
        assert one.threshold == Fraction(said["threshold"])
        idle = dict(one.inactive)
        theirs = {cause: Fraction(n) for cause, n in said["inactiveBallots"].items()}
        assert idle.get("undervote", 0) == summary["undervotes"]
        assert idle.get("exhausted", 0) == theirs["exhaustedChoices"]
        assert idle.get("skipped rank", 0) == theirs["skippedRankings"]
        assert idle.get("overvote", 0) == theirs["overvotes"]
        assert idle.get("surplus not transferred", 0) == theirs.get("finalRoundSurplus", 0)
        decisions = [
            (how, ours(r[how]), r) for r in said["tallyResults"] for how in ("elected", "eliminated") if how in r
        ]
        named = {("elected", contest.name_of(c)) for c in one.elected}
        named |= {("eliminated", contest.name_of(c)) for c in one.excluded}
        assert named == {(how, name) for how, name, _ in decisions}
        moved: Counter[tuple[str, str]] = Counter()
        for transfer in one.transfers:
            nowhere = "residual surplus" if transfer.cause == "lost to rounding" else "exhausted"
            to = nowhere if transfer.target is None else contest.name_of(transfer.target)
            moved[contest.name_of(transfer.source), to] += transfer.votes  # type: ignore[assignment]
        assert moved == {(name, to): n for _, name, r in decisions for to, n in figures(r["transfers"]).items()}


# ---- Scotland ----------------------------------------------------------------------
@pytest.mark.parametrize(("year", "wards", "every"), [("2007", 21, 5), ("2012", 353, 60)])
def test_scottish_wards_are_counted_to_the_end(year: str, wards: int, every: int) -> None:
    """Each ward ends with all its seats filled, or at a tie that the law gives to the lot. A few wards of each year."""
    found = totals(READERS["scottish-csv"], real("rcv", "scotland-stv", year))
    titles = [row["contest"] for row in found.tables["contests"]]
    assert len(titles) == wards
    for title in titles[::every]:
        contest, profile = found.profile(title, rule="stv")
        transcript = STV.count(contest, profile)
        assert transcript.verdict == "elected" and len(transcript.elected) == contest.seats
        cut = {(n * 10**5).denominator for one in transcript.rounds for n in one.votes}
        assert cut == {1}
