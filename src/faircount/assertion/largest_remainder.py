"""Largest remainder: every two lists' shares differ by less than their seats would be wrong by."""

from fractions import Fraction

from faircount.assertion.generator import Claims, Generator, nothing
from faircount.assertion.linear import first_false, given_to, ratio
from faircount.assertion.party_lists import Party, Shared, above, below, got_a_vote, persons, shared_out, without_bound
from faircount.model import Assertion, Ballots, Contest, Transcript, assorter_of

_ADDED = {"hare": 0, "hagenbach-bischoff": 1}
"""By quota, what is added to the seats in it."""


def claims(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim for each list j with a_j seats, and each other i: p_j − p_i > (a_j − a_i − 1) / S, and who takes part.

    p are shares of the votes of all lists that take part, so every list is claimed to do so, or not to. S is the seats,
    or with the quota of Hagenbach-Bischoff one more. Source: Blom et al. 2021, arXiv:2102.08510, § 3.
    """
    held = shared_out(contest, transcript, ballots)
    if isinstance(held, Claims):
        return held
    if without_bound(held):
        return nothing("a list needs a number of votes; state the bound on cards, over which the mean is taken")
    if held.decided["quota"] not in _ADDED:
        return nothing(
            f"the quota {held.decided['quota']} is cut to whole votes, or made larger where it gives too many seats: "
            "remainders are then no sums over ballots"
        )
    found: list[Assertion] = []
    for party in held.parties:
        if party.takes_part:
            found += above(held, party)
            continue
        out = below(held, party)
        if not out:
            return nothing(f"that {party.name} does not take part cannot be claimed by a mean")
        found.append(max(out, key=lambda one: ratio(one, held.ballots)))
    taking = [party for party in held.parties if party.takes_part]
    found += [_closer(held, taking, one, other) for one in taking if one.seats for other in taking if other is not one]
    if len(taking) == 1:
        found.append(got_a_vote(held, taking[0]))
    inside, left = persons(held, transcript.elected)
    everything = (*found, *inside)
    if first_false(everything, held.ballots) is not None:
        return nothing("a list is exactly at the threshold, or has not as many candidates as its votes bring seats")
    words = "no two lists' shares are so far from their seats that one seat more belongs to one of them"
    return Claims(everything, "part" if left else "outcome", words + left)


def _closer(held: Shared, taking: list[Party], one: Party, other: Party) -> Assertion:
    """Claim that the last seat of `one` has a larger part of a quota left than a next seat of `other` would.

    g = 1_one − 1_other − d 1_taking part, d = (a_one − a_other − 1) / S; least −(1 + d), u = 1 / (1 + d).
    """
    seats = held.contest.seats + _ADDED[held.decided["quota"]]
    apart = Fraction(one.seats - other.seats - 1, seats)
    gain = one.votes - other.votes - apart * given_to(*(choice for party in taking for choice in party.choices))
    claim = f"the share of {one.name} less that of {other.name} is more than {apart}"
    assorter = assorter_of(gain.terms, -(1 + apart) * held.most, (1 - apart) * held.most)
    return Assertion(held.contest.title, "largest-remainder", claim, assorter)


GENERATOR = Generator(
    "largest-remainder",
    ("largest-remainder",),
    "Blom, Stuckey, Teague and Vukcevic 2021, Auditing Hamiltonian elections, arXiv:2102.08510, § 3",
    claims,
)
