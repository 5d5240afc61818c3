"""One contest, measured: what was drawn and found → the value of each draw, and the risk that remains after it.

For each claim the draws are taken in the order of the draw, and nothing is left out: skipping a card would bias it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np

from faircount.audit.drawing import Urn
from faircount.audit.reports import ZERO, margins_of, pool_means
from faircount.audit.values import Record, comparison_bound, comparison_value, on_paper, on_record, polling_value
from faircount.model import (
    Assertion,
    BadInputError,
    Ballot,
    Commitment,
    Design,
    ListedCard,
    Paper,
    Sample,
    Seen,
    Subject,
)
from faircount.risk import RISKS, Population

DIGITS = Decimal("0.0000000001")


@dataclass(frozen=True, slots=True)
class Step:
    """One draw as it counted for one claim."""

    unit: str
    recorded: Fraction | None
    """A(c), or of a batch Σ g reported; None where nothing on record plays a part."""
    found: Fraction
    """A(b), or of a batch Σ g found."""
    value: Fraction
    """What the risk function saw: the overstatement assorter, A(b) itself, or the taint of a batch."""
    risk: float
    """p after this draw."""


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One claim from the first draw to the last."""

    contest: str
    assertion: int
    """Its place among the contest's assertions."""
    claim: str
    steps: tuple[Step, ...]

    @property
    def risk(self) -> float:
        """The smallest p so far: the measured risk of an audit that may stop at any draw; 1 before the first."""
        return min((step.risk for step in self.steps), default=1.0)

    @property
    def written(self) -> str:
        """The measured risk as it is published: 10 digits after the point, rounded half up."""
        return f"{Decimal(self.risk).quantize(DIGITS, ROUND_HALF_UP):f}"


def measure(urn: Urn, subject: Subject, sample: Sample, seen: Mapping[str, Seen]) -> tuple[Trajectory, ...]:
    """Return the trajectory of each claim of one contest over what was drawn.

    `seen` holds every unit drawn that people can look at: all but phantoms. Raises `BadInputError` for one that is
    missing: a card drawn and never entered.
    """
    if not subject.assertions:
        return ()
    if urn.commitment.design is Design.BATCH:
        return _batches(urn, subject, sample, seen)
    if urn.commitment.design is Design.COMPARISON:
        cards = urn.listed_for(subject.id, frozenset(sample.units))
        records = [_record(urn.commitment, subject, card) for card in cards]
        papers = [_paper(subject, record.unit, seen, phantom=record.is_phantom) for record in records]
        return tuple(_compared(urn.commitment, subject, at, records, papers) for at in range(len(subject.assertions)))
    papers = _said(subject, sample, seen)
    return tuple(_polled(subject, at, papers, len(urn.units)) for at in range(len(subject.assertions)))


def _said(subject: Subject, sample: Sample, seen: Mapping[str, Seen]) -> list[Paper]:
    """Return the cards polled up to the first whose entry leaves the contest out; an audited one is never left out."""
    found = []
    for unit in sample.units:
        paper = _paper(subject, unit, seen)
        if seen[unit].found and subject.id not in seen[unit].contests:
            break
        found.append(paper)
    return found


def _record(commitment: Commitment, subject: Subject, card: ListedCard) -> Record:
    index = dict(card.record)[subject.id]
    if index is None:
        return Record(card.unit, None, card.pool, style_known=not card.pool)
    return Record(card.unit, commitment.reads[subject.id][index].ballot)


def _paper(subject: Subject, unit: str, seen: Mapping[str, Seen], phantom: bool = False) -> Paper:
    if phantom:
        return Paper(unit, None)
    if unit not in seen:
        raise BadInputError(f"contest {subject.contest.title!r}", "every unit drawn is entered", f"nothing of {unit!r}",
                            "enter what was found, or that it was not found")  # fmt: skip
    one = seen[unit]
    if not one.found:
        return Paper(unit, None)
    ballot = one.contests.get(subject.id)
    return Paper(unit, ballot) if isinstance(ballot, Ballot) else Paper(unit, Ballot(), holds=False)


def _compared(
    commitment: Commitment, subject: Subject, at: int, records: Sequence[Record], papers: Sequence[Paper]
) -> Trajectory:
    assertion, margin = subject.assertions[at], subject.margins[at]
    pools = pool_means(subject, commitment, assertion)
    bound = comparison_bound(assertion, margin)
    known: dict[tuple[object, ...], tuple[Fraction, Fraction, Fraction]] = {}  # few cards differ in what they say
    rows = []
    for record, paper in zip(records, papers, strict=True):
        key = (record.ballot, record.pool, paper.ballot, paper.holds)
        if key not in known:
            before, after = on_record(assertion, record, pools), on_paper(assertion, record, paper)
            known[key] = before, after, comparison_value(assertion, margin, before, after)
        rows.append((record.unit, *known[key]))
    risks = _risks(subject, assertion, [row[3] for row in rows], Population(subject.cards, float(bound)), bound / 2)
    return Trajectory(subject.id, at, assertion.claim, tuple(Step(*row, p) for row, p in zip(rows, risks, strict=True)))


