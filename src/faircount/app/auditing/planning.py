"""From what would be committed to what a plan needs: margins, how cards are recorded, styles and containers."""

from dataclasses import dataclass
from fractions import Fraction

from faircount.app.auditing.facts import facts_of, styles_of
from faircount.app.auditing.preparing import DEFAULT_RISK, POOLED_RISK, Prepared, Wish, prepare, records_of
from faircount.app.auditing.records import Manifest
from faircount.app.opened import Opened
from faircount.app.progress import Progress
from faircount.audit.measuring import settings_of
from faircount.audit.planning.cost import DEFAULTS, Prices
from faircount.audit.planning.designs import Method, Plan
from faircount.audit.planning.facts import Rates
from faircount.audit.planning.joint import Style
from faircount.model import Assertion, BadInputError, Commitment, Design, Subject, UsageError
from faircount.risk import RISKS, Population


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim as a table shows it."""

    contest: str
    subject: Subject
    assertion: Assertion
    margin: Fraction
    cards: int | None
    """Cards that suffice if none shows an error; None where all together do not, or a batch audit draws no cards."""


def claim_rows(prepared: Prepared) -> tuple[ClaimRow, ...]:
    """Return every claim of every contest with its margin and the smallest sample that can confirm it."""
    design = prepared.commitment.design
    return tuple(
        ClaimRow(one.contest.title, one, assertion, margin, smallest(design, one, at))
        for one in prepared.commitment.subjects
        for at, (assertion, margin) in enumerate(zip(one.assertions, one.margins, strict=True))
    )


def smallest(design: Design, one: Subject, at: int) -> int | None:
    """Return how many cards without error confirm one claim; for a poll, none is certain, and the answer is None."""
    if design is not Design.COMPARISON:
        return None
    assertion, margin = one.assertions[at], one.margins[at]
    right = 1 / (2 - margin / assertion.assorter.upper)
    population = Population(one.cards, float(2 * right))
    settings = settings_of(one, assertion, right)
    return RISKS[one.risk_function].draws_needed(float(right), float(one.risk_limit), population, settings)


def sizes_without_error(commitment: Commitment) -> dict[str, int]:
    """Return for each audited contest of a comparison the cards that confirm it if none shows an error."""
    found = {}
    for one in commitment.audited:
        needed = [smallest(commitment.design, one, at) for at in range(len(one.assertions))]
        found[one.id] = max((one.cards if n is None else n for n in needed), default=0)
    return found


def plan_of(
    opened: Opened, contests: tuple[str, ...], risk_limit: Fraction, over: float, percent: int,
    pooled: tuple[str, ...] = (), progress: Progress | None = None, prices: Prices = DEFAULTS,
) -> Plan:  # fmt: skip
    """Return the plan of an audit of these contests: what the records allow is told from the records themselves.

    `over` is the assumed share of cards whose record overstates the margin by one vote. Raises what `prepare` raises.
    """
    wish = Wish(Design.COMPARISON, contests, risk_limit=risk_limit, pooled=pooled)
    commitment = prepare(opened, wish, progress).commitment
    styles = styles_of(commitment)
    batches = tuple(n for _, n in sorted(Manifest.of(opened).batches.items()))
    unlisted = sum(batches) - sum(one.cards for one in styles)
    if unlisted > 0:
        styles = (*styles, Style((), unlisted))
    return Plan(
        facts_of(commitment), styles, batches if unlisted >= 0 else (), _has_batch_totals(opened, commitment),
        risk_limit=float(risk_limit), percent=percent, rates=Rates(one_over=over), prices=prices,
        comparison=Method(DEFAULT_RISK[Design.COMPARISON]), pooled=Method(POOLED_RISK),
        polling=Method(DEFAULT_RISK[Design.POLLING]),
    )  # fmt: skip


def _has_batch_totals(opened: Opened, commitment: Commitment) -> bool:
    """Say whether totals of each audited contest are known by batch, each batch one of the manifest's."""
    try:
        records = records_of(opened, Wish(Design.BATCH))
        for one in commitment.audited:
            records.profile(one.contest.title)
    except (UsageError, BadInputError):
        return False
    return True
