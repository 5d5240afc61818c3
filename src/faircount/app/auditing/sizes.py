"""How many to draw next, and the list by which people fetch them."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from faircount.app.auditing.acting import next_sizes
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.planning import sizes_without_error
from faircount.audit.drawing import EVERY
from faircount.model import Answer, Design, Subject, UsageError, name_key
from faircount.risk.macro import sample_size

GROWTH = 1.5
"""By how much a sample grows from round to round where nobody says another size."""


def sizes_for(held: HeldAudit, size: int | None, each: Sequence[str]) -> dict[str, int]:
    """Return the sizes of the next draw: those stated, or what suffices without errors, or half as much again.

    `each` are `CONTEST=SIZE`. No size is below what it was, nor above all there is.
    """
    commitment = held.audit.commitment
    if commitment.design is Design.COMPARISON:
        named = dict(_named(held, one) for one in each)
        waiting = held.audit.undecided()
        wanted = {one.id: size or _usual(held, one) for one in commitment.audited if one.id in waiting}
        cards = {one.id: one.cards for one in commitment.subjects}
        return {name: min(n, cards[name]) for name, n in next_sizes(held, {**wanted, **named}).items()}
    if each:
        raise UsageError("cards polled and batches are drawn for all contests together: --size")
    before = held.audit.rounds[-1].sizes[EVERY] if held.audit.rounds else 0
    usual = ceil(before * GROWTH) if before else _first(held)
    wanted_all = size or usual
    most = len(held.audit.urn.units)
    return next_sizes(held, {EVERY: min(wanted_all, most) if commitment.design is Design.POLLING else wanted_all})


def _usual(held: HeldAudit, one: Subject) -> int:
    before = held.audit.rounds[-1].sizes.get(one.id, 0) if held.audit.rounds else 0
    return ceil(before * GROWTH) if before else sizes_without_error(held.audit.commitment)[one.id]


def _first(held: HeldAudit) -> int:
    """Return a first size where no sample is sure: for batches MACRO's, for cards one that a plan would begin with."""
    commitment = held.audit.commitment
    limit = min(one.risk_limit for one in commitment.audited)
    if commitment.design is Design.BATCH:
        urn = held.audit.urn
        bound = max(sum(one.bounds, Fraction(0)) for one in urn.margins)
        return sample_size(float(limit), bound)
    smallest = min(margin / assertion.assorter.upper for one in commitment.audited
                   for assertion, margin in zip(one.assertions, one.margins, strict=True))  # fmt: skip
    return ceil(4 / smallest**2)


def _named(held: HeldAudit, text: str) -> tuple[str, int]:
    name, equals, number = text.rpartition("=")
    if not equals or not number.isdecimal():
        raise UsageError(f"a size of a contest is written CONTEST=SIZE, found {text!r}")
    key = name_key(name)
    for one in held.audit.commitment.subjects:
        if name == one.id or key in name_key(one.contest.title):
            return one.id, int(number)
    raise UsageError(f"no contest's title holds {name!r}")


def pull_list(held: HeldAudit, everything: bool = False) -> Answer:
    """Return what is drawn and waits, in the order in which it lies; with `everything`, what is settled too."""
    commitment, drawn = held.audit.commitment, held.audit.drawn
    waiting = set(held.audit.waiting)
    wanted = [unit for unit in drawn.units if everything or unit in waiting]
    if commitment.design is Design.BATCH:
        times = {draw.unit: 0 for draw in drawn.draws}
        for draw in drawn.draws:
            times[draw.unit] += 1
        return Answer(("batch", "times drawn", "settled"), tuple(
            (unit, times[unit], _settled(held, unit)) for unit in sorted(wanted)))  # fmt: skip
    place = {unit: at for at, unit in enumerate(held.audit.urn.units)}
    tickets = {draw.unit: draw.ticket for draw in drawn.draws}
    titles = {one.id: one.contest.title for one in commitment.subjects}
    lying = {card.unit: (card.batch, card.position) for card in commitment.listed}
    rows = []
    for unit in sorted(wanted, key=place.__getitem__):
        batch, position = lying.get(unit) or unit.rsplit(", ", 1)
        contests = sorted(commitment.contests_of.get(unit, ()))
        rows.append((batch, position, unit, "; ".join(titles[name] for name in contests), tickets[unit][:16],
                     _settled(held, unit)))  # fmt: skip
    return Answer(("batch", "position", "card", "contests listed", "ticket", "settled"), tuple(rows))


def _settled(held: HeldAudit, unit: str) -> str:
    if unit in held.audit.entries.settled:
        return f"act {held.audit.entries.settled[unit].n}"
    return "disagrees" if held.audit.entries.disagrees(unit) else "waits"
