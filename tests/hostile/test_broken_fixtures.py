"""Every fixture of every reader, broken in some hundred ways: each is read or refused in one clear sentence."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
from read.reading import FIXTURES, is_export

from faircount.read import READERS
from hostile.mutations import archive_mutations, archive_of, text_mutations
from hostile.outcome import NOT_OURS, READ, REFUSED, outcome

CASES = sorted((name, path) for name in READERS for path in (FIXTURES / name).glob("**/export*") if is_export(path))


def _member_mutations(folder: Path, seed: str) -> "list[tuple[str, str, bytes]]":
    """Return (what, member, bytes) for the members of a folder: all ways for the largest, every ninth for the rest."""
    files = sorted((p for p in folder.rglob("*") if p.is_file()), key=lambda p: (-p.stat().st_size, p.as_posix()))[:8]
    found = []
    for rank, path in enumerate(files):
        name = path.relative_to(folder).as_posix()
        for number, (what, data) in enumerate(text_mutations(path.read_bytes(), f"{seed} {name}")):
            if rank == 0 or number % 9 == 0:
                found.append((what, name, data))
    return found


@pytest.mark.parametrize(("name", "path"), CASES, ids=lambda v: v if isinstance(v, str) else v.parent.name)
def test_a_broken_file_is_read_or_refused(name: str, path: Path, tmp_path: Path) -> None:
    reader, seen = READERS[name], Counter[str]()
    broken = tmp_path / path.name
    if path.is_dir():
        shutil.copytree(path, broken)
        for what, member, data in _member_mutations(path, name):
            target = broken / member
            whole = target.read_bytes()
            target.write_bytes(data)
            seen[_tried(name, f"{member}: {what}", broken)] += 1
            target.write_bytes(whole)
        members = {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}
        zipped = tmp_path / "export.zip"
        for what, data in list(archive_mutations(archive_of(members), name))[:140]:
            zipped.write_bytes(data)
            seen[_tried(name, f"zip: {what}", zipped)] += 1
    else:
        if (mapping := path.with_name(f"{path.name}.mapping.json")).exists():
            shutil.copyfile(mapping, tmp_path / mapping.name)
        data = path.read_bytes()
        mutations = archive_mutations if data.startswith(b"PK\x03\x04") else text_mutations
        for what, changed in mutations(data, name):
            broken.write_bytes(changed)
            seen[_tried(name, what, broken)] += 1
    assert seen[REFUSED] + seen[NOT_OURS] > 0, f"{name} takes whatever it is given: {seen}"
    assert seen[READ] > 0, f"{name} refuses everything, so that this test says nothing of its reading: {seen}"
    assert reader.name == name


def _tried(name: str, what: str, path: Path) -> str:
    try:
        return outcome(READERS[name], path)
    except Exception as error:
        raise AssertionError(f"{name}, {what}: {type(error).__name__}: {error}") from error
