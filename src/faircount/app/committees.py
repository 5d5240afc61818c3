"""Committees from approval ballots, counted by abcvoting: another project's count, shown under its name and version.

`abcvoting` comes with the extra `committees`. Only its exact algorithms are called, on integers and fractions: a solver
that rounds could break a tie that nobody sees. Rules are explained in M. Lackner and P. Skowron 2023, Multi-Winner
Voting with Approval Preferences (open access).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib.metadata import version
from typing import Any

from faircount.app.opened import Opened
from faircount.count import RULES
from faircount.model import (
    CandidateIndex,
    Catalog,
    Contest,
    MissingToolError,
    NotCounted,
    Profile,
    UsageError,
    VoteCount,
)  # fmt: skip

MOST_LISTED = 1_000
"""Winning committees that are listed; ties among many choices can make millions."""
MOST_STEPS = 20_000_000
"""Committees × distinct ballots that a rule may have to look at which compares all: minutes, not days."""
_READ_BY = "plurality"
"""The rule that says which marks of a card stand, and when it is overvoted."""


@dataclass(frozen=True, slots=True)
class CommitteeRule:
    """A rule of abcvoting, by its name there."""

    name: str
    title: str
    source: str
    algorithm: str
    """An exact one of the library's: nothing in it is rounded."""

    @property
    def compares_all(self) -> bool:
        """Whether it looks for the best of all committees, whose number grows beyond any machine."""
        return self.algorithm in ("branch-and-bound", "brute-force")


