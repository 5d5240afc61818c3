"""Highest averages, with any divisors: each list's last seat comes before every other list's next."""

from fractions import Fraction

from faircount.assertion.divisor_sequences import votes_needed
from faircount.assertion.generator import Claims, Generator, nothing
from faircount.assertion.linear import first_false, more, ratio
from faircount.assertion.party_lists import Party, Shared, above, below, got_a_vote, persons, shared_out, without_bound
from faircount.model import Assertion, Ballots, Contest, Transcript


def claims(contest: Contest, transcript: Transcript, ballots: Ballots) -> Claims:
    """Claim every pair of a list with seats and another, and who is above or below the threshold.

    T_A / d(last of A) > T_B / d(next of B): with r the ratio of the two divisors g = 1_A − r 1_B, u = (1/r + 1) / 2.
    A list without seats is kept out by the threshold, or by losing to each list with seats: whichever claims have the
    larger smallest margin. Source: Blom et al. 2021, arXiv:2107.11903, § 4 (D'Hondt; the same for other divisors).
    """
    held = shared_out(contest, transcript, ballots)
    if isinstance(held, Claims):
        return held
    if without_bound(held):
        return nothing("a list needs a number of votes; state the bound on cards, over which the mean is taken")
    seated = [party for party in held.parties if party.seats]
    found = [one for party in seated for one in above(held, party)]
    ahead: set[str] = set()
    for party in held.parties:
        pairs = _behind(held, seated, party) if party.can_take_more else {}
        hardest = None if pairs is None else _hardest(tuple(pairs.values()), held.ballots)
        out = () if party.seats or party.exempt else below(held, party)
        kept_out = max(out, key=lambda one: ratio(one, held.ballots), default=None)
        if kept_out is not None and (hardest is None or ratio(kept_out, held.ballots) > hardest):
            found.append(kept_out)
        elif pairs is None:
            return nothing(f"no claim keeps {party.name} from one more seat: that it got no vote is not one")
        else:
            found += pairs.values()
            ahead |= pairs.keys()
    # A claim of more than another's votes implies a vote; whoever is in none may have none on paper.
    found += [got_a_vote(held, party) for party in seated if party.name not in ahead]
    inside, left = persons(held, transcript.elected)
    everything = (*found, *inside)
    if first_false(everything, held.ballots) is not None:
        return nothing("a list is exactly at the threshold, or two lists are too close for any claim to part them")
    words = "each list's last seat has a higher quotient than every other list's next"
    return Claims(everything, "part" if left else "outcome", words + left)


def _behind(held: Shared, seated: list[Party], party: Party) -> dict[str, Assertion] | None:
    """Return by list the claim that its last seat comes before the next of `party`; None where one cannot be made."""
    found = {}
    for other in seated:
        if other is party:
            continue
        times = votes_needed(held.decided["divisor"], other.seats, party.seats + 1)
        if times is None:
            return None
        if times:
            claim = f"seat {other.seats} of {other.name} comes before seat {party.seats + 1} of {party.name}"
            found[other.name] = more(
                held.contest, "highest-averages", claim, other.votes, party.votes, held.most, times
            )  # fmt: skip
    return found


def _hardest(assertions: tuple[Assertion, ...], ballots: Ballots) -> Fraction:
    """Return the smallest ratio of margin to bound; 2, above all that there can be, where there is no claim."""
    return min((ratio(one, ballots) for one in assertions), default=Fraction(2))


GENERATOR = Generator(
    "highest-averages",
    ("highest-averages",),
    "Stark and Teague 2014, Verifiable European elections; Blom et al. 2021, arXiv:2107.11903, § 4",
    claims,
)
