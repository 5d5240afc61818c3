"""Which settings give published figures: every one is tried and told, and real elections give the families known."""

import csv
import io
import itertools
import random
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from count import random_elections

from faircount.count import RULES, explaining
from faircount.count.explaining import FINAL, MOST_SETTINGS, Explanation, Figure, explain, plausible, votes_in
from faircount.count.presets import PRESETS
from faircount.model import (
    CandidateIndex,
    Choice,
    Contest,
    FaircountError,
    Mark,
    Pattern,
    Profile,
    Rank,
    Transcript,
    UsageError,
)

EIGHT = {"skipped": ("0", "1", "2", "unlimited"), "overvote": ("skip", "exhaust")}


def ballots(rows: dict[str, int], names: str, ranks: int = 4, **options: str) -> tuple[Contest, Profile]:
    """`A.B` leaves rank 2 empty; `[AB]` is one rank with two choices; `?` an overvoted rank that names nobody."""
    counts: dict[Pattern, int] = {}
    for row, cards in rows.items():
        marks, over, rank = [], [], 0
        inside = False
        for sign in row:
            inside = {"[": True, "]": False}.get(sign, inside)
            rank += sign == "[" or (sign not in "[]" and not inside)
            if sign == "?":
                over.append(Rank(rank))
            elif sign in names:
                marks.append(Mark(CandidateIndex(names.index(sign)), Rank(rank)))
        counts[Pattern(tuple(sorted(marks, key=Mark.sort_key)), overvoted_ranks=tuple(over))] = cards
    contest = Contest("A seat", tuple(Choice(n) for n in names), ranks=ranks, rule="instant-runoff",
                      options=tuple(sorted(options.items())))  # fmt: skip
    return contest, Profile.of(counts)


ROWS = {"A": 40, "B": 35, "CB": 10, "C..B": 7, "[AC]B": 5, "CCB": 4, ".A": 2}


def given(found: Explanation) -> set[tuple[str, ...]]:
    return {tuple(value for _, value in one.options) for one in found.reproducing}


def test_a_final_round_tells_settings_apart() -> None:
    """C leaves: 10 go to B always; `C..B` only with two skips, `[AC]B` with overvotes skipped, `CCB` with repeats."""
    contest, profile = ballots(ROWS, "ABC", repeated="skip")
    b = CandidateIndex(1)
    for votes, family in (
        (45 + 4, {("exhaust", "1"), ("exhaust", "0")}),
        (45 + 4 + 7 + 5, {("skip", "2"), ("skip", "unlimited")}),
    ):
        found = explain(contest, profile, [Figure(FINAL, b, votes)], EIGHT)
        assert given(found) == family, votes
        assert len(found.tried) == 8 == len({one.options for one in found.tried})
        assert all(one.first_difference for one in found.tried if not one.reproduces)
        assert found.outcomes and found.spreads
    assert explain(contest, profile, [Figure(FINAL, b, 1)], EIGHT).reproducing == ()


def test_every_setting_is_told_with_the_count_that_it_really_gives() -> None:
    """Settings that walk ballots alike are counted once: never so that one is told with another's figures."""
    for seed in range(12):
        chance = random.Random(seed)
        contest, profile = random_elections.ranked(chance)
        contest = replace(contest, options=())
        varied = plausible(contest)
        found = explain(contest, profile, [Figure(1, CandidateIndex(0), 3)], varied)
        plain = [one for one in found.tried if len(one.options) == len(varied)]
        assert len(plain) == len(list(itertools.product(*varied.values())))
        for one in found.tried:
            try:
                own = RULES[contest.rule].count(replace(contest, options=one.options), profile)
            except FaircountError as error:
                assert one.transcript is None and one.refused == str(error)
                continue
            assert isinstance(one.transcript, Transcript)
            assert (one.transcript.rounds, one.transcript.verdict) == (own.rounds, own.verdict)
            assert one.reproduces == (votes_in(own, 1, CandidateIndex(0)) == 3)


def test_what_cannot_be_counted_so_is_told_as_refused() -> None:
    contest, profile = ballots({"A": 3, "?B": 2}, "AB")
    found = explain(contest, profile, [Figure(1, CandidateIndex(1), 2)], plausible(contest))
    refused = [one for one in found.tried if one.refused]
    assert refused and all(dict(one.options)["overvote"] == "exhaust-if-multiple-continuing" for one in refused)
    assert all(not one.reproduces and not one.chosen for one in refused)
    assert {dict(one.options)["overvote"] for one in found.reproducing} == {"skip"}


def test_ties_met_are_decided_in_other_ways_too() -> None:
    contest, profile = ballots({"A": 4, "BA": 2, "CB": 2}, "ABC")
    found = explain(contest, profile, [Figure(FINAL, CandidateIndex(1), 4)], {"batch": ("no",)})
    ways = {None, "order", "previous-rounds", "first-rounds", "recorded"}
    assert {dict(one.options).get("tie") for one in found.tried} == ways
    assert [dict(one.options)["tie"] for one in found.reproducing] == ["order", "recorded", "recorded"]


