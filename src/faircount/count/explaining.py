"""Which settings of a rule give the figures that somebody published, and how far plausible settings differ.

Laws on ranked ballots leave a handful of decisions that offices make in different ways. Every combination of them is
counted, and each is told: those that reproduce the published figures, and those that do not. Nobody is said to be in
error: several settings may give the same figures, and figures may have been published of other ballots.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from faircount.count import RULES
from faircount.count.ranked.ballot_options import of_kind
from faircount.count.ranked.preferences import walk
from faircount.count.rule import Rule, names_in
from faircount.count.ties import recorded
from faircount.count.transcript_check import in_figures
from faircount.model import BadInputError, CandidateIndex, Contest, Profile, Transcript, UsageError, VoteCount

FINAL = 0
"""Stands for the last round, whatever its number."""
MOST_SETTINGS = 5_000
"""Settings of one search. More is refused: each is a count of all ballots."""

BALLOT = (
    ("skipped", ("0", "1", "2", "unlimited")),
    ("overvote", ("exhaust", "skip", "exhaust-if-multiple-continuing")),
    ("repeated", ("skip", "exhaust")),
)
"""What ballots say: decisions that offices make in different ways, with the values met."""
ROUNDS = (("batch", ("no", "yes")), ("until_two", ("no", "yes")), ("write_ins", ("count", "excluded-first")))
ROUNDING = (
    ("decimals", ("0", "2", "4", "5", "6", "exact")),
    ("cut", ("value", "fraction", "parcel")),
    ("surplus", ("all-ballots", "last-parcel")),
)
WALKING = ("instant-runoff", "final-n-instant-runoff", "sequential-instant-runoff", "bottoms-up", "stv", "meek")
"""Rules to which a ballot is what `walk` makes of it: settings that walk all ballots alike are counted once."""
TIES = ("order", "previous-rounds", "first-rounds")
"""Tried in place of what is stated wherever a count meets a tie."""
LOTS_DECIDED = ("tie", "tie_record", "tie_then")
"""Decisions that a record of lots states."""
MOST_LOTS, MOST_LOTS_IN_ALL = 60, 300
"""Counts to find how lots may have fallen: of one setting, and of all settings that differ."""

Settings = tuple[tuple[str, str], ...]
"""(decision, value), sorted by decision."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure: votes of a choice in a round (1 first, or `FINAL`)."""

    round: int
    choice: CandidateIndex
    votes: VoteCount


@dataclass(frozen=True, slots=True)
class Tried:
    """One setting and what came of it."""

    options: Settings
    """Only the decisions that are varied."""
    transcript: Transcript | None
    refused: str = ""
    """Why the rule cannot count so, as a sentence; empty where it did."""
    matched: int = 0
    """Published figures that it gives."""
    first_difference: str = ""
    """The first published figure that it does not give, in words; empty where it gives all."""

    @property
    def reproduces(self) -> bool:
        """Whether it gives every published figure."""
        return self.transcript is not None and not self.first_difference

    @property
    def chosen(self) -> tuple[CandidateIndex, ...]:
        """Who is elected, or goes on to a runoff, in the order of the ballot."""
        one = self.transcript
        return tuple(sorted(one.elected or one.advancing)) if one else ()