def _polled(subject: Subject, at: int, papers: Sequence[Paper], cards: int) -> Trajectory:
    assertion = subject.assertions[at]
    values = [polling_value(assertion, paper) for paper in papers]
    population = Population(cards, float(assertion.assorter.upper))
    risks = _risks(subject, assertion, values, population, (1 + subject.margins[at]) / 2)
    steps = (Step(p.unit, None, value, value, risk) for p, value, risk in zip(papers, values, risks, strict=True))
    return Trajectory(subject.id, at, assertion.claim, tuple(steps))


def settings_of(subject: Subject, assertion: Assertion, expected: Fraction) -> dict[str, float]:
    """Return the settings of the contest's risk function for one claim: those stated, and those that follow.

    `expected` is the mean if the records are right. Where η0 is not stated it is that, and c half its way above ½
    (docs/bundle.md); a risk function that asks for the assorter's bound gets it.
    """
    found = {name: float(Decimal(number)) for name, number in subject.settings}
    declared = {setting.name for setting in RISKS[subject.risk_function].settings}
    if "eta0" in declared:
        found.setdefault("eta0", float(expected))
    if "c" in declared and "eta0" in declared:
        found.setdefault("c", (found["eta0"] - 0.5) / 2)
    if "assorter_upper" in declared:
        found.setdefault("assorter_upper", float(assertion.assorter.upper))
    return found


def _risks(
    subject: Subject, assertion: Assertion, values: Sequence[Fraction], population: Population, expected: Fraction
) -> list[float]:
    numbers = np.array([float(value) for value in values])
    if not numbers.size:
        return []
    risk = RISKS[subject.risk_function]
    return [float(p) for p in risk.p_values(numbers, population, settings_of(subject, assertion, expected))]


def _batches(urn: Urn, subject: Subject, sample: Sample, seen: Mapping[str, Seen]) -> tuple[Trajectory, ...]:
    """Return MACRO with the weights of the draw, one p for all claims of the contest.

    A batch drawn with the chance w overstates by e: T = e/w is on average at least 1 if the outcome is wrong, and never
    above B = max u/w, so that p = Π (1 − 1/B)/(1 − T/B). Source: Stark 2009, SSRN 1443314, with weights of any design.
    """
    claims = tuple(one for one in urn.margins if one.subject == subject.id) or margins_of(urn.commitment, subject)
    total = sum(urn.bounds)
    most = [max(column) for column in zip(*(one.bounds for one in claims), strict=True)]
    chances = [Fraction(bound, total) for bound in urn.bounds]
    # A batch that could hold an error had no chance: the draw was made for other contests, and says nothing of this.
    blind = any(u and not w for u, w in zip(most, chances, strict=True))
    bound = max(u / w for u, w in zip(most, chances, strict=True) if w)
    place = {unit: at for at, unit in enumerate(urn.units)}
    missing = next((draw.unit for draw in sample.draws if draw.unit not in seen), None)
    if missing is not None:
        _paper(subject, missing, seen)
    rows = [place[draw.unit] for draw in sample.draws]
    errors = {at: [one.error(at, seen[urn.units[at]]) for one in claims] for at in set(rows)}
    taints = [max(errors[at]) / chances[at] / bound for at in rows]
    risks = [1.0] * len(rows) if blind else macro(bound, taints)
    found = []
    for number, one in enumerate(claims):
        steps = tuple(
            Step(urn.units[at], one.reported[at], one.reported[at] - errors[at][number] * one.whole, taint, risk)
            for at, taint, risk in zip(rows, taints, risks, strict=True)
        )
        found.append(Trajectory(subject.id, number, one.assertion.claim, steps))
    return tuple(found)


def macro(bound: Fraction, taints: Sequence[Fraction]) -> list[float]:
    """Return Π (1 − 1/B)/(1 − t) after each draw, at most 1; taints below 0 count as 0, one of 1 takes all.

    `taints` are shares of B. Where B < 1 the batches could not hold the error that a wrong outcome takes, and p is 0.
    """
    found, log, lost = [], 0.0, False
    for taint in taints:
        lost = lost or (taint >= 1 and bound >= 1)
        if not lost:
            log += (math.log1p(-1 / bound) - math.log1p(-max(ZERO, taint))) if bound > 1 else -math.inf
        found.append(1.0 if lost else math.exp(min(0.0, log)))
    return found


def smallest(trajectories: Sequence[Trajectory]) -> float:
    """Return the measured risk of a contest: the largest over its claims; 1 where nothing is claimed."""
    return max((one.risk for one in trajectories), default=1.0)
