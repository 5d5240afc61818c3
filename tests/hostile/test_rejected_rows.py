"""Rejected rows are handed over as they come: a file of millions of them takes no more memory than one of cards."""

import shutil
from pathlib import Path

import pytest
from read.reading import FIXTURES

from faircount.model import Batch
from faircount.read import READERS, Export
from faircount.read.batch_builder import CARDS_PER_BATCH

MANY = 2 * CARDS_PER_BATCH + 5_000
HALF, MORE = "half its cells", "two cells more"
MISQUOTED = '"A"B,"C"D,1,1,1'
LAST = -1

ROWS = [
    ("dominion-csv", "export.csv", "", 7, HALF),
    ("ess", "arlo/export", "cvr.csv", 1, HALF),
    ("ess", "arlo/export", "cvr.csv", 1, MISQUOTED),
    ("clear-ballot", "lists/export", "town.cvr.csv", 1, HALF),
    ("dominion-rcr", "export.txt", "", 7, "99999999\tElection Day"),
    ("sf-ballot-image", "export", "20300605_masterlookup.txt", LAST, "Candidate"),
    ("sf-ballot-image", "export", "20300605_ballotimage.txt", LAST, "0000"),
    ("choiceplus", "one-file/export.chp", "", LAST, "7;South;1;1[1],2"),
    ("choiceplus", "precincts/export", "0101.PRM", 1, "*** a line of stars ***"),
    ("raire", "export.raire", "", 1, "Contest,x y,3,101,102,103,winner,101,informal,1"),
    ("blt", "councils/export", "south_ward1.blt", 1, "§5 1 2 0"),
    ("scottish-csv", "export", "south_2031_ward1.csv", 1, MORE),
    ("abif", "export.abif", "", 8, '7:Roe>"Bo x y'),
    ("votekit-csv", "profile/export.csv", "", 8, HALF),
    ("votekit-csv", "raw/export.csv", "", 2, "1"),
    ("aec-formal-csv", "2016/export", "aec-senate-formalpreferences-99-NT.csv", 1, "§,§,§,§,§,§"),
    ("aec-cache-text", "export.stv", "", 26, "2"),
    ("rank-matrix", "choices/export.csv", "", 1, HALF),
    ("batch-comparison", "export.csv", "", 1, HALF),
    ("arlo-batch-tallies", "export", "LANTERN/candidate-totals.csv", 1, "Mill Hall ICP 1 - 0"),
    ("arlo-audit-report", "export.csv", "", 1, MORE),
    ("colorado-contests", "export.csv", "", 1, HALF),
    ("colorado-contest-list", "export.csv", "", 1, MORE),
    ("colorado-selection", "export.csv", "", 1, MORE),
    ("colorado-comparison", "export.csv", "", 1, HALF),
    ("colorado-tabulation", "export.csv", "", 1, "Lantern,Clerk"),
    ("openelections-csv", "export.csv", "", 1, "Alder,North 1,Registered Voters,,"),
    ("medsl-csv", "export.csv", "", 1, HALF),
    ("county-table", "export.csv", "", 1, HALF),
    ("bulgaria-opendata", "export", "41_protocols.csv", 1, "1;2"),
    ("belgium-results", "export", "2026_chambre_Royaume.csv", 1, "Reed"),
    ("protocol-table", "russia/export.csv", "", 1, HALF),
    ("electoral-votes", "export.csv", "", 1, HALF),
    ("clarity-summary-csv", "export.csv", "", 1, HALF),
    ("statement-of-votes-csv", "export.csv", "", 10, MORE),
    ("plain-csv", "export", "turnout.csv", 1, "registered"),
    ("plain-csv", "export", "turnout.csv", 1, MISQUOTED),
    ("plain-csv", "export", "cards.csv", 1, "c-1"),
    ("mapped-table", "cards/export.csv", "", 1, HALF),
]
"""(format, fixture, file in it, the line after which the rows are put, the row)."""


def _broken(line: str, row: str) -> str:
    comma = next((c for c in (";", "\t", ",") if c in line), ",")
    cells = line.split(comma)
    if row == HALF:
        return comma.join(cells[: max(1, len(cells) // 2)])
    return f"{line}{comma}x{comma}y" if row == MORE else row


def _rejected(batch: Batch) -> int:
    return batch.table("rejected").num_rows


@pytest.mark.parametrize(("name", "fixture", "member", "at", "row"), ROWS)
def test_many_rejected_rows_are_many_batches(
    name: str, fixture: str, member: str, at: int, row: str, tmp_path: Path
) -> None:
    whole, broken = FIXTURES / name / fixture, tmp_path / Path(fixture).name
    shutil.copytree(whole, broken) if whole.is_dir() else shutil.copyfile(whole, broken)
    if (mapping := whole.with_name(f"{whole.name}.mapping.json")).exists():
        shutil.copyfile(mapping, tmp_path / mapping.name)
    file = broken / member if member else broken
    lines = file.read_text("utf-8").splitlines()
    at %= len(lines)
    more = [_broken(lines[at], row)] * MANY
    file.write_text("\n".join([*lines[: at + 1], *more, *lines[at + 1 :], ""]), "utf-8")
    reader, export = READERS[name], Export(broken)
    found = [_rejected(batch) for part in reader.plan(export) for batch in reader.read(export, part)]
    assert sum(found) >= MANY, "every row is kept"
    assert max(found) <= CARDS_PER_BATCH + 10, "and none waits for the end of the file"
