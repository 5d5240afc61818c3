"""Lists, their thresholds and their candidates, once more and from their texts alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from json import loads
from math import ceil

from count.second_opinion_marks.cards import Sums
from count.second_opinion_marks.lots import Lots

from faircount.model import BadInputError, Choice, Contest

NOT_ON_A_LIST = ("write-in", "withdrawn", "abstain", "withhold", "broker-non-vote")


@dataclass
class List:
    """One list in this count."""

    contest: Contest
    members: list[int] = field(default_factory=list)
    group: int | None = None
    whole: bool = False
    """Whether the choice is the list, and its persons are nobody's business."""
    votes: Fraction = Fraction(0)
    takes_part: bool = True
    held: int = 0

    @property
    def choices(self) -> list[int]:
        return self.members + ([] if self.group is None else [self.group])

    @property
    def has_room(self) -> bool:
        return self.whole or self.held < len(self.members)


def persons_stand(contest: Contest) -> bool:
    """Say whether choices are persons: as stated, or where parties come twice or a list stands beside its persons."""
    stated = contest.option("choices", "lists")
    named = [choice.party for choice in contest.choices if choice.party]
    seen = any(named.count(party) > 1 for party in named) or "group" in [choice.kind for choice in contest.choices]
    return stated == "candidates" or (stated == "auto" and seen)


def lists_of(contest: Contest, votes: list[Fraction]) -> list[List]:
    """Return the lists in the order of the ballot."""
    found: dict[tuple[str, str], List] = {}
    for at, choice in enumerate(contest.choices):
        if choice.kind in NOT_ON_A_LIST:
            continue
        one = found.setdefault(key_of(contest, choice), List(contest))
        if not persons_stand(contest):
            one.members, one.whole = [at], True
        elif choice.kind != "group":
            one.members.append(at)
        elif one.group is not None:
            raise BadInputError("party", "a party has one group")
        else:
            one.group = at
    for one in found.values():
        one.votes = sum((votes[choice] for choice in one.choices), Fraction(0))
    return list(found.values())


def key_of(contest: Contest, choice: Choice) -> tuple[str, str]:
    if not persons_stand(contest):
        return ("choice", choice.name)
    if choice.party:
        return ("party", choice.party)
    return ("party" if choice.kind == "group" else "person", choice.name)


def apply_threshold(contest: Contest, lists: list[List], sums: Sums) -> None:
    """Say of every list whether it takes part."""
    part, number = contest.option("threshold", "none"), contest.option("threshold_votes", "none")
    if part == number == "none":
        return
    base = sum(sums.votes, Fraction(0))
    if contest.option("threshold_base", "valid-votes") != "valid-votes":
        base += sums.inactive.get("undervote", 0)
    if contest.option("threshold_base", "valid-votes") == "ballots":
        base += sums.inactive.get("overvote", 0) + sums.inactive.get("invalid", 0)
    needed = [Fraction(number)] if number != "none" else []
    needed += [Fraction(part) * base] if part != "none" else []
    at_least = contest.option("threshold_reach", "at-least") == "at-least"

    def reach(votes: Fraction, figures: Sequence[Fraction]) -> bool:
        return all(votes > figure or (at_least and votes == figure) for figure in figures)

    if contest.option("nobody_reaches", "vacant") == "half-of-first" and not any(reach(o.votes, needed) for o in lists):
        needed = [max((one.votes for one in lists), default=Fraction(0)) / 2]
    stated = contest.option("exempt", "none")
    exempt = [] if stated == "none" else loads(stated)
    for one in lists:
        named = any(contest.choices[choice].name in exempt for choice in one.choices)
        one.takes_part = named or reach(one.votes, needed)


def places(one: List, votes: list[Fraction], won: int, valid: Fraction) -> dict[int, Fraction]:
    """Return a figure for each candidate: the higher goes before the lower, and equal ones are equal."""
    contest, order = one.contest, {choice: Fraction(-at) for at, choice in enumerate(one.members)}
    how = contest.option("persons", "personal-votes")
    if how == "personal-votes":
        return {choice: votes[choice] for choice in one.members}
    if how == "list-order":
        return order
    if how == "personal-threshold":
        base = {
            "votes-per-seat": valid / contest.seats,
            "list-votes": one.votes,
            "list-votes-per-seat": one.votes / max(won, 1),
        }[contest.option("personal_base", "votes-per-seat")]
        least = base * Fraction(contest.option("personal_part", "1/4"))
        enough = contest.option("personal_reach", "at-least") == "at-least"
        ahead = {c for c in one.members if votes[c] > least or (enough and votes[c] == least)}
        return {c: votes[c] + 1 if c in ahead else order[c] for c in one.members}
    # Art. 172 rounds both figures up to the next whole number, whether or not they reach a half.
    pot = Fraction(0) if one.group is None else Fraction(ceil(votes[one.group] / 2))
    eligible = ceil(one.votes / (won + 1))
    got = {}
    for choice in one.members:
        given = min(pot, max(eligible - votes[choice], Fraction(0)))
        got[choice], pot = votes[choice] + given, pot - given
    ranked = sorted(one.members, key=lambda choice: (-got[choice], one.members.index(choice)))
    return {choice: Fraction(-at) for at, choice in enumerate(ranked)}


def face(one: List, votes: list[Fraction], valid: Fraction) -> int:
    """Return the choice that a tie of lists names."""
    if one.whole:
        return one.members[0]
    if one.group is not None:
        return one.group
    figures = places(one, votes, one.held + 1, valid)
    return sorted(one.members, key=lambda choice: (-figures[choice], choice))[one.held]


def seated(one: List, votes: list[Fraction], valid: Fraction, lots: Lots) -> list[int]:
    """Return who takes the seats of a list, first to last."""
    if one.whole:
        return one.members * one.held
    figures = places(one, votes, one.held, valid)
    by_choice = [figures.get(choice, Fraction(0)) for choice in range(len(votes))]
    return lots.best(one.members, by_choice, one.held, "elected")