@dataclass(frozen=True, slots=True)
class Spread:
    """How far settings differ in one figure."""

    round: int
    choice: CandidateIndex
    lowest: VoteCount
    highest: VoteCount
    published: VoteCount | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every setting tried, which of them give the published figures, and how far they are apart."""

    contest: Contest
    figures: tuple[Figure, ...]
    varied: tuple[tuple[str, tuple[str, ...]], ...]
    """(decision, values tried)."""
    tried: tuple[Tried, ...]
    spreads: tuple[Spread, ...]
    """Of round 1, the rounds with published figures, and the last: every choice that has votes in any of them."""
    lots_cut: int = 0
    """Settings under which lots may have fallen in more ways than were tried."""

    @property
    def reproducing(self) -> tuple[Tried, ...]:
        """The settings that give every published figure."""
        return tuple(one for one in self.tried if one.reproduces)

    @property
    def outcomes(self) -> tuple[tuple[CandidateIndex, ...], ...]:
        """Every set of elected that some setting gives, in the order met; of a count stopped at a tie, what it had."""
        return tuple(dict.fromkeys(one.chosen for one in self.tried if one.transcript))

    @property
    def family(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """For each decision the values among the settings that give the figures, in the order tried."""
        found = [dict(one.options) for one in self.reproducing]
        return tuple(
            (name, tuple(dict.fromkeys(one[name] for one in found if name in one)))
            for name in dict.fromkeys(name for one in found for name in one)
        )


def plausible(contest: Contest, also: Mapping[str, Sequence[str]] | None = None) -> dict[str, tuple[str, ...]]:
    """Return the decisions to vary and their values for the rule of `contest`; what it states is always among them.

    `also` puts other values, or other decisions, in their place; a decision of one value is fixed, and is not varied.
    Raises `UsageError` for a decision or a value that the rule does not know.
    """
    rule = RULES[contest.rule]
    known = {option.name: option for option in rule.options}
    stated = {option.name: contest.option(option.name, option.default) for option in rule.options}
    rounding = ROUNDING if {"cut", "decimals"} <= set(known) else ()
    # The values of `batch` in a count by transfers are other words for other laws: not varied unless asked for.
    usual = dict((*BALLOT, *(() if rounding else ROUNDS), *rounding))
    if not of_kind(contest, "write-in"):
        usual.pop("write_ins", None)
    found: dict[str, tuple[str, ...]] = {}
    for name, values in usual.items():
        if name in known:
            fit = [value for value in values if known[name].accepts(value, contest)]
            found[name] = tuple(dict.fromkeys([*fit, stated[name]]))
    for name, values in (also or {}).items():
        if name not in known:
            raise UsageError(f"rule {rule.name} has no decision {name!r}; it has {', '.join(known)}")
        for value in values:
            if not known[name].accepts(value, contest):
                raise UsageError(f"decision {name} of rule {rule.name} is one of {', '.join(known[name].values)}")
        found[name] = tuple(dict.fromkeys(values))
    return found


def explain(
    contest: Contest,
    profile: Profile,
    figures: Sequence[Figure],
    varied: Mapping[str, Sequence[str]],
    told: Callable[[int], None] = lambda _: None,
) -> Explanation:
    """Count `profile` under every combination of `varied`, and say which give every one of `figures`.

    Where a count meets a tie, the ways of `TIES` are tried too. Where it stops at one, has given every figure so far
    and lacks others, records of how lots fell are tried, as far as `MOST_LOTS`. `told` is called with 1 after each
    combination. Raises `UsageError` for more than `MOST_SETTINGS` combinations, or without figures.
    """
    if not figures:
        raise UsageError(f"contest {contest.title!r}: no published figures to explain")
    rule, counted = RULES[contest.rule], _Counted(contest, profile)
    tried: list[Tried] = []
    cut = 0
    for options in _combinations(contest, varied):
        one = _try(counted, contest, options, figures)
        tried.append(one)
        if one.transcript and "tie" not in varied and any(r.ties for r in one.transcript.rounds):
            tried += [_try(counted, contest, ties, figures) for ties in _other_ties(rule, contest, options)]
        stated = {**dict(contest.options), **dict(options)}
        if "tie" not in varied or "recorded" in (stated.get("tie"), stated.get("tie_then")):
            lots, whole = _by_lot(counted, contest, one, figures)
            tried, cut = tried + lots, cut + (not whole)
        told(1)
    told_values = tuple((name, tuple(values)) for name, values in varied.items())
    return Explanation(contest, tuple(figures), told_values, tuple(tried), _spreads(contest, tried, figures), cut)


def combinations(varied: Mapping[str, Sequence[str]]) -> int:
    """Return how many combinations there are, ties apart."""
    size = 1
    for values in varied.values():
        size *= len(values)
    return size


def _combinations(contest: Contest, varied: Mapping[str, Sequence[str]]) -> Iterator[Settings]:
    size = combinations(varied)
    if size > MOST_SETTINGS:
        raise UsageError(
            f"contest {contest.title!r}: {size:,} settings are more than {MOST_SETTINGS:,}; fix some decisions, such "
            "as --vary repeated=skip"
        )
    for values in itertools.product(*varied.values()):
        yield tuple(sorted(zip(varied, values, strict=True)))


def _other_ties(rule: Rule, contest: Contest, options: Settings) -> list[Settings]:
    tie = next((option for option in rule.options if option.name == "tie"), None)
    if tie is None:
        return []
    stated = contest.option("tie", tie.default)
    return [tuple(sorted({**dict(options), "tie": how}.items())) for how in TIES
            if how != stated and tie.accepts(how, contest)]  # fmt: skip


def _by_lot(
    counted: "_Counted", contest: Contest, stopped: Tried, figures: Sequence[Figure]
) -> tuple[list[Tried], bool]:
    """Return ways in which lots may have fallen where a count stopped at a tie, and whether they are all."""
    known = {option.name: option for option in RULES[contest.rule].options}
    stated = {**dict(contest.options), **dict(stopped.options)}
    told = stated.get("tie_record", "none")
    waiting = [(stopped, names_in(told, contest) if told != "none" else ())]
    ended: list[Tried] = []
    counts = 0
    while waiting and counts < MOST_LOTS and counted.lots < MOST_LOTS_IN_ALL:
        one, record = waiting.pop(0)
        if one.transcript is None or one.transcript.verdict != "tie":
            ended.append(one)
            continue
        for choice in one.transcript.rounds[-1].tied if _hangs_on_lots(one.transcript, figures) else ():
            longer = (*record, choice)
            all_options = dict(recorded(contest, stated, known, longer))
            decided = {name: all_options[name] for name in LOTS_DECIDED if name in all_options}
            options = tuple(sorted({**dict(stopped.options), **decided}.items()))
            waiting.append((_try(counted, contest, options, figures), longer))
            counts += 1
    ended += [one for one, _ in waiting if one.transcript and one.transcript.verdict != "tie"]
    whole = not any(one.transcript and one.transcript.verdict == "tie" for one, _ in waiting)
    return [one for one in ended if one is not stopped], whole


def _hangs_on_lots(transcript: Transcript, figures: Sequence[Figure]) -> bool:
    """Say whether a count that stopped gives every figure of its rounds, and others are of what comes after."""
    met = [one for one in figures if one.round != FINAL and one.round <= len(transcript.rounds)]
    given = all(votes_in(transcript, one.round, one.choice) == one.votes for one in met)
    return given and len(met) < len(figures)


class _Counted:
    """Counts each setting once, and settings that make the same of every ballot and round only once together."""

    def __init__(self, contest: Contest, profile: Profile) -> None:
        self._contest, self._profile = contest, profile
        self._rule = RULES[contest.rule]
        self._known: dict[tuple[object, ...], Transcript] = {}
        self._ways: dict[tuple[str, ...], int] = {}
        self._numbers: dict[frozenset[tuple[object, object]], int] = {}
        self.lots = 0
        """Counts made of settings that record how lots fell."""

    def under(self, options: Settings) -> Transcript:
        """Return the count under `options`; raises what the rule raises."""
        merged = {**dict(self._contest.options), **dict(options)}
        contest = replace(self._contest, options=tuple(sorted(merged.items())))
        others = tuple((name, value) for name, value in sorted(merged.items()) if name not in dict(BALLOT))
        key = (self._way(merged), others)
        if key not in self._known:
            self._known[key] = self._rule.count(contest, self._profile)
            self.lots += merged.get("tie_record", "none") != "none"
        return self._known[key]

    def _way(self, merged: Mapping[str, str]) -> object:
        """Return what stands for how ballots are walked: the same for settings that walk all of them alike."""
        decided = {option.name: merged.get(option.name, option.default) for option in self._rule.options}
        if self._rule.name not in WALKING or self._contest.ranks < 1:
            return tuple(sorted(merged.items()))
        named = tuple(decided[name] for name in (*dict(BALLOT), "withdrawn"))
        if named not in self._ways:
            walks: dict[object, VoteCount] = {}
            for pattern, weight in zip(self._profile.patterns, self._profile.weights, strict=True):
                way = walk(self._contest, pattern, decided)
                walks[way] = walks.get(way, 0) + weight
            same = frozenset(walks.items())
            self._ways[named] = self._numbers.setdefault(same, len(self._numbers))
        # Who shares an overvoted rank is decided while counting, so that equal walks do not make equal counts.
        return self._ways[named], decided["overvote"] == "split"


def _try(counted: _Counted, contest: Contest, options: Settings, figures: Sequence[Figure]) -> Tried:
    try:
        transcript = counted.under(options)
    except (BadInputError, UsageError) as error:
        return Tried(options, None, str(error))
    matched, difference = 0, ""
    for one in figures:
        found = votes_in(transcript, one.round, one.choice)
        if found == one.votes:
            matched += 1
        elif not difference:
            where = "the last round" if one.round == FINAL else f"round {one.round}"
            difference = f"{contest.name_of(one.choice)} in {where}: "
            difference += _lacking(transcript) if found is None else (
                f"{in_figures(found)}, published {in_figures(one.votes)}"
            )  # fmt: skip
    return Tried(options, transcript, "", matched, difference)


def _lacking(transcript: Transcript) -> str:
    return "the count stops at a tie before" if transcript.verdict == "tie" else "there is no such round"


def votes_in(transcript: Transcript, number: int, choice: CandidateIndex) -> VoteCount | None:
    """Return the votes of a choice in a round, `FINAL` for the last; None where there is no such round.

    A count that stopped at a tie has no final round.
    """
    if number > len(transcript.rounds) or not transcript.rounds or (number == FINAL and transcript.verdict == "tie"):
        return None
    return transcript.rounds[number - 1 if number != FINAL else -1].votes[choice]


def _spreads(contest: Contest, tried: Sequence[Tried], figures: Sequence[Figure]) -> tuple[Spread, ...]:
    published = {(one.round, one.choice): one.votes for one in figures}
    counted = list({id(one.transcript): one.transcript for one in tried if one.transcript}.values())
    numbers = sorted({1, *(one.round for one in figures if one.round != FINAL)})
    made = []
    for number in (*numbers, FINAL):
        for at in range(len(contest.choices)):
            choice = CandidateIndex(at)
            met = [votes_in(one, number, choice) for one in counted]
            found = [n for n in met if n is not None]
            if found and (any(found) or (number, choice) in published):
                made.append(Spread(number, choice, min(found), max(found), published.get((number, choice))))
    return tuple(made)
