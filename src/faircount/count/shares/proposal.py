"""A shareholders' proposal: for, against, abstain, broker non-votes, and the standard that says what passes it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from faircount.count.interpretation import read_marks
from faircount.count.marks.tally import by_votes, in_words, refuse_many, refuse_ranked
from faircount.count.ranked.preferences import plain
from faircount.count.rule import CHOICE, FRACTION, WHOLE_NUMBER, Option, Reading, Rule, settings
from faircount.model import (
    BadInputError,
    CandidateIndex,
    Choice,
    Contest,
    Exhibit,
    Margin,
    Pattern,
    Profile,
    Round,
    Transcript,
    UsageError,
    VoteCount,
    name_key,
)

NON_VOTE = "broker-non-vote"
"""Condition of a card whose shares are present and could not be voted on this proposal."""
_ABSTENTIONS = frozenset(("abstain", "abstained", "abstention"))
_NON_VOTES = frozenset(("broker non vote", "broker non votes", "broker nonvote", "broker nonvotes"))
_YES = frozenset(("for", "yes"))
_AGAINST = frozenset(("against", "no", "withhold", "withheld"))
_UNMARKED = ("undervote", "overvote", "invalid")
"""Causes of shares that are at the meeting, could be voted on this proposal, and do not say how."""
_FOR = "named-for"

OPTIONS = (
    Option(
        "for",
        (_FOR, CHOICE),
        _FOR,
        "Which choice is a vote for the proposal. named-for: the one called For or Yes. Or the choice of this name.",
    ),
    Option(
        "interested_abstain",
        (WHOLE_NUMBER,),
        "0",
        "Votes of holders whom the standard leaves out (interested ones) among the abstentions; 0 where it leaves out "
        "nobody.",
    ),
    Option("interested_against", (WHOLE_NUMBER,), "0", "The same among the votes against; they are counted apart."),
    Option("interested_for", (WHOLE_NUMBER,), "0", "The same among the votes for; they are counted apart from these."),
    Option(
        "outstanding",
        (WHOLE_NUMBER,),
        "0",
        "Votes of all shares outstanding and entitled to vote on the record date, from outside the cards. 0: not "
        "stated; then no quorum can be checked, and the count says so.",
    ),
    Option(
        "quorum",
        (FRACTION, "none"),
        "1/2",
        "The part of outstanding that must be represented, more than it where it is 1/2; shares that abstain or that "
        "brokers could not vote are represented. none: no quorum is asked for. Default: 8 Delaware Code § 216(1).",
    ),
    Option(
        "reach",
        ("more-than", "at-least"),
        "more-than",
        "more-than: exactly the threshold is not enough. at-least: exactly the threshold is enough.",
    ),
    Option(
        "standard",
        ("present", "votes-cast", "represented", "outstanding"),
        "present",
        "What the votes for must be a part of. votes-cast: for and against. present: for, against, abstain, and what "
        "is left blank or void, the shares present and entitled to vote on the subject matter (8 Delaware Code "
        "§ 216(2), the default). represented: these and broker non-votes. outstanding: all votes outstanding "
        "(8 Delaware Code §§ 242(b)(1), 251(c)).",
    ),
    Option("threshold", (FRACTION,), "1/2", "The part that must be reached, as an exact fraction: 1/2, 2/3."),
)


class BySide(NamedTuple):
    """Votes by what they say of the proposal."""

    given: VoteCount
    against: VoteCount
    abstain: VoteCount
    unmarked: VoteCount
    """Left blank or void: present, and no vote."""


@dataclass(frozen=True, slots=True)
class _Sides:
    """Which choices are for, against, abstentions and broker non-votes."""

    yes: CandidateIndex
    against: tuple[CandidateIndex, ...]
    abstain: tuple[CandidateIndex, ...]
    non_vote: tuple[CandidateIndex, ...]


def count(contest: Contest, profile: Profile) -> Transcript:
    """Say whether the proposal passed by its standard, and what it got by each of the standards in use.

    Figures are votes: shares × votes a share, as cards weigh them. Votes of interested holders leave their choice and
    stand under `excluded shares`. A proposal without a quorum has not passed. Equal votes are no tie. Without a vote
    for, against or abstaining the verdict is `no votes`. Raises `BadInputError` where beside words of a proxy card
    there is one that is on no side: what it means for the outcome is not for a count to guess. Of a ballot without any
    such word, one choice (by `for`, else the first) is the proposal, and all others are against it.
    """
    decided, sides = _decisions(contest)
    one = _tally(contest, profile, decided, sides)
    base = _base(one, decided, sides, decided["standard"])
    needed = Fraction(decided["threshold"]) * base
    votes = one.votes[sides.yes]
    reached = votes >= needed if decided["reach"] == "at-least" else votes > needed
    quorum = _quorum(profile.total_weight, decided)
    passed = bool(votes) and reached and quorum is not False
    words = f"{decided['reach'].replace('-', ' ')} {decided['threshold']} of {in_words(base)} votes {_words(decided)}"
    note = {
        None: "Quorum: NOT CHECKED, because the votes outstanding are not stated.",
        False: f"No quorum: {in_words(profile.total_weight)} of {int(decided['outstanding']):,} votes represented.",
    }.get(quorum, "")  # fmt: skip
    return Transcript(
        rule=RULE.name,
        total=profile.total_weight,
        rounds=(Round(one.votes, one.inactive, (sides.yes,) if passed else (), note=note),),
        verdict="no votes" if not _voted(one, sides) else "passed" if passed else "not passed",
        decisions=tuple(decided.items()),
        threshold=f"{words} for {contest.name_of(sides.yes)}",
        exhibits=(_standards(one, decided, sides),),
    )


def by_side(contest: Contest, profile: Profile) -> BySide:
    """Return what the cards of `profile` say of the proposal; broker non-votes are on no side."""
    decided, sides = _decisions(contest)
    one = _tally(contest, profile, decided, sides)
    against, abstain = (plain(sum(one.votes[c] for c in among)) for among in (sides.against, sides.abstain))
    unmarked = sum(n for cause, n in one.inactive if cause in _UNMARKED)
    return BySide(one.votes[sides.yes], against, abstain, plain(unmarked))


def _tally(contest: Contest, profile: Profile, decided: dict[str, str], sides: _Sides) -> Round:
    votes: list[VoteCount] = [0] * len(contest.choices)
    rest: dict[str, VoteCount] = dict.fromkeys((*_UNMARKED, "broker non-vote"), 0)
    for pattern, weight in zip(profile.patterns, profile.weights, strict=True):
        if NON_VOTE in pattern.conditions and not pattern.marks:
            rest["broker non-vote"] += weight
            continue
        reading = read_marks(contest, pattern)
        for choice, n in reading.votes:
            votes[choice] += n * weight
        rest["undervote"] += reading.undervotes * weight
        rest["overvote"] += reading.overvotes * weight
        rest["invalid"] += reading.invalid * weight
    rest["excluded shares"] = 0
    for name, among in (("for", (sides.yes,)), ("against", sides.against), ("abstain", sides.abstain)):
        left = int(decided[f"interested_{name}"])
        rest["excluded shares"] += left
        for choice in among:
            taken = min(left, votes[choice])
            votes[choice] -= taken
            left -= taken  # type: ignore[assignment]
        if left:
            raise BadInputError(
                f"contest {contest.title!r}", f"interested_{name} is not more than the votes there are",
                f"{in_words(left)} too many",
            )  # fmt: skip
    return Round(tuple(map(plain, votes)), tuple((cause, plain(n)) for cause, n in rest.items() if n))


def _voted(one: Round, sides: _Sides) -> VoteCount:
    """Return the votes for, against and abstaining."""
    return sum(one.votes[c] for c in (sides.yes, *sides.against, *sides.abstain))


def _base(one: Round, decided: dict[str, str], sides: _Sides, standard: str) -> VoteCount:
    rest = dict(one.inactive)
    if standard == "outstanding":
        return int(decided["outstanding"]) - rest.get("excluded shares", 0)
    if standard == "votes-cast":
        return _voted(one, sides) - sum(one.votes[c] for c in sides.abstain)
    # Who comes and leaves the proposal blank is present, and entitled to vote on it; whose broker may not vote is not.
    present = _voted(one, sides) + sum(rest.get(cause, 0) for cause in _UNMARKED)
    if standard == "present":
        return present
    return present + sum(one.votes[c] for c in sides.non_vote) + rest.get("broker non-vote", 0)


def _quorum(represented: VoteCount, decided: dict[str, str]) -> bool | None:
    """Return whether the quorum was there; None where nobody stated the votes outstanding."""
    if decided["quorum"] == "none":
        return True
    if not int(decided["outstanding"]):
        return None
    part = Fraction(decided["quorum"])
    needed = part * int(decided["outstanding"])
    return represented > needed if part == Fraction(1, 2) else represented >= needed


def _standards(one: Round, decided: dict[str, str], sides: _Sides) -> Exhibit:
    rows: list[tuple[str | VoteCount | None, ...]] = []
    for standard in ("votes-cast", "present", "represented", "outstanding"):
        if standard == "outstanding" and not int(decided["outstanding"]):
            rows.append((standard, one.votes[sides.yes], None, "NOT CHECKED: votes outstanding are not stated"))
            continue
        base = _base(one, decided, sides, standard)
        share = f"{_percent(one.votes[sides.yes], base)} %" if base else "—"
        rows.append((standard, one.votes[sides.yes], base, share))
    return Exhibit(
        "The same votes by each standard",
        ("standard", "votes for", "part of", "share"),
        tuple(rows),
        "What share the votes for are, depending on what they are a part of. The proposal's own standard decides.",
    )


def _percent(votes: VoteCount, base: VoteCount) -> str:
    """Return a percentage to two places, cut and never rounded up to what was not reached."""
    hundredths = Fraction(votes) * 10_000 // Fraction(base)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _words(decided: dict[str, str]) -> str:
    return {"votes-cast": "cast for or against", "present": "present and entitled to vote on it",
            "represented": "represented", "outstanding": "outstanding"}[decided["standard"]]  # fmt: skip


def read(contest: Contest, pattern: Pattern) -> Reading:
    """Read one card: one vote times its weight. A broker non-vote is an undervote here; `count` tells them apart."""
    _decisions(contest)
    return read_marks(contest, pattern)


def follow(contest: Contest, profile: Profile, whole: Transcript) -> tuple[Round, ...]:
    """Tally a part of the cards. Interested shares are stated of the whole, so a part cannot be told of them.

    Raises `UsageError` where any are stated.
    """
    decided, sides = _decisions(contest)
    if any(int(decided[f"interested_{name}"]) for name in ("for", "against", "abstain")):
        raise UsageError(f"contest {contest.title!r}: interested shares are stated of the whole, not of its parts")
    one, told = _tally(contest, profile, decided, sides), whole.rounds[0]
    return (Round(one.votes, one.inactive, told.elected, note=told.note),)


def margin(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return how far the votes for are from the threshold; None without votes, a quorum, or anything against."""
    decided, sides = _decisions(contest)
    one = transcript.rounds[0]
    others = [c for c in by_votes(one.votes) if c in sides.against] or list(sides.against)
    if transcript.verdict == "no votes" or not others or one.note.startswith("No quorum"):
        return None
    needed = Fraction(decided["threshold"]) * _base(one, decided, sides, decided["standard"])
    above = plain(one.votes[sides.yes] - needed)
    if transcript.verdict == "passed":
        return Margin(sides.yes, others[0], above, "votes for over threshold")
    return Margin(others[0], sides.yes, -above, "threshold over votes for")


