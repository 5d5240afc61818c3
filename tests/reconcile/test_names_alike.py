"""Names that may mean the same: what is proposed, what never is, and that no order or party matters."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faircount.reconcile.naming import LEAST, Named, alike, choice_key, choices, contests, title_key

SAME_CONTEST = [
    ("Member, City Council District 1 (Vote For=1)", "City Council Dist. 1"),
    ("US Representative District 7", "United States Representative, 7th District"),
    ("President and Vice President", "PRESIDENT"),
    ("Mayor", "City of Alder Mayor"),
    ("Council Ward II", "Council Ward 2"),
]
NOT_THE_SAME = [
    ("City Council District 1", "City Council District 2"),
    ("Judge, Seat A", "Judge, Seat B"),
    ("Measure A", "Measure B"),
    ("Mayor (unexpired term)", "Sheriff"),
]
SAME_CHOICE = [
    ("LOVELACE, ADA", "Ada Lovelace"), ("DEM Ada M. Lovelace (101)", "Ada Lovelace"), ("O’Brien, Cy", "Cy O'Brien"),
    ("Ada Lovelace / Bo Ng", "ADA LOVELACE"), ("UWI", "Write-in"), ("José Núñez Jr.", "JOSE NUNEZ"),
    ("Lovelace", "Ada Lovelace"),
]  # fmt: skip
OTHER_CHOICE = [("John Smith", "Joan Hart"), ("Ada Smith", "Bo Smith"), ("Yes", "No"), ("Write-in", "Ada Lovelace")]


@pytest.mark.parametrize(("a", "b"), SAME_CONTEST)
def test_one_contest_under_two_titles(a: str, b: str) -> None:
    here = Named("cvr", a, ("Ada Lovelace", "Bo Ng", "Write-in"), on_cards=True)
    there = Named("results", b, ("LOVELACE, ADA", "NG, BO"))
    found = contests([here, there], {})
    assert [(p.name, p.means) for p in found] == [(b, a)], "what stands on cards is the meaning"
    assert found[0].confidence >= LEAST and found[0].why


@pytest.mark.parametrize(("a", "b"), NOT_THE_SAME)
def test_two_contests_stay_two(a: str, b: str) -> None:
    assert not contests([Named("x", a, ("Ada",)), Named("y", b, ("Cy",))], {})
    assert not contests([Named("x", a, ("Yes", "No")), Named("y", b, ("Yes", "No"))], {})


@pytest.mark.parametrize(("a", "b"), SAME_CHOICE)
def test_one_choice_in_two_spellings(a: str, b: str) -> None:
    assert alike(choice_key(a), choice_key(b))[0] >= LEAST


@pytest.mark.parametrize(("a", "b"), OTHER_CHOICE)
def test_two_choices_stay_two(a: str, b: str) -> None:
    assert alike(choice_key(a), choice_key(b))[0] < LEAST


@pytest.mark.parametrize(
    ("a", "b", "most"),
    [("Bob Jones III", "Bob Jones II", 0), ("JONES JR, BOB", "Bob Jones Sr.", 0), ("Bob Jones Jr.", "BOB JONES", 80),
     ("Bob Jones Jr.", "JONES, BOB JR", 100)],
)  # fmt: skip
def test_fathers_and_sons_are_two_people(a: str, b: str, most: int) -> None:
    found = choices([Named("cvr", "Mayor", (a, "Ada Lark")), Named("results", "Mayor", (b, "Ada Lark"))])
    assert [p.confidence for p in found] == ([most] if most else [])


def test_two_names_of_one_source_are_never_one() -> None:
    one = Named("results", "Mayor", ("Ada Lovelace", "Ada Lovelace Jr.", "LOVELACE, ADA"))
    assert not choices([one])
    assert not contests([Named("r", "Mayor", ("Ada",)), Named("r", "MAYOR", ("Ada",))], {})


def test_two_that_are_as_near_are_said_to_be() -> None:
    cards = Named("cvr", "Board", ("A. Smith", "B. Smith"), on_cards=True)
    found = choices([cards, Named("results", "Board", ("Smith",))])
    assert len(found) == 1 and found[0].confidence == LEAST and "as near" in found[0].why


def test_what_is_decided_is_not_proposed_again() -> None:
    named = [Named("cvr", "Mayor", ("Ada", "Bo"), True), Named("results", "MAYOR", ("Ada", "Bo"))]
    assert (
        contests(named, {})
        and not contests(named, {"MAYOR": "Mayor"})
        and not contests(named, {}, [("MAYOR", "Mayor")])
    )


NAMES = st.lists(
    st.sampled_from("Ada Bo|BO, ADA|Cy Öl|Cy Ol|Dee|Yes|Write-in|UWI|Ed Fox|FOX|Gil Fox".split("|")), max_size=5
)
TITLES = st.sampled_from("Mayor|MAYOR|Mayor of Alder|Council 1|Council 2|Council Dist 1|Measure A|Measure B".split("|"))


@given(
    st.lists(st.builds(Named, st.sampled_from("abc"), TITLES, NAMES.map(tuple), st.booleans()), max_size=9),
    st.integers(),
)
def test_order_changes_nothing_and_no_source_is_merged(named: list[Named], seed: int) -> None:
    shuffled = list(named)
    random.Random(seed).shuffle(shuffled)
    found = contests(named, {})
    assert found == contests(shuffled, {})
    assert choices(named) == choices(shuffled)
    meaning = {p.name: p.means for p in found}
    assert not set(meaning) & set(meaning.values())
    for source in "abc":
        titles = {n.contest for n in named if n.source == source}
        assert len({meaning.get(t, t) for t in titles}) == len(titles)


@given(st.text(max_size=40))
def test_keys_are_made_of_any_text(text: str) -> None:
    assert isinstance(title_key(text), str) and isinstance(choice_key(text), str)
