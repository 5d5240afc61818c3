"""One group-by: parts sum to the whole, whatever the unit; weights are exact; contests are what sources say of them."""

import itertools
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from store.making import batch, contest_of, one_table, put

from faircount.model import Batch, Pattern, Profile, UsageError
from faircount.store import UNITS, Engine, Workspace, contests_of, patterns_of, profile, profiles


def total(parts: dict[tuple[str | None, ...], Profile]) -> tuple[Counter[Pattern], Counter[Pattern]]:
    """Return pattern → cards and pattern → weight, summed over the parts."""
    cards: Counter[Pattern] = Counter()
    weights: Counter[Pattern] = Counter()
    for part in parts.values():
        cards.update(dict(zip(part.patterns, part.cards, strict=True)))
        weights.update(dict(zip(part.patterns, part.weights, strict=True)))  # type: ignore[arg-type]
    return cards, weights


@pytest.mark.parametrize(
    "units", [*((unit,) for unit in UNITS), ("precinct", "counting_group"), ("tabulator", "batch")]
)
def test_parts_sum_to_the_whole_for_every_unit(engine: Engine, units: tuple[str, ...]) -> None:
    found, _ = contests_of(engine, {})
    assert len(found) == 8
    for contest in found.values():
        whole = profile(engine, contest)
        parts = profile(engine, contest, by=units)
        assert total(parts) == total(whole)
        assert list(whole) == [()]
        question = f"""select count(distinct ({", ".join(units)}))
            from cards semi join (from votes where contest = ?) using (card)"""
        [(asked,)] = engine.ask(question, [contest.title]).rows
        assert len(parts) == asked
    assert max(len(profile(engine, contest, by=units)) for contest in found.values()) > 1 or units in (
        ("jurisdiction",), ("source",), ("portion",),
    )  # fmt: skip


def test_all_profiles_are_those_asked_for_one_by_one(engine: Engine) -> None:
    found, _ = contests_of(engine, {})
    together = profiles(engine, patterns_of(engine, found))
    assert list(map(str, sorted(together))) == sorted(found)
    for title, contest in found.items():
        assert profile(engine, contest) == {(): together[title]}
        [(cards,)] = engine.ask("select count(*) from votes where contest = ?", [title]).rows
        assert together[title].total_cards == together[title].total_weight == cards > 0


@pytest.mark.parametrize("unit", ["county", "card", "weight", "1", "precinct; drop view cards"])
def test_a_unit_that_cards_do_not_have_is_refused(engine: Engine, unit: str) -> None:
    contest = next(iter(contests_of(engine, {})[0].values()))
    with pytest.raises(UsageError, match=r"cards have no .*can be divided by jurisdiction, precinct"):
        profile(engine, contest, by=[unit])


# ---- weights ---------------------------------------------------------------
@pytest.fixture
def shares(tmp_path: Path) -> Engine:
    space = Workspace.create(tmp_path / "e")
    weights = [("10.5", "For", "P1"), ("2", "Against", "P1"), ("0.000001", "For", "P2"), ("0.5", "For", "P2")]
    made = batch([({"weight": Decimal(w), "precinct": p}, [("Proposal", (c,))]) for w, c, p in weights])
    put(space, [[made]])
    return Engine(space, 1)


def test_weights_are_exact_and_whole_ones_are_whole(shares: Engine) -> None:
    assert shares.weighted
    contest = contest_of(shares, "Proposal")
    whole = profile(shares, contest)[()]
    votes = {contest.name_of(p.marks[0].choice): w for p, w in zip(whole.patterns, whole.weights, strict=True)}
    assert votes == {"For": Fraction(11_000_001, 1_000_000), "Against": 2}
    assert type(votes["Against"]) is int
    assert whole.cards == tuple(3 if votes["For"] == w else 1 for w in whole.weights)
    assert total(profile(shares, contest, by=["precinct"])) == total({(): whole})
    assert profiles(shares, patterns_of(shares, {"Proposal": contest})) == {"Proposal": whole}


def test_cards_that_all_count_for_one_are_not_weighed(engine: Engine) -> None:
    assert not engine.weighted


# ---- sources together ------------------------------------------------------
def test_the_same_pattern_of_two_sources_is_one_pattern(tmp_path: Path) -> None:
    space = Workspace.create(tmp_path / "e")
    for name in ("a.json", "b.json"):
        put(space, [[batch([({}, [("Mayor", ("Ada",))]), ({}, [("Mayor", ())])])]], name)
    engine = Engine(space, 1)
    contest = contest_of(engine, "Mayor")
    assert profile(engine, contest)[()].cards == (2, 2)
    assert [p.cards for p in profile(engine, contest, by=["source"]).values()] == [(1, 1), (1, 1)]


def test_a_title_with_quotes_is_a_title(tmp_path: Path) -> None:
    titles = ['Judge "Bo" O\'Neil; drop table x --', "Ünïté – 林", "{braces}", "100% $1 \\ %s"]
    space = Workspace.create(tmp_path / "e")
    put(space, [[batch([({}, [(t, ('Ada\'s "choice"',))]) for t in titles])]])
    engine = Engine(space, 1)
    found, without = contests_of(engine, {})
    assert sorted(found) == sorted(titles) and not without
    for contest in found.values():
        assert profile(engine, contest, by=["precinct"])[(None,)].total_cards == 1


