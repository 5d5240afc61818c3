"""Statements of votes: rows of a contest in a precinct may stand apart; files are read without one another."""

from pathlib import Path

from faircount.read.export import Export
from faircount.read.results import statement_of_votes
from read.reading import facts, read_all

HEAD = "Precinct,Contest,Choice,Active Voters,Total Ballots,Total Votes,Undervotes,Overvotes\n"


def test_rows_that_stand_apart_are_held_against_one_another(tmp_path: Path) -> None:
    path = tmp_path / "sov.csv"
    path.write_text(HEAD + "1,Mayor,Ada,9,8,5,3,0\n2,Mayor,Ada,7,6,5,1,0\n1,Mayor,Bo,9,8,0,3,1\n", "utf-8")
    found = read_all(statement_of_votes.READER, path)
    assert [r["row"] for r in found["rejected"]] == [4]
    stated = [(r["precinct"], r["count"], r["row"]) for r in found["reported"] if r["measure"] == "overvotes"]
    assert stated == [("1", 0, 2), ("2", 0, 3)]
    assert [(r["precinct"], r["choice"]) for r in found["reported"] if r["choice"]] == [
        ("1", "Ada"), ("1", "Bo"), ("2", "Ada"),
    ]  # fmt: skip


def test_the_first_row_is_the_first_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "sov.csv"
    path.write_text(HEAD + "".join(f"1,Mayor,{n},9,8,5,3,{n}\n" for n in range(12)), "utf-8")
    found = read_all(statement_of_votes.READER, path)
    assert [(r["row"], r["count"]) for r in found["reported"] if r["measure"] == "overvotes"] == [(2, 0)]
    assert [r["row"] for r in found["rejected"]] == list(range(3, 14))


def test_files_stand_alone_in_parts_that_say_once_what_is_not_read(tmp_path: Path) -> None:
    for number in range(70):
        (tmp_path / f"{number:02}.csv").write_text(f"{HEAD}1,Mayor,Ada,9,8,{number},3,0\n", "utf-8")
    (tmp_path / "notes.txt").write_text("County canvass\n", "utf-8")
    parts = statement_of_votes.READER.plan(Export(tmp_path))
    assert len(parts) > 1 and len({name for part in parts for name in part.members}) == 71
    found = read_all(statement_of_votes.READER, tmp_path)
    assert sorted(r["count"] for r in found["reported"] if r["choice"]) == list(range(70))
    assert [(f["file"], f["records"]) for f in found["files"]] == [(number, 1) for number in range(70)]
    assert [note for note in facts(found, "note") if note.startswith("not read")] == ["not read: notes.txt"]
