"""Ballots of a few letters for rules that fill several seats by transfers."""

import random
from collections import Counter

from faircount.count import RULES
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, Transcript, VoteCount

STV = RULES["stv"]
Ballots = dict[str, int]


def election(
    ballots: Ballots, seats: int, kinds: dict[str, str] | None = None, **decided: str
) -> tuple[Contest, Profile]:
    """Ballots as `A>B`, `A>>B` with an empty rank, `A=B` with two on one;

    Choices are in alphabetical order; those without a ballot must be in `kinds`.
    """
    kinds = kinds or {}
    names = sorted({name for ballot in ballots for name in ballot.replace("=", ">").split(">") if name} | set(kinds))
    choices = tuple(Choice(name, kind=kinds.get(name, "regular")) for name in names)
    counts: dict[Pattern, int] = {}
    for ballot, cards in ballots.items():
        ranked = enumerate((name for name in ballot.split(">")), 1)
        marked = [(n, rank) for rank, cell in ranked for n in cell.split("=") if n]
        marks = sorted((Mark(CandidateIndex(names.index(n)), Rank(r)) for n, r in marked), key=Mark.sort_key)
        counts[Pattern(tuple(marks))] = counts.get(Pattern(tuple(marks)), 0) + cards
    options = tuple(sorted(decided.items()))
    return Contest("t", choices, seats, ranks=10, rule="stv", options=options), Profile.of(counts)


def paper(*choices: int) -> Pattern:
    """A paper that ranks these choices, the first one first."""
    return Pattern(tuple(Mark(CandidateIndex(c), Rank(r)) for r, c in enumerate(choices, 1)))


def in_letters(
    title: str, rule: str, names: str, seats: int, papers: dict[str, int], **decided: str
) -> tuple[Contest, Profile]:
    """Papers written as orders of one-letter candidates: `AB` is A first, B second. `names` is the ballot paper."""
    options = tuple(sorted(decided.items()))
    contest = Contest(title, tuple(map(Choice, names)), seats, ranks=len(names), rule=rule, options=options)
    return contest, Profile.of({paper(*map(names.index, order)): n for order, n in papers.items()})


def some_papers(chance: random.Random, size: int, papers: int) -> dict[Pattern, int]:
    """Random papers that rank any number of choices, the first on the ballot paper more often high up."""
    found: Counter[Pattern] = Counter()
    for _ in range(papers):
        order = sorted(range(size), key=lambda c: chance.random() * (c + 1))[: chance.randint(0, size)]
        found[paper(*order)] += 1
    return found


def elected(contest: Contest, transcript: Transcript) -> str:
    return "".join(contest.name_of(c) for c in transcript.elected)


def votes(transcript: Transcript) -> list[list[VoteCount]]:
    return [list(one.votes) for one in transcript.rounds]
