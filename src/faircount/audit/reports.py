"""Reported totals as an audit needs them: the mean of a claim over counted ballots, and what each batch could hide."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from faircount.model import (
    Assertion,
    BadInputError,
    Ballots,
    CardCount,
    Commitment,
    Counted,
    Design,
    Seen,
    Subject,
)

ZERO = Fraction(0)


def gain_of(assertion: Assertion, counted: Counted) -> Fraction:
    """Return Σ g over counted ballots. The feature `cards` is the number stated beside them, not how many are listed:
    blank cards may be left out of the list, and where only totals are known a card may stand in it several times.
    """
    held = Ballots(tuple(ballot for ballot, _ in counted.ballots), tuple(CardCount(n) for _, n in counted.ballots), ())
    gains = (
        times * (counted.cards if feature.name == "cards" else feature.total(held))
        for times, feature in assertion.assorter.terms
    )
    return sum(gains, ZERO)


def margin_of(assertion: Assertion, counted: Counted, cards: int) -> Fraction:
    """Return 2·mean − 1 over `cards` cards, those beyond the counted ones valued ½: Σ g / (−least · cards)."""
    return gain_of(assertion, counted) / (-assertion.assorter.least * cards)


def pool_means(subject: Subject, commitment: Commitment, assertion: Assertion) -> dict[str, Fraction]:
    """Return the mean of one claim in each pool that holds the contest, over all its cards.

    Which cards of a pool hold the contest is not known: each may be drawn for it, and those without it count ½. Source:
    Stark 2023, arXiv:2303.03335, § 2.
    """
    return {
        pool: (1 + margin_of(assertion, contests[subject.id], commitment.pool_sizes[pool])) / 2
        for pool, contests in sorted(commitment.pools.items())
        if subject.id in contests
    }


def recorded(commitment: Commitment, subject: Subject) -> Counted:
    """Return everything on record of one contest; its cards are those of which something is, phantoms left out."""
    parts: list[Counted] = []
    if commitment.design is Design.COMPARISON:
        reads, times = commitment.reads.get(subject.id, ()), commitment.times_read[subject.id]
        ballots = tuple((reads[index].ballot, n) for index, n in sorted(times.items()))
        parts.append(Counted(CardCount(sum(times.values())), ballots))
        parts += [contests[subject.id] for _, contests in sorted(commitment.pools.items()) if subject.id in contests]
    elif commitment.design is Design.POLLING:
        parts.append(commitment.totals[subject.id])
    else:
        parts += [one.contests[subject.id] for one in commitment.batches if subject.id in one.contests]
    return Counted(CardCount(sum(one.cards for one in parts)), tuple(pair for one in parts for pair in one.ballots))


@dataclass(frozen=True, slots=True)
class Margins:
    """One claim of a batch audit: by which share of its margin each batch could overstate it, and by which it did.

    A claim is wrong only if Σ e ≥ 1 over all batches, e = (Σ g reported − Σ g found) / V, V = Σ g reported of all. A
    batch of n cards cannot have e above u = (Σ g reported − n·least) / V. With pairs of candidates these are e and u of
    MACRO (Stark 2009, SSRN 1443314); sums of g serve any claim that is linear in ballots.
    """

    subject: str
    assertion: Assertion
    whole: Fraction
    """V."""
    reported: tuple[Fraction, ...]
    """Σ g by batch, in their order."""
    cards: tuple[int, ...]
    """n by batch: cards that hold the contest there."""

    @property
    def bounds(self) -> tuple[Fraction, ...]:
        """u of each batch."""
        least = self.assertion.assorter.least
        return tuple((g - n * least) / self.whole for g, n in zip(self.reported, self.cards, strict=True))

    def error(self, at: int, seen: Seen) -> Fraction:
        """Return e of one batch; each card that is missing from those reported counts as the worst that it could be."""
        counted = seen.contests.get(self.subject) if seen.found else None
        if not isinstance(counted, Counted):
            counted = Counted(CardCount(0), ())
        missing = max(0, self.cards[at] - counted.cards)
        found = gain_of(self.assertion, counted) + missing * self.assertion.assorter.least
        return (self.reported[at] - found) / self.whole


def margins_of(commitment: Commitment, subject: Subject) -> tuple[Margins, ...]:
    """Return what each claim of one contest hangs on in a batch audit.

    Raises `BadInputError` where the reports do not bear a claim out: nothing can be confirmed.
    """
    found = []
    for assertion in subject.assertions:
        nobody: Mapping[str, Counted] = {}
        parts = [(one.contests or nobody).get(subject.id) for one in commitment.batches]
        gains = tuple(gain_of(assertion, part) if part else ZERO for part in parts)
        if (whole := sum(gains, ZERO)) <= 0:
            raise BadInputError(f"assertion {assertion.claim!r}", "the batches' reports bear it out", f"Σ g = {whole}")
        found.append(Margins(subject.id, assertion, whole, gains, tuple(part.cards if part else 0 for part in parts)))
    return tuple(found)
