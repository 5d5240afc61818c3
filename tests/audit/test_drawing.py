"""Draws by hand: tickets from SHA-256 alone, sizes by contest, batches by how wrong they could be."""

import hashlib

import pytest
from audit.naive_audit import Naive
from audit.small_audits import DIGITS, batches, comparison, polling

from faircount.audit.drawing import EVERY, Urn
from faircount.audit.files import files_of, sample_file
from faircount.model import BadInputError, Commitment, Design, UsageError

LISTED = comparison([("", {"c1": "A"})] * 6 + [("", {"c1": "A", "c2": "A"})] * 3 + [("", {"c2": "B"})], phantoms=2)
POLL = polling({"one": 3, "two": 4}, {"c1": "AAAB", "c2": "AA"})
BATCHES = batches({"x": {"c1": "AAAB"}, "y": {"c1": "AAAAAA", "c2": "AB"}, "z": {"c2": "AAA"}})


def by_ticket(units: list[str]) -> list[str]:
    return sorted(units, key=lambda unit: hashlib.sha256(f'["{DIGITS}","{unit}"]'.encode()).hexdigest())


def test_cards_come_by_their_tickets() -> None:
    """Contest by contest the first of those that list it, phantoms among them; the union is the sample."""
    urn = Urn(LISTED, DIGITS)
    first = [f"b, {n}" for n in range(1, 10)] + ["phantom-1", "phantom-2"]
    second = [f"b, {n}" for n in range(7, 11)] + ["phantom-1", "phantom-2"]
    wanted = {*by_ticket(first)[:4], *by_ticket(second)[:3]}
    everything = by_ticket(list(urn.units))
    assert list(urn.drawn({"c1": 4, "c2": 3}).units) == [unit for unit in everything if unit in wanted]
    assert list(urn.drawn({"c1": 11, "c2": 6}).units) == everything


def test_a_larger_draw_holds_the_smaller_one() -> None:
    for commitment, one, two in ((LISTED, {"c1": 2}, {"c1": 5, "c2": 2}), (POLL, {EVERY: 2}, {EVERY: 6}),
                                 (BATCHES, {EVERY: 2}, {EVERY: 6})):  # fmt: skip
        urn = Urn(commitment, DIGITS)
        small, large = urn.drawn(one).draws, urn.drawn(two).draws
        assert set(small) < set(large)
        assert commitment is LISTED or large[: len(small)] == small


def test_a_poll_draws_places_in_batches() -> None:
    urn = Urn(POLL, DIGITS)
    assert urn.units == ("one, 1", "one, 2", "one, 3", "two, 1", "two, 2", "two, 3", "two, 4")
    assert list(urn.drawn({EVERY: 3}).units) == by_ticket(list(urn.units))[:3]


def test_bounds_of_batches() -> None:
    """c1: V = 8, c2: V = 3; least is −1, so u = (Σg + n)/V: x 6/8, y 12/8 or 2/3, z 6/3."""
    urn = Urn(BATCHES, DIGITS)
    assert urn.bounds == (750_000_000, 1_500_000_000, 2_000_000_000)
    narrow = batches({"x": {"c1": "AAAB"}, "y": {"c1": "AAAAAA", "c2": "AB"}, "z": {"c2": "AAA"}}, audited=["c2"])
    assert Urn(narrow, DIGITS).bounds == (0, 666_666_667, 2_000_000_000)


@pytest.mark.parametrize("commitment", [LISTED, POLL, BATCHES], ids=["comparison", "polling", "batch"])
@pytest.mark.parametrize("seed", [DIGITS, "2" * 20, "8" * 25])
def test_as_the_page_says(commitment: Commitment, seed: str) -> None:
    naive, urn = Naive(commitment.design.value, files_of(commitment)), Urn(commitment, seed)
    for size in (1, 2, 5):
        sizes = {"c1": size, "c2": min(3, size)} if commitment is LISTED else {EVERY: size}
        found = sample_file(urn.drawn(sizes), commitment.design is Design.BATCH).decode()
        assert found == naive.sample(seed, sizes)
    if commitment is BATCHES:
        assert list(urn.bounds) == naive.bounds()


def test_a_contest_may_use_what_was_drawn_for_others() -> None:
    """As long as no card of it is left out: the first that was not drawn ends it."""
    urn = Urn(LISTED, DIGITS)
    drawn = frozenset(urn.drawn({"c2": 4}).units)
    wanted = []
    for unit in by_ticket([f"b, {n}" for n in range(1, 10)] + ["phantom-1", "phantom-2"]):
        if unit not in drawn:
            break
        wanted.append(unit)
    assert [card.unit for card in urn.listed_for("c1", drawn)] == wanted
    assert len(urn.listed_for("c2", drawn)) == 4


@pytest.mark.parametrize(
    ("commitment", "sizes", "words"),
    [
        (LISTED, {"c9": 3}, "a size is of one of c1, c2"),
        (LISTED, {EVERY: 3}, "a size is of one of c1, c2"),
        (LISTED, {"c1": -1}, "not negative"),
        (LISTED, {"c1": 12}, "not larger than the cards that hold the contest"),
        (POLL, {"c1": 3}, "a size is of one of *"),
        (POLL, {EVERY: 8}, "there are 7 cards to draw"),
    ],
)
def test_sizes_that_cannot_be(commitment: Commitment, sizes: dict[str, int], words: str) -> None:
    with pytest.raises(BadInputError) as refused:
        Urn(commitment, DIGITS).drawn(sizes)
    assert words in str(refused.value)


def test_an_empty_draw_is_refused() -> None:
    for sizes in ({}, {"c1": 0}):
        with pytest.raises(UsageError, match="nothing would be drawn"):
            Urn(LISTED, DIGITS).drawn(sizes)
