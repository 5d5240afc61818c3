"""What a round decides of each contest: confirmed, go on, or count all of it by hand."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from faircount.audit.drawing import Urn
from faircount.audit.measuring import Trajectory, measure
from faircount.model import Design, Sample, Seen, Subject, Verdict


def trajectories(urn: Urn, sample: Sample, seen: Mapping[str, Seen]) -> dict[str, tuple[Trajectory, ...]]:
    """Return the trajectories of every contest, audited or not, by contest.

    A contest that is not audited is measured as far as the draw for others goes; where nothing of it was drawn its
    trajectories are empty. In a batch audit only contests whose batches were all exposed to the draw are.
    """
    return {one.id: measure(urn, one, sample, seen) for one in urn.commitment.subjects if _can(urn, one)}


def _can(urn: Urn, subject: Subject) -> bool:
    """Say whether the draw tells anything of this contest: each batch that could hold an error had a chance."""
    if urn.commitment.design is not Design.BATCH or subject.audited:
        return True
    exposed = [bound > 0 for bound in urn.bounds]
    return all(
        chance or subject.id not in one.contests for chance, one in zip(exposed, urn.commitment.batches, strict=True)
    )


def verdict_of(subject: Subject, found: Sequence[Trajectory], all_drawn: bool) -> Verdict:
    """Return what a round decides of one audited contest.

    CONFIRMED where the claims imply the outcome and the measured risk of each is at most the limit; HAND COUNT where
    they do not imply it, or everything was drawn and they are still not confirmed; else CONTINUE. The risk as it is
    published decides, so that a reader who compares two texts comes to the same answer.
    """
    if subject.implies != "outcome" or not found:
        return Verdict.HAND_COUNT
    if all(as_fraction(one) <= subject.risk_limit for one in found):
        return Verdict.CONFIRMED
    return Verdict.HAND_COUNT if all_drawn else Verdict.CONTINUE


def as_fraction(one: Trajectory) -> Fraction:
    """Return the measured risk exactly as it is published."""
    return Fraction(one.written)


def decisions(urn: Urn, sample: Sample, found: Mapping[str, Sequence[Trajectory]]) -> dict[str, Verdict]:
    """Return the decision of a round for every audited contest."""
    drawn = frozenset(sample.units)
    return {
        one.id: verdict_of(one, found.get(one.id, ()), _all_drawn(urn, one, drawn)) for one in urn.commitment.audited
    }


def _all_drawn(urn: Urn, subject: Subject, drawn: frozenset[str]) -> bool:
    if urn.commitment.design is Design.COMPARISON:
        cards = urn.commitment.listed
        return all(card.unit in drawn for card in cards if subject.id in urn.commitment.contests_of[card.unit])
    return len(drawn) == len(urn.units)