def test_how_lots_fell_is_found_and_a_count_that_stopped_has_no_last_round() -> None:
    contest, profile = ballots({"A": 4, "BA": 2, "CB": 2}, "ABC")
    found = explain(contest, profile, [Figure(FINAL, CandidateIndex(0), 6)], {"batch": ("no",)})
    stopped = next(one for one in found.tried if one.transcript and one.transcript.verdict == "tie")
    assert stopped.first_difference == "A in the last round: the count stops at a tie before"
    assert votes_in(stopped.transcript, FINAL, CandidateIndex(0)) is None  # type: ignore[arg-type]
    records = [dict(one.options).get("tie_record") for one in found.reproducing]
    assert records == ['["B"]'] and found.reproducing[0].chosen == (0,)
    law = replace(contest, options=(("tie", "previous-rounds"), ("tie_then", "recorded")))
    found = explain(
        law, profile, [Figure(FINAL, CandidateIndex(0), 6)], {"batch": ("no",), "tie": ("previous-rounds",)}
    )
    assert [dict(one.options)["tie_record"] for one in found.reproducing] == ['["B"]']


def test_lots_beyond_the_limit_are_said_not_to_be_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    contest, profile = ballots({"A": 4, "BA": 2, "CB": 2}, "ABC")
    figures = [Figure(FINAL, CandidateIndex(0), 6)]
    assert not explain(contest, profile, figures, {"batch": ("no",)}).lots_cut
    monkeypatch.setattr(explaining, "MOST_LOTS", 1)
    assert explain(contest, profile, figures, {"batch": ("no",)}).lots_cut == 1
    monkeypatch.setattr(explaining, "MOST_LOTS", 60)
    monkeypatch.setattr(explaining, "MOST_LOTS_IN_ALL", 0)
    none = explain(contest, profile, figures, {"batch": ("no",)})
    assert none.lots_cut == 1 and not none.reproducing


def test_figures_before_a_tie_need_no_lots() -> None:
    contest, profile = ballots({"A": 4, "BA": 2, "CB": 2}, "ABC")
    found = explain(contest, profile, [Figure(1, CandidateIndex(0), 4)], {"batch": ("no",)})
    assert {dict(one.options).get("tie") for one in found.tried} == {None, "order", "previous-rounds", "first-rounds"}
    assert len(found.reproducing) == 4 and not found.lots_cut


def test_lots_are_not_tried_where_figures_before_the_tie_differ() -> None:
    contest, profile = ballots({"A": 4, "BA": 2, "CB": 2}, "ABC")
    found = explain(contest, profile, [Figure(1, CandidateIndex(0), 5)], {"batch": ("no",)})
    assert not [one for one in found.tried if dict(one.options).get("tie") == "recorded"]


def test_outcomes_and_spreads_cover_all_that_was_counted() -> None:
    contest, profile = ballots({"A": 10, "B": 8, "C..B": 4}, "ABC")
    found = explain(contest, profile, [Figure(1, CandidateIndex(2), 4)], EIGHT)
    assert found.outcomes == ((0,), (1,)), "who wins hangs on skipped ranks"
    last = {s.choice: (s.lowest, s.highest) for s in found.spreads if s.round == FINAL}
    assert last[CandidateIndex(1)] == (8, 12)
    first = [s for s in found.spreads if s.round == 1]
    assert [(s.lowest, s.highest, s.published) for s in first] == [(10, 10, None), (8, 8, None), (4, 4, 4)]


def test_a_search_is_bounded_and_its_words_are_checked() -> None:
    contest, profile = ballots({"A": 1}, "AB")
    with pytest.raises(UsageError, match="no published figures"):
        explain(contest, profile, [], EIGHT)
    with pytest.raises(UsageError, match="no decision 'skiped'"):
        plausible(contest, {"skiped": ("0",)})
    with pytest.raises(UsageError, match="decision overvote"):
        plausible(contest, {"overvote": ("maybe",)})
    with pytest.raises(UsageError, match="more than"):
        explain(contest, profile, [Figure(1, CandidateIndex(0), 1)],
                {"skipped": tuple(map(str, range(MOST_SETTINGS + 1)))})  # fmt: skip
    assert plausible(contest, {"skipped": ("1",)})["skipped"] == ("1",)


