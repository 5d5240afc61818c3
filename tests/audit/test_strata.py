"""Strata by hand and beside a plain grid; the promise, exactly on small populations and over simulated audits."""

import itertools
import math
import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from audit.small_audits import DIGITS, VOTES, A, B, comparison, polling, question
from risk.null_audits import excess, orders

from faircount.assertion.plurality import beats
from faircount.audit import strata as rooms
from faircount.audit.drawing import Urn
from faircount.audit.strata import Curve, Part, StratumValues, bets, curve, edges, joined, measured
from faircount.model import BadInputError, Seen, UsageError
from faircount.risk import Floats, Population
from faircount.risk.martingale import Past
from faircount.risk.stratified import Stratum
from faircount.risk.stratified import p_value as inverse_bets

D, MOST = 100.0, 0.9
"""Imagined draws, and the largest stake, of the defaults."""


def right(margin: float) -> float:
    """Return B of a card without error."""
    return 1 / (2 - margin)


def clean(margin: float, *sizes: tuple[int, int]) -> list[StratumValues]:
    """Return strata (cards, draws) in which no draw shows an error."""
    return [StratumValues(str(k), cards, np.full(n, right(margin))) for k, (cards, n) in enumerate(sizes)]


# ---- by hand ---------------------------------------------------------------
def test_two_strata_alike_by_hand() -> None:
    """v = 2/5, B = 5/8: both are at ½, where a draw multiplies by 1 + 9/10·(5/4 − 1) = 49/40: 1/M = (40/49)^20."""
    p = measured(clean(0.4, (500, 10), (500, 10)), 1.25, replacement=True)
    assert (40 / 49) ** 20 <= p <= 1.03 * (40 / 49) ** 20 and (40 / 49) ** 20 == pytest.approx(0.01727, rel=1e-3)


@pytest.mark.parametrize("many", [40, 60, 1000])
def test_two_strata_unlike_by_hand(many: int) -> None:
    """The first, drawn from more, is without error, 5/8; then the other is at 3/8: 1 + 9/10·(5/3 − 1) = 8/5 a draw."""
    p = measured(clean(0.4, (500, many), (500, 10)), 1.25, replacement=True)
    assert (5 / 8) ** 10 <= p <= 1.15 * (5 / 8) ** 10


def test_a_county_that_was_not_drawn_from_by_hand() -> None:
    """A tenth of the cards can hide an error of v/2 = 1/20 of them all, but not one of 1/5; then the rest must be at
    (½ − η/10)/(9/10) with η = 0: 5/9."""
    assert measured(clean(0.1, (900, 400), (100, 0)), 2 * right(0.1), replacement=True) > 0.9
    p = measured(clean(0.4, (900, 100), (100, 0)), 1.25, replacement=True)
    least = (1 + 0.9 * (0.625 / (5 / 9) - 1)) ** -100
    assert least <= p <= least**0.97 < 1e-3


def test_draws_that_leave_no_doubt() -> None:
    two = [(np.full(2, 0.6), 2), (np.array([0.6, 0.3]), 2)]
    assert measured([StratumValues(str(k), n, x) for k, (x, n) in enumerate(two)], 1.2) == 0
    assert measured([StratumValues(str(k), n, x * 0.9) for k, (x, n) in enumerate(two)], 1.2) == 1
    assert measured([StratumValues("a", 5, [])], 1.2) == 1


# ---- beside a plain grid -----------------------------------------------------
def plain(values: Sequence[float], cards: float, upper: float, eta: float) -> float:
    """Return ln M of one stratum at η, card by card; `cards` is infinite with replacement."""
    end = min(float(e) for e in edges(upper) if e >= eta)
    log, total = 0.0, 0.0
    for i, x in enumerate(values):
        share = 1 / (1 - i / cards)
        mean, here = (end - total / cards) * share, (eta - total / cards) * share
        hat = (total + D * upper / 2) / (i + D)
        bet = 0.0 if mean >= upper / 2 else max(0.0, min(MOST, (hat - mean) / (upper / 2 - mean))) / mean
        log, total = log + math.log(1 + bet * (x - here)), total + x
    return log


