"""Sums of gains over counted ballots, where a ballot may be a vote of a total and blank cards may be left out."""

from fractions import Fraction

import pytest
from audit.small_audits import VOTES, A, ahead, batches, comparison, counted, polling, question

from faircount.assertion.linear import EVERY_CARD, above_part, given_to
from faircount.audit.reports import gain_of, margin_of, margins_of, pool_means, recorded
from faircount.model import BadInputError, CardCount, Counted, Seen

HALF_OF_CARDS = above_part(question("c1", 20), "A has more than 1/2 of cards", given_to(A), EVERY_CARD, Fraction(1, 2))
"""g = 1/2 of a card for A, −1/2 of any other: the feature `cards`."""


def test_cards_are_those_stated_whichever_ballots_are_listed() -> None:
    """Six for A of ten cards gain 6 − 10/2 = 1, with the blanks in the list or left out."""
    (times, _), *_ = HALF_OF_CARDS.assorter.terms
    for said in (counted("AAAAAABB--"), counted("AAAAAABB", 10), Counted(CardCount(10), ((VOTES["A"], 6),))):
        assert gain_of(HALF_OF_CARDS, said) == times * 1


def test_a_card_of_a_total_may_stand_in_it_more_than_once() -> None:
    """Nine votes of five cards with two votes each: five cards, not nine."""
    (times, _), *_ = HALF_OF_CARDS.assorter.terms
    assert gain_of(HALF_OF_CARDS, counted("AAAABBBBB", 5)) == times * Fraction(3, 2)


def test_margins() -> None:
    (claim,) = comparison([("", {"c1": "A"})]).subjects[0].assertions
    said = counted("AAAB-")
    assert (margin_of(claim, said, 5), margin_of(claim, said, 8)) == (Fraction(2, 5), Fraction(1, 4))


def test_the_mean_of_a_pool_is_over_all_its_cards() -> None:
    """Two of three for A, and two cards of another style: ½ + 1/(2·5)."""
    pool = comparison(
        [("p", {"c1": "A"}), ("p", {"c1": "A"}), ("p", {"c1": "B"}), ("p", {"c2": "A"}), ("p", {"c2": "B"})]
    )
    first = pool.subjects[0]
    assert (first.cards, pool.pools["p"]["c1"].cards) == (5, 3)
    assert pool_means(first, pool, first.assertions[0]) == {"p": Fraction(3, 5)}
    assert first.margins == (Fraction(1, 5),)


def test_what_is_on_record_leaves_phantoms_out() -> None:
    listed = comparison([("", {"c1": "A"}), ("", {"c1": "A"}), ("p", {"c1": "B"}), ("p", {"c1": "A"})], phantoms=3)
    polled = polling({"x": 9}, {"c1": "AAB"})
    batched = batches({"x": {"c1": "AB"}, "y": {"c1": "A", "c2": "A"}})
    for commitment, cards in ((listed, 4), (polled, 3), (batched, 3)):
        found = recorded(commitment, commitment.subjects[0])
        said = [way for ballot, n in found.ballots for way in "AB-" if VOTES[way] == ballot for _ in range(n)]
        assert (found.cards, len(said)) == (cards, cards)
        assert margin_of(commitment.subjects[0].assertions[0], found, commitment.subjects[0].cards) == Fraction(
            ahead(said), commitment.subjects[0].cards
        )


def test_what_a_batch_can_hide() -> None:
    """V = 3; x has Σg 2 of 4 cards, so u = 6/3; y Σg 1 of 1: 2/3; not in z: 0. Not found is all of u."""
    held = batches({"x": {"c1": "AAA" + "B"}, "y": {"c1": "A"}, "z": {"c2": "A"}})
    (one,) = margins_of(held, held.subjects[0])
    assert (one.whole, one.bounds) == (3, (2, Fraction(2, 3), 0))
    assert [one.error(at, Seen(False, {})) for at in range(3)] == [2, Fraction(2, 3), 0]
    assert one.error(0, Seen(True, {"c1": counted("AAAB")})) == 0
    assert one.error(0, Seen(True, {"c1": counted("AAAAB")})) == Fraction(-1, 3)
    assert one.error(1, Seen(True, {"c1": counted("B")})) == Fraction(2, 3)


def test_reports_that_do_not_bear_a_claim_out() -> None:
    held = batches({"x": {"c1": "AB"}})
    with pytest.raises(BadInputError, match="the batches' reports bear it out"):
        margins_of(held, held.subjects[0])
