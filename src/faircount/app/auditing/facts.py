"""From what is committed to what a plan, or a bet, needs: margins, kinds of ballots, pools, styles."""

from collections import Counter
from fractions import Fraction

from faircount.audit.planning.cells import compared
from faircount.audit.planning.facts import AssertionFacts, ContestFacts, Kind, Pool, Rates
from faircount.audit.planning.joint import Style
from faircount.audit.planning.sizes import best_bet
from faircount.model import Commitment, Counted, Subject

LARGEST_BET = 1.8
"""λ beyond which one card of the worst kind would take more than nine tenths."""


def facts_of(commitment: Commitment) -> tuple[ContestFacts, ...]:
    """Return what a plan needs of the audited contests. Claims without a margin are none that a plan could speak of."""
    return tuple(facts(commitment, one) for one in commitment.audited)


def facts(commitment: Commitment, one: Subject) -> ContestFacts:
    """Return what a plan needs of one contest."""
    claims = tuple(
        AssertionFacts(assertion.claim, margin, assertion.assorter.upper, one.cards)
        for assertion, margin in zip(one.assertions, one.margins, strict=True)
    )
    pools = tuple(
        Pool(name, _kinds(one, parts[one.id])) for name, parts in sorted(commitment.pools.items()) if one.id in parts
    )
    tally: Counter[int] = Counter()
    for card in commitment.listed:
        tally.update(index for contest, index in card.record if contest == one.id and index is not None)
    kinds = [
        Kind(n, tuple(a.assorter.value(commitment.reads[one.id][index].ballot) for a in one.assertions))
        for index, n in sorted(tally.items())
    ]
    phantoms = sum(card.is_phantom for card in commitment.listed)
    if phantoms:
        kinds.append(Kind(phantoms, tuple(Fraction(1, 2) for _ in one.assertions)))
    every = (*kinds, *(kind for pool in pools for kind in pool.kinds))
    return ContestFacts(one.contest.title, claims, tuple(every), pools)


def _kinds(one: Subject, counted: Counted) -> tuple[Kind, ...]:
    return tuple(Kind(n, tuple(a.assorter.value(ballot) for a in one.assertions)) for ballot, n in counted.ballots if n)


def styles_of(commitment: Commitment) -> tuple[Style, ...]:
    """Return which audited contests stand on the same cards, and on how many."""
    titles = {one.id: one.contest.title for one in commitment.audited}
    tally: Counter[tuple[str, ...]] = Counter()
    for card in commitment.listed:
        tally[tuple(sorted(titles[name] for name, _ in card.record if name in titles))] += 1
    return tuple(Style(held, n) for held, n in sorted(tally.items()))


def fitting_bet(commitment: Commitment, one: Subject) -> str:
    """Return λ, four digits, that grows fastest for the contest's hardest claim if one record in a thousand is wrong.

    It follows from what is committed alone, so that it is fixed before the seed. Source: Spertus 2023, COBRA,
    arXiv:2304.01010, eq. 2 for pools.
    """
    cells = compared(facts(commitment, one), Rates(two_over=0.001))
    hardest = min(range(len(one.assertions)), key=lambda at: one.margins[at] / one.assertions[at].assorter.upper)
    return f"{min(best_bet(cells.values[hardest], cells.shares()), LARGEST_BET):.4f}"
