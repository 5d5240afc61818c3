"""Rows that cannot be read: kept, listed together, and a reason to refuse where the user says so."""

from pathlib import Path

import pytest
from cli.running import Here

from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.app.rejected import MAX_SHOWN, rejected
from faircount.model import RejectedRowsError
from faircount.store import Workspace

HEAD = "measure,count,precinct\n"


def table(folder: Path, bad: int, good: int = 3) -> Path:
    path = folder / "turnout.csv"
    rows = [f"registered,{n},P{n}" for n in range(good)] + [f"registered,n/a,Q{n}" for n in range(bad)]
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


def test_rejected_rows_are_kept_and_listed(tmp_path: Path) -> None:
    space = Workspace.create(tmp_path / "w")
    done = ingest(space, [table(tmp_path, bad=2)])
    assert done.taken[0].rejected == 2
    found, total = rejected(Opened(space.root))
    assert total == 2
    assert [(row[1], row[2], row[3]) for row in found.rows] == [
        ("turnout.csv", 5, "count"),
        ("turnout.csv", 6, "count"),
    ]
    assert all("n/a" in row[4] and row[5] for row in found.rows)
    assert rejected(Opened(space.root), 1)[0].rows == found.rows[:1]


@pytest.mark.parametrize(("bad", "allowed"), [(1, 0), (3, 2), (MAX_SHOWN + 7, 5)])
def test_too_many_are_refused_with_the_first_thousand_and_their_number(tmp_path: Path, bad: int, allowed: int) -> None:
    space = Workspace.create(tmp_path / "w")
    with pytest.raises(RejectedRowsError) as refused:
        ingest(space, [table(tmp_path, bad)], max_errors=allowed)
    assert refused.value.total == bad
    assert len(refused.value.rows) == min(bad, MAX_SHOWN)
    assert refused.value.rows[0][:3] == ("turnout.csv", 5, "count")
    assert not space.election().sources and not any(space.staging.iterdir())


def test_as_many_as_allowed_are_taken(tmp_path: Path) -> None:
    space = Workspace.create(tmp_path / "w")
    assert ingest(space, [table(tmp_path, 2)], max_errors=2).taken[0].rejected == 2


def test_the_command_lists_them_and_says_how_many(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    here, bad = Here(capsys), table(tmp_path, 2)
    space = Workspace.create(tmp_path / "w").root
    refused = here("-w", space, "ingest", "--strict", bad)
    assert refused.code == 3
    assert "turnout.csv" in refused.out and "n/a" in refused.out
    assert "2 rows are rejected in all" in refused.err
    taken = here("-w", space, "ingest", "--max-errors", 2, bad)
    assert taken.code == 1 and "faircount rejected" in taken.err
    listed = here("-w", space, "rejected", "--json")
    assert listed.code == 1 and len(listed.document) == 2
    assert here("-w", space, "ingest", "--strict", "--max-errors", 2, bad).code == 2
