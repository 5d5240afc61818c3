"""Clear Ballot: titles with colons, ranks in columns, empty cells, lists of names beside, and cells that are wrong."""

import pytest
from elections.reading import totals

from faircount.count.interpretation import read_marks
from faircount.model import BadInputError
from faircount.read.clear_ballot.reading import OVERVOTED_RANKS, READER
from faircount.read.export import Export
from read.reading import FIXTURES, facts, read_all

RANKED = FIXTURES / "clear-ballot" / "ranked" / "export.cvr.csv"
LISTS = FIXTURES / "clear-ballot" / "lists" / "export"
IDS = "RowNumber,BoxID,BoxPosition,BallotID,PrecinctID,BallotStyleID,PrecinctStyleName,ScanComputerName,Status,Remade"


def file(tmp_path, *columns, row="", name="x.cvr.csv"):
    path = tmp_path / name
    header = ",".join(f'"{c}"' for c in columns)
    path.write_text(f"{IDS},{header}\n1,B,1,B+1,1,1,P,S,0,0,{row or ','.join('1' for _ in columns)}\n")
    return path


def test_titles_and_names_with_colons_quotes_and_commas():
    tables = read_all(READER, RANKED)
    terms = [(c["contest"], c["votes_allowed"], c["ranks"], c["seats"]) for c in tables["contests"]]
    assert terms == [
        ("Council: District 1", 1, 3, 2), ('"Measure 26:110", the pool', 1, 0, None), ("Harbour Board", 2, 0, None),
    ]  # fmt: skip
    assert {c["choice"] for c in tables["choices"] if "Measure" in c["contest"]} == {"Yes: build it", "No"}
    assert {c["party"] for c in tables["choices"]} == {"Lark", "Non-Partisan", None}


def test_the_rule_is_the_last_piece_that_reads_as_one(tmp_path):
    header = "Choice_1_1:Board: Vote For 2:Vote For 3:Ann: Vote For 1 Party:Lark"
    (row,) = read_all(READER, file(tmp_path, header))["contests"]
    assert (row["contest"], row["votes_allowed"]) == ("Board: Vote For 2", 3)


def test_ranks_skips_and_what_cannot_be_told():
    read = totals(READER, RANKED)
    ways = {tuple((m[0], m[1]) for m in marks) for marks, *_ in read.ways["Council: District 1"]}
    assert ways == {(("Ada Quill", 1), ("Bo Finch", 2), ("Write-in", 3)), (("Ada Quill", 3),)}
    assert any(OVERVOTED_RANKS in note for note in read.fact("note"))
    assert not any(OVERVOTED_RANKS in note for note in totals(READER, LISTS).fact("note"))


def test_overvotes_of_unranked_contests_are_read_and_write_ins_pool():
    read = totals(READER, RANKED)
    contest, profile = read.profile("Harbour Board")
    readings = [(len(p.marks), read_marks(contest, p)) for p in profile.patterns]
    assert [(r.overvotes, r.votes) for marks, r in readings if marks == 3] == [(2, ())]
    assert sorted(n for _, r in readings for _, n in r.votes) == [1, 1, 2], "two write-ins are two votes of the pool"


def test_empty_cells_are_a_contest_not_on_the_card():
    read = totals(READER, RANKED)
    assert read.cards == 4 and read.cards_of("Council: District 1") == 2 and read.cards_of("Harbour Board") == 3
    assert read.cards_of('"Measure 26:110", the pool') == 4, "zeros are a contest left blank, not one that is absent"


def test_status_and_remade_are_kept():
    tables = read_all(READER, RANKED)
    assert [(c["session_type"], c["adjudicated"]) for c in tables["cards"]] == [
        (None, False), (None, False), ("status -1", True), ("status 1, remade", False),
    ]  # fmt: skip
    first = tables["cards"][0]
    assert (first["tabulator"], first["batch"], first["position"], first["imprinted_id"], first["portion"]) == (
        "SCAN-1", "B-1", 1, "B-1+10001", "P 1",
    )  # fmt: skip
    assert any("1 × status -1" in note for note in facts(tables, "note"))


def test_bad_rows_are_rejected_and_leave_nothing():
    tables = read_all(READER, RANKED)
    assert [(r["row"], r["column"]) for r in tables["rejected"]] == [(6, "Choice_12"), (7, None)]
    used = {v["pattern"] for v in tables["votes"]}
    assert {p["pattern"] for p in tables["patterns"]} == used


def test_lists_beside_give_titles_parties_and_precincts():
    tables = read_all(READER, LISTS)
    assert [c["contest"] for c in tables["contests"]] == ["MAYOR (contest 1)", "MAYOR (contest 2)", "BRIDGE, NORTH"]
    assert {(c["choice"], c["party"]) for c in tables["choices"]} >= {("Ada Quill", None), ("Cy Marl", "Wren")}
    assert [c["precinct"] for c in tables["cards"]] == ["1 EASTHAM", "1 EASTHAM", "2 WESTHAM"]
    assert not facts(tables, "partial")


def test_without_lists_every_choice_stands_alone_and_says_so():
    read = totals(READER, LISTS / "town.cvr.csv")
    assert read.firsts("choice 1 (its contest is not named)") == {"marked": 1}
    assert read.cards_of("choice 3 (its contest is not named)") == 1
    assert "no .choices.csv" in read.fact("partial")[0]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["Choice_1_1:Mayor:Approve up to 3:Ann:Lark"], "an oval is"),
        (["Choice_1_1:Mayor:Vote For 1"], "an oval is"),
        (["Choice_1_1:Mayor:1:Vote For 1:Ann:Lark", "Choice_2_1:Mayor:1:Vote For 1:Ann:Lark"], "one column"),
        (["Choice_1_1:Mayor:Vote For 1:Ann:Lark", "Choice_1_2:Mayor:Vote For 1:Ann:Wren"], "one column"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(tmp_path, columns, words):
    with pytest.raises(BadInputError, match=words):
        read_all(READER, file(tmp_path, *columns))


def test_a_list_without_its_columns_is_refused(tmp_path):
    (tmp_path / "x.cvr.csv").write_text("BallotID,Choice_1_1\nT+1,1\n")
    (tmp_path / "x.choices.csv").write_text("Choice,Contest\n1,1\n")
    with pytest.raises(BadInputError, match="no ChoiceID"):
        read_all(READER, tmp_path)


def test_two_pooled_write_ins_at_one_rank_are_an_overvoted_rank(tmp_path):
    columns = [f"Choice_{n}_1:Mayor:1:Vote For 1:Write-in:" for n in (1, 2)] + ["Choice_3_1:Mayor:2:Vote For 1:Ann:"]
    ((marks, _, _, overvoted, _),) = totals(READER, file(tmp_path, *columns)).ways["Mayor"]
    assert overvoted == (1,) and len(marks) == 3


def test_each_file_of_a_folder_is_a_part_and_foreign_tables_are_not_claimed(tmp_path):
    for name in ("a.cvr.csv", "b.cvr.csv"):
        file(tmp_path, "Choice_1_1:Mayor:Vote For 1:Ann:Lark", name=name)
    export = Export(tmp_path)
    assert READER.recognise(export) is not None and len(READER.plan(export)) == 2
    assert totals(READER, tmp_path).cards == 2
    (tmp_path / "prices.csv").write_text("date,price\n2026-01-01,1\n")
    assert READER.recognise(Export(tmp_path)) is None
