"""The Electoral College: votes and electors of every area, nobody elected whom the Constitution does not elect."""

import csv
from pathlib import Path

import pytest

from faircount.count import RULES
from faircount.count.areas.electoral_college import (
    AreaElectors,
    as_recorded,
    electoral_college,
    from_count,
    winner_takes_all,
)
from faircount.model import BadInputError, CandidateIndex, Choice, Contest, Mark, Pattern, Profile, Rank

AB = ("Ada", "Bo")
SPLIT = {"ME", "NE"}
"""States whose districts have electors of their own; the table has no votes by district, so these are as recorded."""


@pytest.fixture(scope="module")
def path(shared_data: Path) -> Path:
    found = shared_data / "electoral-college" / "2020.csv"
    if not found.is_file():
        pytest.skip("needs electoral-college/2020.csv in the shared data")
    return found


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def areas_of_2020(path: Path, first: str, second: str) -> list[AreaElectors]:
    found = []
    for row in rows(path):
        electors, votes = int(row["electors"]), [int(row[f"{one}_votes"]) for one in (first, second)]
        if row["state"] not in SPLIT:
            found.append(winner_takes_all(row["state"], electors, votes))
            continue
        whole = winner_takes_all(row["state"], 2, votes)
        recorded = [int(row[f"ev_{one}"]) for one in (first, second)]
        districts = [n - here for n, here in zip(recorded, whole.by_choice, strict=True)]
        found += [whole, as_recorded(f"{row['state']} districts", districts)]
    return found


def test_2020_from_the_votes_of_the_states(path: Path) -> None:
    found = electoral_college(("first", "second"), areas_of_2020(path, "dem", "rep"))
    assert (found.by_choice, found.electors, found.majority) == ((306, 232), 538, 270)
    assert (found.verdict, found.winner, found.unassigned) == ("elected", "first", 0)
    for row in rows(path):
        here = [one for one in found.areas if one.area.split()[0] == row["state"]]
        assert [sum(n) for n in zip(*(one.by_choice for one in here), strict=True)] == [
            int(row["ev_dem"]), int(row["ev_rep"]),
        ], row["state"]  # fmt: skip


def test_2020_with_the_labels_swapped(path: Path) -> None:
    found = electoral_college(("first", "second"), areas_of_2020(path, "rep", "dem"))
    assert (found.by_choice, found.winner) == ((232, 306), "second")


def test_maine_and_nebraska_by_district() -> None:
    """21-A M.R.S. § 805: two electors for the State, one for each district."""
    areas = [
        winner_takes_all("ME", 2, (50, 40)),
        winner_takes_all("ME-1", 1, (35, 15)),
        winner_takes_all("ME-2", 1, (15, 25)),
    ]
    found = electoral_college(AB, areas)
    assert found.by_choice == (3, 1)
    assert found.exhibit.columns == ("Area", "Electors", "Ada", "Bo", "Unassigned", "By")
    assert found.exhibit.rows[-1] == ("all areas", 4, 3, 1, 0, "sum")


def test_nobody_has_a_majority() -> None:
    found = electoral_college(AB, [winner_takes_all("North", 5, (2, 1)), winner_takes_all("South", 5, (1, 2))])
    assert (found.by_choice, found.majority, found.verdict, found.winner) == ((5, 5), 6, "no majority", "")
    assert "House of Representatives" in found.statement and "Twelfth Amendment" in found.statement


def test_a_tie_leaves_electors_to_nobody() -> None:
    areas = [winner_takes_all("North", 5, (7, 7)), winner_takes_all("South", 4, (1, 2))]
    found = electoral_college(AB, areas)
    assert (found.by_choice, found.unassigned, found.verdict) == ((0, 4), 5, "not decided")
    assert (found.areas[0].basis, found.areas[0].tied) == ("tie", (0, 1))
    assert "5 electors are unassigned" in found.statement
    sure = electoral_college(AB, [winner_takes_all("North", 3, (7, 7)), winner_takes_all("South", 4, (1, 2))])
    assert (sure.verdict, sure.winner) == ("elected", "Bo")
    far = electoral_college(
        (*AB, "Cy"), [winner_takes_all(str(n), 4, [n == c for c in range(3)]) for n in range(3)]
        + [winner_takes_all("North", 1, (7, 7, 0))]
    )  # fmt: skip
    assert (far.majority, far.verdict) == (7, "no majority")


