"""Choices compared two at a time: a winner who beats each other; and what can be claimed where majorities circle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, permutations

from faircount.assertion.generator import TIED, Claims, Generator, has_tie, nobody, nothing
from faircount.assertion.linear import Form, any_vote, first_false, more
from faircount.assertion.rankings import Choices, prefers, running, says_anything
from faircount.model import Assertion, Ballots, CandidateIndex, Contest, Transcript

Pair = tuple[CandidateIndex, CandidateIndex]
MOST_ORDERED = 5
"""Choices of a circle whose every order is compared with the best one; six would make 600 claims."""


@dataclass(frozen=True)
class Comparison:
    """The pairwise votes of the reported ballots, and claims about them."""

    contest: Contest
    decided: Mapping[str, str]
    ballots: Ballots
    among: Choices = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "among", running(self.contest, self.decided))

    @cached_property
    def votes(self) -> dict[Pair, int]:
        """Cards that prefer the first of a pair to the second."""
        found = dict.fromkeys(permutations(self.among, 2), 0)
        for ballot, cards in zip(self.ballots.ballots, self.ballots.cards, strict=True):
            ranked = [c for c in ballot.ranking if c in self.among]
            for at, one in enumerate(ranked):
                for other in ranked[at + 1 :]:
                    found[one, other] += cards
                if self._below:
                    for other in self.among:
                        if other not in ranked:
                            found[one, other] += cards
        return found

    @property
    def _below(self) -> bool:
        return self.decided["unranked"] == "below"

    def lead(self, one: CandidateIndex, other: CandidateIndex) -> int:
        """Return how many more prefer `one` to `other` than the other way round."""
        return self.votes[one, other] - self.votes[other, one]

    def prefers(self, pair: Pair) -> Form:
        """Return whether a ballot prefers the first to the second, as 1 or 0."""
        return prefers(*pair, self._below)

    def all_of(self, pairs: Sequence[Pair]) -> Form:
        """Return in how many of `pairs` a ballot prefers the first to the second."""
        return sum(map(self.prefers, pairs), Form(()))

    def beats(self, one: CandidateIndex, other: CandidateIndex) -> Assertion:
        """Claim that more voters prefer `one` to `other`: A = (1[one ≻ other] − 1[other ≻ one] + 1) / 2."""
        claim = f"more voters prefer {self.contest.name_of(one)} to {self.contest.name_of(other)}"
        return more(self.contest, "preferred", claim, self.prefers((one, other)), self.prefers((other, one)),
                    pair=(one, other))  # fmt: skip

    def stronger(self, one: Pair, other: Pair, by_lead: bool) -> Assertion:
        """Claim that the votes for the first pair, or its lead, are more than those of the second."""
        a, b, c, d = map(self.contest.name_of, (*one, *other))
        if not by_lead:
            claim = f"more voters prefer {a} to {b} than {c} to {d}"
            return more(self.contest, "stronger", claim, self.prefers(one), self.prefers(other))
        claim = f"the lead of {a} over {b} is more than that of {c} over {d}"
        # What is subtracted on one side is added on the other: at most 2 on each.
        ahead, behind = self.all_of([one, other[::-1]]), self.all_of([one[::-1], other])
        return more(self.contest, "stronger", claim, ahead, behind, 2)

    def smith_set(self) -> Choices:
        """Return the fewest choices of whom each beats everybody else on the reported ballots."""
        waiting = [max(self.among, key=lambda c: sum((self.lead(c, o) > 0) + (self.lead(c, o) >= 0)
                                                     for o in self.among if o != c))]  # fmt: skip
        found = set(waiting)
        while waiting:
            member = waiting.pop()
            new = [c for c in self.among if c not in found and self.lead(member, c) <= 0]
            found.update(new)
            waiting += new
        return tuple(sorted(found))


def claims(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim that the winner beats each other, or what else suffices. Source: Blom et al. 2023, arXiv:2303.10509."""
    if transcript.verdict != "elected":
        return nobody(transcript)
    held, winner = Comparison(contest, dict(transcript.decisions), ballots), transcript.elected[0]
    rivals = [c for c in held.among if c != winner]
    if not rivals:
        one = any_vote(contest, "at least one card ranks somebody", says_anything(contest, held.decided), ballots)
        return Claims((one,), "outcome", "nobody stood against the elected, and somebody voted")
    by_opposition = transcript.rule == "minimax" and held.decided["defeat"] == "opposition"
    if not by_opposition and all(held.lead(winner, c) > 0 for c in rivals):
        name = contest.name_of(winner)
        words = f"{name} beats each other, one by one, and this rule elects whoever does"
        return Claims(tuple(held.beats(winner, c) for c in rivals), "outcome", words)
    if has_tie(transcript):
        return nothing(TIED)
    found = _without_condorcet_winner(transcript.rule, held, winner)
    if found is not None and found[0] and first_false(found[0], ballots) is None:
        return Claims(found[0], "outcome", found[1])
    return _in_the_smith_set(transcript.rule, held)


