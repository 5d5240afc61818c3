"""Cumulative voting: a voter has as many votes as the contest allows and may give several to one choice."""

from collections.abc import Mapping
from fractions import Fraction

from faircount.count.interpretation import is_invalid
from faircount.count.marks.tally import elect_leading, last_seat_margin
from faircount.count.points.scores import refuse_ranks
from faircount.count.ranked.preferences import plain
from faircount.count.rule import Option, Reading, Rule, settings
from faircount.count.ties import MARKS_TIES
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Contest,
    Margin,
    Pattern,
    Profile,
    Round,
    Transcript,
    VoteCount,
)

SPLIT = Option(
    "split",
    ("as-marked", "evenly"),
    "as-marked",
    "as-marked: a mark gives the votes it states, one where it states none. evenly: all votes of a card are divided "
    "evenly over the choices marked, as exact fractions (equal and even, as Peoria, Illinois, once did).",
)


def count(contest: Contest, profile: Profile) -> Transcript:
    """Elect the choices with the most votes, one for each seat; a choice without any vote is never elected.

    A card that gives more votes than allowed counts for nobody. Votes that it does not use are undervotes. Abstentions
    and votes withheld elect nobody.
    """
    decided = _decisions(contest)
    total = profile.total_weight * contest.votes_allowed
    return elect_leading(RULE.name, contest, decided, _tally(contest, profile, decided), total)


def _tally(contest: Contest, profile: Profile, decided: dict[str, str]) -> Round:
    votes: list[VoteCount] = [0] * len(contest.choices)
    rest: dict[str, VoteCount] = {"undervote": 0, "overvote": 0, "invalid": 0}
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        given = _given(contest, pattern)
        room = contest.votes_allowed - sum(given.values())
        if is_invalid(pattern) or room < 0:
            rest["invalid" if is_invalid(pattern) else "overvote"] += contest.votes_allowed * weight
            continue
        if decided["split"] == "evenly" and given:
            given, room = dict.fromkeys(given, Fraction(contest.votes_allowed, len(given))), 0
        for choice, n in given.items():
            if contest.choices[choice].kind == "withdrawn":
                rest["invalid"] += n * weight
            else:
                votes[choice] += n * weight
        rest["undervote"] += room * weight
    return Round(tuple(plain(n) for n in votes), tuple((cause, plain(n)) for cause, n in rest.items() if n))


def _given(contest: Contest, pattern: Pattern) -> Mapping[CandidateIndex, VoteCount]:
    """Return what the marks that count give, choice by choice, whether or not it is too much."""
    given: dict[CandidateIndex, int] = {}
    for mark in pattern.marks:
        place = f"contest {contest.title!r}"
        if not 0 <= mark.choice < len(contest.choices):
            raise BadInputError(place, f"a mark points to one of {len(contest.choices)} choices", str(mark.choice))
        if mark.rank != 1:
            raise BadInputError(place, "votes are given, not ranks", f"rank {mark.rank}")
        if mark.score is not None and mark.score < 0:
            raise BadInputError(place, "votes are not negative", str(mark.score))
        if not mark.is_ambiguous and mark.is_vote is not False and mark.score != 0:
            given[mark.choice] = given.get(mark.choice, 0) + (1 if mark.score is None else mark.score)
    return given


def _read(contest: Contest, pattern: Pattern) -> Reading:
    allowed = contest.votes_allowed
    given = {choice: int(n) for choice, n in sorted(_given(contest, pattern).items())}
    if is_invalid(pattern):
        return Reading((), invalid=allowed)
    room = allowed - sum(given.values())
    if room < 0:
        return Reading((), overvotes=allowed)
    stood = tuple((c, n) for c, n in given.items() if contest.choices[c].kind != "withdrawn")
    return Reading(stood, undervotes=room, invalid=sum(given.values()) - sum(n for _, n in stood))


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one pattern as marked. Under `split=evenly` a card's votes are divided later, over the same choices."""
    _decisions(contest)
    return _read(contest, pattern)


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Tally a part of the ballots; who is elected is decided by the whole."""
    one, decided = _tally(contest, profile, _decisions(contest)), whole.rounds[0]
    return (Round(one.votes, one.inactive, decided.elected, ties=decided.ties),)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return last elected less first not elected, in votes; None after a tie or where nobody lost."""
    return last_seat_margin(contest, transcript, "last elected and first not elected")


def _decisions(contest: Contest) -> dict[str, str]:
    refuse_ranks(contest, RULE.name)
    return settings(RULE.name, RULE.options, contest)


RULE = Rule(
    name="cumulative",
    law=(
        "Cumulative voting: Texas Education Code § 11.054 (trustees of school districts); for directors of "
        "corporations 8 Delaware Code § 214, where votes are shares × seats (each card weighs its shares)"
    ),
    count=count,
    read=read,
    margin=margin,
    options=(SPLIT, *MARKS_TIES),
    many_votes=True,
    follow=follow,
)
