"""How voters fill a contest in: mostly plainly, now and then too much, too little, too faint or with gaps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from faircount.simulate.design import ELECTION_DAY, Question
from faircount.simulate.election import Ink, Reading
from faircount.simulate.electorate import Electorate, preferences

OVERVOTES, FAINT, TWO_WRITE_INS = 0.003, 0.009, 0.0095
"""Upper ends of the shares of unranked votes with each oddity."""
FIRST_TIED, LATER_TIED, GAP, LATE_START, ALL_ONE, AGAIN, LAST_FAINT = 0.004, 0.007, 0.015, 0.018, 0.030, 0.034, 0.038
"""The same for ranked contests."""
WRITE_INS = 0.008
FAINT_WANTED = 0.6
"""Share of faint marks that people, looking at the paper, call votes."""
EXTRA_UNWANTED = 0.3
"""Share of overvotes that people can resolve, for instance because one mark is crossed out."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One contest of every ballot: the current readings, and the machine's first ones where people looked again."""

    current: tuple[Reading, ...]
    superseded: dict[int, Reading]


@dataclass(frozen=True, slots=True)
class Voter:
    """What the filling in of one contest on one ballot depends on."""

    order: tuple[int, ...]
    wanted: int
    """How many choices the voter marks or ranks; 0 leaves the contest blank."""
    pen: int
    oddity: float
    resolved: float
    write_in: bool
    central: bool


Filling = tuple[Reading, Reading | None]
"""The current reading, and the one it replaced where there was an adjudication."""


def fill(index: int, question: Question, voters: Electorate, rng: np.random.Generator) -> Filled:
    """Let every voter fill in `question`; those not entitled to it are dropped when scanned."""
    plain: dict[object, Reading] = {}
    one: Callable[[int, Question, Voter], Filling] = _ranked if question.ranks else _unranked
    current: list[Reading] = []
    superseded: dict[int, Reading] = {}
    usual = LAST_FAINT if question.ranks else TWO_WRITE_INS
    for ballot, voter in enumerate(_voters(index, question, voters, rng)):
        if voter.oddity >= usual:
            key = (voter.order[: voter.wanted], voter.pen, voter.write_in)
            reading = plain.get(key)
            if reading is None:
                reading = plain[key] = one(index, question, voter)[0]
            current.append(reading)
            continue
        reading, before = one(index, question, voter)
        current.append(reading)
        if before is not None:
            superseded[ballot] = before
    return Filled(tuple(current), superseded)


def _voters(index: int, question: Question, voters: Electorate, rng: np.random.Generator) -> Iterator[Voter]:
    n = len(voters.precinct)
    order = preferences(question, voters, rng).tolist()
    if question.ranks:
        lengths = np.r_[0.28, np.full(question.ranks - 1, 0.72 / (question.ranks - 1))]
    else:
        lengths = np.array([1.0] if question.vote_for == 1 else [0.08, 0.14, 0.78])
    wanted = 1 + rng.choice(len(lengths), n, p=lengths)
    # Further down the ballot fewer voters go on, the careless first.
    wanted[rng.random(n) < (1.0 - voters.care) * (0.2 + 0.1 * index)] = 0
    write_in = (rng.random(n) < WRITE_INS) & question.write_in
    rows = zip(order, wanted.tolist(), voters.pen.tolist(), rng.random(n).tolist(), rng.random(n).tolist(),
               write_in.tolist(), (voters.group != ELECTION_DAY).tolist(), strict=True)  # fmt: skip
    return (Voter(tuple(o), w, p, x, r, i, c) for o, w, p, x, r, i, c in rows)


def _ink(question: Question, pen: int, choice: int, rank: int = 1, line: int = 0) -> Ink:
    named = choice < len(question.entries)
    return Ink(choice, rank, pen - (7 * choice + 3 * rank) % 4, write_in=None if named else line)


def _faint(pen: int, choice: int, rank: int = 1) -> Ink:
    return Ink(choice, rank, 6 + pen % 18, ambiguous=True)


def _clear(mark: Ink) -> Ink:
    return Ink(mark.choice, mark.rank, mark.density, write_in=mark.write_in)


