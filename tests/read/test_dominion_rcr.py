"""Dominion RCR: rows with counts, equal ranks, lists at the start, and files that break off."""

import pytest
from elections.reading import totals

from faircount.model import BadInputError
from faircount.read.dominion.rcr_csv import READER
from faircount.read.export import Export
from read.reading import FIXTURES, read_all

EXPORT = FIXTURES / "dominion-rcr" / "export.txt"
HEAD = "1\t2\t1\t1\nMayor\nAda Quill\nBo Finch\n1\tWard 1\n1\tMail\n"


def file(tmp_path, text):
    path = tmp_path / "x.txt"
    path.write_text(text)
    return path


def test_rows_stand_for_as_many_cards_as_they_say():
    read = totals(READER, EXPORT)
    assert read.cards == 7 and read.firsts("Mayor") == {"Ada Quill": 4, "Bo Finch": 2}
    equal = [cards for (marks, *_), cards in read.ways["Mayor"].items() if [m[1] for m in marks] == [1, 1, 2]]
    assert equal == [1], "1=2 are two marks at one rank"


def test_precincts_groups_and_rejected_rows():
    tables = read_all(READER, EXPORT)
    assert [(c["precinct"], c["counting_group"]) for c in tables["cards"]][3:5] == [
        ("Ward 1", "Mail"),
        ("Ward 2", "Election Day"),
    ]
    (row,) = tables["contests"]
    assert (row["contest"], row["ranks"], row["seats"]) == ("Mayor", 3, 1)
    assert [(r["row"], r["column"]) for r in tables["rejected"]] == [(14, "rank 1")]


@pytest.mark.parametrize(
    ("row", "column"), [("2\t1\t1\t1\n", "precinct"), ("1\t1\tmany\t1\n", "ballots"), ("1\t1\t3\n", "row")]
)
def test_a_row_that_cannot_be_read_is_rejected(tmp_path, row, column):
    tables = read_all(READER, file(tmp_path, HEAD + row))
    assert [r["column"] for r in tables["rejected"]] == [column] and not tables["cards"]


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5])
def test_lists_that_break_off_are_refused(tmp_path, lines):
    with pytest.raises(BadInputError, match="cut short"):
        read_all(READER, file(tmp_path, "".join(HEAD.splitlines(keepends=True)[:lines])))


def test_a_count_beyond_reason_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="ballots in all"):
        read_all(READER, file(tmp_path, HEAD + "1\t1\t99999999\t1\n"))


def test_recognised_by_content(tmp_path):
    assert READER.recognise(Export(EXPORT)) is not None
    for text in ("1\t2\t3\t4\n5\t6\t7\t8\n9\t1\t1\t1\n", "1 2 1 1\nMayor\nA\nB\n", "a\tb\tc\td\n"):
        assert READER.recognise(Export(file(tmp_path, text))) is None
