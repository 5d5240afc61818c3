"""Single transferable vote: who surely wins, who surely does not, and now and then the whole outcome.

A choice with a quota of first preferences wins (IQ). Where w's first preferences are more than all that l can ever
have while w stands (AG), l is elected only if w is: w stays above l at every stage. Where winners of round 1 are
claimed to pass on their papers at a value below τ, such papers count τ for l (AG*). These hold whatever papers a law
moves, as long as each counts for no more than 1. From them follows who is elected and who is not, see `deduced`.
Source: Blom, Stuckey, Teague and Vukcevic 2021, arXiv:2112.09921, §§ 3–5; Blom et al. 2025, arXiv:2503.14803, § 4.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from faircount.assertion.generator import Claims, Generator, nobody, nothing
from faircount.assertion.irv.rankings import Rankings
from faircount.assertion.linear import Form, above_part, any_vote, below_part, more, ratio, reads
from faircount.assertion.rankings import Choices, first_is, has_first, prefers
from faircount.assertion.stages import plain_ballots, standing_in
from faircount.model import Assertion, Ballots, CandidateIndex, Contest, Transcript

STEPS = 8
"""How many upper bounds on transfer values are tried, between the reported value and the greatest possible."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One claim as an argument uses it. `loser` None: the winner has a quota at first; else w above l."""

    winner: CandidateIndex
    loser: CandidateIndex | None
    assertion: Assertion
    ratio: Fraction
    """Margin / upper bound on the reported ballots, the smallest of the claim and those beside it."""
    beside: tuple[Assertion, ...] = ()
    """What must be true for this claim to mean what it says: bounds on transfer values, quotas at first."""


Fixed = tuple[set[CandidateIndex], set[CandidateIndex]]
"""Who is surely elected, and who surely is not."""


def deduced(facts: Iterable[Fact], everyone: Choices, seats: int, fills: bool) -> Fixed:
    """Return who is surely elected and who surely is not.

    l is not, where S others are elected whenever l is. w is, where without w fewer than S could be elected: whoever is
    below w is elected only if w is. That needs every seat to be filled; where seats may stay empty (`fills` False), it
    still holds without what is known of losers: w goes out last of all below it, when no more are left than seats.
    """
    facts = list(facts)
    won = {fact.winner for fact in facts if fact.loser is None}
    lost: set[CandidateIndex] = set()
    over: dict[CandidateIndex, set[CandidateIndex]] = {c: set() for c in everyone}
    under: dict[CandidateIndex, set[CandidateIndex]] = {c: set() for c in everyone}
    for fact in facts:
        if fact.loser is not None:
            over[fact.loser].add(fact.winner)
            under[fact.winner].add(fact.loser)
    while True:
        lose = {c for c in everyone if c not in won and len((won | over[c]) - {c}) >= seats}
        known = lose if fills else set()
        win = {c for c in everyone if (fills or under[c]) and len(set(everyone) - {c} - under[c] - known) < seats}
        # Whoever stands above somebody elected is elected.
        win |= {one for c in won | win for one in over[c]}
        if lose <= lost and win <= won:
            return won, lost
        won, lost = won | win, lost | lose


def quota_part(transcript: Transcript, seats: int) -> tuple[Fraction, bool] | None:
    """Return the part f of first preferences more than which surely is a quota; None where no part is.

    And whether the quota is never less than f of them, which bounds transfer values. Votes are whole: more than
    V / (S + 1) is at least the Droop quota.
    """
    decided = dict(transcript.decisions)
    if transcript.rule != "stv":
        enough = 10 ** int(decided.get("decimals", "9")) > seats
        return (Fraction(1, seats + 1), False) if enough else None
    quota, reach = decided["quota"], decided["reach"]
    droop, least = Fraction(1, seats + 1), decided["quota_from"] == "first-count"
    if quota == "hagenbach-bischoff":
        return droop, least
    if quota in ("hare", "hare-up", "hare-down"):
        # Above V / S; more than a quota that is rounded up may still be less than more of it.
        exact = reach != "more-than" or quota != "hare-up"
        return (Fraction(1, seats), least and quota != "hare-down") if exact and seats > 1 else None
    if reach == "more-than" or (quota == "droop-fractional" and 10 ** int(decided["decimals"]) <= seats):
        return None
    return droop, least


