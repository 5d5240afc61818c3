"""What a round decides of each contest: confirmed, go on, or count all of it by hand."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from faircount.audit.drawing import Urn
from faircount.audit.measuring import Trajectory, measure
from faircount.model import BadInputError, Design, Sample, Seen, Subject, Verdict

NEAR = Fraction(1, 10**10)


def trajectories(urn: Urn, sample: Sample, seen: Mapping[str, Seen]) -> dict[str, tuple[Trajectory, ...]]:
    """Return the trajectories of every contest, audited or not, by contest.

    A contest that is not audited is measured as far as the draw for others goes; where nothing of it was drawn its
    trajectories are empty, and where the draw could not show an error in it its risk is 1.
    """
    return {one.id: measure(urn, one, sample, seen) for one in urn.commitment.subjects}


def verdict_of(subject: Subject, found: Sequence[Trajectory], all_drawn: bool) -> Verdict:
    """Return what a round decides of one audited contest.

    CONFIRMED where the claims imply the outcome and the measured risk of each is at most the limit; HAND COUNT where
    they do not imply it, or everything was drawn and they are still not confirmed; else CONTINUE. The risk as it is
    published decides, so that a reader who compares two texts comes to the same answer.
    """
    return verdict_by(subject, [as_fraction(one) for one in found], all_drawn)


def verdict_by(subject: Subject, risks: Sequence[Fraction], all_drawn: bool) -> Verdict:
    """Return the same from the measured risks as they are published, one for each claim."""
    if subject.implies != "outcome" or not risks:
        return Verdict.HAND_COUNT
    if all(risk <= subject.risk_limit for risk in risks):
        return Verdict.CONFIRMED
    return Verdict.HAND_COUNT if all_drawn else Verdict.CONTINUE


def as_fraction(one: Trajectory) -> Fraction:
    """Return the measured risk exactly as it is published."""
    return Fraction(one.written)


def decisions(urn: Urn, sample: Sample, found: Mapping[str, Sequence[Trajectory]]) -> dict[str, Verdict]:
    """Return the decision of a round for every audited contest."""
    drawn = frozenset(sample.units)
    return {
        one.id: verdict_of(one, found.get(one.id, ()), all_drawn(urn, one, drawn)) for one in urn.commitment.audited
    }


def all_drawn(urn: Urn, subject: Subject, drawn: frozenset[str]) -> bool:
    """Say whether everything that may hold the contest was drawn; then no further draw could tell more of it."""
    held = urn.commitment
    if held.design is Design.POLLING:
        return len(drawn) == len(urn.units)
    return all(unit in drawn for unit, contests in held.contests_of.items() if subject.id in contests)


def closing(urn: Urn, number: int, sample: Sample, seen: Mapping[str, Seen]) -> dict[str, Any]:
    """Return what the act that closes round `number` says: every contest measured, each that is audited decided.

    Raises `BadInputError` for a unit that was drawn and never entered.
    """
    found = trajectories(urn, sample, seen)
    rows = [
        {"assertion": one.assertion, "contest": one.contest, "draws": len(one.steps), "p": one.written}
        for claims in found.values()
        for one in claims
    ]
    decided = {name: verdict.value for name, verdict in decisions(urn, sample, found).items()}
    return {"decisions": decided, "measured": rows, "round": number}


def refuse_closing(said: Mapping[str, Any], urn: Urn, sample: Sample, seen: Mapping[str, Seen]) -> None:
    """Raise `BadInputError` unless measured risks are those of the entries, and decisions those of the risks.

    Risks may differ by 10^−6 of them or 10^−10: logarithms end in other digits on other machines.
    """
    due = closing(urn, said["round"], sample, seen)
    for row, found in zip_longest(said["measured"], due["measured"]):
        same = row is not None and found is not None and {**row, "p": ""} == {**found, "p": ""}
        if not same or abs(Fraction(row["p"]) - Fraction(found["p"])) > max(NEAR, Fraction(found["p"]) / 10**6):
            raise BadInputError("close, measured", f"the entries give {found}", repr(row))
    drawn = frozenset(sample.units)
    for one in urn.commitment.audited:
        risks = [Fraction(row["p"]) for row in said["measured"] if row["contest"] == one.id]
        verdict = verdict_by(one, risks, all_drawn(urn, one, drawn))
        if said["decisions"].get(one.id) != verdict:
            raise BadInputError(f"close, decision of {one.id}", f"the measured risk gives {verdict}",
                                repr(said["decisions"].get(one.id)))  # fmt: skip
    if len(said["decisions"]) != len(urn.commitment.audited):
        raise BadInputError("close, decisions", "they are of the audited contests", repr(sorted(said["decisions"])))
