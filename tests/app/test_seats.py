"""Seats over districts and electors over states: sums of the parts, ties left open, labels that mean nothing."""

from pathlib import Path

import pytest

from faircount.app.electors import Electors, of_contests, of_file, of_workspace
from faircount.app.ingest import ingest
from faircount.app.opened import Opened, RuleChange
from faircount.app.reporting import gather, write_report
from faircount.app.seats import CARDS, REPORTED, Chamber, as_reported, chamber, same_lists
from faircount.model import BadInputError, UsageError
from faircount.store import Workspace

DHONDT = RuleChange("highest-averages")
NORTH, SOUTH = {"Red oak": 30, "Elm": 20, "Ivy": 4}, {"Oak": 11, "Elm": 30}
"""Three seats each by D'Hondt: 30, 20, 15 (2 + 1) and 30, 15, 11 (1 + 2)."""


def of_cards(folder: Path, **districts: dict[str, int]) -> Workspace:
    """Return a workspace of cards, one mark each."""
    cards = [(title, name) for title, votes in districts.items() for name, n in votes.items() for _ in range(n)]
    (folder / "in").mkdir()
    rows = "".join(f"{at},{title},{name}\n" for at, (title, name) in enumerate(cards))
    (folder / "in" / "cards.csv").write_text("card,contest,choices\n" + rows, "utf-8")
    return taken(folder)


def of_totals(folder: Path, seats: int = 3, **districts: dict[str, int]) -> Workspace:
    """Return a workspace of reported totals alone, and of a list of contests that states the seats."""
    (folder / "in").mkdir()
    rows = "".join(f"{t},{name},Land {t},{n}\n" for t, votes in districts.items() for name, n in votes.items())
    (folder / "in" / "totals.csv").write_text("contest,choice,jurisdiction,count\n" + rows, "utf-8")
    if seats:
        stated = "".join(f"{title},{seats}\n" for title in districts)
        (folder / "in" / "contests.csv").write_text("contest,seats\n" + stated, "utf-8")
    return taken(folder)


def taken(folder: Path) -> Workspace:
    space = Workspace.create(folder / "e")
    ingest(space, [folder / "in"], jobs=1)
    return space


def seats_of(found: Chamber) -> dict[str, int]:
    return {one.name: one.seats for one in found.lists}


# ---- lists -----------------------------------------------------------------
def test_seats_from_cards_under_the_rule_recorded(tmp_path: Path) -> None:
    space = of_cards(tmp_path, North=NORTH, South=SOUTH)
    with pytest.raises(UsageError, match="no contest here is counted by a rule of lists"):
        chamber(Opened(space.root))
    for title in ("North", "South"):
        space.decide(title, rule="highest-averages", seats=3)
    found = chamber(Opened(space.root))
    assert {one.basis for one in found.districts} == {CARDS} and found.not_checked == ()
    assert seats_of(found) == {"Elm": 3, "Red oak": 2, "Oak": 1, "Ivy": 0}
    assert (found.seats, found.unassigned) == (6, 0)
    same = chamber(Opened(space.root), same={"Red oak": "Oak"})
    assert [(one.name, one.votes, one.seats, one.by_district) for one in same.lists] == [
        ("Elm", 50, 3, (("North", 1), ("South", 2))), ("Oak", 41, 3, (("North", 2), ("South", 1))), ("Ivy", 4, 0, ()),
    ]  # fmt: skip
    assert "NOT CHECKED" in same.not_checked[0]


def test_totals_give_the_seats_that_cards_give_and_say_what_they_are(tmp_path: Path) -> None:
    space = of_totals(tmp_path, North=NORTH, South=SOUTH)
    found = chamber(Opened(space.root), change=DHONDT)
    assert seats_of(found) == {"Elm": 3, "Red oak": 2, "Oak": 1, "Ivy": 0}
    assert {one.basis for one in found.districts} == {REPORTED}
    assert found.not_checked[0].startswith("The votes of 2 of 2 districts are reported totals")
    space.decide("North", rule="largest-remainder")
    only = chamber(Opened(space.root))
    assert [one.contest.title for one in only.districts] == ["North"], "what nobody decided is left out"


def test_names_of_lists_mean_nothing(tmp_path: Path) -> None:
    swap = {"Red oak": "Elm", "Elm": "Red oak", "Oak": "Oak", "Ivy": "Ivy"}
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
    plain = chamber(Opened(of_totals(tmp_path / "one", North=NORTH).root), change=DHONDT)
    other = {swap[name]: n for name, n in NORTH.items()}
    swapped = chamber(Opened(of_totals(tmp_path / "other", North=other).root), change=DHONDT)
    assert {swap[name]: n for name, n in seats_of(plain).items()} == seats_of(swapped)


