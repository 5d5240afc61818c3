"""Audits of a made-up town, held to their end or to the middle of a round, with planted errors."""

import hashlib
import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from faircount.app.auditing import acting
from faircount.app.auditing.held import HeldAudit
from faircount.app.auditing.preparing import Wish, prepare
from faircount.app.opened import Opened
from faircount.model import Ballot, Design, Person, Seen

ADA, BO, CY = (Person(name, "official") for name in ("Ada Vale", "Bo Winter", "Cy Marsh"))
DICE = "31415926535897932384"
CHOSEN = ("Mayor", "Governor")


def ticking():
    now = [datetime(2030, 11, 10, 9, tzinfo=UTC)]

    def clock():
        now[0] += timedelta(seconds=7)
        return now[0]

    return clock


def committed(root, design, *, limit=Fraction(1, 10), double=False):
    """Return an audit with its seed set, and the contests of its cards as they truly are: as recorded."""
    opened = Opened(root)
    prepared = prepare(opened, Wish(design=design, contests=CHOSEN, risk_limit=limit))
    held = HeldAudit.create(opened.space, ADA, clock=ticking())
    acting.commit(held, ADA, prepared, double=double)
    acting.witness(held, ADA)
    acting.roll(held, ADA, DICE)
    acting.roll(held, BO, DICE)
    return held, paper(opened, held)


def paper(opened, held):
    """Unit → what is on it if every record is right."""
    commitment = held.audit.commitment
    if commitment.design is Design.BATCH:
        return {one.batch: Seen(True, dict(one.contests)) for one in commitment.batches}
    if commitment.design is Design.COMPARISON:
        reads = commitment.reads
        return {
            card.unit: Seen(True, {c: reads[c][at].ballot for c, at in card.record if at is not None})
            for card in commitment.listed
        }
    chance, contests = random.Random(1), {}
    for subject in commitment.audited:  # votes dealt at random to as many cards as hold them
        ballots = [b for b, n in commitment.totals[subject.id].ballots for _ in range(n)]
        units = list(held.audit.urn.units)
        chance.shuffle(units)
        for at, unit in enumerate(units):
            contests.setdefault(unit, {})[subject.id] = ballots[at] if at < len(ballots) else None
    return {unit: Seen(True, found) for unit, found in contests.items()}


def is_chosen(unit, one_in):
    """Say whether a unit is one of the few that err, always the same ones."""
    return int(hashlib.sha256(unit.encode()).hexdigest(), 16) % one_in == 0


def blank(seen):
    """Return a card as it is, without any mark."""
    return Seen(True, {contest: Ballot() if found else found for contest, found in seen.contests.items()})


def entered(held, truth, by=(BO,), units=None):
    """Enter what is on paper, for all units that wait or those named."""
    for unit in held.audit.waiting if units is None else units:
        for person in by:
            acting.enter(held, person, unit, truth[unit])
