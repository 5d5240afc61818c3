"""From what is committed to what a plan, or a bet, needs: margins, kinds of ballots, pools, styles."""

from collections import Counter
from collections.abc import Iterable

from faircount.audit.planning.cells import pooled_bet
from faircount.audit.planning.facts import AssertionFacts, ContestFacts, Kind, Pool
from faircount.audit.planning.joint import Style
from faircount.model import HALF, Ballot, Commitment, Subject


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
        Pool(name, _kinds(one, parts[one.id].ballots, commitment.pool_sizes[name]))
        for name, parts in sorted(commitment.pools.items())
        if one.id in parts
    )
    reads = commitment.reads.get(one.id, ())
    read = [(reads[index].ballot, n) for index, n in sorted(commitment.times_read[one.id].items())]
    phantoms = sum(card.is_phantom and one.id in dict(card.record) for card in commitment.listed)
    kinds = _kinds(one, read, sum(n for _, n in read) + phantoms)
    return ContestFacts(one.contest.title, claims, (*kinds, *(kind for pool in pools for kind in pool.kinds)), pools)


def _kinds(one: Subject, counted: Iterable[tuple[Ballot, int]], cards: int) -> tuple[Kind, ...]:
    """Return what ballots are worth to each claim; of so many cards those beyond them, phantoms or without it, ½."""
    kinds = [Kind(n, tuple(a.assorter.value(ballot) for a in one.assertions)) for ballot, n in counted if n]
    rest = cards - sum(kind.cards for kind in kinds)
    return (*kinds, Kind(rest, (HALF,) * len(one.assertions))) if rest else tuple(kinds)


def styles_of(commitment: Commitment) -> tuple[Style, ...]:
    """Return which audited contests stand on the same cards, and on how many."""
    titles = {one.id: one.contest.title for one in commitment.audited}
    tally: Counter[tuple[str, ...]] = Counter()
    for card in commitment.listed:
        tally[tuple(sorted(titles[name] for name, _ in card.record if name in titles))] += 1
    return tuple(Style(held, n) for held, n in sorted(tally.items()))


def fitting_bet(commitment: Commitment, one: Subject) -> str:
    """Return λ, four digits, that grows fastest for the contest's hardest claim if one record in a thousand is wrong.

    It follows from what is committed alone, so that it is fixed before the seed, and is the one that a plan forecasts.
    """
    return f"{pooled_bet(facts(commitment, one)):.4f}"


def unbounded(commitment: Commitment) -> list[str]:
    """Say of which audited contests only the records say how many cards hold them.

    No sample can show that a card holds a contest which its record leaves out: such cards are in no list to draw from.
    Source: Glazer, Spertus and Stark 2020, arXiv:2012.03371: the number of cards that hold a contest is from outside.
    """
    whole = len(commitment.listed) or sum(one.cards for one in commitment.batches)
    alone = [one for one in commitment.audited if one.contest.cards_bound is None and one.cards < whole]
    if not alone:
        return []
    named = ", ".join(f"{one.contest.title} ({one.cards:,})" for one in alone[:5])
    more = f" and {len(alone) - 5} others" if len(alone) > 5 else ""
    return [
        f"NOT CHECKED: that no more cards hold {named}{more} than records say; hold the number against voters who were "
        "given the contest, and state it before a commitment: faircount decide CONTEST --cards N"
    ]
