"""Clarity's summary.csv: what its lines repeat is held against all of them, wherever they stand."""

from pathlib import Path
from typing import Any

from faircount.read.results import clarity_summary
from read.reading import read_all

HEAD = (
    "line number,contest name,choice name,party name,total votes,registered voters,ballots cast,over votes,"
    "under votes\n"
)


def tables(folder: Path, *lines: str) -> dict[str, list[dict[str, Any]]]:
    path = folder / "summary.csv"
    path.write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8")
    return read_all(clarity_summary.READER, path)


def test_a_line_that_contradicts_an_earlier_one_far_away_is_told(tmp_path: Path) -> None:
    lines = ["1,Mayor,Ada,,5,90,8,0,3", "3,Clerk,Cy,,6,90,8,0,2", "2,Mayor,Bo,,4,90,8,0,4", "4,Clerk,Di,,n/a,90,8,0,2"]
    found = tables(tmp_path, *lines)
    unreadable, contradicting = found["rejected"]
    assert unreadable["row"] == 5 and unreadable["rule"].endswith("a whole number of votes")
    assert contradicting["row"] == 4 and contradicting["rule"].endswith("see row 2")
    stated = [(r["contest"], r["measure"], r["count"]) for r in found["reported"] if r["choice"] is None]
    assert ("Mayor", "undervotes", 3) in stated and ("Clerk", "undervotes", 2) in stated and len(stated) == 8


def test_a_contest_of_unreadable_lines_alone_is_none(tmp_path: Path) -> None:
    found = tables(tmp_path, "1,Mayor,Ada,,n/a,90,8,0,3", "2,Clerk,Cy,,6,90,8,0,2")
    assert [c["contest"] for c in found["contests"]] == ["Clerk"] and len(found["rejected"]) == 1


def test_contests_stand_in_the_order_of_their_line_numbers(tmp_path: Path) -> None:
    """Below 0, of one, two and ten digits; a line without any is known by its row, a contest by its first line."""
    numbers = {"F": "1000000000", "E": "11", "D": "9", "C": "12", "B": "", "A": "-3"}
    lines = [f"{number},{contest},Ada,,1,0,0,0,0" for contest, number in numbers.items()]
    found = tables(tmp_path, *lines, "8,C,Bo,,1,0,0,0,0")
    assert [c["contest"] for c in found["contests"]] == ["A", "B", "C", "D", "E", "F"]
    assert [c["choice"] for c in found["choices"] if c["contest"] == "C"] == ["Bo", "Ada"]


def test_the_first_line_is_the_first_by_number_of_its_row(tmp_path: Path) -> None:
    lines = [f"{n},Mayor,{n},,1,90,8,{n},3" for n in range(2, 12)]
    found = tables(tmp_path, "1,Clerk,Cy,,6,90,8,0,2", *lines[7:], *lines[:7])
    assert [(r["measure"], r["count"], r["row"]) for r in found["reported"] if r["measure"] == "overvotes"] == [
        ("overvotes", 0, 2), ("overvotes", 9, 3),
    ]  # fmt: skip
    assert {r["rule"][-9:] for r in found["rejected"]} == {"see row 3"} and len(found["rejected"]) == 9


def test_a_line_of_undervotes_is_no_choice(tmp_path: Path) -> None:
    lines = ["1,Mayor,Ada,,5,90,8,0,3", "2,Mayor,Under Votes,,3,90,8,0,3", "3,Mayor,OVER VOTES,,2,90,8,0,3",
             "4,Mayor,Total Votes,,5,90,8,0,3", "5,Clerk,Cy,,6,,,,", "6,Clerk,Under votes,,4,,,,",
             "7,Clerk,Under votes,,n/a,,,,"]  # fmt: skip
    found = tables(tmp_path, *lines)
    assert [(c["contest"], c["choice"]) for c in found["choices"]] == [("Mayor", "Ada"), ("Clerk", "Cy")]
    stated = {(r["contest"], r["measure"], r["count"], r["row"]) for r in found["reported"] if r["choice"] is None}
    assert {one for one in stated if one[1] == "undervotes"} == {
        ("Mayor", "undervotes", 3, 2),
        ("Clerk", "undervotes", 4, 7),
    }
    assert [(r["row"], r["rule"].split()[2]) for r in found["rejected"]] == [(4, "of"), (8, "has")]
    notes = [f["value"] for f in found["facts"] if f["name"] == "note"]
    assert sum("left out" in note for note in notes) == 2, "the repeated undervotes and the total"
    assert not any("told apart" in note for note in notes)