def test_nobody_voted() -> None:
    found = electoral_college(AB, [winner_takes_all("North", 5, (0, 0))])
    assert (found.areas[0].basis, found.areas[0].tied, found.verdict) == ("no votes", (), "not decided")
    assert electoral_college(AB, []).verdict == "no majority"


def test_electors_by_any_count() -> None:
    """Maine has counted ranked choices for President since 2020 (21-A M.R.S. § 805)."""
    contest = Contest("President", tuple(map(Choice, AB)), rule="plurality")
    votes = Profile.of({Pattern((Mark(CandidateIndex(1), Rank(1)),)): 3})
    one = from_count("ME", 2, RULES["plurality"].count(contest, votes))
    assert (one.by_choice, one.basis) == ((0, 2), "winner of the count")
    none = from_count("ME", 2, RULES["plurality"].count(contest, Profile.of({Pattern(): 3})))
    assert (none.by_choice, none.unassigned, none.basis) == ((0, 0), 2, "not decided")


def test_electors_who_vote_otherwise() -> None:
    """Certificates are recorded, never guessed; they can take a majority away."""
    areas = [winner_takes_all("North", 6, (2, 1)), winner_takes_all("South", 5, (1, 2))]
    assert electoral_college(AB, areas).winner == "Ada"
    found = electoral_college(AB, areas, {"North": {"Ada": 5, "Somebody else": 1}, "South": {"Bo": 5}})
    assert (found.choices, found.by_choice, found.verdict) == ((*AB, "Somebody else"), (5, 5, 1), "no majority")
    (one,) = found.departures
    assert (one.area, one.appointed, one.cast) == ("North", (("Ada", 6),), (("Ada", 5), ("Somebody else", 1)))
    absent = electoral_college(AB, areas, {"North": {"Ada": 5}})
    assert (absent.unassigned, absent.verdict) == (1, "no majority")


def test_a_certificate_is_final() -> None:
    """An elector who is not in it voted for nobody; of an area without one, its electors may still be anybody's."""
    areas = [winner_takes_all("North", 3, (10, 1)), winner_takes_all("South", 3, (1, 10))]
    found = electoral_college(AB, areas, {"South": {"Bo": 2}})
    assert (found.by_choice, found.electors, found.majority) == ((3, 2), 6, 4)
    assert (found.unassigned, found.verdict) == (1, "no majority")
    assert "Twelfth Amendment" in found.statement
    level = [*areas, winner_takes_all("East", 1, (5, 5))]
    waiting = electoral_college(AB, level, {"South": {"Bo": 2}})
    assert (waiting.majority, waiting.unassigned, waiting.verdict) == (4, 2, "not decided")
    assert "1 electors are unassigned" in waiting.statement


@pytest.mark.parametrize(
    ("areas", "certificates"),
    [
        ([as_recorded("North", (1, 0)), as_recorded("North", (1, 0))], {}),
        ([as_recorded("North", (1,))], {}),
        ([as_recorded("North", (1, 0))], {"South": {"Ada": 1}}),
        ([as_recorded("North", (1, 0))], {"North": {"Ada": 2}}),
        ([as_recorded("North", (2, -1))], {}),
    ],
)
def test_what_cannot_be_is_refused(areas: list[AreaElectors], certificates: dict[str, dict[str, int]]) -> None:
    with pytest.raises(BadInputError, match="Electoral College"):
        electoral_college(AB, areas, certificates)
