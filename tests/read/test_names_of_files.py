"""Files of one contest each, of one name in two folders: each stays a contest of its own."""

import shutil
from pathlib import Path

import pytest

from faircount.read import READERS
from faircount.read.rankings.counted_rankings import short_names
from read.reading import FIXTURES, is_export, read_all

ONE_EACH = "abcvoting-yaml abif blt choiceplus nsw-preferences preflib raire-json scottish-csv votekit-csv".split()
"""Readers that make a contest of each file, and take its name into the title."""


def files_of(reader: str) -> list[Path]:
    """Return the reader's fixtures that are one file, or one of several that are."""
    found = sorted(path for path in (FIXTURES / reader).glob("**/export*") if is_export(path))
    single = [path for path in found if path.is_file()]
    return single or [min(path for path in found[0].rglob("*") if path.is_file())]


CASES = [(reader, path) for reader in ONE_EACH for path in files_of(reader)]


@pytest.mark.parametrize(("reader", "path"), CASES, ids=[f"{reader}-{path.parent.name}" for reader, path in CASES])
def test_two_files_of_one_name_are_two_contests(reader: str, path: Path, tmp_path: Path) -> None:
    for place in ("council/ward-1", "school/ward-1", "council/ward-2"):
        target = tmp_path / "export" / (place + "".join(path.suffixes))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    alone, three = read_all(READERS[reader], path), read_all(READERS[reader], tmp_path / "export")
    titles = [row["contest"] for row in three["contests"]]
    assert len(alone["contests"]) == 1 and len(set(titles)) == 3
    assert all(sum(f"{folder}/ward-1" in title for title in titles) == 1 for folder in ("council", "school"))
    assert {len({row["contest"] for row in three[table]}) for table in ("choices", "patterns")} == {3}
    assert len({row["key"] for row in three["contests"]}) == 3
    assert len(three["cards"]) == 3 * len(alone["cards"])


def test_names_are_as_short_as_tell_files_apart() -> None:
    assert short_names(["a/x.blt", "b/y.blt"]) == {"a/x.blt": "x", "b/y.blt": "y"}
    assert short_names(["a/x.blt", "b/X.blt"]) == {"a/x.blt": "a/x", "b/X.blt": "b/X"}
    assert short_names(["x.soi", "x.toc"]) == {"x.soi": "x.soi", "x.toc": "x.toc"}
    assert short_names(["x.abc.yaml", "x.yaml"]) == {"x.abc.yaml": "x.abc.yaml", "x.yaml": "x.yaml"}
    assert short_names(["x.abc.yaml"]) == {"x.abc.yaml": "x"} and short_names([]) == {}