def _unranked(index: int, question: Question, voter: Voter) -> Filling:
    """Mark the favourites; the write-in, if any, takes the place of the last of them."""
    allowed = question.vote_for
    chosen = sorted(voter.order[: voter.wanted])
    if voter.write_in and chosen:
        chosen = [*chosen[:-1], len(question.entries)]
    marks = tuple(_ink(question, voter.pen, c) for c in chosen)
    reading = Reading(index, marks, tuple(chosen), allowed - len(chosen), 0)
    if voter.oddity < OVERVOTES and voter.wanted:
        marks = tuple(_ink(question, voter.pen, c) for c in sorted(voter.order[: allowed + 1]))
        over = Reading(index, marks, (), 0, allowed)
        if not (voter.central and voter.resolved < EXTRA_UNWANTED):
            return over, None
        kept = tuple(m for m in marks if m.choice != voter.order[allowed])
        return Reading(index, kept, tuple(m.choice for m in kept), 0, 0), over
    if OVERVOTES <= voter.oddity < FAINT:
        return _unranked_faint(index, question, voter, reading)
    if FAINT <= voter.oddity < TWO_WRITE_INS and question.write_in and allowed > 2 and voter.wanted == allowed:
        pooled = len(question.entries)
        first = voter.order[: allowed - 2]
        lines = tuple(_ink(question, voter.pen, pooled, line=line) for line in range(2))
        named = tuple(_ink(question, voter.pen, c) for c in first)
        return Reading(index, (*named, *lines), (*first, pooled, pooled), 0, 0), None
    return reading, None


def _unranked_faint(index: int, question: Question, voter: Voter, reading: Reading) -> Filling:
    """Add a faint mark; central scanning lets people look at it, precinct scanning does not."""
    free = [c for c in voter.order if c not in reading.votes]
    mark = _faint(voter.pen, free[0])
    seen = Reading(index, (*reading.marks, mark), reading.votes, reading.undervotes, 0)
    if not voter.central:
        return seen, None
    if reading.undervotes and voter.resolved < FAINT_WANTED:
        votes = (*reading.votes, mark.choice)
        return Reading(index, (*reading.marks, _clear(mark)), votes, reading.undervotes - 1, 0), seen
    return Reading(index, seen.marks, seen.votes, seen.undervotes, 0), seen


def _ranked(index: int, question: Question, voter: Voter) -> Filling:
    """Rank the favourites; gaps before the first choice are of one rank only, so that every rule reads them alike."""
    if not voter.wanted:
        return Reading(index, (), (), 1, 0), None
    order = (len(question.entries), *voter.order) if voter.write_in else voter.order
    length = min(voter.wanted, question.ranks)
    rows = list(zip(order, range(1, length + 1), strict=False))
    first, second, third = order[:3]
    before: list[tuple[int, int]] | None = None
    tied = False
    if voter.oddity < FIRST_TIED:
        if voter.central and voter.resolved < EXTRA_UNWANTED:
            before, rows = [(first, 1), (second, 1)], [(first, 1)]
        else:
            tied, rows = True, [(first, 1), (second, 1), (third, 2)]
    elif voter.oddity < LATER_TIED:
        rows = [(first, 1), (second, 2), (third, 2)]
    elif voter.oddity < GAP:
        rows = [(first, 1), (second, 3)]
    elif voter.oddity < LATE_START:
        rows = [(first, 2), (second, 3)]
    elif voter.oddity < ALL_ONE:
        rows = [(first, rank) for rank in range(1, question.ranks + 1)]
    elif voter.oddity < AGAIN:
        rows = [(first, 1), (second, 2), (first, 3)]
    marks = tuple(_ink(question, voter.pen, choice, rank) for choice, rank in rows)
    if AGAIN <= voter.oddity < LAST_FAINT and length < question.ranks:
        marks = (*marks, _faint(voter.pen, voter.order[-1], question.ranks))
    reading = Reading(index, marks, () if tied else (first,), 0, int(tied))
    if before is not None:
        over = tuple(_ink(question, voter.pen, choice, rank) for choice, rank in before)
        return reading, Reading(index, over, (), 0, 1)
    return reading, None
