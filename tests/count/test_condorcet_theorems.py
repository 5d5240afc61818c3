"""Rules by pairs and by places: what the literature proves of them, and what it denies them, on small elections."""

import itertools
import random
from collections import Counter

import pytest
from ranked_ballots import best, count, matrix, some, table
from stv_ballots import Ballots

from faircount.model import Transcript

Rated = tuple[str, dict[str, str]]
"""A rule under some of its options."""

SCHULZE: list[Rated] = [("schulze", {"strength": how}) for how in ("winning-votes", "margins")]
RANKED: list[Rated] = [("ranked-pairs", {"strength": how}) for how in ("winning-votes", "margins")]
MINIMAX: list[Rated] = [("minimax", {"defeat": how}) for how in ("winning-votes", "margins")]
COPELAND: list[Rated] = [("copeland", {"level": how}) for how in ("half", "one", "none")]
SMITH: list[Rated] = [("smith-instant-runoff", {"smith": how}) for how in ("once", "each-round", "woodall", "benham")]
KEMENY: list[Rated] = [("kemeny", {})]
BORDA: list[Rated] = [("borda", {})]


def for_each(*groups: list[Rated]) -> pytest.MarkDecorator:
    rated = [one for group in groups for one in group]
    return pytest.mark.parametrize(("rule", "options"), rated, ids=["-".join((r, *o.values())) for r, o in rated])


def elected(transcript: Transcript) -> str:
    """The winner where nothing was tied on the way; else nothing."""
    tied = any(one.ties for one in transcript.rounds)
    return best(transcript) if transcript.verdict == "elected" and not tied else ""


def smith_set(transcript: Transcript) -> str:
    return "".join(str(row[0]) for row in table(transcript, "Smith set").rows)


def beats_all(transcript: Transcript) -> str:
    votes = [[int(str(n or 0)) for n in row] for row in matrix(transcript)]
    size = range(len(votes))
    return "".join("ABCDEFGH"[i] for i in size if all(votes[i][j] > votes[j][i] for j in size if i != j))


@for_each(SCHULZE, RANKED, MINIMAX, COPELAND[:1], SMITH, KEMENY)
def test_whoever_beats_all_is_elected(rule: str, options: dict[str, str]) -> None:
    seen = 0
    for seed in range(60):
        transcript = count(rule, some(random.Random(seed), 4, 15), **options)
        winner = beats_all(transcript)
        if winner:
            seen += 1
            assert (transcript.verdict, best(transcript)) == ("elected", winner)
            assert f"{winner} is the Condorcet winner" in transcript.rounds[0].note
    assert seen > 20


def test_borda_and_instant_runoff_do_not_always_elect_whoever_beats_all() -> None:
    """A beats both 3 to 2; B has more points. C is everybody's second and nobody's first but two's."""
    assert best(count("borda", {"A>B>C": 3, "B>C>A": 2})) == "B"
    assert best(count("schulze", {"A>B>C": 3, "B>C>A": 2})) == "A"
    squeezed = {"A>C>B": 4, "B>C>A": 3, "C>A>B": 2}
    assert (best(count("instant-runoff", squeezed)), best(count("smith-instant-runoff", squeezed))) == ("A", "C")


@for_each(SCHULZE, RANKED, COPELAND, SMITH, KEMENY)
def test_winners_are_in_the_smith_set(rule: str, options: dict[str, str]) -> None:
    seen = 0
    for seed in range(80):
        transcript = count(rule, some(random.Random(seed), 5, 11), **options)
        inside = smith_set(transcript)
        seen += 1 < len(inside) < 5
        if transcript.verdict == "elected" or rule in ("schulze", "copeland", "kemeny"):
            assert set(best(transcript)) <= set(inside), seed
    assert seen > 5


def test_minimax_may_leave_the_smith_set() -> None:
    """A, C and D beat B, each 9 to 8, and lose 11 to 6, 10 to 7 and 13 to 4 in a circle of their own."""
    transcript = count("minimax", {"B>C>D>A": 4, "C>D>A>B": 3, "A>C>D>B": 6, "B>D>A>C": 4})
    assert (best(transcript), smith_set(transcript)) == ("B", "ACD")


# ---- clones --------------------------------------------------------------------
def cloned(ballots: Ballots, original: str, chance: random.Random) -> Ballots:
    """Put a new choice H beside `original` on every ballot: before, after or level with it."""
    found: Counter[str] = Counter()
    for ballot, cards in ballots.items():
        for _ in range(cards):
            beside = chance.choice([f"{original}>H", f"H>{original}", f"{original}=H"])
            levels = []
            for level in ballot.split(">"):
                others = [name for name in level.split("=") if name != original]
                # Clones are together: whoever was level with the original stays level with both.
                together = f"{original}=H" if others else beside
                levels.append("=".join([*others, together]) if original in level else level)
            found[">".join(levels)] += 1
    return dict(found)