def _decisions(contest: Contest) -> tuple[dict[str, str], _Sides]:
    refuse_ranked(contest, RULE.name)
    refuse_many(contest, RULE.name)
    decided = settings(RULE.name, RULE.options, contest)
    place = f"contest {contest.title!r}"
    if decided["standard"] == "outstanding" and not int(decided["outstanding"]):
        raise UsageError(f"{place}: the standard is a part of the votes outstanding, and these are not stated")
    said = [_said(choice) for choice in contest.choices]
    everyone = range(len(said))
    if decided["for"] == _FOR:
        found = [c for c in everyone if said[c] == "for"] or ([] if any(said) else list(everyone))
    else:
        found = [c for c in everyone if contest.choices[c].name == decided["for"]]
    unknown = [contest.choices[c].name for c in everyone if not said[c] and c not in found]
    if any(said) and unknown:
        raise BadInputError(
            place, "a choice of a proposal is for it, against, withhold, abstain or a broker non-vote",
            ", ".join(map(repr, unknown)), "put the word right in the source, or decide the contest by another rule",
        )  # fmt: skip
    if not found:
        raise UsageError(f"{place}: rule {RULE.name} needs a choice for the proposal: For, Yes, or the option for")
    yes = found[0]
    abstain = [c for c in everyone if said[c] == "abstain" and c != yes]
    non_vote = [c for c in everyone if said[c] == "broker-non-vote" and c != yes]
    against = [c for c in everyone if c not in (yes, *abstain, *non_vote)]
    as_index = [tuple(map(CandidateIndex, some)) for some in (against, abstain, non_vote)]
    return decided, _Sides(CandidateIndex(yes), *as_index)


def _said(choice: Choice) -> str:
    """Return the side that a choice is on by its kind or name; empty where neither says it."""
    name = name_key(choice.name)
    if choice.kind == "abstain" or name in _ABSTENTIONS:
        return "abstain"
    if choice.kind == "broker-non-vote" or name in _NON_VOTES:
        return "broker-non-vote"
    if choice.kind == "withhold" or name in _AGAINST:
        return "against"
    return "for" if name in _YES else ""


RULE = Rule(
    name="proposal",
    law=(
        "8 Delaware Code § 216 (quorum; the affirmative vote of the majority of shares present and entitled to vote "
        "on the subject matter) unless charter or bylaws say otherwise; §§ 242(b)(1) and 251(c) (outstanding)"
    ),
    count=count,
    read=read,
    margin=margin,
    options=OPTIONS,
    many_seats=False,
    follow=follow,
)
