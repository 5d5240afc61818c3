"""Dominion's JSON of five versions and its CSV: RCTab's reports, a slow count of the same bytes, published finals."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from elections import naive_dominion
from elections.reading import Totals
from elections.samples.sample import Sample
from elections.shared import real
from faircount.count import RULES
from faircount.model import Transcript

PRIMARY = "cvr/sf2020-primary-sample/CVR_Export_sample.zip"
GENERAL = "cvr/sf2024-general-partial"
MULTI = "cvr/rctab/dominion_multi_file/dominion_multi_file_input_data"
ALASKA = "cvr/rctab/_shared/dominion_alaska/alaska_input_data"
CLEAR_CREEK = "cvr/clear-creek-co-2016-primary/CVR_Export_20160713143950.zip"


def _count(read: Totals, title: str, **options: str) -> tuple[list[str], Transcript]:
    contest, profile = read.profile(title, options=tuple(sorted(options.items())))
    return [choice.name for choice in contest.choices], RULES["instant-runoff"].count(contest, profile)


def _report(case: str) -> Any:
    name = f"{case}_expected_detailed_report.json"
    return json.loads(real("cvr", "rctab", case, name).read_text("utf-8"))


def _by_name(names: list[str], votes: Any) -> dict[str, int]:
    return {_RCTAB_NAMES.get(name, name).casefold(): int(n) for name, n in zip(names, votes, strict=True) if n}


def _tally(round_: Any) -> dict[str, int]:
    return {name.casefold(): int(n) for name, n in round_["tally"].items() if int(n)}


_RCTAB_NAMES = {"(undeclared)": "Undeclared Write-ins", "SPENCER SIMONSEN": "Spencer Simonson"}
"""What RCTab's configuration of the case calls a choice, where it is not the export's name."""


def _alaska(read: Totals) -> None:
    """RCTab's report: first and last round, 55 ballots without a ranking, 2 overvoted at once, 7 in the end.

    Between them RCTab strikes the undeclared write-ins first, which is its rule and not the law's.
    """
    assert not read.tables["rejected"] and not read.fact("partial")
    report, title = _report("dominion_alaska"), "PRESIDENT OF THE UNITED STATES"
    names, transcript = _count(read, title, batch="yes", skipped="1", tie="order")
    first, last = transcript.rounds[0], transcript.rounds[-1]
    assert _by_name(names, first.votes) == _tally(report["results"][0])
    assert _by_name(names, last.votes) == _tally(report["results"][-1]) == {"tom steyer": 400, "tulsi gabbard": 393}
    assert dict(first.inactive) == {"undervote": 55, "overvote": 2}
    assert dict(last.inactive) == {"undervote": 55, "overvote": 7, "exhausted": 145}
    assert read.cards_of(title) == int(report["summary"]["totalNumBallots"]) == 1_000
    below = [m for (marks, *_) in read.ways[title] for m in marks if m[1] > 1]
    assert below and not any(m[3] for m in below), "IsVote is true for rank 1 only: who filters on it loses the rest"


def _as_slow_count(path: str, ranked: int) -> Callable[[Totals], None]:
    def check(read: Totals) -> None:
        """Hold every contest's cards, votes, undervotes and overvotes against a count that shares no code."""
        votes, cards, under, over = naive_dominion.totals(real(path))
        known = {row["key"]: row["contest"] for row in read.tables["contests"]}
        keys = {row["key"]: row["choice"] for row in read.tables["choices"]}
        ours: Counter[tuple[str, str]] = Counter()
        for title, ways in read.ways.items():
            for (marks, *_), n in ways.items():
                for mark in marks:
                    ours[title, mark[0]] += n * bool(mark[3])
        named = Counter({(known[str(c)], keys.get(str(k), f"choice {k} (not in the manifest)")): n
                         for (c, k), n in votes.items()})  # fmt: skip
        assert +ours == named
        assert {title: read.cards_of(title) for title in read.ways} == {known[str(c)]: n for c, n in cards.items()}
        for place, stated in ((1, under), (2, over)):
            sums = {t: sum(n * (way[place] or 0) for way, n in ways.items()) for t, ways in read.ways.items()}
            assert sums == {known[str(c)]: n for c, n in stated.items()}
        assert sum(bool(row["ranks"]) for row in read.tables["contests"]) == ranked
        assert not read.tables["rejected"]

    return check


def _balance(read: Totals) -> None:
    """In every contest that is not ranked votes, undervotes and overvotes add up to the votes allowed."""
    for row in read.tables["contests"]:
        if not row["ranks"]:
            for marks, under, over, *_ in read.ways[row["contest"]]:
                assert sum(bool(m[3]) for m in marks) + under + over == row["votes_allowed"], row["contest"]


def _primary(read: Totals) -> None:
    _as_slow_count(PRIMARY, 0)(read)
    _balance(read)
    assert (read.ballots, read.adjudicated) == (10_975, 424)
    assert read.fact("election_date") == ["2020-03-03"] and not read.fact("partial")


