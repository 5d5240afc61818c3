"""committees: one document or table, the library named every time, and one line where it is absent."""

import sys
from pathlib import Path

import pytest
from cli.running import Here

from faircount.app.ingest import ingest
from faircount.store import Workspace


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """Two tied committees of one, a blank ballot and one overvoted."""
    (tmp_path / "cards.csv").write_text("card,contest,choices\n1,Board,Ada|Bo\n2,Board,\n3,Board,Ada|Bo|Cy\n", "utf-8")
    (tmp_path / "contests.csv").write_text("contest,votes_allowed,seats\nBoard,2,1\n", "utf-8")
    space = Workspace.create(tmp_path / "e")
    ingest(space, [tmp_path / "cards.csv", tmp_path / "contests.csv"], jobs=1)
    return space.root


def test_a_document_lists_every_committee_and_who_counted(here: Here, board: Path) -> None:
    document = here("-w", board, "committees", "--rule", "pav", "--rule", "seqphragmen", "--json").document
    assert document["counted_by"]["library"] == "abcvoting" and document["counted_by"]["version"]
    [pav, phragmen] = document["contests"]
    assert (pav["rule"], phragmen["rule"]) == ("pav", "seqphragmen")
    assert pav["committees"] == phragmen["committees"] == [["Ada"], ["Bo"]]
    assert (pav["tie"], pav["complete"], pav["approving"], pav["blank"], pav["void"]) == (True, True, 1, 1, 1)


def test_a_table_says_tie_and_whose_count_it_is(here: Here, board: Path) -> None:
    found = here("-w", board, "committees", "board", "--seats", "2")
    assert found.code == 0 and "Ada; Bo" in found.out
    assert "a library of another project: not faircount's own count" in found.err
    assert "Board: 1 ballots approve somebody; left out: 1 blank, 1 void" in found.err
    assert "tie" not in found.err
    assert "Board, pav: tie of 2 committees" in here("-w", board, "committees").err
    assert "NOT COUNTED: Board: 4 seats" in here("-w", board, "committees", "--seats", "4").err


def test_rules_are_listed_with_their_sources(here: Here, board: Path) -> None:
    assert "Om Flerfoldsvalg" in here("committees", "--rules", "--format", "csv").out


def test_without_the_library_one_line_and_exit_5(here: Here, board: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "abcvoting", None)
    found = here("-w", board, "committees")
    assert (found.code, found.out) == (5, "")
    assert found.err == (
        "faircount: approval committees are counted by abcvoting, and abcvoting is not installed; "
        "pip install 'faircount[committees]'\n"
    )
