"""Minimax (Simpson and Kramer): the choice whose worst comparison with another is the least bad."""

from faircount.count.condorcet.deciding import Judgement, Pairs, rule_of_pairs
from faircount.count.condorcet.pairs import beats
from faircount.count.rule import Option
from faircount.model import CandidateIndex, Exhibit, VoteCount

DEFEAT = Option(
    "defeat",
    ("winning-votes", "margins", "opposition"),
    "winning-votes",
    "What makes a comparison bad. winning-votes: the votes for the other, where the other beats it; else nothing. "
    "margins: the votes for the other less those for it, also where these are more. opposition: the votes for the "
    "other, whoever beats whom; so a choice that beats every other may lose.",
)


def judge(pairs: Pairs) -> Judgement:
    """Return the choices whose greatest defeat is smallest. Source: Simpson 1969; Kramer 1977; Young 1977."""
    worst = {one: _worst(pairs, one) for one in pairs.among}
    least = min(votes for votes, _ in worst.values())
    best = tuple(one for one in pairs.among if worst[one][0] == least)
    rows = tuple(
        (pairs.contest.name_of(one), votes, "" if rival is None else pairs.contest.name_of(rival))
        for one, (votes, rival) in worst.items()
    )
    meaning = "The greatest figure against each choice, and against whom; the choice with the smallest is elected."
    return Judgement(best, (Exhibit("Greatest defeats", ("Choice", "Greatest defeat", "Against"), rows, meaning),))


def _worst(pairs: Pairs, one: CandidateIndex) -> tuple[VoteCount, CandidateIndex | None]:
    """Return the greatest figure against `one`, and the first on the ballot who causes it; 0 where nobody does."""
    figures: dict[CandidateIndex, VoteCount] = {}
    for other in pairs.among:
        lost, won = pairs.matrix[other][one], pairs.matrix[one][other]
        if other != one and (pairs.decided["defeat"] != "winning-votes" or beats(pairs.matrix, other, one)):
            figures[other] = lost - won if pairs.decided["defeat"] == "margins" else lost
    rival = max(figures, key=figures.__getitem__, default=None)
    return (0, None) if rival is None else (figures[rival], rival)


RULE = rule_of_pairs(
    "minimax",
    "No statute, default where no other rule is enacted. Simpson 1969, On defining areas of voter choice, Quarterly "
    "Journal of Economics 83: 478–490; Kramer 1977, A dynamical model of political equilibrium, Journal of Economic "
    "Theory 16: 310–334",
    judge,
    (DEFEAT,),
    "the smallest greatest defeat",
)
