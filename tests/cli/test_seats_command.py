"""seats and electors as people use them: Belgium 2024 from its own totals, the College of 2020, and what is refused."""

import csv
from pathlib import Path

import pytest
from cli.running import Here
from elections.shared import real

LAW = ("--rule", "highest-averages", "-O", "threshold=1/20", "-O", "equal=more-votes")
"""Code électoral arts. 165bis–167."""


@pytest.fixture(scope="module")
def belgium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from faircount.app.ingest import ingest
    from faircount.store import Workspace

    folder = real("results", "belgium-2024")
    root = tmp_path_factory.mktemp("belgium")
    space = Workspace.create(root / "e")
    ingest(space, [folder], jobs=1)
    [table] = folder.glob("*Royaume.csv")
    official = [row[0] for row in csv.reader(table.read_text("utf-8-sig").splitlines(), delimiter=";")][1:]
    numbers = [
        line.partition("//")[0].partition(",") for line in (folder / "parties.txt").read_text("utf-8").splitlines()
    ]
    named = [(number.strip(), name.strip()) for number, _, name in numbers if number.strip().isdecimal()]
    leader = {number: name for number, name in named if name in official}
    with (root / "lists.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("name", "list"), *((name, leader[number]) for number, name in named)])
    return root


def test_belgium_has_the_150_seats_that_it_reports(here: Here, belgium: Path) -> None:
    ran = here("-w", belgium / "e", "seats", *LAW, "--same", belgium / "lists.csv", "--json")
    found = ran.document
    assert (ran.code, found["seats"], found["unassigned"], len(found["districts"])) == (0, 150, 0, 11)
    assert {one["as_reported"] for one in found["districts"]} == {True}
    assert {one["votes_from"] for one in found["districts"]} == {"reported totals"}
    assert found["wholes"] == ["Kingdom"] and found["differences"] == []
    first = found["lists"][0]
    assert (first["list"], first["seats"], first["votes"]) == ("N-VA", 24, 1_167_061)
    assert "cards behind them are NOT CHECKED" in ran.err


def test_names_that_nobody_joined_differ_from_the_kingdom(here: Here, belgium: Path) -> None:
    ran = here("-w", belgium / "e", "seats", *LAW)
    assert ran.code == 1
    assert "Kingdom, PTB: seats: not reported, the districts sum to 6" in ran.err and "--same CSV" in ran.err
    assert "as reported" in ran.out and "Chamber, Constituency of Antwerp" in ran.out


def test_no_law_no_seats(here: Here, belgium: Path) -> None:
    ran = here("-w", belgium / "e", "seats")
    assert (ran.code, ran.out) == (2, "") and "is for its law to say" in ran.err and ran.err.count("\n") == 1


def test_every_list_of_every_district_as_csv(here: Here, belgium: Path) -> None:
    rows = list(csv.DictReader(here("-w", belgium / "e", "seats", *LAW, "--format", "csv").out.splitlines()))
    told = [row for row in rows if row["votes_from"] == "reported totals"]
    assert sum(int(row["seats"]) for row in told) == 150
    assert all(row["seats"] == row["seats_reported"] for row in told)
    assert sum(int(row["seats"]) for row in rows if row["district"] == "all districts") == 150


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--same", "nowhere.csv"), "is not a file"),
        (("-O", "threshold"), "name=value"),
        (("--rule", "dhondt"), "no counting rule named 'dhondt'"),
        (("Atlantis",), "no contest's title holds 'Atlantis'"),
    ],
)
def test_what_is_refused_has_one_message(here: Here, town: Path, arguments: tuple[str, ...], words: str) -> None:
    ran = here("-w", town, "seats", *arguments)
    assert ran.code in (2, 3) and words in ran.err and not ran.out and "Traceback" not in ran.err


def test_a_town_without_lists(here: Here, town: Path) -> None:
    ran = here("-w", town, "seats")
    assert ran.code == 2 and "no contest here is counted by a rule of lists" in ran.err
    plain = here("-w", town, "seats", "Mayor", "--rule", "plurality", "--json")
    assert plain.code in (0, 2), "a ranked contest is refused with its reason"


# ---- electors --------------------------------------------------------------
def test_2020(here: Here) -> None:
    ran = here("electors", real("electoral-college", "2020.csv"), "--json")
    found = ran.document
    assert (ran.code, found["by_choice"], found["electors"]) == (0, {"DEM": 306, "REP": 232}, 538)
    assert (found["verdict"], found["unassigned"], found["differences"]) == ("elected", 0, [])
    assert [one["area"] for one in found["areas"] if one["by"] == "as recorded"] == ["ME districts", "NE districts"]


def test_2020_with_the_labels_swapped(here: Here, tmp_path: Path) -> None:
    text = real("electoral-college", "2020.csv").read_text("utf-8")
    head, _, rows = text.partition("\n")
    swapped = head.replace("dem", "x").replace("rep", "dem").replace("x", "rep")
    (tmp_path / "s.csv").write_text(f"{swapped}\n{rows}", "utf-8")
    found = here("electors", tmp_path / "s.csv", "--json").document
    assert (found["by_choice"], found["winner"]) == ({"REP": 306, "DEM": 232}, "REP")


def test_a_college_without_a_majority_on_a_terminal(here: Here, tmp_path: Path) -> None:
    rows = "NO,5,6,4,10,5,0\nSO,5,4,6,10,0,5\nWE,1,3,3,6,0,0\n"
    (tmp_path / "s.csv").write_text("state,electors,a_votes,b_votes,total_votes,ev_a,ev_b\n" + rows, "utf-8")
    ran = here("electors", tmp_path / "s.csv")
    assert ran.code == 0 and "WE: tie: A, B: 1 electors are nobody's" in ran.err
    assert "1 electors are unassigned, and could make a majority" in ran.err
    (tmp_path / "s.csv").write_text("state,electors,a_votes,b_votes,total_votes,ev_a,ev_b\n" + rows[:32], "utf-8")
    assert "contingent election" in here("electors", tmp_path / "s.csv").err


def test_a_file_and_states_are_two_ways(here: Here, town: Path) -> None:
    ran = here("-w", town, "electors", "x.csv", "--states", "y.csv")
    assert ran.code == 2 and "--states is for contests" in ran.err
    assert here("-w", town, "electors").code == 2
