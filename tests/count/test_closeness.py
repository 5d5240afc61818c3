"""How close it was: against every possible change of tiny contests, under every rule."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from faircount.count import RULES
from faircount.count.closeness import Closeness, closeness, exhaustive
from faircount.count.outcomes import every_outcome
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank, UsageError, Weight

MOST = 3
"""Changes of up to so many cards are tried."""


# ---- every way of voting, and every change: written apart from the search -----------
def pattern(*marks: tuple[int, int, int | None]) -> Pattern:
    return Pattern(tuple(sorted((Mark(CandidateIndex(c), Rank(r), s) for c, r, s in marks), key=Mark.sort_key)))


def ways(contest: Contest) -> list[Pattern]:
    """Every way of voting that says something of its own."""
    rule, size = RULES[contest.rule], len(contest.choices)
    if rule.ballot == "scores":
        most = int(contest.option("most", "5"))
        rows = itertools.product(range(most + 1), repeat=size)
        return [pattern(*((c, 1, n) for c, n in enumerate(row) if n)) for row in rows]
    if rule.name == "cumulative":
        rows = itertools.product(range(contest.votes_allowed + 1), repeat=size)
        return [pattern(*((c, 1, n) for c, n in enumerate(r) if n)) for r in rows if sum(r) <= contest.votes_allowed]
    if rule.ballot == "marks":
        sets = (s for n in range(contest.votes_allowed + 1) for s in itertools.combinations(range(size), n))
        return [pattern(*((c, 1, None) for c in s)) for s in sets]
    orders: set[Pattern] = set()
    default = next((o.default for o in rule.options if o.name == "overvote"), "exhaust")
    for row in itertools.product(range(size + 1), repeat=size):  # the rank of each choice, 0: none
        ranks = sorted({r for r in row if r})
        closed = ranks == list(range(1, len(ranks) + 1)) and len(ranks) <= contest.ranks
        alike = len([r for r in row if r]) > len(ranks)
        if closed and (not alike or contest.option("overvote", default) in ("equal", "split")):
            orders.add(pattern(*((c, r, None) for c, r in enumerate(row) if r)))
    return sorted(orders, key=Pattern.sort_key)


def outcomes(contest: Contest, cards: Counter[Pattern]) -> set[Any]:
    rule = RULES[contest.rule]
    profile = Profile.of({p: n for p, n in cards.items() if n})
    if "tie" in {o.name for o in rule.options}:
        found = every_outcome(rule, contest, profile)
        return {(tuple(sorted(one.elected)), one.advancing) for one in found.possible}
    return {(tuple(sorted(rule.count(contest, profile).elected)), ())}


def changed(cards: Counter[Pattern], every: list[Pattern], n: int) -> Iterator[Counter[Pattern]]:
    for taken in set(itertools.combinations(sorted(cards.elements(), key=Pattern.sort_key), n)):
        rest = cards - Counter(taken)
        for given in itertools.combinations_with_replacement(every, n):
            yield rest + Counter(given)


def true_closeness(contest: Contest, cards: Counter[Pattern], most: int = MOST, work: int = 1_500) -> tuple[int, bool]:
    """Return the closeness and True, or a number it is certainly not below and False."""
    before = outcomes(contest, cards)
    if len(before) > 1:
        return 0, True
    every, seen = ways(contest), set()
    for n in range(1, min(most, cards.total()) + 1):
        for after in changed(cards, every, n):
            key = frozenset(after.items())
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > work:
                return n, False
            if outcomes(contest, after) != before:
                return n, True
    return min(most, cards.total()) + 1, False


def proven(found: Closeness, contest: Contest, profile: Profile) -> None:
    """Assert that the example is of cards that there are, and that a recount gives another outcome."""
    if found.upper is None:
        assert not found.example
        return
    weights = Counter(dict(zip(profile.patterns, profile.weights, strict=True)))
    before = outcomes(contest, weights)
    for one in found.example:
        assert one.cards > 0 and one.before != one.after
        weights[one.before] -= one.cards
        weights[one.after] += one.cards
    assert min(weights.values(), default=0) >= 0
    assert sum(one.cards for one in found.example) == found.upper
    after = outcomes(contest, weights)
    assert after != before or len(before) > 1


def some_cards(contest: Contest, chance: random.Random, most: int) -> Counter[Pattern]:
    every = ways(contest)
    few = chance.sample(every, min(len(every), chance.randint(1, 4)))
    return Counter(chance.choice(few) for _ in range(chance.randint(1, most)))


def check(contest: Contest, cards: Counter[Pattern]) -> tuple[Closeness, tuple[int, bool]]:
    profile = Profile.of(dict(cards))
    found = closeness(RULES[contest.rule], contest, profile)
    truth, known = true_closeness(contest, cards)
    told = (contest.rule, contest.options, contest.seats, [(p.marks, n) for p, n in cards.items()], found, truth)
    if known:
        assert found.lower <= truth, told
        assert found.upper is None or found.upper >= truth, told
        if found.exact:
            assert found.lower == found.upper == truth, told
    else:
        assert found.upper is None or found.upper >= truth, told
    proven(found, contest, profile)
    return found, (truth, known)


# ---- every rule -----------------------------------------------------------------
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("plurality", {}), ("plurality", {"seats": 2}), ("plurality", {"seats": 2, "votes_allowed": 2}),
    ("plurality", {"seats": 4, "votes_allowed": 2}),
    ("threshold", {}), ("threshold", {"base": "ballots", "threshold": "2/3"}),
    ("threshold", {"base": "stated", "stated_base": "7", "reach": "at-least"}),
    ("threshold", {"quorum": "1/2", "stated_base": "8"}), ("threshold", {"threshold": "1/1", "reach": "at-least"}),
    ("majority-or-runoff", {}), ("top-n", {}), ("top-n", {"least": "1/4"}), ("top-n", {"majority": "elected"}),
    ("top-n", {"last_place": "all-advance", "advance": "1"}),
    ("proposal", {}), ("proposal", {"standard": "votes-cast"}),
    ("proposal", {"standard": "outstanding", "outstanding": "8"}), ("proposal", {"standard": "represented"}),
    ("cumulative", {"votes_allowed": 2}), ("cumulative", {"votes_allowed": 2, "split": "evenly", "seats": 2}),
    ("score", {"most": "1"}), ("score", {"most": "2", "seats": 2}), ("star", {"most": "2"}),
    ("star", {"most": "2", "tie_in_runoff": "lot", "tie_in_scores": "lot"}),
    ("instant-runoff", {}), ("instant-runoff", {"until_two": "yes", "batch": "no"}),
    ("instant-runoff", {"overvote": "split"}), ("instant-runoff", {"minimum": "2"}), ("instant-runoff", {"ranks": 2}),
    ("final-n-instant-runoff", {}), ("sequential-instant-runoff", {"seats": 2}), ("bottoms-up", {"seats": 2}),
    ("stv", {"seats": 2}), ("irish-stv", {"seats": 2}), ("cambridge-stv", {"seats": 2}), ("meek", {"seats": 2}),
    ("senate-stv", {"seats": 2}), ("stv", {"seats": 1}),
    ("schulze", {}), ("ranked-pairs", {"strength": "margins"}), ("minimax", {}), ("copeland", {}), ("kemeny", {}),
    ("smith-instant-runoff", {}), ("schulze", {"unranked": "no-opinion"}),
    ("borda", {}), ("borda", {"unranked": "zero", "ranks": 2}), ("borda", {"unranked": "modified"}),
    ("dowdall", {"seats": 2}), ("borda", {"ranks": 2, "first_place": "n"}),
    *(("highest-averages", {"divisor": d, "seats": 3})
      for d in ("dhondt", "sainte-lague", "huntington-hill", "adams", "modified-sainte-lague", "estonian")),
    ("highest-averages", {"seats": 3, "threshold": "1/3"}), ("highest-averages", {"seats": 3, "equal": "more-votes"}),
    ("highest-averages", {"seats": 2, "threshold": "1/2", "threshold_reach": "more-than"}),
    ("highest-averages", {"seats": 2, "threshold": "2/5", "nobody_reaches": "half-of-first"}),
    ("highest-averages", {"seats": 2, "choices": "candidates", "persons": "personal-votes"}),
    ("highest-averages", {"seats": 3, "votes_allowed": 2}),
    *(("largest-remainder", {"quota": q, "seats": 3}) for q in ("hare", "droop", "hagenbach-bischoff", "imperiali")),
    ("largest-remainder", {"seats": 3, "threshold": "1/4"}),
]  # fmt: skip


def contest_of(rule: str, told: dict[str, Any], size: int = 3) -> Contest:
    told = dict(told)
    names = ("Yes", "No", "Abstain", "D") if rule == "proposal" else ("A", "B", "C", "D")
    party = ("P", "P", "Q", "") if told.get("choices") == "candidates" else ("",) * 4
    choices = tuple(Choice(n, party=p) for n, p in zip(names[:size], party, strict=False))
    ranked = RULES[rule].ballot == "ranks"
    return Contest(
        "T", choices, told.pop("seats", 1), told.pop("votes_allowed", 1), told.pop("ranks", 3) if ranked else 0, rule,
        tuple(sorted(told.items())),
    )  # fmt: skip


KINDS += [(rule, {}) for rule in RULES if rule not in {known for known, _ in KINDS}]
every_kind = pytest.mark.parametrize(
    ("rule", "told"), KINDS, ids=lambda v: v if isinstance(v, str) else "-".join(map(str, v.values()))
)
ALWAYS = (
    "plurality", "score", "cumulative", "borda", "dowdall", "majority-or-runoff", "top-n", "threshold", "proposal",
    "highest-averages",
)  # fmt: skip
"""Rules of which docs/closeness.md says that the number is exact; of quotas it says so of hare."""


@every_kind
def test_bounds_hold_against_every_change(rule: str, told: dict[str, Any]) -> None:
    contest = contest_of(rule, told)
    for seed in range(4):
        check(contest, some_cards(contest, random.Random(seed), 6))


@every_kind
def test_bounds_hold_without_trying_everything(
    rule: str, told: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """Large contests have only what reasoning says: the same must hold of it here."""
    monkeypatch.setattr(exhaustive, "MOST_COUNTS", 0)
    contest = contest_of(rule, told)
    for seed in range(20, 30):
        found, _ = check(contest, some_cards(contest, random.Random(seed), 6))
        assert found.exact or not (rule in ALWAYS or told.get("quota") == "hare"), found


# ---- by hand --------------------------------------------------------------------
def near(rule: str, counts: dict[str, int], weights: dict[str, int] | None = None, **told: Any) -> Closeness:
    """`AB` ranks A before B, or marks both where voters mark."""
    contest = contest_of(rule, told, told.pop("size", 3))
    ranked = bool(contest.ranks)
    cards = {
        pattern(*(("ABCD".index(c), at if ranked else 1, None) for at, c in enumerate(text, 1))): n
        for text, n in counts.items()
    }
    heavy: dict[Pattern, Weight] | None = (
        {p: weights[t] for p, t in zip(cards, counts, strict=True)} if weights else None
    )
    profile = Profile.of(cards, heavy)
    found = closeness(RULES[rule], contest, profile)
    proven(found, contest, profile)
    return found


def test_plurality_half_the_difference() -> None:
    """A 10, B 7: two cards from A to B make it 8 to 9. Added: 3 for a tie. Taken away: 3 of A's."""
    found = near("plurality", {"A": 10, "B": 7, "C": 1})
    assert (found.lower, found.upper, found.added, found.removed, found.unit) == (2, 2, 3, 3, "cards")
    assert found.exact and found.cards == 18


