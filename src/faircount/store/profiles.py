"""Profiles: one group-by turns votes into distinct patterns with their counts; everything after is small."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from faircount.model import (
    CandidateIndex,
    Contest,
    Mark,
    Pattern,
    Profile,
    Rank,
    UsageError,
    Weight,
)  # fmt: skip
from faircount.store.engine import Engine

UNITS = ("jurisdiction", "precinct", "portion", "counting_group", "tabulator", "batch", "style", "source")
"""Columns of cards by which a profile may be divided."""

_COUNTS = "select pattern, count(*) as cards from votes_by_pattern {where} group by pattern"
_WEIGHED = """select pattern, count(*) as cards, sum(weight) as weight
  from votes_by_pattern v join cards c using (card) {where} group by pattern"""
_BY = """select pattern, {units}, count(*) as cards, sum(weight) as weight
  from votes_by_pattern v join cards c using (card) {where} group by all"""
_ONLY = "where pattern in (select pattern from patterns where contest = {title})"

PatternNumber = int
"""Id of a pattern in the workspace."""


def patterns_of(engine: Engine, contests: Mapping[str, Contest]) -> dict[PatternNumber, tuple[str, Pattern]]:
    """Return pattern number → (contest title, pattern) for the named contests: the only place where exported names
    become `CandidateIndex`es. Raises `KeyError` for a choice that the contest does not have.
    """
    index = {
        title: {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
        for title, contest in contests.items()
    }
    known: dict[tuple[Any, ...], Mark] = {}  # few distinct marks stand in many patterns
    found = {}
    for number, title, marks, under, over, conditions, ranks in engine.ask(
        "select pattern, contest, marks, undervotes, overvotes, conditions, overvoted_ranks from patterns"
        " order by pattern"
    ).rows:
        if title in index:
            made = [_mark(known, title, index[title], mark) for mark in marks]
            made.sort(key=Mark.sort_key)
            found[number] = (title, Pattern(tuple(made), under, over, tuple(conditions), tuple(map(Rank, ranks))))
    return found


def _mark(
    known: dict[tuple[Any, ...], Mark], title: str, index: Mapping[str, CandidateIndex], mark: Mapping[str, Any]
) -> Mark:
    choice, rank, score, is_vote, is_ambiguous, conditions = mark.values()
    key = (title, choice, rank, score, is_vote, is_ambiguous, *conditions)
    made = known.get(key)
    if made is None:
        made = known[key] = Mark(index[choice], Rank(rank), score, is_vote, is_ambiguous, tuple(conditions))
    return made


def profiles(engine: Engine, patterns: Mapping[PatternNumber, tuple[str, Pattern]]) -> dict[str, Profile]:
    """Return title → profile of every contest in `patterns`, from one group-by over all votes.

    The same pattern exported by two sources is one pattern of the profile.
    """
    query = (_WEIGHED if engine.weighted else _COUNTS).format(where="")
    return {title: profile for (title, *_), profile in _gathered(engine.ask(query).rows, patterns, 0)}


def profile(engine: Engine, contest: Contest, by: Iterable[str] = ()) -> dict[tuple[str | None, ...], Profile]:
    """Return the profile of one contest, by the units asked for: unit values → profile; `()` → all where none is.

    Raises `UsageError` for a unit that cards do not have.
    """
    units = tuple(by)
    for unit in units:
        if unit not in UNITS:
            raise UsageError(f"cards have no {unit!r}; a profile can be divided by {', '.join(UNITS)}")
    where = _ONLY.format(title="'" + contest.title.replace("'", "''") + "'")
    columns = ", ".join(f"c.{unit}" for unit in units)
    if units:
        query = _BY.format(units=columns, where=where)
    else:
        query = (_WEIGHED if engine.weighted else _COUNTS).format(where=where)
    patterns = patterns_of(engine, {contest.title: contest})
    found = _gathered(engine.ask(query).rows, patterns, len(units))
    return dict(sorted(((key[1:], made) for key, made in found), key=lambda kv: tuple(v or "" for v in kv[0])))


def _gathered(
    rows: Iterable[tuple[Any, ...]], patterns: Mapping[PatternNumber, tuple[str, Pattern]], units: int
) -> Iterable[tuple[tuple[Any, ...], Profile]]:
    cards: dict[tuple[Any, ...], dict[Pattern, int]] = {}
    weights: dict[tuple[Any, ...], dict[Pattern, Weight]] = {}
    for number, *rest in rows:
        if number not in patterns:
            continue
        title, pattern = patterns[number]
        key = (title, *rest[:units])
        one = cards.setdefault(key, {})
        one[pattern] = one.get(pattern, 0) + rest[units]
        weight: Weight = rest[units]
        if len(rest) > units + 1:
            exact = Fraction(rest[units + 1])
            weight = exact.numerator if exact.denominator == 1 else exact
        weighed = weights.setdefault(key, {})
        weighed[pattern] = weighed.get(pattern, 0) + weight
    return [(key, Profile.of(counts, weights[key])) for key, counts in cards.items()]