def test_rounding_of_transfers_is_searched() -> None:
    """Scotland's five decimals among others: a surplus of 4 shared by 9 shows how it was cut."""
    contest, profile = ballots({"AB": 5, "AC": 4, "B": 3, "C": 2, "D": 1}, "ABCD")
    contest = replace(contest, rule="stv", seats=2, options=())
    law = RULES["stv"].count(contest, profile)
    figures = [Figure(n, CandidateIndex(c), v) for n, one in enumerate(law.rounds, 1) for c, v in enumerate(one.votes)]
    found = explain(contest, profile, figures, plausible(contest, {"overvote": ("exhaust",), "skipped": ("0",)}))
    decimals = {dict(one.options)["decimals"] for one in found.reproducing}
    assert decimals == {"5"} and len(found.tried) > 30


# ---- real ----------------------------------------------------------------------
def minneapolis(rows: list[tuple[tuple[str, ...], int]]) -> tuple[Contest, Profile]:
    """Count rankings by name; cells `undervote` and blank are empty, `overvote` is an overvoted rank."""
    names = sorted({cell for row, _ in rows for cell in row} - {"undervote", "overvote", ""})
    index = {name: CandidateIndex(at) for at, name in enumerate(names)}
    counts: Counter[Pattern] = Counter()
    for row, cards in rows:
        marks = tuple(Mark(index[cell], Rank(rank)) for rank, cell in enumerate(row, 1) if cell in index)
        over = tuple(Rank(rank) for rank, cell in enumerate(row, 1) if cell == "overvote")
        counts[Pattern(marks, overvoted_ranks=over)] += cards
    choices = tuple(Choice(name, kind="write-in" if name == "UWI" else "regular") for name in names)
    return Contest("Mayor", choices, ranks=3, rule="instant-runoff"), Profile.of(dict(counts))


def figures(contest: Contest, told: dict[tuple[int, str], int]) -> list[Figure]:
    index = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    return [Figure(number, index[name], votes) for (number, name), votes in told.items()]


def test_minneapolis_2017(shared_data: Path) -> None:
    """Of eight settings exactly those give the published figures that skip overvotes and allow two skips or more."""
    path = shared_data / "rcv" / "minneapolis-2017" / "minneapolis2017_cvr.zip"
    if not path.is_file():
        pytest.skip("needs rcv/minneapolis-2017 in the shared data")
    with zipfile.ZipFile(path) as archive:
        text = archive.read("2017-mayor-cvr.csv").decode("utf-8-sig")
    rows = [(tuple(row[1:4]), int(row[4])) for row in list(csv.reader(io.StringIO(text)))[1:]]
    contest, profile = minneapolis(rows)
    told = {(1, "Jacob Frey"): 26_116, (FINAL, "Jacob Frey"): 46_716, (FINAL, "Raymond Dehn"): 34_971}
    found = explain(contest, profile, figures(contest, told), EIGHT)
    assert len(found.tried) == 8 and given(found) == {("skip", "2"), ("skip", "unlimited")}
    assert [[contest.name_of(c) for c in one] for one in found.outcomes] == [["Jacob Frey"]]
    frey = next(s for s in found.spreads if s.round == 1 and contest.name_of(s.choice) == "Jacob Frey")
    assert (frey.lowest, frey.highest, frey.published) == (26_042, 26_116, 26_116)
    everything = explain(contest, profile, figures(contest, told), plausible(contest))
    assert len(everything.tried) == 192 and len(everything.reproducing) == 16
    assert dict(everything.family)["repeated"] == ("skip",) and len(everything.outcomes) == 1
    law = RULES["instant-runoff"].count(PRESETS["minneapolis"].applied(contest), profile)
    assert all(votes_in(law, one.round, one.choice) == one.votes for one in figures(contest, told))


def test_minneapolis_2013(shared_data: Path) -> None:
    """Published 38,870 to 24,972: of four settings only overvotes skipped with unlimited skips gives them."""
    from faircount.read.syntax.workbook import Workbook

    path = shared_data / "cvr" / "rctab" / "2013_minneapolis_mayor" / "2013_minneapolis_mayor_cvr.xlsx"
    if not path.is_file():
        pytest.skip("needs cvr/rctab in the shared data")
    counts: Counter[tuple[str, ...]] = Counter()
    for number, cells in Workbook(path, path.name).rows():
        if number > 1 and any(cells):
            counts[tuple(cell.strip() for cell in cells[1:4])] += 1
    contest, profile = minneapolis(list(counts.items()))
    told = figures(contest, {(FINAL, "BETSY HODGES"): 38_870, (FINAL, "MARK ANDREW"): 24_972})
    four = {"skipped": ("1", "unlimited"), "overvote": ("skip", "exhaust")}
    found = explain(contest, profile, told, four)
    assert len(found.tried) == 4 and given(found) == {("skip", "unlimited")}
    assert [[contest.name_of(c) for c in one] for one in found.outcomes] == [["BETSY HODGES"]]
    law = RULES["instant-runoff"].count(PRESETS["minneapolis"].applied(contest), profile)
    assert all(votes_in(law, one.round, one.choice) == one.votes for one in told)