def test_a_tie_leaves_the_seat_to_nobody(tmp_path: Path) -> None:
    space = of_totals(tmp_path, seats=1, North={"Elm": 5, "Oak": 5}, South={"Elm": 5, "Oak": 4})
    found = chamber(Opened(space.root), change=DHONDT)
    assert (found.seats, found.unassigned, seats_of(found)) == (2, 1, {"Elm": 1, "Oak": 0})
    assert found.districts[0].tied == ("Elm", "Oak") and found.districts[1].tied == ()
    drawn = chamber(Opened(space.root), change=RuleChange("highest-averages", 0, (("tie", "order"),)))
    assert drawn.unassigned == 0


def test_seats_that_nobody_states_are_asked_for(tmp_path: Path) -> None:
    space = of_totals(tmp_path, seats=0, North=NORTH)
    with pytest.raises(UsageError, match="no file states how many seats"):
        chamber(Opened(space.root), ("North",), DHONDT)
    with pytest.raises(UsageError, match="which rule shares out its seats"):
        chamber(Opened(space.root), ("north",), RuleChange("", 3))
    assert chamber(Opened(space.root), ("north",), RuleChange("highest-averages", 3)).seats == 3
    with pytest.raises(UsageError, match="no contest's title holds 'west'"):
        chamber(Opened(space.root), ("west",), DHONDT)
    with pytest.raises(UsageError, match="NOT COUNTED: North"):
        chamber(Opened(space.root), ("North",), RuleChange("instant-runoff", 1))


def test_the_kingdom_is_held_beside_its_constituencies(tmp_path: Path) -> None:
    """Our own constituency in the ministry's form, and a kingdom with one vote too many."""
    (tmp_path / "in").mkdir()
    lists = ", ".join(
        f'{{"PartyLabel": "{name}", "ListNumber": {at}, "NrOfVotes": {n}, "NrOfSeats": {seats}}}'
        for at, (name, n, seats) in enumerate((("Red oak", 30, 2), ("Elm", 20, 1)), 1)
    )
    (tmp_path / "in" / "shore.json").write_text(
        '{"NrOfEligibleVoters": 90, "NrOfValidVotes": 50, "NrOfBlankVotes": 1, "NisCode": 1, "ElectionType": "Chamber",'
        f' "Labels": [{{"Language": "English", "Label": "Shore"}}], "ElectionLists": [{lists}]}}', "utf-8"
    )  # fmt: skip
    (tmp_path / "in" / "kingdom.csv").write_text(
        "Parti;Nombre de sièges;Nombre de voix\nRed oak;1;11\nOak;1;20\nElm;1;20\n", "utf-8"
    )  # fmt: skip
    space = taken(tmp_path)
    found = chamber(Opened(space.root), change=DHONDT, same={"Red oak": "Oak"})
    assert (found.seats, found.wholes) == (3, ("Kingdom",)), "the kingdom is no district"
    assert [(d.name, d.measure, d.found, d.reported) for d in found.differences] == [("Oak", "votes", 30, 31)]
    assert [as_reported(one) for one in found.districts] == [True]
    other = chamber(Opened(space.root), change=RuleChange("highest-averages", 5))
    assert [as_reported(one) for one in other.districts] == [False]


def test_the_page_shows_seats_as_squares(tmp_path: Path) -> None:
    space = of_cards(tmp_path, North=NORTH)
    space.decide("North", rule="highest-averages", seats=3)
    page = write_report(gather(Opened(space.root)), tmp_path / "page.html").read_text("utf-8")
    assert "Seats by list: North" in page and page.count('class="bar winner" x=') >= 3


@pytest.mark.parametrize("text", ["name,list\nA,B\nA,C\n", "name\nA\n", "name,list\nA\n", "name,list\nA,\n"])
def test_a_file_of_lists_that_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(text, "utf-8")
    with pytest.raises(BadInputError, match=r"s\.csv, line"):
        same_lists(tmp_path / "s.csv")


# ---- electors --------------------------------------------------------------
HEAD = "state,electors,elm_votes,oak_votes,total_votes,ev_elm,ev_oak,note\n"


def college(folder: Path, rows: str, head: str = HEAD, certificates: Path | None = None) -> Electors:
    (folder / "states.csv").write_text(head + rows, "utf-8")
    return of_file(folder / "states.csv", certificates)


def test_electors_follow_from_votes(tmp_path: Path) -> None:
    found = college(tmp_path, "NO,5,60,40,100,5,0,\nSO,4,40,60,101,0,4,\n")
    assert (found.college.by_choice, found.college.winner, found.differences) == ((5, 4), "ELM", ())
    assert any("cards behind them are NOT CHECKED" in words for words in found.not_checked)
    swapped = college(tmp_path, "NO,5,40,60,100,0,5,\nSO,4,60,40,101,4,0,\n")
    assert (swapped.college.by_choice, swapped.college.winner) == ((4, 5), "OAK")


