"""A second evaluator of written claims, from the sentences in docs/assertions.md alone: texts in, none of our code."""

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from faircount.model import Ballot

Paper = dict[str, Any]


def told(ballot: Ballot) -> str:
    """A ballot as a text: `{"votes": [[0, "1/2"]], "ranking": [2, 1]}`."""
    return json.dumps({"votes": [[c, str(n)] for c, n in ballot.votes], "ranking": list(ballot.ranking)})


def value(claim: str, ballot: str) -> Fraction:
    """(gain − least) / (−2 × least)."""
    assorter, paper = json.loads(claim), json.loads(ballot)
    gain = sum(Fraction(times) * READ[name](paper, *arguments) for times, name, arguments in assorter["terms"])
    least = Fraction(assorter["least"])
    return (gain - least) / (-2 * least)


def gives(paper: Paper, choice: int) -> Fraction:
    return Fraction(dict(map(tuple, paper["votes"])).get(choice, 0))


def place(paper: Paper, choice: int) -> float:
    """The place in the ranking, 0 first; beyond all where it is in none."""
    ranking = paper["ranking"]
    return ranking.index(choice) if choice in ranking else float("inf")


READ: dict[str, Callable[..., Fraction | bool | int]] = {
    "votes": lambda paper, *choices: sum(gives(paper, c) for c in choices),
    "evenly": lambda paper, c: Fraction(1, len(paper["votes"])) if gives(paper, c) else 0,
    "higher": lambda paper, a, b: gives(paper, a) > gives(paper, b),
    "cards": lambda paper: 1,
    "ranks": lambda paper, *choices: bool(set(choices) & set(paper["ranking"])),
    "first": lambda paper, *choices: any(place(paper, c) == 0 for c in choices),
    "head": lambda paper, c, standing: [one for one in paper["ranking"] if one in standing][:1] == [c],
    "prefers": lambda paper, a, b, below: (
        place(paper, a) < place(paper, b) and (below or place(paper, b) < float("inf"))
    ),
    "passed": lambda paper, f, a, b: place(paper, f) == 0 and place(paper, a) < place(paper, b),
}
