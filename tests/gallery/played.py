"""Audits played in memory over small elections: slips, lost cards, corrections, rounds and counts by hand."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil

from gallery.in_memory import InMemory
from gallery.small_elections import Card, Election, Terms, commitment

from faircount.app.auditing import acting
from faircount.app.auditing.hand_counts import profile_of
from faircount.app.auditing.preparing import Prepared, named_by
from faircount.app.recounting import result
from faircount.audit.ceremony import promise
from faircount.audit.drawing import EVERY
from faircount.model import Ballot, CardCount, Commitment, Counted, Design, Person, Seen

ADA, BO = Person("Ada Vale", "official"), Person("Bo Lund", "official")
CY, DI = Person("Cy Moor", "audit board"), Person("Di Ortega", "audit board")
MOST_ROUNDS = 8
Change = Callable[[Commitment], Commitment]


@dataclass(frozen=True)
class Play:
    """What happens in an audit."""

    double: bool = False
    quorum: int = 0
    parties: tuple[str, ...] = ()
    """Who promises a value before the dice."""
    slips: float = 0
    """Share of cards whose paper does not say what is on record."""
    lost: float = 0
    """Share of units that are not found."""
    corrections: float = 0
    """Share of units that are read wrongly at first, and corrected."""
    first: int = 0
    """Size of the first round; 0 for a guess."""
    rounds: int = MOST_ROUNDS
    also_after_close: bool = False
    """Whether one unit is corrected after a round was closed."""
    restarts: bool = False


@dataclass
class Played:
    """An audit that was played to its end."""

    held: InMemory
    election: Election
    terms: Terms
    digits: str
    files: dict[str, bytes] = field(default_factory=dict)


def play(
    election: Election, terms: Terms, how: Play, chance: random.Random, change: Change = lambda committed: committed
) -> Played:
    """Play a whole audit. Raises what the engine raises where these terms are none. `change` is what a forger does."""
    held = InMemory(how.quorum)
    committed = change(commitment(election, terms))
    digits = "".join(str(chance.randrange(10)) for _ in range(20))
    if how.restarts:
        _commit(held, committed, how)
        held.do("restart", ADA, {"reason": "A box was found."})
    _commit(held, committed, how)
    values = {party: (f"{chance.random():.6f}", f"{chance.random():.6f}") for party in how.parties}
    for party, (nonce, value) in values.items():
        held.do("promise", ADA, {"party": party, "sha256": promise(party, nonce, value)})
    if values:
        held.witnessed(ADA)
    for person in (ADA, BO):
        acting.roll(held, person, digits)
    for party, (nonce, value) in values.items():
        acting.reveal(held, BO, party, nonce, value)
    _rounds(held, Paper(election, committed.design, terms, how, chance), how)
    for name in held.audit.undecided():
        _count_by_hand(held, election, name)
    for person in (ADA, BO):
        held.do("sign-off", person, {"words": "Seen."})
    held.do("publish", ADA, {})
    return Played(held, election, terms, digits, held.bundled())


def _commit(held: InMemory, committed: Commitment, how: Play) -> None:
    acting.commit(held, ADA, Prepared(committed, (), ()), double=how.double)
    held.witnessed(ADA)


def _rounds(held: InMemory, paper: "Paper", how: Play) -> None:
    sizes = _first(held, how)
    for number in range(1, how.rounds + 1):
        acting.draw(held, ADA, sizes)
        for unit in held.audit.waiting:
            _enter(held, paper, unit, how)
        acting.close(held, ADA)
        if number == 1 and how.also_after_close:
            _correct_again(held, paper)
        grown = _grown(held, sizes)
        if not held.audit.undecided() or grown == sizes:
            return
        sizes = grown


def _first(held: InMemory, how: Play) -> dict[str, int]:
    committed = held.audit.commitment
    if committed.design is Design.COMPARISON:
        return {one.id: min(how.first or 12, one.cards) for one in committed.audited}
    most = len(held.audit.urn.units) if committed.design is Design.POLLING else how.first or 4
    return {EVERY: min(how.first or 30, most)}


def _grown(held: InMemory, sizes: Mapping[str, int]) -> dict[str, int]:
    committed = held.audit.commitment
    if committed.design is Design.BATCH:
        return {EVERY: sizes[EVERY] * 2}
    most = {one.id: int(one.cards) for one in committed.subjects} | {EVERY: len(held.audit.urn.units)}
    return {name: min(ceil(n * 1.7), most[name]) for name, n in sizes.items()}


def _enter(held: InMemory, paper: "Paper", unit: str, how: Play) -> None:
    seen, wrong = paper.of(unit), paper.misread(unit)
    slip = wrong != seen and paper.chance.random() < how.corrections
    if how.double:
        acting.enter(held, CY, unit, seen)
        acting.enter(held, DI, unit, wrong if slip else seen)
        if held.audit.entries.disagrees(unit):
            acting.resolve(held, CY, unit, seen, [CY.name, DI.name])
    else:
        acting.enter(held, CY, unit, wrong if slip else seen)
        if slip:
            acting.correct(held, DI, unit, seen, "the wrong line was read", BO.name)


def _correct_again(held: InMemory, paper: "Paper") -> None:
    unit = sorted(held.audit.entries.settled)[0]
    acting.correct(held, DI, unit, paper.misread(unit), "read again", BO.name)
    acting.correct(held, CY, unit, paper.of(unit), "read a third time", BO.name)
    acting.close(held, ADA)


def _count_by_hand(held: InMemory, election: Election, name: str) -> None:
    subject = next(one for one in held.audit.commitment.subjects if one.id == name)
    counted = election.counted(name)
    transcript = result(subject.contest, profile_of(subject.contest, counted)).transcript
    acting.count_by_hand(held, ADA, name, counted, named_by(transcript))


class Paper:
    """What lies in the boxes: the records, but for slips and losses."""

    def __init__(self, election: Election, design: Design, terms: Terms, how: Play, chance: random.Random) -> None:
        self.election, self.chance, self._seen = election, chance, dict[str, Seen]()
        slips = [self._paper(card, how.slips) for card in election.cards]
        if design is Design.BATCH:
            for batch in {card.batch for card in slips}:
                self._seen[batch] = Seen(True, self._counted(slips, batch, chance, how.slips))
        else:
            places = Counter[str]()
            for at, card in enumerate(slips, 1):
                places[card.batch] += 1
                name = f"{card.batch}, {places[card.batch]}"
                if design is Design.COMPARISON:
                    name = f"{card.batch.replace(', ', '-')}-{at}"
                said = dict.fromkeys(election.contests) if design is Design.POLLING else {}
                listed = election.cards[at - 1].marks
                ballots = {n: b for n, b in election.ballots(card).items() if n in listed}
                self._seen[name] = Seen(True, {**said, **ballots})
                if design is Design.COMPARISON and chance.random() < how.slips / 4 and listed:
                    self._seen[name] = Seen(True, {**self._seen[name].contests, next(iter(listed)): None})
        for unit in sorted(self._seen):
            if chance.random() < how.lost:
                self._seen[unit] = Seen(False, {})

    def _paper(self, card: Card, slips: float) -> Card:
        """Return a card, or now and then one that is marked like another."""
        if self.chance.random() >= slips:
            return card
        other = self.chance.choice(self.election.cards)
        return Card(card.batch, {name: other.marks.get(name, mark) for name, mark in card.marks.items()})

    def _counted(self, cards: list[Card], batch: str, chance: random.Random, slips: float) -> dict[str, Counted]:
        found = {}
        for name in sorted({n for card in self.election.cards if card.batch == batch for n in card.marks}):
            counted = Election(self.election.contests, tuple(cards)).counted(name, batch)
            if chance.random() < slips and counted.ballots[0][1] > 1:
                (ballot, n), *rest = counted.ballots
                counted = Counted(CardCount(counted.cards - 1), ((ballot, n - 1), *rest))
            found[name] = counted
        return found

    def of(self, unit: str) -> Seen:
        """Return what is on the unit."""
        return self._seen[unit]

    def misread(self, unit: str) -> Seen:
        """Return what a tired person reads: one contest blank."""
        seen = self._seen[unit]
        name, found = next(((n, f) for n, f in sorted(seen.contests.items()) if f is not None), ("", None))
        if found is None:
            return seen
        blank = Counted(found.cards, ()) if isinstance(found, Counted) else Ballot()
        return Seen(True, {**seen.contests, name: blank})