def test_a_missing_unit_is_none_and_apart_from_an_empty_one(tmp_path: Path) -> None:
    space = Workspace.create(tmp_path / "e")
    put(space, [[batch([({"precinct": p}, [("Mayor", ("Ada",))]) for p in (None, "", "P1", None)])]])
    engine = Engine(space, 1)
    parts = profile(engine, contest_of(engine, "Mayor"), by=["precinct"])
    assert {unit: part.total_cards for (unit,), part in parts.items()} == {None: 2, "": 1, "P1": 1}


# ---- contests --------------------------------------------------------------
def world(tmp_path: Path, *tables: Batch) -> Engine:
    space = Workspace.create(tmp_path / "e")
    card: Any = ({}, [("Mayor", ("Ada", "Bo")), ("Question", ("Yes",)), ("Blank", ())])
    put(space, [[batch([card])], list(tables)] if tables else [[batch([card])]])
    return Engine(space, 1)


def contest(title: str, place: int, **rest: Any) -> Batch:
    return one_table("contests", {"contest": title, "place": place, **rest})


def choice(title: str, name: str, place: int) -> Batch:
    return one_table("choices", {"contest": title, "choice": name, "kind": "regular", "place": place})


def test_rules_are_taken_from_the_form_and_order_from_the_source(tmp_path: Path) -> None:
    engine = world(
        tmp_path, contest("Question", 0), contest("Mayor", 1, votes_allowed=2, ranks=0), contest("Blank", 2, ranks=3),
        choice("Question", "Yes", 1), choice("Question", "No", 0), choice("Blank", "Cy", 0), choice("Mayor", "Bo", 0),
        choice("Mayor", "Ada", 1),
    )  # fmt: skip
    found, without = contests_of(engine, {})
    assert not without
    assert [(c.title, c.rule, c.seats, c.votes_allowed, c.ranks) for c in found.values()] == [
        ("Question", "threshold", 1, 1, 0), ("Mayor", "plurality", 2, 2, 0), ("Blank", "instant-runoff", 1, 1, 3),
    ]  # fmt: skip
    assert [c.name for c in found["Mayor"].choices] == ["Bo", "Ada"]
    decided = contests_of(engine, {"Mayor": {"rule": "majority-or-runoff", "seats": 1, "options": {"tie": "stop"}}})[0]
    assert (decided["Mayor"].rule, decided["Mayor"].seats, decided["Mayor"].options) == (
        "majority-or-runoff", 1, (("tie", "stop"),),
    )  # fmt: skip


def one_choice(title: str, name: str, kind: str) -> Batch:
    return one_table("choices", {"contest": title, "choice": name, "kind": kind, "place": 9})


@pytest.mark.parametrize(
    ("tables", "title", "words"),
    [
        ([contest("Mayor", 0, votes_allowed=n) for n in (1, 2)], "Mayor", r"votes allowed \(1 and 2\)"),
        ([contest("Mayor", 0, seats=n) for n in (1, 3)], "Mayor", r"seats \(1 and 3\)"),
        ([contest("Board", 9)], "Board", "no card holds it"),
        ([], "Blank", "no source lists its choices"),
        ([contest("Mayor", 0), one_choice("Mayor", "Reds", "group")], "Mayor", "marked for groups"),
        ([contest("Mayor", 0), one_choice("Mayor", "ABSTAIN", "regular")], "Mayor", "law or bylaws"),
    ],
)  # fmt: skip
def test_a_contest_without_one_reading_is_not_made_up(
    tmp_path: Path, tables: list[Batch], title: str, words: str
) -> None:
    found, without = contests_of(world(tmp_path, *tables), {})
    assert title not in found
    with pytest.raises(LookupError, match=words):
        raise LookupError(without[title])


def test_a_decision_settles_what_sources_disagree_on(tmp_path: Path) -> None:
    engine = world(
        tmp_path, contest("Mayor", 0, votes_allowed=1, seats=1), contest("Mayor", 0, votes_allowed=2, seats=2)
    )
    decided = contests_of(engine, {"Mayor": {"votes_allowed": 2, "seats": 2}})[0]["Mayor"]
    assert (decided.votes_allowed, decided.seats) == (2, 2)


def test_every_choice_that_is_marked_or_listed_stands_in_its_contest_once(engine: Engine) -> None:
    found, _ = contests_of(engine, {})
    listed = Counter((title, c.name) for title, made in found.items() for c in made.choices)
    assert set(listed.values()) == {1}
    rows = engine.ask("select distinct contest, choice from choices").rows
    assert set(listed) == set(rows)
    assert list(itertools.islice(found, 1)) == list(engine.ask("select contest from contests where place = 0").rows[0])


@pytest.mark.parametrize(("ranks", "kind"), [(0, "withhold"), (3, "regular")])
def test_a_name_says_who_abstains_where_voters_mark_and_not_where_they_rank(
    tmp_path: Path, ranks: int, kind: str
) -> None:
    engine = world(tmp_path, contest("Mayor", 0, ranks=ranks), one_choice("Mayor", "WITHHELD", "regular"))
    decided = contests_of(engine, {"Mayor": {"rule": "instant-runoff" if ranks else "plurality"}})[0]["Mayor"]
    assert {choice.name: choice.kind for choice in decided.choices}["WITHHELD"] == kind
