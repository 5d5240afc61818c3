"""How close it was where hardly anybody else can be elected: withdrawn choices, a single list, ranks to spare."""

from collections.abc import Sequence

import pytest

from faircount.count import RULES
from faircount.count.closeness import Closeness, closeness
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank

BLANK = Pattern()


def card(*choices: int) -> Pattern:
    return Pattern(tuple(Mark(CandidateIndex(c)) for c in choices))


def first(choice: int) -> Pattern:
    return Pattern((Mark(CandidateIndex(choice), Rank(1)),))


def close(
    rule: str, kinds: Sequence[str], cards: dict[Pattern, int], seats: int = 1, ranks: int = 0, allowed: int = 1,
    **options: str,
) -> Closeness:  # fmt: skip
    choices = tuple(Choice(name, kind=kind) for name, kind in zip("ABC", kinds, strict=False))
    contest = Contest(
        "Edge", choices, seats=seats, ranks=ranks, votes_allowed=allowed, rule=rule, options=tuple(options.items())
    )
    return closeness(RULES[rule], contest, Profile.of(cards))


@pytest.mark.parametrize("kinds", [("regular", "withdrawn", "regular"), ("regular", "regular", "regular")])
def test_a_majority_is_lost_to_whoever_can_have_votes(kinds: tuple[str, ...]) -> None:
    found = close("majority-or-runoff", kinds, {card(0): 200, BLANK: 300})
    assert (found.lower, found.upper) == (100, 100)


@pytest.mark.parametrize("rule", ["highest-averages", "largest-remainder"])
@pytest.mark.parametrize("kind", ["withdrawn", "abstain"])
def test_the_only_list_loses_its_seats_with_its_last_vote(rule: str, kind: str) -> None:
    found = close(rule, ("regular", kind), {card(0): 50, card(1): 9, BLANK: 300}, seats=2)
    assert (found.lower, found.upper) == (50, 50)


def test_as_many_candidates_as_seats_are_elected_as_long_as_each_has_a_vote() -> None:
    found = close("highest-averages", ("regular", "regular"), {card(0): 100, card(1): 500}, 2, choices="candidates")
    assert (found.lower, found.upper) == (100, 100)


def test_a_list_falls_below_the_threshold_by_all_the_votes_that_a_card_has() -> None:
    cards = {card(0): 40, card(1): 39, card(0, 1): 40}
    found = close("highest-averages", ("write-in", "regular"), cards, 2, allowed=2, choices="lists", threshold="1/3")
    assert (found.lower, found.upper) == (20, 20)  # with one write-in a card it took 26


@pytest.mark.parametrize("rule", ["borda", "dowdall"])
def test_ranks_to_spare(rule: str) -> None:
    found = close(rule, ("regular", "regular"), {first(0): 7, first(1): 2}, ranks=3)
    assert found.exact and found.upper


def test_nothing_is_beyond_change_that_blank_cards_would_change() -> None:
    found = close("borda", ("regular", "withdrawn"), {first(0): 300, BLANK: 300}, ranks=2, first_place="n-1")
    assert not found.is_beyond_change and found.upper == 300