def spoilt(seed: int, draws: int, margin: float) -> list[float]:
    rng = random.Random(seed)
    return [right(margin) * rng.choices([1, 0.5, 0, 1.5], [0.94, 0.03, 0.01, 0.02])[0] for _ in range(draws)]


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize(("sizes", "seed"), [(((200, 60), (300, 30)), 1), (((150, 20), (350, 80)), 2)])
def test_the_least_of_two_strata_by_a_grid(
    replacement: bool, sizes: tuple[tuple[int, int], ...], seed: int
) -> None:  # fmt: skip
    upper, total = 2 * right(0.3), sum(cards for cards, _ in sizes)
    drawn = [spoilt(seed + 10 * k, n, 0.3) for k, (_, n) in enumerate(sizes)]
    p = measured(
        [StratumValues(str(k), sizes[k][0], np.array(drawn[k])) for k in (0, 1)], upper, replacement=replacement
    )
    least = math.inf
    for first in np.linspace(0, upper, 400)[1:]:
        etas = float(first), (0.5 * total - float(first) * sizes[0][0]) / sizes[1][0]
        ranges = [
            (0.0, upper) if replacement else (sum(x) / n, sum(x) / n + upper * (1 - len(x) / n))
            for x, (n, _) in zip(drawn, sizes, strict=True)
        ]
        if all(low < eta < high for eta, (low, high) in zip(etas, ranges, strict=True)):
            known = [math.inf if replacement else cards for cards, _ in sizes]
            least = min(least, sum(plain(drawn[k], known[k], upper, etas[k]) for k in (0, 1)))
    assert math.exp(-least) <= p * (1 + 1e-9)
    assert -math.log(p) == pytest.approx(least, rel=0.02, abs=0.02) and p < 0.2


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("seed", [3, 4])
def test_one_stratum_is_the_martingale_at_a_half(replacement: bool, seed: int) -> None:
    """Not quite: ½ also begins the band above, whose bets are a little smaller. Never smaller than the martingale's."""
    drawn = spoilt(seed, 90, 0.25)
    p = measured([StratumValues("a", 700, drawn)], 2 * right(0.25), replacement=replacement)
    alone = plain(drawn, math.inf if replacement else 700, 2 * right(0.25), 0.5)
    assert math.exp(-alone) <= p <= math.exp(-0.97 * alone) < 0.05


@pytest.mark.parametrize("replacement", [True, False])
def test_a_bet_sees_earlier_draws_alone(replacement: bool) -> None:
    def stakes(drawn: Sequence[float]) -> Floats:
        means = edges(1.25)[1:-1:7].tolist()
        rows = np.broadcast_to(np.array(drawn), (len(means), len(drawn)))
        known = {"d": D, "max_loss": MOST}
        return bets(Past(rows, [Population(500, 1.25, mean, replacement) for mean in means]), known)

    drawn = [0.625] * 5 + [0.0, 0.0] + [0.625] * 13
    whole = stakes(drawn)
    assert any(len(set(row.tolist())) > 10 for row in whole)
    for length in (0, 1, 5, 13):
        for last in (0.0, 1.25):
            assert stakes([*drawn[:length], last]).tolist() == whole[:, : length + 1].tolist()


# ---- the promise -----------------------------------------------------------
Judge = Callable[[Sequence[StratumValues], float], float]


def each_alone(strata: Sequence[StratumValues], upper: float) -> float:
    """A planted fault: every stratum is held to ½, as if error could not gather in one."""
    return math.prod(measured([one], upper) for one in strata)


def thrown_together(strata: Sequence[StratumValues], upper: float) -> float:
    """A planted fault: draws at unequal rates as one sample."""
    values = np.concatenate([np.asarray(one.values, float) for one in strata])
    return measured([StratumValues("all", sum(one.cards for one in strata), values)], upper)


def at_the_least_rate(strata: Sequence[StratumValues], upper: float) -> tuple[float, int]:
    """Return the risk if of each stratum only as many draws count as at the least rate, as one sample; and how many."""
    rate = min(Fraction(len(one.values), one.cards) for one in strata)
    kept = [np.asarray(one.values, float)[: math.floor(rate * one.cards)] for one in strata]
    values = np.concatenate(kept)
    return measured([StratumValues("all", sum(one.cards for one in strata), values)], upper), len(values)


