"""Ballots into batches: central scanners take mail in mixed stacks, each precinct's scanner takes its own."""

from collections.abc import Iterator, Sequence

import numpy as np

from faircount.simulate.ballots import Filled, fill
from faircount.simulate.design import ELECTION_DAY, MAIL, PROVISIONAL, Design, design
from faircount.simulate.election import Election, Reading, Record, Sheet, Stack
from faircount.simulate.electorate import Electorate, electorate
from faircount.simulate.plan import Plan

ONE_CARD_RETURNED = 0.01
"""Share of mail voters with a two-card ballot who send back one card: ballots are not cards over two."""
FEWEST_CARDS = 30
"""A central batch smaller than this joins the one before it."""


def simulate(plan: Plan) -> Election:
    """Return the election that `plan` describes. Equal plans give equal elections, to the last byte exported."""
    rng = np.random.Generator(np.random.PCG64(plan.seed))
    layout = design(plan, rng)
    voters = electorate(plan, rng)
    filled = [fill(i, question, voters, rng) for i, question in enumerate(layout.questions)]
    box = _Ballots(plan, layout, voters, filled, rng)
    return Election(plan, layout, tuple(_stacks(plan, layout, voters, box, rng)), voters.registered, voters.waiting)


class _Ballots:
    """Ballots by number, made into records when they are scanned."""

    def __init__(
        self, plan: Plan, layout: Design, voters: Electorate, filled: list[Filled], rng: np.random.Generator
    ) -> None:
        self.filled = filled
        self.precinct = voters.precinct.tolist()
        self.group = voters.group.tolist()
        looked_at = set().union(*(f.superseded for f in filled))
        self.looked_at = looked_at
        parts = [[i for i, q in enumerate(layout.questions) if plan.sheets == 1 or q.sheet == s] for s in range(2)]
        self.parts = {
            style.id: [[i for i in part if i in style.contests] for part in parts[: plan.sheets]]
            for style in layout.styles
        }
        self.layout = layout
        alone = (rng.random(plan.ballots) < ONE_CARD_RETURNED) & (voters.group == MAIL) & (plan.sheets == 2)
        kept = rng.integers(0, 2, plan.ballots)
        self.kept = {i: int(kept[i]) for i in np.flatnonzero(alone).tolist()}

    def record(self, ballot: int, position: int) -> Record:
        """Return `ballot` as scanned at `position`."""
        precinct = self.precinct[ballot]
        style = self.layout.style_of(precinct, self.group[ballot])
        current = self._sheets(ballot, style.id, [f.current[ballot] for f in self.filled])
        superseded = None
        if ballot in self.looked_at:
            first = [f.superseded.get(ballot, f.current[ballot]) for f in self.filled]
            superseded = self._sheets(ballot, style.id, first)
            # The contest that was looked at may not be on this ballot or on the card that came back.
            same = all(a.readings == b.readings for a, b in zip(current, superseded, strict=True))
            superseded = None if same else superseded
        return Record(position, precinct, style.id - 1, current, superseded)

    def _sheets(self, ballot: int, style: int, readings: Sequence[Reading]) -> tuple[Sheet, ...]:
        kept = self.kept.get(ballot)
        return tuple(
            Sheet(number, tuple(readings[i] for i in part))
            for number, part in enumerate(self.parts[style])
            if kept is None or number == kept
        )

    def cards(self, ballot: int) -> int:
        """Return how many cards `ballot` came back with."""
        return 1 if ballot in self.kept else len(self.parts[1])


def _stacks(plan: Plan, layout: Design, voters: Electorate, box: _Ballots, rng: np.random.Generator) -> Iterator[Stack]:
    """Yield the batches in the order in which they were exported; file numbers grow, with gaps."""
    file = int(rng.integers(0, 3))
    mail = rng.permutation(np.flatnonzero(voters.group == MAIL)).tolist()
    provisional = rng.permutation(np.flatnonzero(voters.group == PROVISIONAL)).tolist()
    runs: list[tuple[int, int, int, str, list[int]]] = []
    for n, ballots in enumerate(_cut(mail, box, rng)):
        scanner, number = layout.central[n % len(layout.central)], 1 + n // len(layout.central)
        runs.append((scanner, number, MAIL, f"Mail box {1 + n // 10}", ballots))
    for n, ballots in enumerate(_cut(provisional, box, rng)):
        runs.append((layout.provisional, n + 1, PROVISIONAL, f"Provisional box {1 + n // 10}", ballots))
    for p, precinct in enumerate(layout.precincts):
        ballots = rng.permutation(np.flatnonzero((voters.precinct == p) & (voters.group == ELECTION_DAY))).tolist()
        runs.append((layout.precinct_scanner(p), 1, ELECTION_DAY, f"Bag {precinct.name}", ballots))
    for scanner, number, group, location, ballots in runs:
        if ballots:
            records = tuple(box.record(ballot, i) for i, ballot in enumerate(ballots, start=1))
            yield Stack(scanner, number, group, file, location, records)
            file += int(rng.integers(1, 4))


def _cut(ballots: list[int], box: _Ballots, rng: np.random.Generator) -> list[list[int]]:
    """Cut a pile into batches of about 50 to 150 cards; a rest too small for a batch joins the last one."""
    batches: list[list[int]] = []
    at = 0
    while at < len(ballots):
        room, batch = int(rng.integers(50, 121)), []
        while at < len(ballots) and room > 0:
            batch.append(ballots[at])
            room -= box.cards(ballots[at])
            at += 1
        batches.append(batch)
    if len(batches) > 1 and sum(map(box.cards, batches[-1])) < FEWEST_CARDS:
        rest = batches.pop()
        batches[-1] += rest
    return batches
