"""Ballots of a few letters for rules that look at whole rankings, and what tests ask of such counts."""

import random
from collections import Counter
from dataclasses import replace

from stv_ballots import Ballots, election

from faircount.count import RULES
from faircount.model import Contest, Exhibit, Profile, Transcript


def question(
    rule: str, ballots: Ballots, kinds: dict[str, str] | None = None, seats: int = 1, /, **options: str
) -> tuple[Contest, Profile]:
    """Ballots as `A>B=C`; every letter of a ballot, or of `kinds`, is a choice, in alphabetical order."""
    contest, profile = election(ballots, seats, kinds)
    return replace(contest, rule=rule, options=tuple(sorted(options.items()))), profile


def count(
    rule: str, ballots: Ballots, kinds: dict[str, str] | None = None, seats: int = 1, /, **options: str
) -> Transcript:
    contest, profile = question(rule, ballots, kinds, seats, **options)
    return RULES[rule].count(contest, profile)


def best(transcript: Transcript, names: str = "ABCDEFGH") -> str:
    """The elected as letters, or those tied for election: `A`, `AB`."""
    return "".join(names[c] for c in transcript.elected or transcript.rounds[-1].tied)


def table(transcript: Transcript, title: str) -> Exhibit:
    (found,) = (exhibit for exhibit in transcript.exhibits if exhibit.title == title)
    return found


def matrix(transcript: Transcript) -> list[list[object]]:
    return [list(row[1:]) for row in table(transcript, "Pairwise votes").rows]


def some(chance: random.Random, size: int, cards: int, complete: bool = False) -> Ballots:
    """Random ballots; unless `complete`, some rank only a few choices, and some of these alike."""
    names = "ABCDEFGH"[:size]
    found: Counter[str] = Counter({names[0]: 0})
    for _ in range(cards):
        order = chance.sample(names, size if complete else chance.randint(1, size))
        ballot = order[0]
        for name in order[1:]:
            ballot += (">" if complete or chance.random() < 0.8 else "=") + name
        found[ballot] += 1
    # Everybody is on the ballot paper, whether anybody ranks them or not.
    found[">".join(names)] += 1
    return {ballot: cards for ballot, cards in found.items() if cards}
