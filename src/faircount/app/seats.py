"""Seats over several districts: from cards where there are any, else from the totals that a results file gives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from faircount.app.opened import Opened, RuleChange
from faircount.app.progress import Progress
from faircount.app.recounting import REPORTED_TOTALS, recount
from faircount.app.stated import stated_rows
from faircount.count import RULES
from faircount.count.areas.area import ListSeats, seats_over_districts
from faircount.count.lists.reported_totals import profile_of_totals
from faircount.model import (
    BadInputError,
    Choice,
    Contest,
    FaircountError,
    NotCounted,
    Transcript,
    UsageError,
    VoteCount,
)

CARDS, REPORTED = "cards", "reported totals"

_PLACES = """
select contest, choice, max(party) as party, bool_or(jurisdiction is not null) as within, min(row) as first
  from reported where measure = 'votes' and choice is not null group by contest, choice order by contest, first, choice
"""
_STATED = """
with s as (select source, claim, contest, choice, sum(count) as seats from reported
            where measure = 'seats' and choice is not null group by all),
     ranked as (select *, row_number() over (partition by contest, choice order by source, claim) as first from s)
select contest, choice, seats from ranked where first = 1 order by contest, choice
"""
_UNUSED = """
with u as (select source, claim, contest, measure, sum(count) as n from reported
            where measure in ('undervotes', 'overvotes') and precinct is null and counting_group is null group by all),
     ranked as (select *, row_number() over (partition by contest, measure order by source, claim) as first from u)