def _without_condorcet_winner(
    rule: str, held: Comparison, winner: CandidateIndex
) -> tuple[tuple[Assertion, ...], str] | None:
    """Return claims that would suffice, with words, where majorities form a circle; None where there are none."""
    if rule == "copeland":
        return _copeland(held, winner), "pairs enough to put the winner's score above what each other can reach"
    if rule == "minimax":
        return _minimax(held, winner), "each other choice has a defeat greater than every one of the winner's"
    if rule in ("schulze", "ranked-pairs"):
        return _order_of_majorities(held), "these fix every majority and their order, and so the winner"
    if rule == "kemeny" and len(held.smith_set()) <= MOST_ORDERED:
        return _kemeny(held, winner), "the best order agrees with more preferences than any order with another first"
    return None


def _copeland(held: Comparison, winner: CandidateIndex) -> tuple[Assertion, ...]:
    """Return all wins of the winner, and of each rival as many losses as keep it below (§ 3.2: Copeland).

    A pair that is not claimed counts as won by the rival; so it does not matter what a level pair is worth.
    """
    wins = [c for c in held.among if c != winner and held.lead(winner, c) > 0]
    found = {(winner, c): held.beats(winner, c) for c in wins}
    needed = len(held.among) - len(wins)
    for rival in held.among:
        if rival == winner:
            continue
        losses = sorted((c for c in held.among if c != rival), key=lambda c: (held.lead(rival, c), c))[:needed]
        found |= {(c, rival): held.beats(c, rival) for c in losses}
    return tuple(found.values())


def _minimax(held: Comparison, winner: CandidateIndex) -> tuple[Assertion, ...]:
    """Return claims that each rival has a defeat that is worse than each of the winner's (§ 3.3: Minimax)."""
    defeat = held.decided["defeat"]
    others = [c for c in held.among if c != winner]

    def figure(pair: Pair) -> int:
        return held.lead(*pair) if defeat == "margins" else held.votes[pair]

    safe = [c for c in others if defeat == "winning-votes" and held.lead(winner, c) > 0]
    claimed = [held.beats(winner, c) for c in safe]
    for rival in others:
        beaters = [c for c in held.among if c != rival and (defeat != "winning-votes" or held.lead(c, rival) > 0)]
        if not beaters:
            return ()
        worst: Pair = (max(beaters, key=lambda c: (figure((c, rival)), -c)), rival)
        if defeat == "winning-votes":
            claimed.append(held.beats(*worst))
        claimed += [held.stronger(worst, (c, winner), defeat == "margins") for c in others if c not in safe]
    return tuple({one.claim: one for one in claimed}.values())


def _order_of_majorities(held: Comparison) -> tuple[Assertion, ...]:
    """Return every majority, and that each is stronger than the next weaker one: they leave one result (§ 3.4)."""
    by_lead = held.decided["strength"] == "margins"
    pairs = [pair for pair in permutations(held.among, 2) if (held.lead(*pair), pair[1]) > (0, pair[0])]
    order = sorted(pairs, key=lambda pair: (-(held.lead(*pair) if by_lead else held.votes[pair]), pair))
    majorities = tuple(held.beats(*pair) for pair in order)
    return (*majorities, *(held.stronger(one, other, by_lead) for one, other in pairwise(order)))


def _kemeny(held: Comparison, winner: CandidateIndex) -> tuple[Assertion, ...]:
    """Return that the Smith set beats the rest, and that its best order is better than each with another first.

    Whoever beats everybody outside a set stands above them in every best order (Truchon 1998).
    """
    top = held.smith_set()
    outside = tuple(held.beats(one, c) for one in top for c in held.among if c not in top)

    def agreed(order: Choices) -> int:
        return sum(held.votes[one, other] for at, one in enumerate(order) for other in order[at + 1 :])

    orders = list(permutations(top))
    best = max((order for order in orders if order[0] == winner), key=agreed, default=None)
    if best is None:
        return ()
    names = " → ".join(map(held.contest.name_of, best))
    found = []
    for order in orders:
        if order[0] != winner:
            ahead = [(one, other) for at, one in enumerate(best) for other in best[at + 1 :]
                     if order.index(one) > order.index(other)]  # fmt: skip
            rival = " → ".join(map(held.contest.name_of, order))
            found.append(
                more(held.contest, "better-order", f"{names} agrees with more preferences than {rival}",
                     held.all_of(ahead), held.all_of([pair[::-1] for pair in ahead]), len(ahead))
            )  # fmt: skip
    return (*outside, *found)


def _in_the_smith_set(rule: str, held: Comparison) -> Claims:
    """Return what is left to claim of a circle: that one of its members wins; true of all rules but minimax."""
    top = held.smith_set()
    if rule == "minimax" or len(top) == len(held.among):
        return nothing("nobody beats every other, and no claims were found that would leave one winner")
    found = tuple(held.beats(one, c) for one in top for c in held.among if c not in top)
    names = ", ".join(map(held.contest.name_of, top))
    return Claims(
        found, "part", f"one of {names} wins: each of them beats everybody else. Which of them is not claimed"
    )


GENERATOR = Generator(
    "condorcet",
    ("schulze", "ranked-pairs", "minimax", "copeland", "smith-instant-runoff", "kemeny"),
    "Blom, Stark, Stuckey, Teague and Vukcevic 2023, arXiv:2303.10509",
    claims,
)