@for_each(SCHULZE, RANKED)
def test_clones_change_nothing_for_others(rule: str, options: dict[str, str]) -> None:
    seen = 0
    for seed in range(120):
        chance = random.Random(seed)
        ballots = some(chance, 4, 31, complete=seed % 2 == 0)
        before = count(rule, ballots, **options)
        winner = elected(before)
        if not winner or beats_all(before):
            continue
        original = chance.choice("ABCD")
        transcript = count(rule, cloned(ballots, original, chance), **options)
        after = best(transcript, "ABCDH")
        if rule == "ranked-pairs" and any(tie.about != "elected" for tie in transcript.rounds[0].ties):
            continue
        seen += 1
        assert set(after) <= set(winner if winner != original else original + "H"), (seed, original)
    assert seen > 15


def test_borda_is_open_to_clones() -> None:
    """With H beside B, everybody who prefers B gives it one point more above A than before."""
    assert best(count("borda", {"A>B": 3, "B>A": 2})) == "A"
    assert best(count("borda", {"A>B>H": 3, "B>H>A": 2})) == "B"


# ---- monotonicity --------------------------------------------------------------
def raised(ballot: str, name: str) -> str:
    """The ballot with `name` one level higher; as it is where that is not possible."""
    levels = ballot.split(">")
    at = next((i for i, level in enumerate(levels) if level == name), 0)
    if at:
        levels[at - 1], levels[at] = levels[at], levels[at - 1]
    return ">".join(levels)


def moved(ballots: Ballots, before: str, after: str, cards: int) -> Ballots:
    found = Counter(ballots)
    found[before] -= cards
    found[after] += cards
    return {ballot: n for ballot, n in found.items() if n}


@for_each(SCHULZE, RANKED, MINIMAX, COPELAND, KEMENY, BORDA, [("dowdall", {})])
def test_more_support_never_harms(rule: str, options: dict[str, str]) -> None:
    seen = 0
    for seed in range(60):
        chance = random.Random(seed)
        ballots = some(chance, 4, 21)
        winner = elected(count(rule, ballots, **options))
        for before in [ballot for ballot in ballots if winner and raised(ballot, winner) != ballot]:
            seen += 1
            more = moved(ballots, before, raised(before, winner), chance.randint(1, ballots[before]))
            assert best(count(rule, more, **options)) == winner, (seed, before)
    assert seen > 60


@for_each(SMITH, [("instant-runoff", {"batch": "no"})])
def test_more_support_can_harm_in_instant_runoff(rule: str, options: dict[str, str]) -> None:
    """B goes out with 9 and A wins; three more put A first, C goes out with 8 instead, and B wins.

    B beats A, A beats C and C beats B, so all are in the Smith set. Found by search over small elections of three.
    """
    ballots = {"C>B>A": 7, "A>C>B": 5, "A>B>C": 5, "B>A>C": 9, "C>A>B": 4}
    more = moved(ballots, "C>A>B", raised("C>A>B", "A"), 3)
    assert raised("C>A>B", "A") == "A>C>B"
    assert (elected(count(rule, ballots, **options)), elected(count(rule, more, **options))) == ("A", "B")


# ---- reversal ------------------------------------------------------------------
@for_each(SCHULZE, RANKED, KEMENY, BORDA, COPELAND[:1])
def test_the_best_is_never_the_worst(rule: str, options: dict[str, str]) -> None:
    """Where everybody turns the order round, whoever was elected is not any more."""
    seen = 0
    for seed in range(80):
        ballots = some(random.Random(seed), 4, 9, complete=True)
        winner = elected(count(rule, ballots, **options))
        if winner:
            seen += 1
            turned = {">".join(ballot.split(">")[::-1]): cards for ballot, cards in ballots.items()}
            assert winner not in best(count(rule, turned, **options)), seed
    assert seen > 20


def test_minimax_can_elect_the_best_and_the_worst() -> None:
    """A loses to B, C and D by a little, and these beat each other in a circle by much, whichever way they turn."""
    ballots = {"A>B>C>D": 4, "A>C>D>B": 4, "A>D>B>C": 4, "B>C>D>A": 5, "C>D>B>A": 5, "D>B>C>A": 5}
    turned = {">".join(ballot.split(">")[::-1]): cards for ballot, cards in ballots.items()}
    assert best(count("minimax", ballots)) == best(count("minimax", turned)) == "A"


# ---- Kemeny --------------------------------------------------------------------
@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
def test_kemeny_against_every_order(size: int) -> None:
    names = "ABCDEF"[:size]
    for seed in range(12 if size < 6 else 4):
        transcript = count("kemeny", some(random.Random(seed), size, 7))
        votes = [[int(str(n or 0)) for n in row] for row in matrix(transcript)]
        agreed = {
            order: sum(votes[i][j] for i, j in itertools.combinations(order, 2))
            for order in itertools.permutations(range(size))
        }
        top = max(agreed.values())
        orders = sorted("".join(names[c] for c in order) for order, n in agreed.items() if n == top)
        assert best(transcript) == "".join(sorted({order[0] for order in orders}))
        shown = table(transcript, "Best orders")
        found = ["".join(str(row[n]) for row in shown.rows) for n in range(1, len(shown.columns))]
        assert set(found) <= set(orders) and len(found) == min(len(orders), 5)
        assert f"agrees with {top} preferences" in transcript.rounds[0].note