_THIELE = "T. N. Thiele 1895, Om Flerfoldsvalg"
_FRACTIONS = "standard-fractions"
COMMITTEE_RULES: Catalog[CommitteeRule] = Catalog(
    "rule of committees",
    CommitteeRule("pav", "Proportional Approval Voting", _THIELE, "branch-and-bound"),
    CommitteeRule("seqpav", "sequential PAV", _THIELE, "standard"),
    CommitteeRule("revseqpav", "reverse sequential PAV", _THIELE, "standard"),
    CommitteeRule("seqphragmen", "Phragmén's sequential rule", "E. Phragmén 1894, Sur une méthode nouvelle pour "
                  "réaliser, dans les élections, la représentation proportionnelle des partis", _FRACTIONS),
    CommitteeRule("phragmen-enestroem", "method of Eneström and Phragmén", "R. Camps, X. Mora and L. Saumell "
                  "2019, The method of Eneström and Phragmén for parliamentary elections by means of approval voting",
                  _FRACTIONS),
    CommitteeRule("equal-shares", "method of equal shares, completed by Phragmén's rule", "D. Peters and P. Skowron "
                  "2020, Proportionality and the Limits of Welfarism", _FRACTIONS),
    CommitteeRule("equal-shares-with-av-completion", "method of equal shares, completed by most approvals",
                  "D. Peters and P. Skowron 2020, Proportionality and the Limits of Welfarism", _FRACTIONS),
    CommitteeRule("cc", "Chamberlin and Courant's rule for approvals", _THIELE + "; J. R. Chamberlin and P. N. Courant "
                  "1983, Representative Deliberations and Representative Decisions", "branch-and-bound"),
    CommitteeRule("seqcc", "sequential Chamberlin-Courant", _THIELE, "standard"),
    CommitteeRule("slav", "Sainte-Laguë Approval Voting", "M. Lackner and P. Skowron 2021, Consistent approval-based "
                  "multi-winner rules", "branch-and-bound"),
    CommitteeRule("seqslav", "sequential Sainte-Laguë Approval Voting", "M. Lackner and P. Skowron 2021, Consistent "
                  "approval-based multi-winner rules", "standard"),
    CommitteeRule("av", "most approvals", "S. J. Brams and P. C. Fishburn 1978, Approval Voting", "standard"),
    CommitteeRule("sav", "Satisfaction Approval Voting", "S. J. Brams and D. M. Kilgour 2014, Satisfaction Approval "
                  "Voting", "standard"),
    CommitteeRule("minimaxav", "Minimax Approval Voting", "S. J. Brams, D. M. Kilgour and M. R. Sanver 2007, A minimax "
                  "procedure for electing committees", "brute-force"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Approvals:
    """Who is approved together, by how much weight; and what was not handed over."""

    sets: tuple[tuple[tuple[CandidateIndex, ...], VoteCount], ...]
    """(choices approved, weight of the cards), by the choices; none without a choice or a weight."""
    blank: VoteCount
    """Weight of cards that approve nobody who could be elected."""
    void: VoteCount
    """Weight of cards overvoted, declared invalid, or marked for the withdrawn alone."""

    @property
    def weight(self) -> VoteCount:
        """Weight of the cards handed over."""
        return sum(weight for _, weight in self.sets)


@dataclass(frozen=True, slots=True)
class Committees:
    """What abcvoting answers for one contest under one rule."""

    contest: Contest
    rule: CommitteeRule
    seats: int
    approvals: Approvals
    winning: tuple[tuple[CandidateIndex, ...], ...]
    """Every winning committee, in the order of the ballot: more than one is a tie."""
    complete: bool
    """False where more than `MOST_LISTED` committees win."""


def library() -> str:
    """Return the version of abcvoting. Raises `MissingToolError` where it, or a part of it, is not installed."""
    _abcvoting()
    return version("abcvoting")


def committees(
    opened: Opened, titles: tuple[str, ...] = (), rules: tuple[str, ...] = ("pav",), seats: int = 0
) -> tuple[tuple[Committees, ...], tuple[NotCounted, ...]]:
    """Let abcvoting count the contests that `titles` mean, or all, under each of `rules`.

    `seats` stand for the contest's own where given. Raises `UsageError` for a title or a rule that is not known,
    `MissingToolError` without abcvoting. Contests without approvals are in the second part, with the reason.
    """
    chosen_rules = [COMMITTEE_RULES[rule] for rule in dict.fromkeys(rules)]
    _abcvoting()
    chosen = opened.chosen(titles)
    found: list[Committees] = []
    missing = [one for one in opened.without if one.title in chosen]
    for title in chosen:
        if title in opened.contests:
            contest = opened.contests[title]
            try:
                given = approvals(contest, opened.profiles.get(title, Profile((), (), ())))
                found += [count(contest, given, rule, seats or contest.seats) for rule in chosen_rules]
            except UsageError as error:
                missing.append(NotCounted(title, str(error)))
    return tuple(found), tuple(missing)


def approvals(contest: Contest, profile: Profile) -> Approvals:
    """Read each card as rule `plurality` does, with the contest's votes allowed: more marks than that overvote it.

    Pooled write-ins, withdrawn choices and groups are nobody who could be elected. Raises `UsageError` where voters
    rank or score, or may mark one choice only: approving is marking all that one likes.
    """
    if contest.ranks:
        raise UsageError("its voters rank, and which ranks approve is nowhere said")
    if contest.votes_allowed == 1 and len(contest.choices) > 1:
        raise UsageError(
            "it allows one vote, and approval ballots allow more: faircount decide CONTEST --votes-allowed "
            f"{len(contest.choices)}, if voters could approve that many"
        )
    if any(mark.score is not None for pattern in profile.patterns for mark in pattern.marks):
        raise UsageError("its voters give points, and how many approve is nowhere said")
    plain = replace(contest, rule=_READ_BY, options=())
    sets: dict[tuple[CandidateIndex, ...], VoteCount] = {}
    blank: VoteCount = 0
    void: VoteCount = 0
    electable = set(_electable(contest))
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        read = RULES[_READ_BY].read(plain, pattern)
        approved = tuple(choice for choice, _ in read.votes if choice in electable)
        if approved and weight:
            sets[approved] = sets.get(approved, 0) + weight
        elif not read.votes and (read.overvotes or read.invalid):
            void += weight
        else:
            blank += weight
    return Approvals(tuple(sorted(sets.items())), blank, void)


def count(contest: Contest, given: Approvals, rule: CommitteeRule, seats: int) -> Committees:
    """Let abcvoting find every committee that wins under `rule`. Raises `UsageError` where it cannot be found."""
    abcrules, preferences = _abcvoting()
    people = _electable(contest)
    if not given.sets:
        raise UsageError("no card approves anybody")
    if seats > len(people):
        raise UsageError(f"{seats} seats, and {len(people)} who could be elected")
    possible = math.comb(len(people), seats)
    if rule.compares_all and possible * len(given.sets) > MOST_STEPS:
        raise UsageError(
            f"rule {rule.name} compares {possible:,} committees over {len(given.sets):,} distinct ballots, and the "
            f"exact algorithm is called for {MOST_STEPS:,} comparisons at most; a sequential rule compares few"
        )
    number = {choice: at for at, choice in enumerate(people)}
    profile = preferences.Profile(num_cand=len(people))
    for approved, weight in zip([names for names, _ in given.sets], _whole(w for _, w in given.sets), strict=True):
        profile.add_voter(preferences.Voter([number[choice] for choice in approved], weight=weight))
    told = abcrules.compute(
        rule.name, profile, seats, algorithm=rule.algorithm, resolute=False, max_num_of_committees=MOST_LISTED + 1
    )
    winning = sorted(tuple(people[at] for at in sorted(committee)) for committee in told)
    return Committees(
        contest, rule, seats, given, tuple(winning[:MOST_LISTED]), complete=len(winning) <= MOST_LISTED
    )  # fmt: skip


def _electable(contest: Contest) -> tuple[CandidateIndex, ...]:
    kinds = ("regular", "qualified-write-in")
    return tuple(CandidateIndex(at) for at, choice in enumerate(contest.choices) if choice.kind in kinds)


def _whole(weights: Iterable[VoteCount]) -> list[int]:
    """Return whole weights in the same proportion. With parts of a vote, Phragmén's loads could exceed the number of
    seats, which is abcvoting's sign for a choice that nobody approves.
    """
    exact = [Fraction(weight) for weight in weights]
    scale = math.lcm(*(weight.denominator for weight in exact))
    return [int(weight * scale) for weight in exact]


def _abcvoting() -> tuple[Any, Any]:
    try:
        from abcvoting import abcrules, preferences
    except ImportError as error:
        raise MissingToolError(
            f"approval committees are counted by abcvoting, and {error.name} is not installed; "
            "pip install 'faircount[committees]'"
        ) from error
    return abcrules, preferences