select contest, measure, n from ranked where first = 1
"""


@dataclass(frozen=True, slots=True)
class District:
    """One contest with its seats."""

    contest: Contest
    transcript: Transcript
    basis: str
    """`CARDS` or `REPORTED`: what the votes were taken from."""
    stated: tuple[int | None, ...]
    """Seats by choice that a results file states; None where it states none."""

    @property
    def won(self) -> tuple[int, ...]:
        """Seats by choice."""
        elected = self.transcript.elected
        return self.transcript.seats_won or tuple(elected.count(c) for c in range(len(self.contest.choices)))

    @property
    def unassigned(self) -> int:
        """Seats that nobody has: at a tie that nobody decided, or left vacant."""
        return self.contest.seats - sum(self.won)

    @property
    def tied(self) -> tuple[str, ...]:
        """Names level in the tie that stopped the count; empty where none did."""
        if self.transcript.verdict != "tie":
            return ()
        return tuple(self.contest.name_of(c) for c in self.transcript.rounds[-1].tied)


@dataclass(frozen=True, slots=True)
class Difference:
    """Figures that a results file gives for the whole and that the districts do not sum to."""

    whole: str
    name: str
    measure: str
    found: VoteCount
    reported: VoteCount | None
    """None where the whole has no such list."""


@dataclass(frozen=True, slots=True)
class Chamber:
    """Seats of all districts together."""

    districts: tuple[District, ...]
    lists: tuple[ListSeats, ...]
    missing: tuple[NotCounted, ...]
    wholes: tuple[str, ...]
    """Contests that are all districts together: held beside the sums, never counted as a district."""
    differences: tuple[Difference, ...]
    not_checked: tuple[str, ...]

    @property
    def seats(self) -> int:
        """Seats to fill in the districts counted."""
        return sum(one.contest.seats for one in self.districts)

    @property
    def unassigned(self) -> int:
        """Seats that nobody has."""
        return sum(one.unassigned for one in self.districts)


def same_lists(path: Path) -> dict[str, str]:
    """Read which names are one list: a CSV with the columns `name` and `list`. Raises `BadInputError` for a
    name that is two lists, and what `stated_rows` raises.
    """
    same: dict[str, str] = {}
    for line, cells in stated_rows(path, ("name", "list")):
        if same.setdefault(cells["name"], cells["list"]) != cells["list"]:
            raise BadInputError(f"{path}, line {line}", "a name is one list", f"{cells['name']!r} twice")
    return same


def chamber(
    opened: Opened,
    titles: tuple[str, ...] = (),
    change: RuleChange | None = None,
    same: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Chamber:
    """Return the seats of the districts asked for: contests counted by a rule of lists, or those that `titles` mean.

    Where cards hold a contest they are counted; else the votes that a results file reports, which is said. `same` says
    which names are one list. Raises `UsageError` where there is nothing to count, or for a word that fits no title.
    """
    named = dict(same or {})
    reported = Reported(opened)
    cards, totals = _chosen(opened, reported, titles, change)
    districts: list[District] = []
    missing: list[NotCounted] = []
    if cards:
        results, missing_cards = recount(opened, cards, change, progress)
        missing += missing_cards
        districts += [
            District(one.contest, one.transcript, CARDS, reported.stated(one.contest)) for one in results
        ]  # fmt: skip
    wholes = [t for t in totals if reported.is_whole(t) and any(not reported.is_whole(other) for other in totals)]
    for title in totals:
        if title in wholes:
            continue
        try:
            districts.append(reported.counted(title, opened.election.decisions.get(title, {}), change))
        except FaircountError as error:
            missing.append(NotCounted(title, str(error)))
    lists = seats_over_districts([(one.contest, one.transcript) for one in districts], named)
    if not districts and missing:
        raise UsageError(f"NOT COUNTED: {missing[0].title}: {missing[0].reason}")
    return Chamber(
        tuple(districts), lists, tuple(missing), tuple(wholes),
        tuple(difference for title in wholes for difference in reported.differences(title, lists, named)),
        tuple(_not_checked(districts, missing, named, lists)),
    )  # fmt: skip


def _chosen(
    opened: Opened, reported: "Reported", titles: tuple[str, ...], change: RuleChange | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the contests to count from cards, and those to count from reported totals."""
    rule = change.rule if change else ""
    if rule:
        _ = RULES[rule]
    beside = [title for title in reported.votes if title not in reported.on_cards]
    if not titles:
        cards = tuple(t for t, c in opened.contests.items() if of_lists(rule or c.rule))
        totals = tuple(t for t in beside if t in reported.seats or (reported.places.get(t) and of_lists(rule))
                       or of_lists(str(opened.election.decisions.get(t, {}).get("rule"))))  # fmt: skip
        if not cards and not totals:
            raise UsageError(
                "no contest here is counted by a rule of lists, and no results file states seats: name the contests, "
                "or record their rule: faircount decide CONTEST --rule highest-averages --seats N"
            )
        return cards, totals
    found: dict[str, None] = {}
    for asked in titles:
        fits = _fits(asked, beside)
        if not fits or _fits(asked, reported.on_cards):
            found |= dict.fromkeys(opened.chosen((asked,)))  # raises for a word that fits nothing
        found |= dict.fromkeys(fits)
    return tuple(t for t in found if t not in beside), tuple(t for t in found if t in beside)


def _fits(asked: str, titles: Iterable[str]) -> list[str]:
    word, known = asked.casefold(), list(titles)
    alike = [t for t in known if t == asked] or [t for t in known if t.casefold() == word]
    return alike or [t for t in known if word in t.casefold()]


def of_lists(rule: str) -> bool:
    """Return whether `rule` shares seats out among lists."""
    return rule in RULES and any(option.name == "choices" for option in RULES[rule].options)