SPACES = [
    ((3, 3), (0, 3, 6), 5, (0, 1, 0, 1, 0, 1)), ((2, 4), (0, 3, 6), 5, (1, 0, 1, 1, 0, 1)),
    ((2, 4), (0, 5), 8, (1, 1, 1, 0, 1, 0)), ((2, 2, 2), (0, 5, 10), 8, (0, 1, 2, 2, 1, 0)),
]  # fmt: skip
"""Sizes, values by a number that divides them, and turns; the middle (or last) value is a card without error."""


def worst(judge: Judge, sizes: Sequence[int], tenths: Sequence[int], over: int, turns: Sequence[int]) -> float:
    """The most by which P(p ever ≤ α) is above α, over every null and every order, strata drawn from in these turns."""
    values = [Fraction(n, over) for n in tenths]
    upper = 2 * float(values[1])

    @cache
    def p(prefixes: tuple[tuple[float, ...], ...]) -> float:
        return judge([StratumValues(str(k), n, x) for k, (n, x) in enumerate(zip(sizes, prefixes, strict=True))], upper)

    found = -1.0
    steps = [[turns[:at].count(k) for k in range(len(sizes))] for at in range(1, len(turns) + 1)]
    for strata in itertools.product(*(itertools.combinations_with_replacement(values, size) for size in sizes)):
        if 2 * sum(map(sum, strata)) <= sum(sizes):
            ways = itertools.product(*([tuple(column) for column in orders(one).T.tolist()] for one in strata))
            least = [min(p(tuple(one[:n] for one, n in zip(way, step, strict=True))) for step in steps) for way in ways]
            found = max(found, excess(np.array(least)))
    return found


@pytest.mark.parametrize("space", SPACES, ids=range(len(SPACES)))
def test_the_risk_limit_is_kept_exactly(
    space: tuple[tuple[int, ...], tuple[int, ...], int, tuple[int, ...]],
) -> None:  # fmt: skip
    assert worst(measured, *space) <= 1e-9


def allocations(margin: float, sizes: Sequence[tuple[int, int]]) -> Mapping[str, list[int]]:
    """Return ways to spread two-vote overstatements that make a tie: evenly, where draws are fewest, and as the curves
    without error would have it hardest to see: η_k = B·min(1, rate_k/r)."""
    total = sum(cards for cards, _ in sizes)
    due = math.ceil(total * margin / 2)

    def filled(shares: Sequence[float]) -> list[int]:
        found = [min(cards, math.floor(share * cards)) for share, (cards, _) in zip(shares, sizes, strict=True)]
        for k in sorted(range(len(sizes)), key=lambda k: sizes[k][1] / sizes[k][0]):
            found[k] += (more := min(sizes[k][0] - found[k], due - sum(found)))
            assert more >= 0
        return found

    rates = [n / cards for cards, n in sizes]
    low, high = min(rates), 1.0
    for _ in range(60):
        r = (low + high) / 2
        hidden = sum(cards * max(0.0, 1 - rate / r) for rate, (cards, _) in zip(rates, sizes, strict=True))
        low, high = (r, high) if hidden < due else (low, r)
    return {
        "evenly": filled([0.999 * due / total] * len(sizes)),
        "where draws are fewest": filled([0.0] * len(sizes)),
        "hardest to see": filled([max(0.0, 1 - rate / low) for rate in rates]),
    }


DESIGNS: Mapping[str, tuple[float, tuple[tuple[int, int], ...]]] = {
    "two": (0.4, ((300, 12), (300, 36))),
    "three": (0.4, ((400, 12), (200, 8), (100, 9))),
    "eight": (0.3, ((900, 10), (500, 8), (300, 10), (200, 8), (100, 8), (100, 12), (60, 6), (40, 10))),
}
"""Margin, and (cards, draws) of each stratum: rates are apart by a factor of 3 to 23."""
AUDITS = 2000


