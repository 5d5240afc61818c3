"""Draws that others have published, bit by bit. Sources are named beside each."""

import pytest

from faircount.sample import SAMPLERS
from faircount.sample.consistent import draw_for_contests
from faircount.sample.in_place import rlauxe_number, shangrla_number
from faircount.sample.numbered import pick
from faircount.sample.tickets import first_ticket, next_ticket, shown


def test_cryptorandom() -> None:
    """Documentation of cryptorandom (PyPI), seeds 1234567890 and 12345678901234567890; SHANGRLA's tests."""
    first = 100208482908198438057700745423243738999845662853049614266130533283921761365671
    sixth = 93838330019164869717966768063938259297046489853954854934402443181124696542865
    assert (shangrla_number("1234567890", 0), shangrla_number("1234567890", 5)) == (first, sixth)
    found = [shangrla_number("12345678901234567890", place) / 2**256 for place in range(3)]
    assert found == [0.9272915426537484, 0.1916135318809483, 0.5846237047310486]


def test_colorado() -> None:
    """ColoradoRLA, seed 3546311556112163624615351222, ballots 1 to 876."""
    seed = "3546311556112163624615351222"
    assert [1 + pick(seed, number, 876) for number in range(1, 11)] == [
        740, 180, 264, 789, 238, 448, 272, 611, 761, 208]  # fmt: skip
    units = [str(n) for n in range(1, 877)]
    drawn = SAMPLERS["colorado"].draw(units, seed, 10)
    assert [int(d.unit) for d in drawn.draws] == [740, 180, 264, 789, 238, 448, 272, 611, 761, 208]


@pytest.mark.parametrize(
    ("seed", "size", "drawn"), [("0", 1000, [905, 573, 160]), ("0", 2, [1, 1, 2]), ("abcde", 1000, [247, 427, 157])]
)
def test_rivest_sampler(seed: str, size: int, drawn: list[int]) -> None:
    """VECTORS R6: votingworks/rivest-sampler-tests, tests.json, with replacement; there the first unit is 1.

    Without replacement what was drawn before is passed over: of the same hashes the two that differ.
    """
    assert [1 + pick(seed, number, size) for number in (1, 2, 3)] == drawn
    units = [str(n) for n in range(1, size + 1)]
    assert [int(one.unit) for one in SAMPLERS["colorado"].draw(units, seed, 3).draws] == drawn
    once = list(dict.fromkeys(drawn))
    assert SAMPLERS["rivest-sampler"].draw(units, seed, len(once)).units == tuple(map(str, once))


def test_consistent_sampler() -> None:
    """consistent_sampler (PyPI): first_fraction and next_fraction of its documentation."""
    assert first_ticket("AB-130", "01382438112797316654") == (
        "0.26299714122838008416507544297546663599715395525154425586041245287750224561854"
    )
    assert next_ticket("0.25471") == (
        "0.642853261655004694691182528114375607701032283189922170593838029306715548381901"
    )


def test_arlo() -> None:
    """Arlo's sampler: four precincts of 25 ballots, a seed with letters and a face."""
    units = [f"('pct {p}', {ballot})" for p in range(1, 5) for ballot in range(1, 26)]
    drawn = SAMPLERS["rivest-tickets"].draw(units, "12345678901234567890abcdefghijklmnopqrstuvwxyz😊", 10)
    assert [(shown(d.ticket), d.unit, d.number) for d in drawn.draws] == [
        ("0.000617786129909912", "('pct 2', 3)", 1),
        ("0.002991631653037245", "('pct 3', 24)", 1),
        ("0.012057030610635061", "('pct 1', 25)", 1),
        ("0.017930028930651931", "('pct 4', 19)", 1),
        ("0.025599454926985137", "('pct 3', 15)", 1),
        ("0.045351055354441163", "('pct 1', 7)", 1),
        ("0.063913979803461405", "('pct 1', 8)", 1),
        ("0.064553852798863609", "('pct 1', 22)", 1),
        ("0.078998835671540970", "('pct 1', 20)", 1),
        ("0.090240829778172783", "('pct 3', 12)", 1),
    ]


def test_six_cards_of_two_contests() -> None:
    """SHANGRLA's tests: tickets 0 to 5 in order; council on the first five cards, measure on 1 to 3 and 6."""
    council, measure = "council", "measure"
    holds = [{council, measure}, {council, measure}, {council, measure}, {council}, {council}, {measure}]
    drawn = draw_for_contests(range(6), holds, {council: 3, measure: 4})
    assert drawn.order == (0, 1, 2, 5)
    assert dict(drawn.thresholds) == {council: 2, measure: 5}


def test_a_larger_sample_extends_a_smaller_one() -> None:
    """SHANGRLA's extension, 4 and then 6 of one contest: no card twice."""
    holds = [{"a"}, {"a"}, {"a"}, {"b"}, {"b"}, {"a"}, {"b"}, {"a"}, {"a"}]
    first = draw_for_contests(range(9), holds, {"a": 4})
    later = draw_for_contests(range(9), holds, {"a": 6})
    assert first.order == (0, 1, 2, 5)
    assert later.order == (0, 1, 2, 5, 7, 8)


def test_rlauxe_key_order() -> None:
    """util/Prng.kt writes the lower half of the seed first; below 2^32 the upper half is four zero bytes at the end."""
    small, large = rlauxe_number("1", 0), rlauxe_number(str(2**32), 0)
    assert small != large and 0 <= small < 2**63 and 0 <= large < 2**63
