"""Laws that share seats among lists, by the smallest contests on which a wrong reading of them shows."""

from dataclasses import replace

import pytest

from faircount.count import RULES
from faircount.count.lists.slates import kind_of
from faircount.count.presets import PRESETS
from faircount.model import CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Transcript

NAMES = ("Ann", "Bea", "Cid", "Dan")
PEOPLE = tuple(Choice(name, party=party) for name, party in zip(NAMES, "XXYY", strict=True))
LAWS = ("belgium-chamber", "finland", "netherlands", "spain-congress", "sweden-fixed-seats")


def counted(preset: str, seats: int, choices: tuple[Choice, ...], *votes: int, **options: str) -> Transcript:
    law = PRESETS[preset].applied(Contest("House", choices, seats=seats))
    stated = {**dict(law.options), **options}
    contest = replace(law, seats=seats, options=tuple(sorted(stated.items())))
    cards = {Pattern((Mark(CandidateIndex(c)),)): n for c, n in enumerate(votes) if n}
    return RULES[contest.rule].count(contest, Profile.of(cards))


@pytest.mark.parametrize("preset", LAWS)
def test_nobody_is_elected_twice(preset: str) -> None:
    """X has 65 and Y 35: quotients 65, 35 and 32.5. Ann and Bea take the two seats of X, Cid that of Y."""
    found = counted(preset, 3, PEOPLE, 60, 5, 20, 15)
    assert (found.verdict, [NAMES[c] for c in found.elected]) == ("elected", ["Ann", "Cid", "Bea"])
    assert dict(found.decisions)["choices"] == "candidates"


@pytest.mark.parametrize("preset", LAWS)
def test_lists_that_are_one_choice_each_win_several_seats(preset: str) -> None:
    lists = tuple(Choice(f"list {party}", party=party) for party in "XY")
    found = counted(preset, 3, lists, 65, 35)
    assert found.seats_won == (2, 1) and dict(found.decisions)["choices"] == "lists"


def test_what_shows_that_choices_are_persons() -> None:
    def kind(*choices: Choice, stated: str = "auto") -> str:
        return kind_of(Contest("House", choices), stated)

    assert kind(Choice("X"), Choice("Y")) == kind(Choice("X", party="x"), Choice("Y", party="y")) == "lists"
    assert kind(Choice("Ann", party="x"), Choice("Bea", party="x")) == "candidates"
    assert kind(Choice("Ann", party="x"), Choice("Bea", party="x", kind="withdrawn")) == "candidates"
    assert kind(Choice("X", kind="group"), Choice("Ann", party="X")) == "candidates"
    for stated in ("lists", "candidates"):
        assert kind(*PEOPLE, stated=stated) == kind(Choice("X"), stated=stated) == stated


def test_exactly_a_quarter_of_the_quota_is_not_enough_in_the_netherlands() -> None:
    """Kieswet art. P 15(1), more than 25 % of the kiesdeler: 40 votes for 2 seats make it 20, and Bea has 5."""
    choices = (*(Choice(name, party="X") for name in ("Ann", "Bea")), *(Choice(p, party=p) for p in "YZW"))
    votes = (4, 5, 17, 7, 7)  # 17, 9 and 8.5: X has the second seat
    assert counted("netherlands", 2, choices, *votes).elected == (2, 0)
    assert counted("netherlands", 2, choices, *votes, personal_reach="at-least").elected == (2, 1)
    assert counted("netherlands", 2, choices, 4, 6, 17, 7, 6).elected == (2, 1)


def test_exactly_a_twentieth_of_the_list_is_enough_in_sweden() -> None:
    """Vallag ch. 14 § 9: at least five percent of the votes of the party."""
    choices = (Choice("the list", "X", "group"), Choice("Ann", "X"), Choice("Bea", "X"))
    assert counted("sweden-fixed-seats", 1, choices, 19, 0, 1).elected == (2,)
    assert counted("sweden-fixed-seats", 1, choices, 20, 0, 1).elected == (1,)
