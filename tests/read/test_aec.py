"""Senate papers: squares above and below the line, in the three forms they are published and passed on in."""

import json
import shutil
from pathlib import Path

import pytest

from faircount.model import BadInputError
from faircount.read import READERS
from read.counted import reading, rejected, ways
from read.reading import FIXTURES, facts, read_all

OF_2019 = (FIXTURES / "aec-formal-csv" / "2019" / "export-NT.csv").read_text("utf-8")
OF_2016 = FIXTURES / "aec-formal-csv" / "2016" / "export"
TEXT = (FIXTURES / "aec-cache-text" / "export.stv").read_text("utf-8")
STORED = json.loads((FIXTURES / "concretestv-json" / "export.json").read_text("utf-8"))


def test_groups_and_candidates_are_choices_of_one_contest(tmp_path: Path):
    tables = reading(tmp_path, "x-NT.csv", OF_2019, "aec-formal-csv")
    assert [(c["choice"], c["party"], c["kind"], c["key"]) for c in tables["choices"]] == [
        ("Group A: Harbour Party", "Harbour Party", "group", "A"), ("Group B", "Group B", "group", "B"),
        ("ROE Ada", "Harbour Party", "regular", "A-1"), ("FINN Bo", "Harbour Party", "regular", "A-2"),
        ("STERN Cy", "Group B", "regular", "B-1"), ("LONE Di", None, "regular", "UG-1"),
    ]  # fmt: skip
    first, second, late = tables["cards"]
    assert (first["jurisdiction"], first["precinct"], first["tabulator"], first["batch"], first["position"]) == (
        "North", "Town Hall", "12", "3", 1,
    )  # fmt: skip
    assert (second["counting_group"], late["counting_group"]) == (None, "POSTAL")
    assert facts(tables, "partial") == ["formal papers only"]


def test_a_paper_numbered_above_and_below_keeps_both(tmp_path: Path):
    tables = reading(tmp_path, "x-NT.csv", OF_2019, "aec-formal-csv")
    both = next(p for p in tables["patterns"] if len(p["marks"]) == 5)
    assert [(m["choice"], m["rank"], m["conditions"]) for m in both["marks"]][:2] == [
        ("Group A: Harbour Party", 1, ["tick-or-cross"]), ("ROE Ada", 1, []),
    ]  # fmt: skip
    assert rejected(tables) == [(4, "STERN Cy")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("NT,South,POSTAL 1,900,1", None),
        ("NT,South,POSTAL 1,900,1,", None),
        ("NT,South,POSTAL 1,900,1,2,,,,,0,", "STERN Cy"),
        ("NT,South,POSTAL 1,900,1,2,,,,,12345,", "STERN Cy"),
        ("NT,South,POSTAL 1,900,1,2,,,,,1,,9", None),
    ],
)
def test_a_row_that_is_no_paper_is_kept(tmp_path: Path, row: str, column: str | None):
    text = OF_2019.replace("NT,South,POSTAL 1,900,1,2,,,,,1,", row)
    tables = reading(tmp_path, "x-NT.csv", text, "aec-formal-csv")
    assert rejected(tables) == [(4, "STERN Cy"), (5, column)] and len(tables["cards"]) == 2


def test_the_form_of_2016_takes_its_names_from_the_published_table(tmp_path: Path):
    tables = read_all(READERS["aec-formal-csv"], OF_2016)
    assert ways(tables) == {
        (("Group A: Harbour Party", 1), ("Group B", 2)): 1,
        (("ROE, Ada", 1), ("LONE, Di", 1), ("FINN, Bo", 2), ("STERN, Cy", 3)): 1,
    }
    assert [c["counting_group"] for c in tables["cards"]] == [None, "ABSENT"] and len(tables["files"]) == 2
    beside = Path(shutil.copytree(OF_2016, tmp_path / "beside")) / "SenateFirstPrefsByStateByVoteTypeDownload-99.csv"
    with beside.open("a", encoding="utf-8") as stream:
        stream.write(f"NT,B,32099,{'9' * 5_000},MANY,,0,0\n")  # no position: no candidate
    assert ways(read_all(READERS["aec-formal-csv"], beside.parent)) == ways(tables)
    alone = tmp_path / "aec-senate-formalpreferences-99-NT.csv"
    shutil.copy(OF_2016 / alone.name, alone)
    with pytest.raises(BadInputError, match="holds no names"):
        read_all(READERS["aec-formal-csv"], alone)


def test_columns_that_are_not_squares(tmp_path: Path):
    for columns in ("A:x,B:y", "Ada,Bo"):
        with pytest.raises(BadInputError, match="columns name the groups"):
            reading(tmp_path, "x-NT.csv", ",".join(OF_2019.split(",")[:6]) + f",{columns}\n", "aec-formal-csv")


def test_text_and_stored_form_tell_the_same(tmp_path: Path):
    text = reading(tmp_path, "a.stv", TEXT, "aec-cache-text")
    stored = reading(tmp_path, "a.json", json.dumps(STORED), "concretestv-json")
    assert ways(text)[("Cy STERN", 1), ("Ada ROE", 2), ("Bo FINN", 3)] == 3
    assert ways(stored)[("STERN, Cy", 1), ("ROE, Ada", 2), ("FINN, Bo", 3)] == 3
    assert rejected(text) == [(28, None)] and rejected(stored) == [(4, "candidates")]
    assert {c["counting_group"] for c in stored["cards"]} == {None, "POSTAL"}
    assert (
        facts(stored, "informal")
        == facts(text, "informal")
        == ["Senate, NT 2031: 4 papers, which the file does not hold"]
    )
    assert facts(stored, "elected") == ["Senate, NT 2031: ROE, Ada"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version \t2", "version \t3", "first line"),
        ("BTLs\n2\n", "BTLs\n3\n", "end of the file"),
        ("RATLs\n1\n", "RATLs\n0\n", "here comes BTLs"),
        ("Candidates\n3", "Candidates\n2", "here comes Groups"),
        ("Informal\t4", "Informal\tx", "Informal and a number"),
        ("Informal\t4", "Informal\t" + "9" * 5_000, "Informal and a number"),
        ("9\t1\n", "9\t1\nmore\n", ""),
    ],
)
def test_sections_are_as_long_as_they_say(tmp_path: Path, old: str, new: str, words: str):
    if words:
        with pytest.raises(BadInputError, match=words):
            reading(tmp_path, "a.stv", TEXT.replace(old, new), "aec-cache-text")
    else:
        tables = reading(tmp_path, "a.stv", TEXT.replace(old, new), "aec-cache-text")
        assert rejected(tables) == [(28, None), (29, None)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metadata": None}, "has metadata"),
        ({"metadata": {"candidates": []}}, "names the candidates"),
        ({"metadata": STORED["metadata"] | {"results": [7]}}, "results are indexes"),
        ({"metadata": STORED["metadata"] | {"candidates": [{"name": "X", "party": 9}]}}, "index of a party"),
        ({"atl": 3}, "has metadata, atl and btl"),
        ({"btl_types": [{"vote_type": "X"}]}, "runs of indexes"),
    ],
)
def test_stored_elections_that_contradict_themselves(tmp_path: Path, change: dict[str, object], words: str):
    with pytest.raises(BadInputError, match=words):
        reading(tmp_path, "a.json", json.dumps(STORED | change), "concretestv-json")
