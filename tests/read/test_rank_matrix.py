"""Tables of rankings without a vendor: ranks as columns, choices as columns, and nothing that only looks like it."""

import pytest

from faircount.app.sniffing import sniff
from faircount.model import BadInputError
from faircount.read.export import Export
from faircount.read.rankings.rank_matrix import READER
from read.reading import FIXTURES, facts, read_all
from read.test_ess import book, file, ways

MATRIX = FIXTURES / "rank-matrix"


def test_ranks_as_columns():
    tables = read_all(READER, MATRIX / "ranks" / "export.csv")
    assert [way[:2] for way in ways(tables)] == [
        ((("Ada", 1), ("Bo", 2)), ()), ((("Ada", 1), ("Bo", 1), ("Cy", 2)), ()), ((("Cy", 2), ("Ada", 3)), (1,)),
        ((), ()), ((("UWI", 2), ("Ada", 3)), ()),
    ]  # fmt: skip
    assert [str(card["weight"].normalize()) for card in tables["cards"]] == ["1", "1", "2.5", "1", "1"]
    assert [(card["imprinted_id"], card["precinct"], card["batch"]) for card in tables["cards"]][2] == ("3", "p2", "b1")
    assert [(row["row"], row["column"]) for row in tables["rejected"]] == [(7, "weight")]
    assert facts(tables, "partial")[0].startswith("one contest only")


def test_choices_as_columns():
    tables = read_all(READER, MATRIX / "choices" / "export.csv")
    assert [way[0] for way in ways(tables)][:4] == [
        (("Lime", 1), ("Kale", 2), ("Leek", 3)), (("Kale", 1), ("Lime", 2)),
        (("Lime", 1), ("Leek", 1), ("Write-In", 2)), (),
    ]  # fmt: skip
    assert [(c["choice"], c["kind"]) for c in tables["choices"]] == [
        ("Lime", "regular"), ("Kale", "regular"), ("Leek", "regular"), ("Write-In", "write-in")
    ]  # fmt: skip
    assert [(row["row"], row["column"]) for row in tables["rejected"]] == [(7, "Lime")]


def test_choices_as_columns_in_a_workbook(tmp_path):
    path = book(
        tmp_path / "x.xlsx", [["", "Ada", "Bo", "Cy"], ["a", 1, 2], ["b", "", 1], ["c", 2, 1, 3], ["d", 1, 3, 2]]
    )
    assert sniff(path).reader is READER
    tables = read_all(READER, path)
    assert [way[0] for way in ways(tables)][:2] == [(("Ada", 1), ("Bo", 2)), (("Bo", 1),)]
    assert [c["imprinted_id"] for c in tables["cards"]] == ["a", "b", "c", "d"]


def test_columns_that_are_lone_numbers():
    tables = read_all(READER, MATRIX / "numbered-xlsx" / "export.xlsx")
    assert [way[0] for way in ways(tables)] == [
        (("Ada", 1), ("Bo", 2), ("Cy", 3)), (("Bo", 1), ("Ada", 2)), (("Cy", 1),)
    ]  # fmt: skip


def test_a_column_of_contests_names_the_one_contest(tmp_path):
    head = "ContestId,RecordId,Rank 1,Rank 2\n"
    tables = read_all(READER, file(tmp_path, head + "Reeve,1,Ada,Bo\nReeve,2,over,under\n"))
    assert [c["contest"] for c in tables["contests"]] == ["Reeve"] == sorted({p["contest"] for p in tables["patterns"]})
    assert ways(tables)[1][:2] == ((), (1,))
    with pytest.raises(BadInputError, match="Clerk, Reeve in the column of contests"):
        read_all(READER, file(tmp_path, head + "Reeve,1,Ada,Bo\nClerk,2,Cy,Di\n"))


def test_each_file_is_a_contest_of_its_own(tmp_path):
    for name, choice in (("reeve", "Ada"), ("clerk", "Cy")):
        file(tmp_path, f"Precinct,rank1,rank2,weight\nP,{choice},undervote,1\n", f"export/{name}.csv")
    tables = read_all(READER, tmp_path / "export")
    assert sorted((c["contest"], c["choice"]) for c in tables["choices"]) == [("clerk", "Cy"), ("reeve", "Ada")]
    assert len(tables["cards"]) == 2


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n3,4\n",
        "id,x,y\n1,0,1\n2,1,0\n",
        "id,x,y\n1,1,1\n2,2,2\n",
        "id,x,y\n1,3,5\n2,5,3\n",
        "year,1,2,3\n2020,4,5,6\n",
        "id,votes,turnout\n1,1,2\n2,x,1\n3,y,2\n",
        "rank,name\n1,Ada\n2,Bo\n",
        "id,rank1\n1,Ada\n",
    ],
)
def test_tables_that_only_look_like_it_are_not_claimed(tmp_path, content):
    assert READER.recognise(Export(file(tmp_path, content))) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("R1,Lime,Kale\nx,1,2\n", "begins with a row of column names"),
        ("id,rank1,rank3\n1,Ada,Bo\n", "ranks 1, 3"),
        ("id,A Choice 1,B Choice 1\n1,Ada,Bo\n", "one contest"),
        ("id,Lime,Lime\n1,1,2\n2,2,1\n", "its own name"),
        ("", "begins with a row of column names"),
    ],
)
def test_refused_with_words_that_help(tmp_path, content, words):
    with pytest.raises(BadInputError, match=words):
        read_all(READER, file(tmp_path, content))


def test_a_cell_that_is_no_rank_is_kept_with_its_place(tmp_path):
    rows = "1,1,2\n2,2,1\n3,1,2\n4,2,1\n5,0,1\n6,1,2,\n7,1\n"
    tables = read_all(READER, file(tmp_path, "id,Lime,Kale\n" + rows))
    assert [(r["row"], r["column"]) for r in tables["rejected"]] == [(6, "Lime"), (8, None)]
    assert len(tables["cards"]) == 5
