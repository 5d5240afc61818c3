"""A disk that loses power: what programs ask of it is written down, then every state that a cut could leave is made.

`Recorder` is an SQLite VFS (apsw) over the real one, `watch` does the same for files that Python writes. Both note each
write, cut, fsync and change of a folder, in order, in one list. The program under test runs once; a crash point is a
place in the list, and `Disk` says what may be on the disk there:

- of a file: what it held at its last fsync, and of what came since nothing, all, some writes in another order, or some
  512-byte sectors of them, the others as before or, where the power failed while they were written, noise;
- of a folder: its entries at its last fsync, and of those made, renamed or removed since any.

The folder's own fsync is made inside SQLite's lowest layer, below what a VFS sees: os_unix.c makes one with the first
xSync of a journal that was opened to be created, and with an xDelete that asks for it. WAL's shared index (-shm) is
memory of running programs and never on the disk.
"""

import hashlib
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import apsw
import pytest

SECTOR = 512
FOLDER = 0
"""The number that stands for a folder where files have numbers of their own."""
WAYS = ("dropped", "kept", "some", "torn", "noise")


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes put into a file; `data` None: the file is cut, or grows with zeros, to `offset`."""

    file: int
    offset: int
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Sync:
    """fsync of a file."""

    file: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A name in a folder: of a file from now on, or of none."""

    path: str
    file: int | None


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """fsync of a folder."""

    path: str


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody was told that something is done, the `number`th thing: from here on no cut may undo it."""

    number: int


Step = Write | Sync | Entry | SyncFolder | Told


class Trace:
    """Everything that was asked of the folder `root`, in order."""

    def __init__(self, root: Path) -> None:
        self.root, self.steps = root.resolve(), list[Step]()
        self._names: dict[str, int] = {}
        self._files = 0

    @classmethod
    def after(cls, root: Path, left: Mapping[str, bytes | None]) -> "Trace":
        """Return the trace of a folder that holds what a cut left, all of it safe."""
        trace = cls(root)
        for path, data in left.items():
            if data is None:
                trace.name(path, FOLDER)
            else:
                file = trace.file(path)
                trace.steps += [Write(file, 0, data), Sync(file)]
        trace.steps += [SyncFolder(folder) for folder in sorted({folder_of(path) for path in left})]
        return trace

    def inside(self, path: str | os.PathLike[str]) -> str | None:
        """Return the path as the trace names it; None for what lies elsewhere."""
        full = Path(path).absolute()
        return full.relative_to(self.root).as_posix() if full.is_relative_to(self.root) else None

    def file(self, path: str) -> int:
        """Return the number of the file of this name, a new one where there is none yet."""
        if path not in self._names:
            self._files += 1
            self.name(path, self._files)
        return self._names[path]

    def name(self, path: str, file: int | None) -> None:
        """Note that a name stands for another file, or for none."""
        self._names.pop(path, None)
        if file is not None:
            self._names[path] = file
        self.steps.append(Entry(path, file))

    def knows(self, path: str) -> bool:
        """Tell whether there is such a file."""
        return path in self._names

    def tell(self, number: int) -> None:
        """Note that somebody was told."""
        self.steps.append(Told(number))


def folder_of(path: str) -> str:
    """Return the folder that holds a path."""
    return PurePosixPath(path).parent.as_posix()


# ---- what asks: SQLite ---------------------------------------------------------------
class Recorder(apsw.VFS):
    """SQLite's own VFS, with everything that changes the disk written down."""

    def __init__(self, trace: Trace) -> None:
        self.name, self._trace = f"recorder-{id(trace)}", trace
        super().__init__(self.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Open a file; temporary ones without a name are nobody's evidence."""
        plain = name.filename() if isinstance(name, apsw.URIFilename) else name
        path = None if plain is None else self._trace.inside(plain)
        if path is None:
            return apsw.VFSFile("", name, flags)
        made = RecordedFile(name, flags, self._trace, path)
        return made

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Remove a file, durably where SQLite asks for that."""
        super().xDelete(filename, syncdir)
        if (path := self._trace.inside(filename)) is not None:
            self._trace.name(path, None)
            if syncdir:
                self._trace.steps.append(SyncFolder(folder_of(path)))


class RecordedFile(apsw.VFSFile):
    """A file of SQLite's."""

    def __init__(self, name: str | apsw.URIFilename | None, flags: list[int], trace: Trace, path: str) -> None:
        journal = flags[0] & (apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL)
        self._folder_due = bool(journal and flags[0] & apsw.SQLITE_OPEN_CREATE)
        super().__init__("", name, flags)
        self._trace, self._path = trace, path
        self._file = trace.file(path)

    def xWrite(self, data: Any, offset: int) -> None:
        """Write, and note it."""
        super().xWrite(data, offset)
        self._trace.steps.append(Write(self._file, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        """Cut, and note it."""
        super().xTruncate(newsize)
        self._trace.steps.append(Write(self._file, newsize, None))

    def xSync(self, flags: int) -> None:
        """Sync, and note it; the disk itself need not be troubled."""
        self._trace.steps.append(Sync(self._file))
        if self._folder_due:
            self._trace.steps.append(SyncFolder(folder_of(self._path)))
            self._folder_due = False


# ---- what asks: Python ----------------------------------------------------------------
def watch(trace: Trace, patch: pytest.MonkeyPatch) -> None:
    """Write down what Python does below the root: fsync of files and folders, renames, folders made.

    A file is seen first when it is synced or renamed: its bytes then are taken for one write before it.
    """
    replace, mkdir = os.replace, os.mkdir

    def seen(path: Path, name: str) -> int:
        new = not trace.knows(name)
        file = trace.file(name)
        if new:
            trace.steps.append(Write(file, 0, path.read_bytes()))
        return file

    def watched_fsync(handle: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        if (name := trace.inside(path)) is not None:
            trace.steps.append(SyncFolder(name) if path.is_dir() else Sync(seen(path, name)))

    def watched_replace(old: Any, new: Any) -> None:
        source, target = trace.inside(old), trace.inside(new)
        file = seen(Path(old), source) if source is not None else None
        replace(old, new)
        if source is not None and target is not None:
            trace.name(target, file)
            trace.name(source, None)

    def watched_mkdir(path: Any, *more: Any, **named: Any) -> None:
        mkdir(path, *more, **named)
        if (name := trace.inside(path)) is not None:
            trace.name(name, FOLDER)

    patch.setattr(os, "fsync", watched_fsync)
    patch.setattr(os, "replace", watched_replace)
    patch.setattr(os, "mkdir", watched_mkdir)


# ---- what is left ------------------------------------------------------------------------
class Disk:
    """A disk that takes one step after the other, and can be cut off at any."""

    def __init__(self) -> None:
        self._safe: dict[int, bytes] = {}
        self._loose: dict[int, list[Write]] = {}
        self._names: dict[str, int | None] = {}
        self._moves: dict[str, list[int | None]] = {}

    def take(self, step: Step) -> None:
        """Do what a step asks."""
        match step:
            case Write(file):
                self._loose.setdefault(file, []).append(step)
            case Sync(file):
                self._safe[file] = _written(self._safe.get(file, b""), self._loose.pop(file, []))
            case Entry(path, file):
                self._moves.setdefault(path, []).append(file)
            case SyncFolder(folder):
                for path in [one for one in self._moves if folder_of(one) == folder]:
                    self._names[path] = self._moves.pop(path)[-1]

    def cut(self, way: str, rng: random.Random) -> dict[str, bytes | None]:
        """Return path → bytes as the power fails now, in one of WAYS; None stands for a folder."""
        names = dict(self._names)
        for path, moves in sorted(self._moves.items()):
            kept = rng.randrange(len(moves) + 1) if way not in ("dropped", "kept") else len(moves) * (way == "kept")
            if kept:
                names[path] = moves[kept - 1]
        left: dict[str, bytes | None] = {}
        for path, file in sorted(names.items()):  # a folder comes before what is in it
            if file is None or folder_of(path) not in {".", *left}:
                continue
            left[path] = None if file == FOLDER else self._bytes(file, way, rng)
        return left

    def _bytes(self, file: int, way: str, rng: random.Random) -> bytes:
        safe, loose = self._safe.get(file, b""), self._loose.get(file, [])
        if way == "dropped" or not loose:
            return safe
        if way == "some":
            loose = rng.sample(loose, rng.randrange(len(loose) + 1))
        elif way in ("torn", "noise"):
            sectors = [part for one in loose for part in _sectors(one)]
            loose = [part for part in sectors if rng.random() < 0.5]
            if way == "noise":
                loose += [
                    Write(file, part.offset, rng.randbytes(len(part.data)))
                    for part in rng.sample(sectors, min(2, len(sectors)))
                    if part.data is not None
                ]
        return _written(safe, loose)


def _written(data: bytes, writes: Sequence[Write]) -> bytes:
    held = bytearray(data)
    for one in writes:
        if one.data is None:
            held = held[: one.offset] + bytes(max(0, one.offset - len(held)))
            continue
        held += bytes(max(0, one.offset - len(held)))  # a hole reads as zeros
        held[one.offset : one.offset + len(one.data)] = one.data
    return bytes(held)


def _sectors(one: Write) -> Iterator[Write]:
    if one.data is None:
        yield one
        return
    at = 0
    while at < len(one.data):
        end = at + SECTOR - (one.offset + at) % SECTOR
        yield Write(one.file, one.offset + at, one.data[at:end])
        at = end


@dataclass(frozen=True, slots=True)
class Cut:
    """The power fails before step `at`: what is left, and how many things somebody was told before."""

    at: int
    way: str
    left: dict[str, bytes | None]
    told: int

    def restore(self, folder: Path) -> None:
        """Write what is left into an empty folder."""
        for path, data in self.left.items():
            if data is None:
                (folder / path).mkdir()
            else:
                (folder / path).write_bytes(data)


def cuts(steps: Sequence[Step], seed: int, ways: int = 1) -> Iterator[Cut]:
    """Yield a cut before every step and after the last: everything dropped, everything kept, and `ways` by chance.

    A state that was yielded before, with the same told, is not yielded again.
    """
    disk, told, known = Disk(), 0, set[tuple[int, bytes]]()
    for at, step in enumerate([*steps, None]):
        rng = random.Random(f"{seed}/{at}")
        for way in (*WAYS[:2], *(WAYS[2 + (at + turn) % 3] for turn in range(ways))):
            left = disk.cut(way, rng)
            state = (told, hashlib.sha256(repr(sorted(left.items())).encode()).digest())
            if state not in known:
                known.add(state)
                yield Cut(at, way, left, told)
        if isinstance(step, Told):
            told = step.number
        elif step is not None:
            disk.take(step)