def test_a_tie_that_decides_is_closeness_zero() -> None:
    found = near("plurality", {"A": 5, "B": 5, "C": 1})
    assert (found.lower, found.upper, found.example) == (0, 0, ())


def test_a_tie_that_decides_nothing_is_no_change() -> None:
    """B and C tie for exclusion, and whoever is left has 2 against A's 11: five cards make it 7 to 6."""
    assert near("instant-runoff", {"A": 9, "BA": 2, "CA": 2}, until_two="yes", batch="no").lower == 5


def test_shares_are_measured_in_votes() -> None:
    """Two cards of 100 and 40 votes: 30 votes cast otherwise make it 70 to 70, a tie."""
    found = near("plurality", {"A": 1, "B": 1}, {"A": 100, "B": 40})
    assert (found.lower, found.upper, found.unit, found.cards) == (30, 30, "votes", 140)


def test_one_card_may_change_several_votes() -> None:
    """Two votes each, two seats: a card for A and B that becomes one for C takes from A what it gives to C."""
    assert near("plurality", {"AB": 6, "C": 3}, seats=2, votes_allowed=2).upper == 2


def test_a_missed_quorum_is_beyond_change() -> None:
    found = near("threshold", {"A": 3, "B": 1}, quorum="1/2", stated_base="9")
    assert found.is_beyond_change and found.exact and found.upper is None


