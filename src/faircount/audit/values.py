"""From what is on record and what is on paper to the values that a risk function sees.

Notation of the papers: A is an assorter, u its upper bound, v = 2·mean − 1 the margin it has in the records, c what is
on record of a card and b what is on paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from faircount.model import HALF, Assertion, BadInputError, Ballot, Paper

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Record:
    """What is on record of one card in one contest, before anybody looks at paper.

    One of three: a vote record (`ballot`), membership in a pool of which only totals are known (`pool`), or a phantom
    (neither): a card that must exist by the count of cards and of which there is no record.
    """

    unit: str
    ballot: Ballot | None = None
    pool: str = ""
    style_known: bool = True
    """Whether the list of cards says of this very card that it holds the contest; else only that it may."""

    @property
    def is_phantom(self) -> bool:
        """Whether there is no record of this card."""
        return self.ballot is None and not self.pool


def on_record(assertion: Assertion, record: Record, pools: Mapping[str, Fraction]) -> Fraction:
    """Return A(c): of a vote record its value, of a card in a pool the mean of the pool, of a phantom ½.

    Sources: Stark 2020, arXiv:1911.10035, § 3.2; a pool's mean in place of each record, Stark 2023, arXiv:2303.03335,
    § 2 (overstatement-net-equivalent); a phantom's ½, Bañuelos and Stark 2012, arXiv:1207.3413. Raises `BadInputError`
    for a pool without a mean.
    """
    if record.ballot is not None:
        return assertion.assorter.value(record.ballot)
    if not record.pool:
        return HALF
    if record.pool not in pools:
        raise BadInputError(f"contest {assertion.contest!r}", "every pool has totals", f"none for {record.pool!r}")
    return pools[record.pool]


def on_paper(assertion: Assertion, record: Record, paper: Paper) -> Fraction:
    """Return A(b): 0 for a card that was not found, whatever was on record (the worst it could have said).

    A card without the contest is 0 where the list of cards said that it holds it, else ½. Source: Glazer, Spertus and
    Stark 2020, arXiv:2012.03371, § 3. Raises `BadInputError` where the paper is of another unit.
    """
    if paper.unit != record.unit:
        raise BadInputError("audit", f"the paper is that of {record.unit!r}", repr(paper.unit))
    if paper.ballot is None:
        return ZERO
    if not paper.holds:
        return ZERO if record.style_known else HALF
    return assertion.assorter.value(paper.ballot)


def comparison_value(assertion: Assertion, margin: Fraction, recorded: Fraction, found: Fraction) -> Fraction:
    """Return B = (1 − ω/u) / (2 − v/u) with ω = A(c) − A(b): above ½ in the mean if and only if the assertion holds.

    `margin` is v over all cards of the contest as recorded, phantoms and pools included. Source: Stark 2020,
    arXiv:1911.10035, § 3.2. Raises `BadInputError` for a margin that is not above 0: there is nothing to confirm.
    """
    upper = assertion.assorter.upper
    if not 0 < margin <= 2 * upper - 1:
        raise BadInputError(
            f"assertion {assertion.claim!r}", f"a margin is above 0 and at most {2 * upper - 1}", str(margin)
        )
    return (1 - (recorded - found) / upper) / (2 - margin / upper)


def comparison_bound(assertion: Assertion, margin: Fraction) -> Fraction:
    """Return the largest value that B can have: 2 / (2 − v/u)."""
    return 2 / (2 - margin / assertion.assorter.upper)


def polling_value(assertion: Assertion, paper: Paper) -> Fraction:
    """Return A(b) of a card drawn without regard to records: 0 where it was not found, ½ where it lacks the contest."""
    if paper.ballot is None:
        return ZERO
    return assertion.assorter.value(paper.ballot) if paper.holds else HALF
