"""What is at a path: an export, several of them, or nothing that is known, and then what to do about it."""

import zipfile
from pathlib import Path

import pytest

from faircount.app.sniffing import exports_in, sniff
from faircount.model import BadInputError
from faircount.simulate import SIZES, exports, simulate


def test_an_archive_of_several_exports_says_to_unpack_it(tmp_path: Path) -> None:
    files = {name: data for name, data in exports(simulate(SIZES["town"])).items() if not name.endswith(".zip")}
    assert len(files) > 1
    packed, folder = tmp_path / "all.zip", tmp_path / "unpacked"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    told = sniff(packed)
    assert told.reader is None and "unpack it: in a folder each file is looked at by itself" in told.problem
    with pytest.raises(BadInputError, match="unpack it"):
        exports_in(packed)
    read, unread = exports_in(folder)
    assert len({one.reader.name for one in read if one.reader}) > 1 and not unread
