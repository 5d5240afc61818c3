"""Weighted, Bernoulli, stratified and manifest draws."""

from collections import Counter
from fractions import Fraction

import pytest

from faircount.model import BadInputError
from faircount.sample.chance import draw_by_stratum, draw_each
from faircount.sample.consistent import draw, draw_for_contests, ticket
from faircount.sample.manifest import positions
from faircount.sample.weighted import draw_by_bound, draw_by_size, number_below

UNITS = ["a", "b", "c", "d"]


def test_bounds_are_shares_of_the_draws() -> None:
    drawn = Counter(d.unit for d in draw_by_bound(UNITS, [1, 0, 3, 6], "s", 20_000).draws)
    assert drawn["b"] == 0
    for unit, share in (("a", 0.1), ("c", 0.3), ("d", 0.6)):
        assert abs(drawn[unit] / 20_000 - share) < 4 * (share * (1 - share) / 20_000) ** 0.5


def test_one_bound_is_certain_and_none_is_refused() -> None:
    assert draw_by_bound(UNITS, [0, 0, 5, 0], "s", 9).units == ("c",)
    for bounds in ([0, 0, 0, 0], [1, -1, 1, 1], [1, 2]):
        with pytest.raises(BadInputError):
            draw_by_bound(UNITS, bounds, "s", 1)


def test_numbers_are_thrown_away_and_not_folded() -> None:
    """With a total just above 2^255 nearly half of the hashes are too large and are passed over."""
    total = 2**255 + 1
    found = [number_below("seed", draw, total) for draw in range(1, 200)]
    assert all(n < total for n in found) and len(set(found)) == 199
    assert 60 < sum(n < total // 2 for n in found) < 140


def test_sizes_without_replacement() -> None:
    """P(first is the large one) = 5/8; of two draws of [5, 2, 1], unit c comes with 1/8 + 5/8·1/3 + 2/8·1/6 = 3/8."""
    firsts, comes = Counter[str](), 0
    for seed in range(4_000):
        drawn = draw_by_size(UNITS[:3], [5, 2, 1], str(seed), 2).units
        firsts[drawn[0]] += 1
        comes += "c" in drawn
    assert abs(firsts["a"] / 4_000 - 5 / 8) < 0.03
    assert abs(comes / 4_000 - 3 / 8) < 0.03
    with pytest.raises(BadInputError, match="that have a size"):
        draw_by_size(UNITS, [1, 1, 0, 0], "s", 3)


def test_bernoulli_grows_with_the_chance() -> None:
    units = [str(n) for n in range(2_000)]
    few, many = (draw_each(units, "seed", chance).units for chance in (Fraction(1, 20), Fraction(1, 5)))
    assert few == many[: len(few)]
    assert 60 < len(few) < 140 and 330 < len(many) < 470
    assert draw_each(units, "seed", Fraction(0)).units == ()
    assert sorted(draw_each(units, "seed", Fraction(1)).units) == sorted(units)
    with pytest.raises(BadInputError, match="chance"):
        draw_each(units, "seed", Fraction(3, 2))


def test_strata_are_drawn_each_by_its_own_size() -> None:
    strata = {"north": ["n1", "n2", "n3"], "south": ["s1", "s2"]}
    drawn = draw_by_stratum(strata, "seed", {"north": 2, "south": 1})
    assert [len(drawn[name].draws) for name in ("north", "south")] == [2, 1]
    assert drawn["north"] == draw(strata["north"], "seed", 2)
    for sizes, words in (({"west": 1}, "west"), ({"south": 3}, "without replacement")):
        with pytest.raises(BadInputError, match=words):
            draw_by_stratum(strata, "seed", sizes)
    with pytest.raises(BadInputError, match="twice"):
        draw_by_stratum({"a": ["x"], "b": ["x"]}, "seed", {})


def test_every_contest_gets_a_sample_of_its_own_cards() -> None:
    """The cards used for a contest are the lowest tickets among the cards that hold it, whatever else is audited."""
    units = [f"card {n}" for n in range(300)]
    tickets = [ticket("seed", unit) for unit in units]
    holds = [{"x"} | ({"y"} if n % 7 == 0 else set()) for n in range(300)]
    drawn = draw_for_contests(tickets, holds, {"x": 10, "y": 12})
    for contest, size in (("x", 10), ("y", 12)):
        own = sorted((n for n in range(300) if contest in holds[n]), key=tickets.__getitem__)[:size]
        threshold = dict(drawn.thresholds)[contest]
        assert own[-1] == threshold
        used = [n for n in drawn.order if contest in holds[n] and tickets[n] <= tickets[threshold]]
        assert used == own
    assert list(drawn.order) == sorted(drawn.order, key=tickets.__getitem__)
    with pytest.raises(BadInputError, match="by hand"):
        draw_for_contests(tickets, holds, {"y": 44})


def test_positions_of_a_manifest() -> None:
    assert positions([("A 1", 2), ("A 2", 0), ("B", 1)]) == ["A 1, 1", "A 1, 2", "B, 1"]
    for batches in ([("A", 1), ("A", 1)], [("A", -1)], [("A", 10**12)]):
        with pytest.raises(BadInputError, match="batch"):
            positions(batches)
