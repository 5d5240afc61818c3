"""What the county reports: marks read by the rules, counted by precinct and counting group, and the figures shifted."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from faircount.simulate.design import GROUPS, Question
from faircount.simulate.election import Election, Ink, Reading
from faircount.simulate.electorate import Ints


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one election as reported, all by [precinct, group].

    `votes[question]` has one more dimension in front, the choices in ballot order. `held` counts the cards that hold
    the contest, `ballots` and `cards` all of them. `registered` and `checked_in` are by precinct.
    """

    votes: tuple[Ints, ...]
    undervotes: tuple[Ints, ...]
    overvotes: tuple[Ints, ...]
    held: tuple[Ints, ...]
    ballots: Ints
    cards: Ints
    registered: Ints
    checked_in: Ints


def interpret(question: Question, marks: tuple[Ink, ...]) -> tuple[tuple[int, ...], int, int]:
    """Return the choices that `marks` count for, the undervotes and the overvotes.

    Not ranked: clear marks count unless there are more than allowed; then all votes of the contest are overvotes.
    Ranked: the first rank that bears a clear mark is the first preference, and an overvote if it bears two choices.
    """
    clear = [m for m in marks if not m.ambiguous]
    if question.ranks:
        top = min((m.rank for m in clear), default=0)
        first = tuple({m.choice: None for m in clear if m.rank == top})
        return (first if len(first) == 1 else (), int(not first), int(len(first) > 1))
    if len(clear) > question.vote_for:
        return (), 0, question.vote_for
    return tuple(m.choice for m in clear), question.vote_for - len(clear), 0


def tally(election: Election) -> Tally:
    """Count every exported card, a card exported twice twice, and apply the changes that reports make to the counts."""
    shape = (len(election.design.precincts), len(GROUPS))
    questions = election.design.questions
    votes = tuple(np.zeros((len(q.choices), *shape), dtype=np.int64) for q in questions)
    under, over, held = (tuple(np.zeros(shape, dtype=np.int64) for _ in questions) for _ in range(3))
    ballots, cards = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    seen: Counter[tuple[Reading, int, int]] = Counter()
    for stack in election.stacks:
        group = stack.group
        for record in stack.records:
            precinct = record.precinct
            ballots[precinct, group] += 1
            cards[precinct, group] += len(record.sheets)
            seen.update((reading, precinct, group) for sheet in record.sheets for reading in sheet.readings)
    # Few readings are distinct, so each is interpreted once, wherever it was found.
    meaning = {r: interpret(questions[r.question], r.marks) for r in {reading: None for reading, _, _ in seen}}
    for (reading, precinct, group), n in seen.items():
        q = reading.question
        chosen, blank, spoilt = meaning[reading]
        for choice in chosen:
            votes[q][choice, precinct, group] += n
        under[q][precinct, group] += n * blank
        over[q][precinct, group] += n * spoilt
        held[q][precinct, group] += n
    result = Tally(votes, under, over, held, ballots, cards, np.array(election.registered, dtype=np.int64),
                   ballots.sum(axis=1) + np.array(election.waiting, dtype=np.int64))  # fmt: skip
    return _changed(election, result)


def _changed(election: Election, counts: Tally) -> Tally:
    changes = election.changes
    for shift in changes.shifts:
        if not shift.precinct_file_only:
            move(counts, shift.question, shift.what, (shift.precinct, shift.group), shift.by)
    for place, more in changes.ballots_cast.items():
        counts.ballots[place] += more
    for precinct, registered in changes.registered.items():
        counts.registered[precinct] = registered
    for precinct, checked_in in changes.checked_in.items():
        counts.checked_in[precinct] = checked_in
    return counts


def move(counts: Tally, question: int, what: int | str, place: tuple[int, int], by: int) -> None:
    """Add `by` to one figure of `counts`: a choice's votes, `undervotes` or `overvotes` at (precinct, group)."""
    if isinstance(what, int):
        counts.votes[question][what][place] += by
    else:
        {"undervotes": counts.undervotes, "overvotes": counts.overvotes}[what][question][place] += by
