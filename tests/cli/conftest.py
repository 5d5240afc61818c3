"""Elections that the commands are tried on: one that is read only, one that a test may change."""

import shutil
from pathlib import Path

import pytest
from cli.running import Here

from faircount.app.auditing.bundling import write
from faircount.app.auditing.preparing import Wish
from faircount.app.auditing.rehearsing import Rehearsal, rehearse
from faircount.app.demonstrating import make_exports
from faircount.app.ingest import ingest
from faircount.app.opened import Opened
from faircount.store import Workspace

HOSTILE = "\x1b[31mRed\x1b]0;owned\x07 \x9b2J ‮txet \r\x08 ⟦"
"""A title that colours a terminal, names its window, clears it, and turns its own text round."""


@pytest.fixture(scope="package")
def received(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a simulated town hands over."""
    return make_exports(tmp_path_factory.mktemp("received") / "in", "town", 5)


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory, received: Path) -> Path:
    """The town's workspace; nobody writes to it."""
    space = Workspace.create(tmp_path_factory.mktemp("town") / "e")
    ingest(space, [received], jobs=1)
    return space.root


@pytest.fixture
def mine(tmp_path: Path, town: Path) -> Path:
    """A copy of the town's workspace that a test may change."""
    return Path(shutil.copytree(town, tmp_path / "mine"))


@pytest.fixture(scope="package")
def audited(tmp_path_factory: pytest.TempPathFactory, town: Path) -> Path:
    """The town's workspace with an audit that was rehearsed and published, and its bundle; nobody writes to it."""
    root = Path(shutil.copytree(town, tmp_path_factory.mktemp("audited") / "e"))
    with rehearse(Opened(root), Rehearsal(Wish(contests=("mayor", "measure a")))) as held:
        write(held, root / "evidence.zip")
    return root


@pytest.fixture(scope="package")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tie, a hostile title, text that looks like formulas; nobody writes to it."""
    folder = tmp_path_factory.mktemp("small")
    rows = ["card,contest,choices", "a,Tie,Ada", "b,Tie,Bo", "c,Sums,+1+1", "d,Sums,\"@x, \"\"y\"\"\"",
            "e,Sums,-2+3", f'f,"{HOSTILE}",Ada']  # fmt: skip
    (folder / "cards.csv").write_text("\n".join(rows) + "\n", encoding="utf-8", newline="")
    space = Workspace.create(folder / "e", name=f"General {HOSTILE}")
    ingest(space, [folder / "cards.csv"], jobs=1)
    return space.root


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str]) -> Here:
    """Run a command in this process."""
    return Here(capsys)