def claims(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Search for claims that fix as much of the outcome as any do, the hardest of them as easy as can be."""
    if transcript.verdict != "elected":
        return nobody(transcript)
    why = plain_ballots(contest, transcript) if transcript.rule == "stv" else ""
    if why:
        return nothing(why)
    everyone, seats, fills = standing_in(contest), contest.seats, transcript.rule != "meek"
    if len(everyone) <= seats:
        if not fills:
            return nothing("nobody stood against the elected, and whoever has no vote is not elected")
        one = any_vote(contest, "at least one card ranks somebody", has_first(contest), ballots)
        return Claims((one,), "outcome", "nobody stood against the elected, and somebody voted")
    best: tuple[int, Fraction, tuple[Fact, ...]] = (0, Fraction(0), ())
    for facts in _tries(contest, transcript, ballots, everyone):
        chosen = chosen_facts(facts, everyone, seats, fills)
        fixed = sum(map(len, deduced(chosen, everyone, seats, fills)))
        easy = min((fact.ratio for fact in chosen), default=Fraction(0))
        if (fixed, easy) > best[:2]:
            best = (fixed, easy, chosen)
    if not best[0]:
        return nothing("no claim fixes any winner or any loser of this count: count all cards by hand")
    return _told(contest, transcript, best[2], deduced(best[2], everyone, seats, fills))


def _told(
    contest: Contest, transcript: Transcript, facts: tuple[Fact, ...], fixed: Fixed
) -> Claims:  # fmt: skip
    assertions = tuple(
        {one.claim: one for fact in facts for one in (fact.assertion, *fact.beside)}.values()
    )  # fmt: skip
    won, lost = fixed
    if won == set(transcript.elected) and len(won) == contest.seats:
        return Claims(assertions, "outcome", "from these follows who is elected, whatever papers the law moves")
    said = [f"{', '.join(map(contest.name_of, sorted(some)))}: {what}" for some, what in
            ((won, "elected"), (lost, "not elected")) if some]  # fmt: skip
    return Claims(assertions, "part", f"{'; '.join(said)}. Of all others nothing is claimed")


def chosen_facts(facts: Collection[Fact], everyone: Choices, seats: int, fills: bool) -> tuple[Fact, ...]:
    """Leave out facts, hardest first, without which as much follows."""
    kept = sorted(facts, key=lambda fact: (fact.ratio, fact.winner, -1 if fact.loser is None else fact.loser))
    full = deduced(kept, everyone, seats, fills)
    for fact in list(kept):
        rest = [one for one in kept if one is not fact]
        if deduced(rest, everyone, seats, fills) == full:
            kept = rest
    return tuple(kept)


def _tries(
    contest: Contest, transcript: Transcript, ballots: Ballots, everyone: Choices
) -> Iterable[list[Fact]]:  # fmt: skip
    """Yield sets of facts true of the reported ballots: without transfer values, then with a bound after another."""
    quota = quota_part(transcript, contest.seats)
    at_first: dict[CandidateIndex, Fact] = {}
    if quota is not None:
        for choice in everyone:
            claim = f"{contest.name_of(choice)} has more than {quota[0]} of the first preferences"
            one = above_part(contest, claim, first_is(choice), has_first(contest), quota[0], 1, choice)
            if (value := ratio(one, ballots)) > 0:
                at_first[choice] = Fact(choice, None, one, value)
    worth = Worth.of(contest, ballots, tuple(at_first))
    plain = [*at_first.values(), *_pairs(contest, worth, everyone, {}, (), Fraction(2))]
    yield plain
    if quota is None or not quota[1] or not at_first or not _values_are_bounded(transcript):
        return
    known = {(fact.winner, fact.loser) for fact in plain}
    for step in range(1, STEPS + 1):
        bounds, beside = _bounds(contest, ballots, at_first, quota[0], Fraction(step, STEPS))
        easy = min(ratio(one, ballots) for one in beside)
        better = _pairs(contest, worth, everyone, bounds, beside, easy)
        yield plain + [fact for fact in better if (fact.winner, fact.loser) not in known]


def _values_are_bounded(transcript: Transcript) -> bool:
    """Say whether a winner of round 1 passes papers on at (votes − quota) / votes and no more.

    All with a quota must be elected at once, and the surplus be divided among all papers.
    """
    decided = dict(transcript.decisions)
    return decided.get("share") == "all" and decided.get("elect") == "all-who-reach"


def _bounds(
    contest: Contest, ballots: Ballots, at_first: Mapping[CandidateIndex, Fact], part: Fraction, step: Fraction
) -> tuple[dict[CandidateIndex, Fraction], tuple[Assertion, ...]]:
    """Return for each winner of round 1 a bound τ on its transfer value, and the claims that it rests on.

    (f − Q) / f < τ where f < V part / (1 − τ) and Q ≥ V part. `step` says how far τ is from the reported value towards
    1 − part, which needs no claim: nobody has more than all first preferences.
    """
    valid = sum(n for b, n in zip(ballots.ballots, ballots.cards, strict=True) if b.ranking)
    bounds: dict[CandidateIndex, Fraction] = {}
    beside = [fact.assertion for fact in at_first.values()]
    for choice in at_first:
        own = sum(n for b, n in zip(ballots.ballots, ballots.cards, strict=True) if b.ranking[:1] == (choice,))
        least = 1 - part * valid / own
        tau = (least + (1 - part - least) * step).limit_denominator(1000)
        bounds[choice] = tau = min(max(tau, least), 1 - part) if tau > least else 1 - part
        share = part / (1 - tau)
        if share < 1:
            claim = (
                f"{contest.name_of(choice)} has less than {share} of the first preferences (transfer value below {tau})"
            )
            beside.append(below_part(contest, claim, first_is(choice), has_first(contest), share, 1, choice))
    return bounds, tuple(beside)


@dataclass(frozen=True, slots=True)
class Worth:
    """First preferences, and what each choice can have while another stands, by who has the ballot first."""

    cards: int
    first: NDArray[np.int64]
    over: dict[CandidateIndex | None, NDArray[np.int64]]
    """over[f][w, l]: cards with first preference f on which l is before w. None: all other cards."""

    @classmethod
    def of(cls, contest: Contest, ballots: Ballots, apart: Choices) -> "Worth":
        """Tally the reported ballots, those of each of `apart` for themselves."""
        groups: dict[CandidateIndex | None, list[int]] = {None: [], **{c: [] for c in apart}}
        for row, ballot in enumerate(ballots.ballots):
            first = ballot.ranking[0] if ballot.ranking else None
            groups[first if first in groups else None].append(row)
        held = {
            first: Rankings.of(
                Ballots(
                    tuple(ballots.ballots[row] for row in rows),
                    tuple(ballots.cards[row] for row in rows),
                    tuple(ballots.weights[row] for row in rows),
                ),
                len(contest.choices),
            )
            for first, rows in groups.items()
        }
        firsts = sum((one.first for one in held.values()), np.zeros(len(contest.choices), np.int64))
        return cls(ballots.total_cards, firsts, {first: one.over for first, one in held.items()})

    def margin(
        self, winner: CandidateIndex, loser: CandidateIndex, bounds: Mapping[CandidateIndex, Fraction]
    ) -> Fraction:
        """Return the margin of `winner` always above `loser`, over the cards; its upper bound is 1."""
        most = Fraction(0)
        for first, over in self.over.items():
            value = Fraction(1) if first is None else bounds.get(first, Fraction(1))
            most += value * int(over[winner, loser])
        return (int(self.first[winner]) - most) / max(self.cards, 1)


def _pairs(
    contest: Contest, worth: Worth, everyone: Choices, bounds: Mapping[CandidateIndex, Fraction],
    beside: tuple[Assertion, ...], easy: Fraction,
) -> list[Fact]:  # fmt: skip
    """Return every pair of which one is always above the other on the reported ballots; `easy` is that of `beside`."""
    found = []
    for winner in everyone:
        for loser in everyone:
            if winner in bounds or loser in bounds or loser == winner:
                continue
            margin = worth.margin(winner, loser, bounds)
            if margin > 0:
                one = always_above(contest, winner, loser, bounds)
                found.append(Fact(winner, loser, one, min(margin, easy), beside))
    return found


def always_above(
    contest: Contest, winner: CandidateIndex, loser: CandidateIndex, bounds: Mapping[CandidateIndex, Fraction]
) -> Assertion:  # fmt: skip
    """Claim that `winner` has more first preferences than `loser` can ever have while `winner` stands (AG, AG*)."""
    claim = f"{contest.name_of(winner)} is always above {contest.name_of(loser)}"
    if bounds:
        names = ", ".join(f"{contest.name_of(c)} below {tau}" for c, tau in bounds.items())
        claim += f", with transfer values of {names}"
    worth = most_of(loser, winner, bounds)
    return more(contest, "always-above", claim, first_is(winner), worth, pair=(winner, loser))


def most_of(loser: CandidateIndex, winner: CandidateIndex, bounds: Mapping[CandidateIndex, Fraction]) -> Form:
    """Return the most that a ballot can be worth to `loser` while `winner` stands: 1, less if a winner had it first."""
    worth = prefers(loser, winner)
    for first, tau in bounds.items():
        worth -= (1 - tau) * reads("passed", first, loser, winner)
    return worth


GENERATOR = Generator(
    "transferable",
    ("stv", "meek", "irish-stv", "cambridge-stv"),
    "Blom, Stuckey, Teague and Vukcevic 2021, arXiv:2112.09921; Blom et al. 2025, arXiv:2503.14803",
    claims,
)
