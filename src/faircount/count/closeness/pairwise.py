"""Rules that compare choices two at a time: what no few cards can change in the majorities, and a change that does."""

from fractions import Fraction
from itertools import combinations
from itertools import pairwise as neighbours

from faircount.count.closeness.cards import Cards
from faircount.count.closeness.closeness import Bounds
from faircount.count.closeness.greedy import Rivals, greedy
from faircount.count.condorcet.orders import running
from faircount.count.condorcet.pairs import Matrix, strength
from faircount.model import CandidateIndex

WINNER = "At the least, the winner would have to lose or draw against somebody: that much each rule of this kind asks."
ORDER = "At the least, a majority would have to turn, or two majorities change places in the order of their strength."
SIGNS = "At the least, a majority would have to turn."


def pairwise(cards: Cards) -> Bounds:
    """Return bounds for rules of the Condorcet family; the upper one is a change that a recount confirms.

    A card changes a majority by at most 2. Whoever beats everybody wins under each of these rules (Condorcet's
    criterion); without such a winner, ranked pairs, Schulze, minimax and Copeland look only at which majorities there
    are and how they are ordered.
    """
    table = next(one for one in cards.transcript.exhibits if one.kind == "pairwise")
    matrix: Matrix = tuple(tuple(0 if v is None or isinstance(v, str) else v for v in row[1:]) for row in table.rows)
    among = running(cards.contest, cards.decided)
    lower, how = 1, "Nothing better than 1 is known where no choice beats all others."
    if cards.outcome[0]:
        winner = cards.outcome[0][0]
        leads = [matrix[winner][c] - matrix[c][winner] for c in among if c != winner]
        if leads and min(leads) > 0:
            lower, how = int(-(-Fraction(min(leads)) // 2)), WINNER
        elif cards.rule.name in ("ranked-pairs", "schulze", "minimax", "copeland"):
            lower, how = _by_order(cards, matrix, among)
    return greedy(cards, max(1, lower), how, Rivals.of(cards))


def _by_order(
    cards: Cards, matrix: Matrix, among: tuple[CandidateIndex, ...]
) -> tuple[int, str]:  # fmt: skip
    pairs = combinations(among, 2)
    leads = [max(matrix[a][b] - matrix[b][a], matrix[b][a] - matrix[a][b]) for a, b in pairs]
    if not leads or not min(leads):
        return 1, SIGNS
    turns = int(-(-Fraction(min(leads)) // 2))
    if cards.rule.name == "copeland":
        return turns, SIGNS
    how = cards.decided.get("strength", "winning-votes")
    majorities = [(a, b) if matrix[a][b] > matrix[b][a] else (b, a) for a, b in combinations(among, 2)]
    figures = sorted(strength(matrix, a, b, how)[0] for a, b in majorities)
    gaps = [after - before for before, after in neighbours(figures)]
    # A card moves votes for a majority by 1, and its lead by 2; two of them may move against each other.
    apart = int(-(-Fraction(min(gaps)) // (2 if how == "winning-votes" else 4))) if gaps else turns
    return max(1, min(turns, apart)), ORDER