class Reported:
    """Votes and seats by contest and choice as results files state them, the first source where there are several."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.votes: dict[str, dict[str, int]] = {}
        for title, choice, votes in opened.engine.ask(REPORTED_TOTALS).rows:
            if choice is not None:
                self.votes.setdefault(title, {})[choice] = int(votes)
        self.on_cards = {title for (title,) in opened.engine.ask("select distinct contest from patterns").rows}
        self.places: dict[str, int] = dict(
            opened.engine.ask("select contest, max(seats) from contests where seats is not null group by contest").rows
        )
        """Seats to fill, where a list of contests states them."""
        self.seats: dict[str, dict[str, int]] = {}
        for title, choice, seats in opened.engine.ask(_STATED).rows:
            self.seats.setdefault(title, {})[choice] = int(seats)

    @cached_property
    def _choices(self) -> dict[str, list[tuple[str, str, bool]]]:
        found: dict[str, list[tuple[str, str, bool]]] = {}
        for title, choice, party, within, _ in self._opened.engine.ask(_PLACES).rows:
            found.setdefault(title, []).append((choice, party or "", within))
        return found

    @cached_property
    def _unused(self) -> dict[tuple[str, str], int]:
        return {(title, measure): int(n) for title, measure, n in self._opened.engine.ask(_UNUSED).rows}

    def is_whole(self, title: str) -> bool:
        """Return whether a contest's figures are for everywhere: no figure of it names a jurisdiction."""
        return not any(within for *_, within in self._choices.get(title, ()))

    def stated(self, contest: Contest) -> tuple[int | None, ...]:
        """Return the seats that are stated for each choice."""
        found = self.seats.get(contest.title, {})
        return tuple(found.get(choice.name) for choice in contest.choices)

    def counted(self, title: str, decided: Mapping[str, Any], change: RuleChange | None) -> District:
        """Count a contest from its reported votes. Raises `UsageError` where rule or seats are not stated."""
        seats = decided.get("seats") or self.places.get(title) or sum(self.seats.get(title, {}).values())
        options = tuple(sorted((str(k), str(v)) for k, v in decided.get("options", {}).items()))
        choices = tuple(Choice(name, party) for name, party, _ in self._choices[title])
        contest = Contest(title, choices, seats=int(seats or 1), rule=str(decided.get("rule", "")), options=options)
        contest = change.applied(contest) if change else contest
        if not contest.rule:
            raise UsageError(
                "which rule shares out its seats is for its law to say: --preset, or --rule highest-averages or "
                "largest-remainder with its decisions by -O; see faircount recount --presets and --rules"
            )
        if not seats and not (change and change.seats):
            raise UsageError("no file states how many seats it fills: --seats N")
        blank, invalid = (self._unused.get((title, measure), 0) for measure in ("undervotes", "overvotes"))
        profile = profile_of_totals(contest, self.votes[title], blank=blank, invalid=invalid)
        return District(contest, RULES[contest.rule].count(contest, profile), REPORTED, self.stated(contest))

    def differences(self, whole: str, lists: tuple[ListSeats, ...], same: Mapping[str, str]) -> list[Difference]:
        """Hold the figures of a whole beside the sums over districts, list by list."""
        found = []
        sums = {one.name: one for one in lists}
        for measure, figures in (("votes", self.votes[whole]), ("seats", self.seats.get(whole, {}))):
            told: dict[str, int] = {}
            for name, figure in figures.items():
                told[same.get(name, name)] = told.get(same.get(name, name), 0) + figure
            for name in sorted({*told, *sums}):
                summed = getattr(sums[name], measure) if name in sums else 0
                if summed != told.get(name, 0):
                    found.append(Difference(whole, name, measure, summed, told.get(name)))
        return found


def _not_checked(
    districts: list[District], missing: list[NotCounted], same: Mapping[str, str], lists: tuple[ListSeats, ...]
) -> Iterable[str]:
    from_totals = sum(one.basis == REPORTED for one in districts)
    if from_totals:
        yield (
            f"The votes of {from_totals} of {len(districts)} districts are reported totals: the cards behind them are "
            "NOT CHECKED. Only how seats follow from these totals was; how many seats a district fills is as stated."
        )
    if missing:
        yield f"{len(missing)} contests were not counted, and no sum here holds them: NOT CHECKED."
    if same:
        heard = {choice.party or choice.name for one in districts for choice in one.contest.choices}
        joined = sorted(name for name, means in same.items() if name in heard and name != means)
        idle = sorted(set(same) - heard - {one.name for one in lists})
        yield (
            f"{len(joined)} names were read as other lists, because a person said so: whether that is right is "
            "NOT CHECKED." + (f" Nobody bears: {', '.join(idle)}." if idle else "")
        )


def as_reported(one: District) -> bool | None:
    """Return whether the seats are those a results file states; None where it states none for some list."""
    pairs = [(n, told) for n, told in zip(one.won, one.stated, strict=True) if told is not None]
    if any(n != told for n, told in pairs):
        return False
    return True if len(pairs) == len(one.won) and pairs else None
