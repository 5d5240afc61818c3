"""Valid ways of voting: what a card can be changed into."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, islice, permutations, product

from faircount.count.rule import Rule
from faircount.model import CandidateIndex, Contest, Mark, Pattern, Rank

BLANK = Pattern()


def marked(choices: Sequence[int], score: int | None = None) -> Pattern:
    """Return a card that marks `choices`, giving each of them `score` where the rule counts scores."""
    return Pattern(tuple(Mark(CandidateIndex(c), score=score) for c in sorted(choices)))


def scored(points: Mapping[int, int]) -> Pattern:
    """Return a card that gives points to choices."""
    return Pattern(tuple(Mark(CandidateIndex(c), score=n) for c, n in sorted(points.items())))


def ranked(levels: Sequence[Sequence[int]]) -> Pattern:
    """Return a card that ranks `levels`, most preferred first, several choices of a level alike."""
    return Pattern(tuple(Mark(CandidateIndex(c), Rank(r)) for r, level in enumerate(levels, 1) for c in sorted(level)))


def equal_ranks_count(decided: Mapping[str, str]) -> bool:
    """Return whether a rank with several choices is a valid way of voting."""
    return decided.get("overvote") in ("equal", "split")


def every_way(rule: Rule, contest: Contest, decided: Mapping[str, str], most: int) -> tuple[Pattern, ...] | None:
    """Return every valid way of voting, as far as counting tells them apart; None where there are more than `most`."""
    size = len(contest.choices)
    if rule.ballot == "scores":
        ways = _score_cards(size, range(int(decided["most"]) + 1))
    elif rule.ballot == "ranks":
        ways = _rank_cards(size, contest.ranks, equal_ranks_count(decided))
    elif rule.name == "cumulative":
        given = range(contest.votes_allowed + 1)
        ways = (p for p in _score_cards(size, given) if sum(m.score or 0 for m in p.marks) <= contest.votes_allowed)
    else:
        ways = _mark_cards(contest)
    found = tuple(islice(ways, most + 1))
    return None if len(found) > most else found


def _mark_cards(contest: Contest) -> Iterator[Pattern]:
    pooled = [choice.kind == "write-in" for choice in contest.choices]
    for n in range(contest.votes_allowed + 1):
        for chosen in combinations_with_replacement(range(len(pooled)), n):
            if all(pooled[c] or chosen.count(c) == 1 for c in chosen):
                yield marked(chosen)


def _score_cards(size: int, given: Sequence[int]) -> Iterator[Pattern]:
    return (scored({c: n for c, n in enumerate(row) if n}) for row in product(given, repeat=size))


def _rank_cards(size: int, ranks: int, equal: bool) -> Iterator[Pattern]:
    if equal:
        # Places 1, 2, …, k without a gap, or 0 for choices left out.
        for places in product(range(min(size, ranks) + 1), repeat=size):
            used = {place for place in places if place}
            if len(used) == max(places, default=0):
                yield ranked([[c for c in range(size) if places[c] == place] for place in sorted(used)])
        return
    for n in range(min(size, ranks) + 1):
        yield from (ranked([[c] for c in order]) for order in permutations(range(size), n))
