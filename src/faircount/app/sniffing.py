"""What format is this? Asks every reader, and says how sure the best one is."""

from dataclasses import dataclass
from pathlib import Path

from faircount.app.mapping import is_mapping, proposed
from faircount.model import BadInputError, FaircountError
from faircount.read import READERS, Export, Reader, Recognition


@dataclass(frozen=True, slots=True)
class Sniffed:
    """One export and the reader that understands it; `reader` is None where none does, and `problem` says why."""

    path: Path
    reader: Reader | None
    recognition: Recognition | None
    problem: str = ""


def sniff(path: Path) -> Sniffed:
    """Return the reader that recognises `path` best, by its content. Never raises; a problem is told in words."""
    try:
        export = Export(path)
        if not export.names or not any(export.size(name) for name in export.names):
            return Sniffed(path, None, None, f"{path}: nothing to read in it")
        claims = [(reader, claim) for reader in READERS.values() if (claim := reader.recognise(export))]
    except FaircountError as error:
        return Sniffed(path, None, None, str(error))
    if not claims:
        return Sniffed(path, None, None, unknown(path, export))
    best = max(claims, key=lambda pair: pair[1].confidence)
    return Sniffed(path, *best)


def sniff_each(path: Path) -> list[Sniffed]:
    """Return what `ingest` would find at `path`: a folder that is no export itself is looked through, file by file."""
    found = sniff(path)
    if found.reader is not None or not path.is_dir():
        return [found]
    read, unread = _inside(path)
    return sorted((*read, *unread), key=lambda one: one.path) or [found]


def unknown(path: Path, export: Export) -> str:
    """Say that nobody knows a file, what it looks like, and whether a person could say what its columns mean."""
    problem = f"{path}: no reader recognises it{_looks_like(export)}"
    if export.nested:
        first = ", ".join(export.nested[:3])
        return f"{problem}; {len(export.nested):,} of its files are archives, not opened here ({first}): unpack them"
    if export.kind in ("zip", "7z") and len(export.names) > 1:
        advice = "unpack it: in a folder each file is looked at by itself"
        return f"{problem}; if it holds files of several kinds, such as records and a manifest, {advice}"
    try:
        mapping = proposed(path).mapping
    except FaircountError:
        return problem
    told = ", ".join(f"{column.header} = {column.means}" for column in mapping.columns if column.means != "ignore")
    return f"{problem}; it may be a table of {mapping.table} ({told[:300]}): faircount map {path}"


_MAGIC = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document",
    b"SQLite": "an SQLite database",
    b"PAR1": "a Parquet file",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\xff\xfe": "UTF-16 text: open it in the program that made it and save it as CSV UTF-8, or as UTF-8",
    b"\xfe\xff": "UTF-16 text: open it in the program that made it and save it as CSV UTF-8, or as UTF-8",
}


def _looks_like(export: Export) -> str:
    if export.kind not in ("single", "mapped"):
        return f" (a {export.kind} of {len(export.names):,} files)"
    head = export.head(export.names[0], 16)
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return f" (its first bytes are those of {name})"
    return ""


def exports_in(path: Path, named: str = "") -> tuple[list[Sniffed], list[Sniffed]]:
    """Return (exports to read, files that no reader recognises) at `path`.

    A path that is an export itself is one. A folder that is not is looked through, entry by entry, folders included.
    With `named`, the format is what the user says. Raises `BadInputError` for a path that is no export and no folder.
    """
    if named:
        reader = READERS[named]
        export = Export(path)
        claim = reader.recognise(export)
        return [Sniffed(path, reader, claim or Recognition(1, "", "named by the user"))], []
    found = sniff(path)
    if found.reader is not None:
        return [found], []
    if not path.is_dir():
        Export(path)  # a tool that is missing, or an archive that is hostile, says so itself
        known = f"formats read: {', '.join(READERS)}; if you know the format, name it with --as"
        problem = found.problem.removeprefix(f"{path}: ")
        raise BadInputError(str(path), problem, fix=known if problem.startswith("no reader") else "")
    return _inside(path)


def _inside(folder: Path) -> tuple[list[Sniffed], list[Sniffed]]:
    read: list[Sniffed] = []
    unread: list[Sniffed] = []
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith((".", "__MACOSX")) or is_mapping(entry):
            continue
        found = sniff(entry)
        if found.reader is not None:
            read.append(found)
        elif entry.is_symlink():
            unread.append(Sniffed(entry, None, None, f"{entry}: a link; put what it points to in its place"))
        elif entry.is_dir():
            more, rest = _inside(entry)
            read += more
            unread += rest
        else:
            unread.append(found)
    return read, unread
