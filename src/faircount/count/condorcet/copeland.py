"""Copeland: the choice that beats most others, one by one."""

from fractions import Fraction

from faircount.count.condorcet.deciding import Judgement, Pairs, rule_of_pairs
from faircount.count.condorcet.pairs import beats
from faircount.count.ranked.preferences import plain
from faircount.count.rule import Option
from faircount.model import Exhibit

LEVEL = Option(
    "level",
    ("half", "one", "none"),
    "half",
    "What a pair is worth to each where as many prefer the one as the other. half: half a win. one: a win, as Ramon "
    "Llull counted. none: nothing.",
)
_WORTH = {"half": Fraction(1, 2), "one": Fraction(1), "none": Fraction(0)}


def judge(pairs: Pairs) -> Judgement:
    """Return the choices with the highest score. Source: Copeland 1951; with level=one, Llull 1299."""
    rows = []
    worth = _WORTH[pairs.decided["level"]]
    for one in pairs.among:
        others = [other for other in pairs.among if other != one]
        wins = sum(beats(pairs.matrix, one, other) for other in others)
        losses = sum(beats(pairs.matrix, other, one) for other in others)
        level = len(others) - wins - losses
        rows.append((pairs.contest.name_of(one), wins, level, losses, plain(wins + worth * level)))
    most = max(row[-1] for row in rows)
    best = tuple(one for one, row in zip(pairs.among, rows, strict=True) if row[-1] == most)
    meaning = "Pairs that each choice wins, shares and loses; the score is what decides."
    columns = ("Choice", "Won", "Level", "Lost", "Score")
    return Judgement(best, (Exhibit("Copeland scores", columns, tuple(rows), meaning),))


RULE = rule_of_pairs(
    "copeland",
    "No statute, default where no other rule is enacted. Copeland 1951, A reasonable social welfare function, seminar "
    "on mathematics in social sciences, University of Michigan; Llull 1299, De arte eleccionis",
    judge,
    (LEVEL,),
    "the highest score of pairs won",
)
