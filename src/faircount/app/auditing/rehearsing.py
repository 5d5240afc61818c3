"""A rehearsal: a whole audit with invented people, whose paper is what the records say but for slips that are planted.

It serves the demo, training and tests. Its log says in its first note that nobody looked at paper.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from faircount.app.auditing import acting
from faircount.app.auditing.annexes import annexes
from faircount.app.auditing.hand_counts import profile_of
from faircount.app.auditing.held import Clock, HeldAudit
from faircount.app.auditing.preparing import Wish, named_by, prepare
from faircount.app.auditing.records import Listed
from faircount.app.auditing.sizes import sizes_for
from faircount.app.opened import Opened
from faircount.app.recounting import result
from faircount.app.reporting import title_of
from faircount.audit.reports import recorded
from faircount.evidence.log.note import SigningKey
from faircount.model import Ballot, Commitment, Counted, Design, Person, Seen

ADA, BO = Person("Ada Vale", "official"), Person("Bo Lund", "official")
CY, DI = Person("Cy Moor", "audit board"), Person("Di Ortega", "audit board")
NOTE = "A rehearsal: the people are invented, and nobody looked at paper."
MOST_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is played."""

    wish: Wish = field(default_factory=Wish)
    double: bool = False
    """Whether two boards enter each unit; they misread a different card once a round."""
    slips: Fraction = Fraction(0)
    """Share of cards that say nothing on paper where the record has a vote: honest errors of records."""
    lost: int = 0
    """How many of the cards drawn are not found."""
    correction: bool = True
    """Whether one entry of the first round is corrected."""
    seed: int = 2026
    size: int | None = None
    """First size; default: what suffices without errors."""
    publish: bool = True


def ticking(start: datetime = datetime(2030, 11, 12, 9, tzinfo=UTC)) -> Clock:
    """Return a clock that moves seven seconds whenever it is asked: the same in every run."""
    moments = (start + timedelta(seconds=7 * step) for step in range(10**9))
    return lambda: next(moments)


def rehearse(opened: Opened, played: Rehearsal, clock: Clock | None = None) -> HeldAudit:
    """Play an audit to its end in the election's folder, and return it. Raises what an audit itself would raise."""
    rng = random.Random(played.seed)
    prepared = prepare(opened, played.wish)
    key = SigningKey.from_seed("rehearsal.example/audit", rng.randbytes(32))
    held = HeldAudit.create(
        opened.space, ADA, origin="rehearsal.example/audit", key=key, clock=clock or ticking(), called=title_of(opened)
    )  # fmt: skip
    held.do("note", ADA, {"words": NOTE})
    acting.commit(held, ADA, prepared, double=played.double, further=annexes(opened))
    acting.witness(held, ADA)
    digits = "".join(str(rng.randrange(10)) for _ in range(20))
    for person in (ADA, BO):
        acting.roll(held, person, digits)
    paper = _Paper(opened, prepared.commitment, played, rng)
    for number in range(1, MOST_ROUNDS + 1):
        acting.draw(held, ADA, sizes_for(held, played.size if number == 1 else None, ()))
        _read(held, paper, played, number)
        acting.close(held, ADA)
        if not held.audit.undecided() or not _can_grow(held):
            break
    for contest in held.audit.undecided():
        _count_by_hand(held, contest)
    for person in (ADA, BO):
        held.do("sign-off", person, {"words": "Rehearsed."})
    if played.publish:
        held.do("publish", ADA, {})
    return held


def _can_grow(held: HeldAudit) -> bool:
    last = held.audit.rounds[-1].sizes
    return held.audit.commitment.design is Design.BATCH or sizes_for(held, None, ()) != last


