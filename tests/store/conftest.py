"""One small election, taken in once for all tests of this folder; nobody writes to it."""

import pytest

from faircount.app.demonstrating import make_exports
from faircount.app.ingest import ingest
from faircount.store import Engine, Workspace


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A simulated town in a folder whose name has all that breaks quoting, globs and Hive's `key=value` folders."""
    folder = tmp_path_factory.mktemp("town")
    space = Workspace.create(folder / "year=2026" / "it's Ñandú – [2026]* $HOME")
    ingest(space, [make_exports(folder / "in", "town", 5)], jobs=1)
    return space


@pytest.fixture
def engine(town: Workspace) -> Engine:
    return Engine(town, threads=1)