def _general(read: Totals) -> None:
    _as_slow_count(GENERAL, 11)(read)
    _balance(read)
    assert read.ballots == 74 + 95 and read.fact("election_date") == ["2024-11-05"]


def _multi(read: Totals) -> None:
    """RCTab: 25 ballots of Supervisor, District 3, 8 without a ranking, Peskin 9 of 17 in the first round."""
    _as_slow_count(MULTI, 6)(read)
    title = next(r["contest"] for r in read.tables["contests"] if r["key"] == "13")
    names, transcript = _count(read, title, skipped="1")
    assert _by_name(names, transcript.rounds[0].votes) == _tally(_report("dominion_multi_file")["results"][0])
    assert (read.cards_of(title), sum(n for way, n in read.ways[title].items() if not way[0])) == (25, 8)
    assert read.ballots == len(naive_dominion.sessions(real(MULTI))) == 315, "up to four cards in a session"


def _clear_creek(read: Totals) -> None:
    _as_slow_count(CLEAR_CREEK, 0)(read)
    assert len(read.tables["contests"]) == 15 and read.fact("version") == ["4.21.3.0"]


def _alone(name: str, sessions: int) -> Callable[[Totals], None]:
    def check(read: Totals) -> None:
        """One batch without its manifests: known by numbers only, and said to be so."""
        path = f"cvr/dominion-single-batches/{name}"
        votes, cards, *_ = naive_dominion.totals(real(path))
        assert read.ballots == sessions == len(naive_dominion.sessions(real(path)))
        title = "contest {} (not in the manifest)"
        assert {t: read.cards_of(t) for t in read.ways} == {title.format(c): n for c, n in cards.items()}
        ours: Counter[Any] = Counter()
        for contest, ways in read.ways.items():
            for (marks, *_), n in ways.items():
                for mark in marks:
                    ours[contest, mark[0]] += n * bool(mark[3])
        assert +ours == {(title.format(c), f"choice {k} (not in the manifest)"): n for (c, k), n in votes.items()}
        assert read.fact("partial")[0].startswith("one CvrExport file without its manifests")

    return check


def _mayor(town: str) -> Callable[[Totals], None]:
    def check(read: Totals) -> None:
        """Marks added up by the csv module from the cells; Griffith's last two are published."""
        title = f"{town.replace('_', ' ')} Mayoral"
        with real(f"rla/nsw-2021-irv-mayors/{town}_Mayoral.csv").open(encoding="utf-8-sig", newline="") as stream:
            _, titles, names, *rows = csv.reader(stream)
        first = next(i for i, cell in enumerate(titles) if cell)
        cells = Counter(names[i] for row in rows[1:] for i in range(first, len(names)) if row[i] == "1")
        ours: Counter[str] = Counter()
        for (marks, *_), n in read.ways[title].items():
            for mark in marks:
                ours[f"{mark[0]}({mark[1]})"] += n
        assert ours == cells and sum(cells.values()) > read.cards
        assert not read.tables["rejected"] and read.cards_of(title) == read.cards
        if town == "City_of_Griffith":
            names_, transcript = _count(read, title, until_two="yes", tie="stop")
            last = {n.split()[0]: v for n, v in zip(names_, transcript.rounds[-1].votes, strict=True) if v}
            assert last == {"CURRAN": 7_062, "NAPOLI": 3_456}

    return check


_SLOW = "all contests' cards, votes, undervotes and overvotes equal a slow count by the standard library"
SAMPLES: tuple[Sample, ...] = (
    Sample(ALASKA, "dominion-json", "5.10.11.24", 1_000, "all eight rounds of RCTab's report", _alaska),
    Sample(MULTI, "dominion-json", "5.10.50.85", 759, f"RCTab's report of one contest; {_SLOW}", _multi),
    Sample(PRIMARY, "dominion-json", "5.10.11.24", 11_040, f"{_SLOW}; they balance", _primary),
    Sample(GENERAL, "dominion-json", "5.10.50.85", 169, f"{_SLOW}; they balance", _general),
    Sample(CLEAR_CREEK, "dominion-json", "4.21.3.0", 1_344, _SLOW, _clear_creek),
    *(
        Sample(f"cvr/dominion-single-batches/{name}", "dominion-json", version, cards, "cards and votes by slow count",
               _alone(name, ballots))
        for name, version, cards, ballots in (
            ("CvrExport_AZ-999.json", "5.5.32.4", 198, 198), ("CvrExport_42.json", "5.10.50.85", 118, 118),
            ("CvrExport_24940.json", "5.10.50.85", 19, 5),
        )
    ),
    *(
        Sample(f"rla/nsw-2021-irv-mayors/{town}_Mayoral.csv", "dominion-csv", "5.10.11.24", cards,
               "cells added up by the csv module; Griffith's published last two", _mayor(town))
        for town, cards in (
            ("Bellingen", 8_374), ("City_of_Broken_Hill", 10_812), ("City_of_Griffith", 14_179), ("Uralla", 3_781),
        )
    ),
)  # fmt: skip