def _read(held: HeldAudit, paper: "_Paper", played: Rehearsal, number: int) -> None:
    due = played.correction and number == 1
    for at, unit in enumerate(held.audit.waiting):
        seen = paper.of(unit)
        slip = Seen(True, {**seen.contests, **_misread(seen)}) if seen.found else seen
        if played.double:
            acting.enter(held, CY, unit, seen)
            acting.enter(held, DI, unit, slip if at == 1 else seen)
            if held.audit.entries.disagrees(unit):
                acting.resolve(held, CY, unit, seen, [CY.name, DI.name])
        elif due and slip != seen:
            due = False
            acting.enter(held, CY, unit, slip)
            acting.correct(held, DI, unit, seen, "the wrong line was read", BO.name)
        else:
            acting.enter(held, CY, unit, seen)


def _misread(seen: Seen) -> Mapping[str, Ballot | Counted | None]:
    """Return one contest read as blank."""
    name, found = next(((n, f) for n, f in sorted(seen.contests.items()) if f is not None), ("", None))
    if isinstance(found, Counted):
        return {name: Counted(found.cards, ())}
    return {name: Ballot()} if found is not None else {}


def _count_by_hand(held: HeldAudit, name: str) -> None:
    commitment = held.audit.commitment
    subject = next(one for one in commitment.subjects if one.id == name)
    counted = recorded(commitment, subject)
    transcript = result(subject.contest, profile_of(subject.contest, counted)).transcript
    acting.count_by_hand(held, ADA, name, counted, named_by(transcript))


class _Paper:
    """What the cards would say: the records, with slips and losses planted by the rehearsal's own seed."""

    def __init__(self, opened: Opened, commitment: Commitment, played: Rehearsal, rng: random.Random) -> None:
        self._commitment, self._played, self._rng = commitment, played, rng
        self._losses = played.lost
        if commitment.design is Design.BATCH:
            self._seen = {one.batch: Seen(True, dict(one.contests)) for one in commitment.batches}
        elif commitment.design is Design.COMPARISON:
            self._seen = dict(_listed(commitment, rng))
        else:
            self._seen = dict(_in_batches(opened, commitment))

    def of(self, unit: str) -> Seen:
        seen = self._seen[unit]
        if self._losses and self._commitment.design is not Design.BATCH:
            self._losses -= 1
            return Seen(False, {})
        if self._played.slips and self._rng.random() < self._played.slips:
            return Seen(True, {**seen.contests, **_misread(seen)})
        return seen


def _listed(commitment: Commitment, rng: random.Random) -> Iterator[tuple[str, Seen]]:
    """Yield each card of the list; those of a pool get the pool's ballots in an order drawn by chance.

    As many cards of a pool hold a contest as its totals say; the others are without it.
    """
    decks: dict[tuple[str, str], list[Ballot | None]] = {}
    for pool, contests in sorted(commitment.pools.items()):
        for name, counted in sorted(contests.items()):
            deck: list[Ballot | None] = [ballot for ballot, n in counted.ballots for _ in range(n)]
            deck += [None] * (commitment.pool_sizes[pool] - len(deck))
            rng.shuffle(deck)
            decks[pool, name] = deck
    for card in commitment.listed:
        if not card.is_phantom:
            yield card.unit, Seen(True, {
                name: decks[card.pool, name].pop() if index is None else commitment.reads[name][index].ballot
                for name, index in card.record
            })  # fmt: skip


def _in_batches(opened: Opened, commitment: Commitment) -> Iterator[tuple[str, Seen]]:
    """Yield each card of the manifest: the records of its batch in their order; a card without a record is blank."""
    subjects = commitment.subjects
    records = Listed(opened).commitment(subjects)
    by_batch: dict[str, list[dict[str, Ballot | Counted | None]]] = {}
    for card in records.listed:
        found: dict[str, Ballot | Counted | None] = {
            name: records.reads[name][index].ballot for name, index in card.record if index is not None
        }
        by_batch.setdefault(card.batch, []).append(found)
    for one in commitment.batches:
        cards = by_batch.get(one.batch, [])
        for at in range(one.cards):
            held = cards[at] if at < len(cards) else {}
            yield f"{one.batch}, {at + 1}", Seen(True, {subject.id: held.get(subject.id) for subject in subjects})
