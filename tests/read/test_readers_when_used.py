"""The catalog of readers imports a reader when it is used: its names cost nothing, and all of it is still there."""

import subprocess
import sys
from pathlib import Path

import pytest

from faircount import read
from faircount.model import Catalog, UnknownNameError
from faircount.model.catalog import LazyCatalog
from faircount.read import READERS, Reader

ONE = """
import sys
from faircount.read import READERS
assert len(READERS) > 50 and "blt" in READERS and "raire" in list(READERS)
before = {name for name in sys.modules if name.startswith("faircount.read.rankings")}
assert READERS["blt"].name == "blt"
print(before, "faircount.read.rankings.blt" in sys.modules, "faircount.read.rankings.raire" in sys.modules)
"""


def test_only_the_reader_that_is_used_is_imported() -> None:
    source = str(Path(read.__file__).parent.parent.parent)
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {source!r})\n{ONE}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == "set() True False\n"


def test_the_catalog_is_a_catalog_of_readers() -> None:
    assert isinstance(READERS, Catalog) and next(iter(READERS)) == "dominion-json"
    assert all(isinstance(reader, Reader) and reader.name == name for name, reader in READERS.items())
    assert READERS["ess"] is READERS["ess"]
    with pytest.raises(UnknownNameError, match=r"no format named 'blr'; did you mean 'blt'.*, shareholder-csv"):
        READERS["blr"]


def test_a_reader_is_listed_under_its_own_name() -> None:
    listed = LazyCatalog("format", lambda name: READERS[name], {"blt": "blt", "raire": "abif"})
    assert listed["blt"].name == "blt"
    with pytest.raises(ValueError, match="format 'abif' is listed as 'raire'"):
        listed["raire"]
