"""Choices compared two at a time: how many prefer one to the other, who beats whom, and by how much.

Source: Condorcet, *Essai sur l'application de l'analyse* (1785); Smith 1973, Econometrica 41, for the Smith set.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faircount.count.condorcet.orders import Choices, Order, Orders, running
from faircount.count.ranked.fast import EMPTY, EXACT
from faircount.count.ranked.preferences import plain
from faircount.count.rule import Option
from faircount.model import CandidateIndex, Contest, Exhibit, Margin, Transcript, VoteCount

Matrix = tuple[tuple[VoteCount, ...], ...]
"""Row i, column j: the votes that prefer choice i to choice j. 0 on the diagonal, and for choices not running."""

UNRANKED = Option(
    "unranked",
    ("below", "no-opinion"),
    "below",
    "Choices that a ballot does not rank. below: it prefers every ranked choice to them, and them alike. no-opinion: "
    "it says nothing of a pair of which it ranks only one.",
)
STRENGTH = Option(
    "strength",
    ("winning-votes", "margins"),
    "winning-votes",
    "How strong a majority is. winning-votes: by the votes for the winner of the pair; of equal ones the one with "
    "fewer votes against it is stronger. margins: by the votes for the winner less those against.",
)

_NOWHERE = np.iinfo(np.int16).max


def pairwise(orders: Orders, among: Choices, unranked: str) -> Matrix:
    """Return the matrix of all choices; `unranked` is the value of option `UNRANKED`. Exact, whatever the weights."""
    size = len(orders.dealt.votes)
    rows = _of_rows(orders, size, unranked == "below").tolist()
    found: list[list[VoteCount]] = [[0] * size for _ in range(size)]
    others = _of_levels(orders.others, among, size, unranked == "below") if orders.others else found
    for i in among:
        for j in among:
            if i != j:
                found[i][j] = plain(rows[i][j] + others[i][j])
    return tuple(map(tuple, found))


def _of_rows(orders: Orders, size: int, below: bool) -> NDArray[np.int64]:
    """Whoever ranks i prefers it to j, but for those who rank j before it: so only pairs of ranks are counted."""
    cells = np.where(orders.rows == EMPTY, size, orders.rows).astype(np.intp).T
    width = size + 1
    before = np.zeros(width * width)
    ranked = np.zeros(width)
    for later, cell in enumerate(cells):
        ranked += np.bincount(cell, orders.weights, width)
        for earlier in cells[:later]:
            before += np.bincount(earlier * width + cell, orders.weights, width * width)
    square = before.reshape(width, width)
    won = ranked[:, None] - square.T if below else square
    return won[:size, :size].astype(np.int64)


def _of_levels(others: dict[Order, VoteCount], among: Choices, size: int, below: bool) -> list[list[VoteCount]]:
    """Level against level. Fractions are counted in their least common part, and in Python's numbers where large."""
    place = np.full((len(others), size), _NOWHERE, dtype=np.int16)
    for row, order in enumerate(others):
        for at, level in enumerate(order):
            place[row, list(level)] = at
    part = lcm(*(weight.denominator for weight in others.values()))
    shares = [weight.numerator * (part // weight.denominator) for weight in others.values()]
    small = sum(shares) < EXACT
    weights: NDArray[Any] = np.array(shares, dtype=np.float64 if small else object)
    found: list[list[VoteCount]] = [[0] * size for _ in range(size)]
    for i in among:
        ahead = place[:, [i]] < place
        if not below:
            ahead &= place != _NOWHERE
        won = weights @ (ahead if small else ahead.astype(object))
        found[i] = [plain(Fraction(int(votes), part)) for votes in won]
    return found


def beats(matrix: Matrix, one: CandidateIndex, other: CandidateIndex) -> bool:
    """Say whether more voters prefer `one` to `other` than the other way round."""
    return matrix[one][other] > matrix[other][one]


def condorcet_winner(matrix: Matrix, among: Sequence[CandidateIndex]) -> CandidateIndex | None:
    """Return the choice of `among` that beats each of the others; None where nobody does."""
    return next((one for one in among if all(beats(matrix, one, c) for c in among if c != one)), None)


def half_points(matrix: Matrix, one: CandidateIndex, among: Sequence[CandidateIndex]) -> int:
    """Return 2 for each of `among` that `one` beats and 1 for each with whom it is level."""
    return sum(
        (matrix[one][c] > matrix[c][one]) + (matrix[one][c] >= matrix[c][one]) for c in among if c != one
    )  # fmt: skip


def smith_set(matrix: Matrix, among: Sequence[CandidateIndex]) -> Choices:
    """Return the fewest choices of whom each beats everybody else of `among`, in the order of the ballot."""
    if not among:
        return ()
    # Whoever has most half points is in the set, and with each member are all whom it does not beat.
    waiting = [max(among, key=lambda c: half_points(matrix, c, among))]
    found = set(waiting)
    while waiting:
        member = waiting.pop()
        new = [c for c in among if c not in found and not beats(matrix, member, c)]
        found.update(new)
        waiting.extend(new)
    return tuple(sorted(found))


Strength = tuple[VoteCount, VoteCount]
"""How strong a majority is; the greater tuple is the stronger. The first figure is the one to show."""


def strength(matrix: Matrix, one: CandidateIndex, other: CandidateIndex, how: str) -> Strength:
    """Return how strong the majority for `one` is; `how` is the value of option `STRENGTH`."""
    won, lost = matrix[one][other], matrix[other][one]
    return (won, -lost) if how == "winning-votes" else (won - lost, 0)


PAIRWISE = "Pairwise votes"


def pairwise_exhibit(contest: Contest, matrix: Matrix) -> Exhibit:
    """Return the matrix as a table."""
    names = tuple(choice.name for choice in contest.choices)
    rows = [
        (name, *(None if j == i else votes for j, votes in enumerate(matrix[i]))) for i, name in enumerate(names)
    ]  # fmt: skip
    meaning = "Votes that prefer the choice of the row to the choice of the column."
    return Exhibit(PAIRWISE, ("Choice", *names), tuple(rows), meaning, "pairwise")


def smith_exhibit(contest: Contest, matrix: Matrix, among: Choices) -> Exhibit:
    """Return the Smith set as a table."""
    rows = tuple((contest.name_of(c),) for c in smith_set(matrix, among))
    return Exhibit("Smith set", ("Choice",), rows, "The fewest choices of whom each beats everybody else, one by one.")


def closest_pair(contest: Contest, transcript: Transcript) -> Margin | None:
    """Return the smallest majority of an elected Condorcet winner; None where the elected is none, or stands alone.

    Where majorities form a circle no single pair says how close the result was, and none is given.
    **It is not the number of ballots that would change the outcome.**
    """
    tables = [exhibit for exhibit in transcript.exhibits if exhibit.kind == "pairwise"]
    if transcript.verdict != "elected" or not tables:
        return None
    decided = dict(transcript.decisions)
    matrix = tuple(tuple(0 if v is None or isinstance(v, str) else v for v in row[1:]) for row in tables[0].rows)
    winner, others = transcript.elected[-1], [c for c in running(contest, decided) if c != transcript.elected[-1]]
    if not others or not all(beats(matrix, winner, c) for c in others):
        return None
    loser = min(others, key=lambda c: matrix[winner][c] - matrix[c][winner])
    return Margin(winner, loser, matrix[winner][loser] - matrix[loser][winner], "closest pair")
