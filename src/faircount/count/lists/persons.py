"""Who of a list takes its seats: by personal votes, by the order of the list, or by a mixture that a law prescribes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from faircount.count.lists.slates import Slate
from faircount.count.rule import FRACTION, Option
from faircount.model import CandidateIndex, VoteCount

OPTIONS = (
    Option(
        "persons",
        ("personal-votes", "list-order", "personal-threshold", "devolution"),
        "personal-votes",
        "Who takes the seats of a list of candidates. personal-votes: those with most votes (Finland). list-order: the "
        "first on the list (Spain). personal-threshold: first those who reach personal_part of personal_base, by "
        "votes, then the others in the order of the list (Netherlands, Kieswet art. P 15; Sweden, Vallag ch. 14). "
        "devolution: half of the votes for the list as a whole go to its candidates in its order until each has the "
        "figure of eligibility (list votes ÷ (seats + 1), rounded up), then by votes, equal ones in the order of the "
        "list (Belgium, Code électoral art. 172). Plays no part where `choices` is `lists`.",
    ),
    Option(
        "personal_base",
        ("votes-per-seat", "list-votes", "list-votes-per-seat"),
        "votes-per-seat",
        "What personal_part is a part of. votes-per-seat: valid votes ÷ seats (Netherlands). list-votes: votes of the "
        "candidate's list (Sweden). list-votes-per-seat: these ÷ the seats of the list.",
    ),
    Option(
        "personal_part",
        (FRACTION,),
        "1/4",
        "The part that puts a candidate before the order of the list: 1/4 (Netherlands), 1/20 (Sweden).",
    ),
    Option(
        "personal_reach",
        ("at-least", "more-than"),
        "at-least",
        "at-least: exactly that part is enough (Sweden, Vallag ch. 14 § 9). more-than: exactly that part is not enough "
        "(Netherlands, Kieswet art. P 15(1)).",
    ),
)


@dataclass(frozen=True, slots=True)
class Line:
    """The candidates of one list in the order in which they take its seats."""

    order: tuple[CandidateIndex, ...]
    """The first to take a seat first; equal ones in the order of the ballot."""
    merit: tuple[int, ...]
    """Along `order`: equal numbers where nothing parts two candidates; higher first."""
    votes: tuple[VoteCount, ...]
    """Along `order`: votes that decided, with those of the list that were passed on to the candidate."""


def devolve(personal: Sequence[VoteCount], pot: VoteCount, eligible: VoteCount) -> tuple[VoteCount, ...]:
    """Return votes by candidate, in list order, after `pot` list votes went to them until each has `eligible`.

    Source: Belgium, Code électoral art. 172.
    """
    after = []
    for votes in personal:
        given = min(pot, max(0, eligible - votes))
        pot -= given
        after.append(votes + given)
    return tuple(after)


def rounded_up(value: VoteCount) -> int:
    """Return the next whole number that is not below `value`."""
    return -(-value.numerator // value.denominator)


def line_of(slate: Slate, decided: Mapping[str, str], votes: Sequence[VoteCount], list_seats: int, seats: int) -> Line:
    """Return the candidates of `slate` in the order in which they take its `list_seats` of `seats` seats."""
    own = [votes[c] for c in slate.members]
    claims: list[Any]
    if decided["persons"] == "list-order":
        claims = [(-at,) for at in range(len(own))]
    elif decided["persons"] == "devolution":
        pot = Fraction(votes[slate.group]) / 2 if slate.group is not None else 0
        eligible = rounded_up(Fraction(slate.votes(votes)) / (list_seats + 1))
        own = list(devolve(own, rounded_up(pot), eligible))
        claims = [(n, -at) for at, n in enumerate(own)]
    elif decided["persons"] == "personal-threshold":
        needed = Fraction(decided["personal_part"]) * _base(slate, decided["personal_base"], votes, list_seats, seats)
        strict = decided["personal_reach"] == "more-than"
        claims = [(1, n) if n > needed or (n == needed and not strict) else (0, -at) for at, n in enumerate(own)]
    else:
        claims = [(n,) for n in own]
    rank = {claim: at for at, claim in enumerate(sorted(set(claims)))}
    places = sorted(range(len(own)), key=lambda at: (-rank[claims[at]], at))
    return Line(
        tuple(slate.members[at] for at in places),
        tuple(rank[claims[at]] for at in places),
        tuple(own[at] for at in places),
    )


def _base(slate: Slate, base: str, votes: Sequence[VoteCount], list_seats: int, seats: int) -> Fraction:
    if base == "votes-per-seat":
        return Fraction(sum(votes)) / seats
    return Fraction(slate.votes(votes)) / (1 if base == "list-votes" else max(list_seats, 1))