def audits(name: str, allocation: str, judge: Judge, number: int = AUDITS) -> Floats:
    """Return the least p, of a look in the middle and one at the end, of each of `number` audits of a null."""
    margin, sizes = DESIGNS[name]
    rng = np.random.default_rng(17)
    wrong = allocations(margin, sizes)[allocation]
    found = np.ones(number)
    for at in range(number):
        drawn = []
        for (cards, draws), errors in zip(sizes, wrong, strict=True):
            population = np.full(cards, right(margin))
            population[:errors] = 0
            drawn.append(rng.choice(population, draws, replace=False))
        for share in (2, 1):
            strata = [StratumValues(str(k), sizes[k][0], x[: len(x) // share]) for k, x in enumerate(drawn)]
            found[at] = min(found[at], judge(strata, 2 * right(margin)))
    return found


def beyond(found: Floats, limit: float) -> float:
    """Return by how many standard errors more audits than the limit allows end in a wrong confirmation."""
    return float((np.mean(found <= limit) - limit) / math.sqrt(limit * (1 - limit) / len(found)))


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves of draws that were seen before need not be made again."""
    known: dict[tuple[bytes, Population], Curve] = {}

    def once(drawn: Floats, population: Population, settings: Mapping[str, float]) -> Curve:
        key = np.asarray(drawn, float).tobytes(), population
        if key not in known:
            known[key] = curve(drawn, population, settings)
        return known[key]

    monkeypatch.setattr(rooms, "curve", once)


@pytest.mark.usefixtures("remembered")
@pytest.mark.parametrize("name", DESIGNS)
def test_a_tie_is_seldom_confirmed(name: str) -> None:
    # Two ways may be one and the same.
    for allocation in {tuple(wrong): way for way, wrong in allocations(*DESIGNS[name]).items()}.values():
        found = audits(name, allocation, measured)
        assert beyond(found, 0.05) < 2.5 and beyond(found, 0.10) < 2.5, allocation


@pytest.mark.usefixtures("remembered")
def test_planted_faults_are_caught() -> None:
    assert worst(each_alone, *SPACES[1]) > 0.01
    assert beyond(audits("two", "where draws are fewest", thrown_together, 500), 0.05) > 4
    assert beyond(audits("three", "where draws are fewest", each_alone, 500), 0.05) > 4


# ---- power -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("sizes", "all_draws", "used"),
    [
        (((5000, 25), (5000, 100)), 125, 50), (((9000, 60), (500, 60), (500, 60)), 180, 66),
        (((4000, 20), (4000, 40), (2000, 20), (1000, 50), (1000, 50), (500, 50), (500, 50), (200, 50)), 330, 65),
        (((5000, 50), (5000, 50)), 100, 100),
    ],
)  # fmt: skip
def test_beside_one_sample_at_the_least_rate(sizes: tuple[tuple[int, int], ...], all_draws: int, used: int) -> None:
    strata = clean(0.2, *sizes)
    p, (pretended, counted) = measured(strata, 2 * right(0.2)), at_the_least_rate(strata, 2 * right(0.2))
    assert sum(len(one.values) for one in strata) == all_draws and counted == used
    assert p < pretended if used < all_draws else p == pytest.approx(pretended, rel=0.1)


def test_a_closer_look_at_one_stratum_does_no_harm() -> None:
    """With the same bets on every η it does: after 2,000 draws from a small county nothing is left of the evidence."""
    few, many = (clean(0.2, (9000, 90), (1000, n)) for n in (10, 900))

    def inverse(strata: Sequence[StratumValues]) -> float:
        u = 2 * right(0.2)
        return inverse_bets([Stratum(np.asarray(s.values, float), Population(s.cards, u)) for s in strata], 0.5).p

    assert inverse(many) == 1 and inverse(few) < 0.01
    assert measured(many, 2 * right(0.2)) < measured(few, 2 * right(0.2)) < 0.01


# ---- from audits of single counties ------------------------------------------
CLAIM = beats(question("c1", 0), A, B)


def part(name: str, says: str, paper: str, draws: int, seed: str = "", phantoms: int = 0) -> Part:
    """Return a county's audit: letters on record, letters on paper, and how many cards are drawn."""
    urn = Urn(comparison([("", {"c1": way}) for way in says], phantoms), seed or DIGITS + name)
    seen = {f"b, {n}": Seen(True, {"c1": VOTES[way]}) for n, way in enumerate(paper, 1)}
    return Part(name, "c1", urn, urn.drawn({"c1": draws}), seen)


def test_values_have_the_margin_of_the_whole_contest() -> None:
    """A leads by 4 of 6 cards in the first county, trails by 1 of 3 in the second, has a phantom there: v = 3/10."""
    strata, upper = joined(CLAIM, (part("a", "AAAAAB", "AAAAAB", 6), part("b", "ABB", "BBB", 4, phantoms=1)))
    good = 1 / (2 - Fraction(3, 10))
    assert upper == 2 * good and [(one.name, one.cards) for one in strata] == [("a", 6), ("b", 4)]
    assert list(strata[0].values) == [good] * 6
    # The card said A and is for B: worth nothing; the phantom half of a card without error.
    assert sorted(map(Fraction, strata[1].values)) == [0, good / 2, good, good]
    # A tie, if the phantom was for B; without that error A won by two.
    assert measured(strata, float(upper)) == 1
    strata, upper = joined(CLAIM, (part("a", "AAAAAB", "AAAAAB", 6), part("b", "ABB", "ABB", 4, phantoms=1)))
    assert measured(strata, float(upper)) == 0


def test_two_counties_joined() -> None:
    """Each by itself proves little of the whole; both prove it. A county left out is a stratum without draws."""
    big, small = part("a", "A" * 170 + "B" * 130, "A" * 170 + "B" * 130, 60), part("b", "A" * 90 + "B" * 10,
                      "A" * 90 + "B" * 10, 25)  # fmt: skip
    strata, upper = joined(CLAIM, (big, small))
    assert [len(one.values) for one in strata] == [60, 25]
    none = [StratumValues(strata[0].name, strata[0].cards, strata[0].values), StratumValues("b", 100, ())]
    assert measured(strata, float(upper)) < 1e-3 < 0.9 < measured(none, float(upper))
    assert measured(strata[::-1], float(upper)) == pytest.approx(measured(strata, float(upper)), rel=1e-12)


def test_what_cannot_be_is_refused() -> None:
    fine = part("a", "AAB", "AAB", 2)
    with pytest.raises(BadInputError, match="independent"):
        joined(CLAIM, (part("a", "AAB", "AAB", 2, DIGITS), part("b", "AAA", "AAA", 2, DIGITS)))
    with pytest.raises(BadInputError, match="bear it out"):
        joined(CLAIM, (fine, part("b", "BBB", "BBB", 2)))
    with pytest.raises(BadInputError, match="every part"):
        joined(CLAIM, (fine, Part("b", "c2", fine.urn, fine.sample, fine.seen)))
    other = comparison([("", {"c2": "A"})], audited=("c2",))
    with pytest.raises(BadInputError, match="title"):
        joined(CLAIM, (fine, Part("b", "c2", Urn(other, DIGITS), Urn(other, DIGITS).drawn({"c2": 1}), {})))
    poll = Urn(polling({"x": 3}, {"c1": "AAB"}), DIGITS)
    for parts in ((), (Part("p", "c1", poll, poll.drawn({"*": 1}), {}),)):
        with pytest.raises(UsageError):
            joined(CLAIM, parts)
    with pytest.raises(UsageError):
        measured([], 1.2)
    for strata, upper in (
        ([StratumValues("a", 3, [])], 1.0), ([StratumValues("a", 0, [])], 1.2), ([StratumValues("a", 3, [1.3])], 1.2),
        ([StratumValues("a", 3, []), StratumValues("a", 4, [])], 1.2), ([StratumValues("a", 1, [0.6, 0.6])], 1.2),
    ):  # fmt: skip
        with pytest.raises(BadInputError):
            measured(strata, upper)
    with pytest.raises(UsageError):
        measured([StratumValues("a", 3, [])], 1.2, {"eta0": 0.6})