def test_the_last_round_of_an_instant_runoff_misleads() -> None:
    """A 40, B 32, C 28, and C's ballots go to A: 68 to 32 in the last round, 18 cards apart. But two cards of B for C
    make it 30 to 30; with B out its ballots make C win.
    """
    found = near("instant-runoff", {"AB": 40, "BC": 32, "CA": 28})
    assert (found.lower, found.upper) == (2, 2)


def test_a_list_across_the_threshold() -> None:
    """Ten votes short of a fifth, C would take a seat once it is there."""
    found = near("highest-averages", {"A": 480, "B": 330, "C": 190}, seats=5, threshold="1/5")
    assert (found.lower, found.upper) == (10, 10)


def test_fractions_are_refused_and_nothing_is_no_crash() -> None:
    contest = contest_of("plurality", {})
    one = pattern((0, 1, None))
    with pytest.raises(UsageError, match="fraction"):
        closeness(RULES["plurality"], contest, Profile.of({one: 1}, {one: Fraction(1, 3)}))
    for rule in RULES:
        assert closeness(RULES[rule], contest_of(rule, {}), Profile.of({})).example == ()


@pytest.mark.parametrize("rule", ["plurality", "instant-runoff", "stv", "schulze", "borda"])
def test_a_hundred_choices(rule: str) -> None:
    chance = random.Random(7)
    choices = tuple(Choice(f"choice {c}") for c in range(100))
    contest = Contest("T", choices, ranks=5 if rule != "plurality" else 0, rule=rule)
    counts: Counter[Pattern] = Counter()
    for _ in range(400):
        row = chance.sample(range(100), 3 if contest.ranks else 1)
        counts[pattern(*((c, r if contest.ranks else 1, None) for r, c in enumerate(row, 1)))] += 1
    found = closeness(RULES[rule], contest, Profile.of(dict(counts)))
    assert found.upper is None or found.lower <= found.upper
