"""Contests of which only official totals are known: what they ask, and how it was reported."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from faircount.app.opened import Opened
from faircount.model import (
    CandidateIndex,
    Choice,
    Contest,
    FaircountError,
    Mark,
    NotCounted,
    Pattern,
    UsageError,
    name_key,
)
from faircount.store.contests import YES_NO, measured

_LEVELS = """
with v as (select source, precinct, jurisdiction, counting_group, choice, count from reported
            where measure = 'votes' and contest = ? and choice is not null and claim = 'reported')
select source, precinct is not null as by_precinct, counting_group is not null as by_group,
       jurisdiction is not null as by_place, coalesce(precinct, jurisdiction, '') as batch, choice, sum(count) as votes
  from v group by all order by all
"""
"""Official votes of one contest by the unit that they are reported for, each source and each level of it apart."""
_ASKED = "select contest, max(seats), max(votes_allowed), max(ranks) from contests group by contest"
_CHOICES = """
select contest, choice, max(party), min(kind), min(place) as place from choices group by contest, choice
 order by 1, place nulls last, 2
"""
_NAMED = """
select distinct contest, choice from reported where measure = 'votes' and choice is not null order by 1, 2
"""


def official(opened: Opened, title: str, by_batch: bool = False) -> dict[str, dict[str, int]]:
    """Return official votes by batch and choice, or of everywhere under one name.

    Of several sources and levels one is taken, the first source's: by precincts (or else by jurisdictions) for batches,
    the coarsest for everywhere; figures of two levels are never added. Raises `UsageError` where nobody reported any.
    """
    levels: dict[tuple[Any, ...], dict[str, dict[str, int]]] = {}
    for source, by_precinct, by_group, by_place, batch, choice, votes in opened.engine.ask(_LEVELS, [title]).rows:
        level = levels.setdefault((by_precinct != by_batch, by_group, by_place, source), {})
        found = level.setdefault(batch if by_batch else "", {})
        found[choice] = found.get(choice, 0) + int(votes)
    if not levels:
        raise UsageError("neither cast vote records nor official totals say how it was reported")
    return levels[min(levels)]


def votes_as_patterns(contest: Contest, parts: Iterable[Mapping[str, int]]) -> dict[Pattern, int]:
    """Return totals as marks, one vote a card. Raises `UsageError` where voters rank, of which totals say nothing."""
    if contest.ranks:
        raise UsageError("voters rank in it, and totals say nothing of rankings")
    index = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    found: Counter[Pattern] = Counter()
    for votes in parts:
        for choice, n in votes.items():
            if n:
                found[Pattern((Mark(index[choice]),))] += n
    return dict(found)


def contests_of_totals(opened: Opened) -> tuple[dict[str, Contest], tuple[NotCounted, ...]]:
    """Return the contests that no card on record holds and official totals report; and those left out, with why."""
    asked = {title: row for title, *row in opened.engine.ask(_ASKED).rows}
    choices: dict[str, list[Choice]] = {}
    for title, name, party, kind, _ in opened.engine.ask(_CHOICES).rows:
        choices.setdefault(title, []).append(Choice(name, party or "", kind or "regular"))
    for title, name in opened.engine.ask(_NAMED).rows:
        listed = choices.setdefault(title, [])
        if name not in {one.name for one in listed}:
            listed.append(Choice(name))
    reported = {title for title, _ in opened.engine.ask(_NAMED).rows}
    found: dict[str, Contest] = {}
    lost: list[NotCounted] = []
    for title in sorted(reported - opened.profiles.keys() - opened.contests.keys()):
        try:
            said = asked.get(title, [None] * 3)
            found[title] = _contest(title, choices[title], said, opened.election.decisions.get(title, {}))
        except FaircountError as error:
            lost.append(NotCounted(title, str(error)))
    return found, tuple(lost)


def _contest(title: str, choices: Sequence[Choice], said: Iterable[int | None], decided: Mapping[str, Any]) -> Contest:
    """Return the contest as a person decided, a source says, or, between yes and no, its form does."""
    seats, allowed, ranks = said
    yes_no = {name_key(one.name) for one in choices if one.kind == "regular"} in YES_NO
    rule = str(decided.get("rule") or ("threshold" if yes_no else "instant-runoff" if ranks else "plurality"))
    filled = decided.get("seats") or seats or (1 if yes_no else None)
    if filled is None:
        raise UsageError("no source says how many seats it fills: faircount decide --seats N")
    said_of = {str(key): str(value) for key, value in decided.get("options", {}).items()}
    options = tuple(sorted((measured(choices, said_of) if rule == "threshold" else said_of).items()))
    votes = int(decided.get("votes_allowed") or allowed or filled)
    return Contest(title, tuple(choices), int(filled), votes, int(ranks or 0), rule, options)
