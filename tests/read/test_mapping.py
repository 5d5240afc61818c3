"""Tables that no reader knows: what is proposed for their columns, and what a confirmed mapping makes of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from cli.running import Here
from xlsxwriter import Workbook

from faircount.app.ingest import ingest
from faircount.app.mapping import confirm, mapping_file, proposed
from faircount.app.opened import Opened
from faircount.app.sniffing import sniff
from faircount.model import BadInputError
from faircount.read import READERS
from faircount.read.mapping import Mapping, mapping_from, propose
from faircount.store import Workspace
from read.reading import read_all

TURNOUT = 'Town,Reg. Voters,Registered Voters,Ballots Cast,Remarks\nAlder,x,1200,700,\nBirch,x,"1,500",n/a,late\n'
LONG = "District;Race Name;Candidate Name;Party;Total Votes\n1;Mayor;Ada Öl;A;12\n1;Mayor;Bo;B;7\n"
WIDE = "Precinct,Ada,Bo,Undervotes\nP1,10,20,1\nP2,5,,2\n"
RANKS = "Ballot ID,Precinct,Rank 1,Rank 2\n1,P1,Ada,Bo\n2,P1,overvote,Ada\n3,P2,,\n4,P2, , \n"
MARKS = "Ballot ID,Ada,Bo,Cy\n1,1,0,0\n2,1,1,0\n3,0,0,2\n4,0,0,0\n"
QUESTIONS = (
    "Ballot ID,Question 1,Question 2\n1,Yes,No\n2,Yes,Yes\n3,No,No\n4,No,\n5,Yes,No\n6,No,Yes\n7,Yes,No\n8,No,Yes\n"
)


def written(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


def meanings(mapping: Mapping) -> list[str]:
    return [column.means for column in mapping.columns]


def rows(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def read_mapped(path: Path, contest: str = "", **changes: Any) -> dict[str, list[dict[str, Any]]]:
    found = proposed(path, contest)
    confirm(found)
    if changes:
        document = json.loads(found.file.read_text("utf-8"))
        found.file.write_text(json.dumps({**document, **changes}))
    assert sniff(path).reader is READERS["mapped-table"]
    return read_all(READERS["mapped-table"], path)


def test_turnout_is_proposed_and_read_with_its_bad_rows_kept(tmp_path: Path) -> None:
    path = written(tmp_path, TURNOUT)
    mapping = proposed(path).mapping
    assert mapping.table == "turnout"
    assert meanings(mapping) == ["jurisdiction", "ignore", "registered", "ballots_cast", "ignore"]
    assert all(column.why for column in mapping.columns)
    tables = read_mapped(path)
    assert [(r["jurisdiction"], r["measure"], r["count"]) for r in tables["turnout"]] == [
        ("Alder", "registered", 1200), ("Alder", "ballots_cast", 700),
    ]  # fmt: skip
    assert [(r["row"], r["column"]) for r in tables["rejected"]] == [(3, "Ballots Cast")]
    assert "late" in tables["rejected"][0]["value"]
    columns = json.loads(mapping_file(path).read_text())["columns"]
    columns[3]["means"] = "ignore"
    assert [r["count"] for r in read_mapped(path, columns=columns)["turnout"]] == [1200, 1500]


def test_results_of_one_row_a_choice(tmp_path: Path) -> None:
    tables = read_mapped(written(tmp_path, LONG))
    assert [(r["contest"], r["choice"], r["party"], r["count"]) for r in tables["reported"]] == [
        ("Mayor", "Ada Öl", "A", 12), ("Mayor", "Bo", "B", 7),
    ]  # fmt: skip


def test_results_of_one_column_a_choice_need_the_contest(tmp_path: Path) -> None:
    path = written(tmp_path, WIDE)
    assert proposed(path, "Mayor").mapping.table == "reported"
    tables = read_mapped(path, "Mayor")
    assert [(r["precinct"], r["choice"], r["measure"], r["count"]) for r in tables["reported"]] == [
        ("P1", "Ada", "votes", 10), ("P1", "Bo", "votes", 20), ("P1", None, "undervotes", 1),
        ("P2", "Ada", "votes", 5), ("P2", None, "undervotes", 2),
    ]  # fmt: skip


def test_ranks_with_overvotes_blanks_and_contests_not_on_the_card() -> None:
    mapping = propose(rows(RANKS), "Mayor")
    assert [(c.means, c.rank) for c in mapping.columns] == [
        ("imprinted_id", 0),
        ("precinct", 0),
        ("rank", 1),
        ("rank", 2),
    ]


def test_cards_read_by_ranks(tmp_path: Path) -> None:
    # Two of these headers are those of a format that is known; a mapping that a person confirmed comes first.
    tables = read_mapped(written(tmp_path, RANKS), "Mayor")
    assert len(tables["cards"]) == 4 and len(tables["votes"]) == 3, (
        "a cell of one blank: the contest is not on the card"
    )
    ways = {r["pattern"]: (tuple((m["choice"], m["rank"]) for m in r["marks"]), tuple(r["overvoted_ranks"]))
            for r in tables["patterns"]}  # fmt: skip
    assert [ways[v["pattern"]] for v in tables["votes"]] == [
        ((("Ada", 1), ("Bo", 2)), ()),
        ((("Ada", 2),), (1,)),
        ((), ()),
    ]
    assert [r["choice"] for r in tables["choices"]] == ["Ada", "Bo"]
    assert tables["contests"][0]["ranks"] == 2


def test_cards_read_by_marks_reject_what_is_no_mark(tmp_path: Path) -> None:
    path = written(tmp_path, MARKS.replace("3,0,0,2", "3,0,0,0"))
    confirm(proposed(path, "Board"))
    path.write_text(MARKS)
    tables = read_all(READERS["mapped-table"], path)
    assert len(tables["cards"]) == 3
    assert [(r["row"], r["column"]) for r in tables["rejected"]] == [(4, "Cy")]
    assert tables["contests"][0]["votes_allowed"] is None


def test_cards_with_a_column_a_contest(tmp_path: Path) -> None:
    path = written(tmp_path, QUESTIONS)
    tables = read_mapped(path)
    assert {r["contest"] for r in tables["contests"]} == {"Question 1", "Question 2"}
    assert len(tables["votes"]) == 16 and not tables["rejected"]
    space = Workspace.create(tmp_path / "w")
    ingest(space, [path], jobs=1)
    assert sorted(p.name for p in (space.sources / space.election().sources[0].digest).iterdir()) == [
        "table.csv", "table.csv.mapping.json",
    ]  # fmt: skip
    assert Opened(space.root).engine.ask("select count(*) from cards").rows == ((8,),)


def test_another_mapping_of_the_same_bytes_is_another_source(tmp_path: Path) -> None:
    path, space = written(tmp_path, WIDE), Workspace.create(tmp_path / "w")
    for contest in ("Mayor", "Sheriff"):
        confirm(proposed(path, contest))
        assert not ingest(space, [path], jobs=1).taken[0].known_as
    assert ingest(space, [path], jobs=1).taken[0].known_as
    assert len(space.election().sources) == 2


def test_excel_with_a_title_above_its_header(tmp_path: Path) -> None:
    path = tmp_path / "boxes.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([["Canvass of 3 November"], [], ["Carton", "Lot", "Batch", "Sheets", "Seen by"],
                                  ["A", 1, "B-1", 50, "Ann"], ["A", 1, "B-2", 48, "Ann"]]):  # fmt: skip
            sheet.write_row(at, 0, row)
    mapping = proposed(path).mapping
    assert (mapping.table, mapping.header_row) == ("manifest", 3)
    tables = read_mapped(path)
    assert [(r["container"], r["batch"], r["cards"], r["row"]) for r in tables["manifest"]] == [
        ("A", "B-1", 50, 4), ("A", "B-2", 48, 5),
    ]  # fmt: skip


def test_a_table_that_changed_after_it_was_mapped_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, WIDE)
    confirm(proposed(path, "Mayor"))
    written(tmp_path, WIDE.replace("Precinct,Ada,Bo", "Precinct,Bo,Ada"))
    with pytest.raises(BadInputError, match="column 2 is 'Ada'"):
        read_all(READERS["mapped-table"], path)


def test_nothing_is_read_by_a_proposal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, here = written(tmp_path, TURNOUT), Here(capsys)
    unknown = here("sniff", path)
    assert unknown.code == 3 and "faircount map" in unknown.out
    assert here("map", path).code == 1
    assert sniff(path).reader is None
    space = tmp_path / "w"
    here("init", space)
    assert here("-w", space, "ingest", path).code == 3
    assert here("map", path, "--yes").code == 0
    assert here("map", path, "--json").document["confirmed"] is True
    read = here("-w", space, "ingest", path)
    assert read.code == 1 and "1 rows rejected" in read.err, "its mapping is followed; one row is no figure"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"table": "ballots"}, "table is one of"),
        ({"columns": []}, "a table reported has"),
        ({"columns": [{"column": 1, "header": "a", "means": "registered voters"}]}, "means one of"),
        ({"columns": [{"column": 7, "header": "a", "means": "ignore"}]}, "listed, in order"),
        ({"faircount_mapping": 2}, "version 1"),
        ({"header_row": -1}, "a whole number"),
        ({"everywhere": {"weather": "rain"}}, "holds everywhere"),
    ],
)
def test_a_mapping_that_makes_no_rows_is_refused(change: dict[str, Any], said: str) -> None:
    good = propose(rows(WIDE), "Mayor").to_json()
    assert mapping_from(good, "m.json").to_json() == good
    with pytest.raises(BadInputError, match=said):
        mapping_from(json.dumps({**json.loads(good), **change}).encode(), "m.json")


def test_a_table_of_nothing_known_is_said_to_be_none() -> None:
    with pytest.raises(BadInputError, match="columns of batches, turnout, votes or marks"):
        propose(rows("Colour,Weather\nblue,rain\ngreen,sun\n"))


def test_ranks_spelt_in_words() -> None:
    mapping = propose(rows("Ballot ID,First Choice,Second Choice,Name of Third\n1,Ada,Bo,x\n2,Bo,Ada,y\n"), "Mayor")
    assert [(c.means, c.rank) for c in mapping.columns][1:3] == [("rank", 1), ("rank", 2)]
    named = propose(rows("Ballot ID,Mayor First Choice,Mayor Second Choice\n1,Ada,Bo\n2,Bo,Ada\n"))
    assert [c.contest for c in named.columns] == ["", "Mayor", "Mayor"]


@pytest.mark.parametrize("above", [",Mayor,Mayor,Council,Council,", ",Mayor,,Council,,"])
def test_a_row_of_contests_above_the_header(tmp_path: Path, above: str) -> None:
    """As a sheet of results has it; merged cells are exported with a name in the first alone."""
    path = written(tmp_path, f"{above}\nPrecinct,Ada,Bo,Ada,Dee,Undervotes\nP1,10,20,3,4,23\nP2,5,6,7,8,0\n")
    mapping = proposed(path).mapping
    assert (mapping.table, mapping.header_row, mapping.everywhere) == ("reported", 2, ())
    tables = read_mapped(path)
    found = [(r["contest"], r["choice"], r["measure"], r["count"]) for r in tables["reported"] if r["row"] == 3]
    assert found == [
        ("Mayor", "Ada", "votes", 10), ("Mayor", "Bo", "votes", 20), ("Council", "Ada", "votes", 3),
        ("Council", "Dee", "votes", 4), ("Council", None, "undervotes", 23),
    ]  # fmt: skip


def test_a_second_column_of_one_name_is_not_taken_for_it(tmp_path: Path) -> None:
    path = written(tmp_path, "Precinct,Ada,Bo,Ada\nP1,10,20,3\nP2,5,6,7\n")
    mapping = proposed(path, "Mayor").mapping
    assert meanings(mapping) == ["precinct", "votes", "votes", "ignore"]
    assert "another column has its name" in mapping.columns[3].why
    assert sum(r["count"] for r in read_mapped(path, "Mayor")["reported"] if r["choice"] == "Ada") == 15


def test_results_whose_unit_has_no_known_name() -> None:
    """Else a table in another language could not be mapped at all: there would be no file to edit."""
    mapping = propose(rows("Stimmbezirk,Ada,Bo\n001,10,20\n002,5,6\n"), "Mayor")
    assert meanings(mapping) == ["precinct", "votes", "votes"]
    with pytest.raises(BadInputError, match="columns of batches"):
        propose(rows("Stimmbezirk,Ada,Bo\n001,10,20\n001,5,6\n"), "Mayor")