def test_nobody_has_a_majority_and_nobody_is_elected(tmp_path: Path) -> None:
    found = college(tmp_path, "NO,5,60,40,100,5,0,\nSO,5,40,60,100,0,5,\n").college
    assert (found.verdict, found.winner) == ("no majority", "")
    assert "contingent election" in found.statement and "not decided here" in found.statement


def test_a_tie_and_votes_without_a_name(tmp_path: Path) -> None:
    found = college(tmp_path, "NO,5,50,50,100,,\nSO,4,20,30,100,,\n".replace(",,\n", ",0,0,\n"))
    assert [(one.basis, one.unassigned) for one in found.college.areas] == [("tie", 5), ("not decided", 4)]
    assert found.college.verdict == "not decided"
    assert any("SO: votes for tickets without a name could be most" in words for words in found.not_checked)


def test_maine_and_nebraska_have_districts(tmp_path: Path) -> None:
    found = college(tmp_path, "ME,4,60,40,100,3,1,\nNE,5,40,60,100,1,4,\n")
    assert [(one.area, one.by_choice, one.basis) for one in found.college.areas] == [
        ("ME", (2, 0), "most votes"), ("ME districts", (1, 1), "as recorded"),
        ("NE", (0, 2), "most votes"), ("NE districts", (1, 2), "as recorded"),
    ]  # fmt: skip
    assert sum("districts" in words and "NOT CHECKED" in words for words in found.not_checked) == 2
    told = college(tmp_path, "ME,2,60,40,100,2,0,\nME-1,1,40,10,50,1,0,\nME-2,1,20,30,50,0,1,\n")
    assert (told.college.by_choice, told.differences) == ((3, 1), ())
    wrong = college(tmp_path, "ME,4,60,40,100,1,3,\n")
    assert (wrong.college.by_choice, wrong.college.unassigned) == ((2, 0), 2)


def test_recorded_electors_that_do_not_follow_are_named(tmp_path: Path) -> None:
    found = college(tmp_path, "NO,5,60,40,100,0,5,\n")
    assert found.college.by_choice == (5, 0)
    assert found.differences == ("NO: the electors recorded (ELM 0, OAK 5) are not those that follow from its votes.",)


def test_certificates_count_instead(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("area,name,votes\nNO,ELM,4\nNO,Somebody else,1\nSO,OAK,4\n", "utf-8")
    found = college(tmp_path, "NO,5,60,40,100,5,0,\nSO,4,40,60,101,0,4,\n", certificates=tmp_path / "c.csv").college
    assert (found.by_choice, found.verdict) == ((4, 4, 1), "no majority")
    assert [one.area for one in found.departures] == ["NO"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [("NO,x,1,2,3,0,1,\n", "row 2, column electors"), (",3,1,2,3,0,3,\n", "row 2, column state"),
     ("NO,3,1,2,2,0,3,\n", "at least those named"), ("NO,3,1,2,3,0,3,\nNO,4,1,2,3,0,4,\n", "one row")],
)  # fmt: skip
def test_a_table_with_a_bad_row_makes_no_college(rows: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=words):
        college(tmp_path, rows)


def test_a_file_that_is_no_table_of_states(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no table of electors by state"):
        college(tmp_path, "a,b\n", "x,y\n")


def test_electors_of_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "states.csv").write_text(HEAD + "NO,5,60,40,100,5,0,\nSO,4,40,60,101,0,4,\n", "utf-8")
    space = taken(tmp_path)
    assert of_workspace(Opened(space.root)).college == of_file(tmp_path / "in" / "states.csv").college
    with pytest.raises(UsageError, match="no tables of votes and electors"):
        of_workspace(Opened(Workspace.create(tmp_path / "empty").root))


def test_contests_that_are_states(tmp_path: Path) -> None:
    space = of_cards(tmp_path, North={"Elm": 3, "Oak": 2}, South={"Oak": 2, "Fir": 1}, West={"Oak": 1, "Elm": 1})
    (tmp_path / "s.csv").write_text("contest,electors,area\nNorth,5,NO\nSouth,4,\nWest,3,\n", "utf-8")
    found = of_contests(Opened(space.root), tmp_path / "s.csv").college
    assert found.choices == ("Elm", "Oak", "Fir")
    assert [(one.area, one.by_choice, one.unassigned) for one in found.areas] == [
        ("NO", (5, 0, 0), 0), ("South", (0, 4, 0), 0), ("West", (0, 0, 0), 3),
    ]  # fmt: skip
    assert (found.verdict, found.majority) == ("not decided", 7)
    (tmp_path / "s.csv").write_text("contest,electors\nEast,5\n", "utf-8")
    with pytest.raises(UsageError, match="no contest is called 'East'"):
        of_contests(Opened(space.root), tmp_path / "s.csv")
