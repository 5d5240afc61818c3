"""An export as it is handed over, honest and hostile: folders, zips, 7-Zip archives, single files."""

import gzip
import io
import lzma
import os
import pickle
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import py7zr
import pytest

from faircount.model import BadInputError, MissingToolError
from faircount.read.export import Export, seven_zip
from faircount.read.export import limits as archive_limits
from read.archives import (
    declaring,
    many_entries,
    patched,
    quoting,
    renamed,
    resealed,
    seven_zipped,
    sharing_bytes,
    with_entry,
    with_link,
    zipped,
)

LINES = b"".join(b"%d,%s\n" % (n, os.urandom(3).hex().encode()) for n in range(40_000))
FILES = {"b.csv": LINES, "a/ü.csv": b"a,b\n1,2\n", "empty.csv": b""}


def write(folder: Path, data: bytes, name: str = "export.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def contents(path: Path) -> dict[str, bytes]:
    export = Export(path)
    return {name: export.whole(name) for name in export.names}


# ---- honest --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["folder", "zip", "stored zip", "7z"])
def test_the_same_files_however_they_are_packed(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "export"
    if kind == "folder":
        for name, data in FILES.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(data)
        (path / ".DS_Store").write_bytes(b"x")
    elif kind == "7z":
        path.write_bytes(seven_zipped(FILES))
    else:
        path.write_bytes(zipped(FILES, zipfile.ZIP_STORED if kind == "stored zip" else zipfile.ZIP_DEFLATED))
    export = Export(path)
    assert (export.kind, export.names) == (kind.removeprefix("stored "), tuple(sorted(FILES)))
    assert contents(path) == FILES
    assert [export.size(name) for name in export.names] == [len(FILES[name]) for name in export.names]
    assert export.head("b.csv", 10) == LINES[:10]
    again = pickle.loads(pickle.dumps(export))
    assert again.sha256("b.csv") == export.sha256("b.csv")
    with export.open("b.csv") as one, export.open("a/ü.csv") as other:  # two at once, read in turns
        assert one.readline() == LINES.split(b"\n", 1)[0] + b"\n"
        assert other.read() == FILES["a/ü.csv"]
        assert one.read() == LINES.split(b"\n", 1)[1]


def test_every_way_to_read_a_member(tmp_path: Path) -> None:
    with Export(write(tmp_path, zipped(FILES))).open("b.csv") as stream:
        assert stream.read(0) == b""
        assert b"".join(iter(lambda: stream.read1(1000), b"")) == LINES  # type: ignore[attr-defined]
        assert stream.read() == stream.read(5) == stream.readline() == b""
    with Export(tmp_path / "export.zip").open("b.csv") as stream:
        assert io.TextIOWrapper(stream, newline="").read().encode() == LINES
    with Export(tmp_path / "export.zip").open("b.csv") as stream:
        assert list(stream) == LINES.splitlines(keepends=True)
    with Export(tmp_path / "export.zip").open("b.csv") as stream:
        buffer = bytearray(777)
        assert (stream.readinto(buffer), bytes(buffer)) == (777, LINES[:777])  # type: ignore[attr-defined]


def test_single_files_lose_their_packing_and_workbooks_are_one_file(tmp_path: Path) -> None:
    assert contents(write(tmp_path, lzma.compress(b"a,b\n"), "x.csv.xz")) == {"x.csv": b"a,b\n"}
    assert contents(write(tmp_path, gzip.compress(b"a,b\n"), "x.csv.gz")) == {"x.csv": b"a,b\n"}
    assert Export(write(tmp_path, zipped({"xl/workbook.xml": b""}), "x.xlsx")).names == ("x.xlsx",)


def test_a_zip_of_64_bit_sizes_is_a_zip(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("big.csv", "w", force_zip64=True) as member:
            member.write(LINES)
        archive.writestr("small.csv", b"a\n")
    assert contents(write(tmp_path, out.getvalue())) == {"big.csv": LINES, "small.csv": b"a\n"}


def test_a_zip_written_to_a_pipe_has_sizes_behind_its_files(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    assert contents(write(tmp_path, bytes(pipe.data))) == FILES


@pytest.mark.parametrize("pack", [zipped, seven_zipped])
def test_an_archive_in_an_archive_is_listed_and_not_opened(tmp_path: Path, pack: object) -> None:
    inner = zipped({"deeper.csv": b"a\n"})
    export = Export(write(tmp_path, pack({"one.csv": b"a\n", "more.ZIP": inner, "x.tar.gz": b"", "y.7z": b"1"})))  # type: ignore[operator]
    assert export.nested == ("more.ZIP", "x.tar.gz", "y.7z")
    assert export.whole("more.ZIP") == inner
    assert Export(write(tmp_path, inner)).nested == ()


# ---- zips ----------------------------------------------------------------------------------------------------------
TWO = zipped({"a.csv": b"1", "b.csv": b"2"})
MISSING = TWO[: TWO.index(b"PK\x03\x04", 1)] + b"QQ" + TWO[TWO.index(b"PK\x03\x04", 1) + 2 :]
LINK, PIPE = 0o120777 << 16, 0o010644 << 16
HOSTILE_ZIPS = {
    "leads up": (with_entry("../a.csv"), "stay inside"),
    "leads up in the middle": (with_entry("a/../../b.csv"), "stay inside"),
    "leads up with backslashes": (with_entry("..\\a.csv"), "stay inside"),
    "leads up in the middle with backslashes": (with_entry("a\\..\\..\\b.csv"), "stay inside"),
    "absolute": (with_entry("/etc/passwd"), "stay inside"),
    "absolute with backslash": (with_entry("\\\\server\\share.csv"), "stay inside"),
    "drive": (with_entry("C:\\votes.csv"), "stay inside"),
    "drive without slash": (with_entry("c:votes.csv"), "stay inside"),
    "NUL in a name": (with_entry("votesX.exe").replace(b"votesX", b"votes\0"), "NUL"),
    "a link": (with_entry("a.csv", external_attr=LINK), "symbolic link"),
    "a pipe": (with_entry("a.csv", external_attr=PIPE), "device or pipe"),
    "a folder with content": (with_entry("a/"), "folder in a zip has no content"),
    "encrypted": (patched(zipped({"a.csv": b"1"}), 8, "<H", 1, local=6), "not encrypted"),
    "strongly encrypted": (patched(zipped({"a.csv": b"1"}), 8, "<H", 0x41, local=6), "not encrypted"),
    "names hidden": (patched(zipped({"a.csv": b"1"}), 8, "<H", 0x2000, local=6), "not encrypted"),
    "twins by case": (zipped({"A.csv": b"1", "a.csv": b"2"}), "its own name"),
    "twins by accent": (zipped({"\u00e9.csv": b"1", "e\u0301.csv": b"2"}), "its own name"),
    "twins by folding": (zipped({"stra\u00dfe.csv": b"1", "STRASSE.csv": b"2"}), "its own name"),
    "twins by path": (zipped({"a/b.csv": b"1", "a/./b.csv": b"2"}), "its own name"),
    "twins by backslash": (zipped({"a/b.csv": b"1", "a\\b.csv": b"2"}), "its own name"),
    "two names for the same bytes": (sharing_bytes(), "overlap"),
    "an entry within an entry": (quoting(), "overlap"),
    "two archives in one": (zipped({"a.csv": b"1"}) + zipped({"b.csv": b"2"}), "begins with its first entry"),
    "no header where the table points": (patched(zipped({"a.csv": b"1"}), 42, "<I", 5), "begins with"),
    "header of an entry missing": (MISSING, "begins with a header of its own"),
    "a bomb": (zipped({"a.csv": bytes(80 << 20)}), "times its packed size"),
    "a bomb of many small files": (zipped({f"{n}.csv": bytes(20 << 20) for n in range(5)}), "times its packed size"),
    "4 GB declared": (patched(zipped({"a.csv": b"1"}), 24, "<I", 0xFFFFFFF0), "times its packed size"),
    "packed in an unusual way": (zipped({"a.csv": b"1"}, zipfile.ZIP_LZMA), "deflates"),
    "cut short": (zipped(FILES)[:-30], "table of contents"),
    "only a head": (b"PK\x03\x04" + bytes(100), "table of contents"),
    "a table of a gigabyte": (zipped({"a": b"1"})[:-10] + struct.pack("<IIH", 1 << 30, 0, 0), "table of contents has"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE_ZIPS)
def test_a_hostile_zip_is_refused_before_it_is_read(tmp_path: Path, case: str) -> None:
    data, words = HOSTILE_ZIPS[case]
    with pytest.raises(BadInputError, match=words):
        Export(write(tmp_path, data))


def test_a_million_entries_are_refused_before_they_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, many_entries(1_000_000))
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the table was read"))
    with pytest.raises(BadInputError, match=r"at most 500,000 entries; found 1,000,000"):
        Export(path)


SHORT = b"1,2\n" * 10
LYING = {
    "fewer bytes declared, checksum made to fit": (
        declaring(zipped({"a.csv": SHORT * 2}), len(SHORT), zlib.crc32(SHORT)), "40 bytes.*found (80|more)"),
    "fewer bytes declared, stored": (
        patched(declaring(zipped({"a.csv": SHORT * 2}, 0), 40, zlib.crc32(SHORT)), 20, "<I", 40, local=18), ""),
    "more bytes declared": (declaring(zipped({"a.csv": SHORT}), 400, zlib.crc32(SHORT)), "400 bytes.*found 40"),
    "another checksum": (declaring(zipped({"a.csv": SHORT}), 40, 7), "checksum"),
    "packed bytes cut": (patched(zipped({"a.csv": LINES}), 20, "<I", 5_000, local=18), "without its end"),
    "nothing packed": (patched(zipped({"a.csv": SHORT}), 20, "<I", 0, local=18), "without its end"),
}  # fmt: skip


@pytest.mark.parametrize("case", LYING)
@pytest.mark.parametrize("size", [-1, 7, 1 << 20])
def test_a_zip_that_lies_about_a_size_never_gives_fewer_bytes_in_silence(tmp_path: Path, case: str, size: int) -> None:
    data, words = LYING[case]
    if not words:  # the bytes behind a stored entry are nobody's: what is declared is what is there
        assert contents(write(tmp_path, data)) == {"a.csv": SHORT}
        return
    export = Export(write(tmp_path, data))
    with pytest.raises(BadInputError, match=words), export.open("a.csv") as stream:
        while stream.read(size):
            pass


def test_bytes_behind_the_end_of_a_deflated_entry_are_seen(tmp_path: Path) -> None:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(SHORT) + deflate.flush() + b"and more"
    data = zipped({"a.csv": packed}, zipfile.ZIP_STORED)
    data = patched(patched(data, 10, "<H", 8, local=8), 24, "<I", len(SHORT), local=22)
    data = patched(data, 16, "<I", zlib.crc32(SHORT), local=14)
    with pytest.raises(BadInputError, match="after the end"):
        contents(write(tmp_path, data))


@pytest.mark.parametrize("pack", [zipped, seven_zipped])
def test_damaged_archives_raise_only_what_a_person_can_act_on(tmp_path: Path, pack: object) -> None:
    """Change bytes anywhere: the files come out as they went in, or there is a refusal, and never another file."""
    files = {"a.csv": SHORT, "b/c.csv": LINES[:5000]}
    whole = pack(files)  # type: ignore[operator]
    chance = random.Random(11)
    refused = 0
    for turn in range(250):
        bad = bytearray(whole)
        if turn % 2:
            del bad[chance.randrange(len(bad)) :]
        else:
            for _ in range(chance.choice((1, 1, 3))):
                # Half of the damage in the last bytes, where the tables are.
                at = chance.randrange(len(bad)) if turn % 4 else len(bad) - 1 - chance.randrange(min(200, len(bad)))
                bad[at] = chance.randrange(256)
        path = write(tmp_path, bytes(bad))
        try:
            found = contents(path)
        except BadInputError:
            refused += 1
            continue
        if found.keys() == files.keys():
            assert found == files
    assert refused > 150


# ---- folders -------------------------------------------------------------------------------------------------------
def test_links_in_a_folder_are_refused_wherever_they_lead(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "a.csv").write_text("a\n")
    (tmp_path / "outside.csv").write_text("a\n")
    assert Export(folder).names == ("in/a.csv",)
    for name, target in (
        ("loop", folder), ("in/loop", Path("..")), ("out.csv", tmp_path / "outside.csv"),
        ("twin.csv", folder / "in" / "a.csv"), ("nowhere.csv", tmp_path / "nowhere"), ("self", folder / "self"),
    ):  # fmt: skip
        link = folder / name
        link.symlink_to(target)
        with pytest.raises(BadInputError, match="not links; found a link to"):
            Export(folder)
        link.unlink()
    entry = tmp_path / "shortcut"
    entry.symlink_to(folder)  # the export itself may be reached over a link
    assert contents(entry) == {"in/a.csv": b"a\n"}


def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "a.csv").write_text("a\n")
    before = Export(folder)
    os.mkfifo(folder / "b.csv")
    program = (
        "import sys; from pathlib import Path; from faircount.read.export import Export; Export(Path(sys.argv[1]))"
    )
    for path in (folder, folder / "b.csv"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=30,
            env={**os.environ, "PYTHONPATH": "src"},
        )  # fmt: skip
        assert "BadInputError" in done.stderr and "device or pipe" in done.stderr
    (folder / "a.csv").unlink()
    os.rename(folder / "b.csv", folder / "a.csv")
    with pytest.raises(BadInputError, match="device or pipe"):  # put there after the listing
        before.whole("a.csv")


def test_devices_and_missing_paths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="device or pipe"):
        Export(Path("/dev/zero"))
    with pytest.raises(BadInputError, match="No such file"):
        Export(tmp_path / "nowhere")


def test_a_file_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    try:
        open(os.fsencode(tmp_path / "f") + b"/caf\xe9.csv", "wb").close()
    except OSError:
        pytest.skip("this disk takes only names in UTF-8")
    with pytest.raises(BadInputError, match="names of files are UTF-8"):
        Export(tmp_path / "f")


def test_a_folder_that_may_not_be_listed_is_not_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f" / "locked").mkdir(parents=True)
    (tmp_path / "f" / "a.csv").write_text("a\n")
    scan = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(BadInputError, match="Permission denied"):
        Export(tmp_path / "f")


# ---- 7-Zip ---------------------------------------------------------------------------------------------------------
HONEST = {"a.csv": b"1\n", "b.csv": b"2\n"}
HOSTILE_7Z = {
    "leads up": (renamed({"aa/b.csv": b"1"}, "aa/b", "../b"), "stay inside"),
    "absolute": (renamed({"aa/b.csv": b"1"}, "aa/b", "/a/b"), "stay inside"),
    "drive": (renamed({"aa/b.csv": b"1"}, "aa/b", "C:/b"), "stay inside"),
    "twins by case": (renamed(HONEST, "b.csv", "A.csv"), "its own name"),
    "twins": (renamed(HONEST, "b.csv", "a.csv"), "its own name"),
    "locked": (seven_zipped(HONEST, password="open"), "not encrypted"),
    "locked with its table": (seven_zipped(HONEST, password="open", header_encryption=True), "not encrypted"),
    "cut short": (seven_zipped(HONEST)[:-20], "table of contents"),
    "only a head": (seven_zip.MAGIC + bytes(26), "table of contents"),
    "a bomb": (seven_zipped({"a.csv": bytes(80 << 20)}), "times its packed size"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE_7Z)
def test_a_hostile_7_zip_archive_is_refused(tmp_path: Path, case: str) -> None:
    data, words = HOSTILE_7Z[case]
    with pytest.raises(BadInputError, match=words):
        contents(write(tmp_path, data, "export.7z"))


def test_a_link_in_a_7_zip_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="not links"):
        Export(write(tmp_path, with_link(tmp_path), "export.7z"))


def test_damage_to_packed_bytes_of_a_7_zip_archive_is_seen(tmp_path: Path) -> None:
    data = bytearray(seven_zipped({"a.csv": LINES}))
    data[5000] ^= 0xFF
    with pytest.raises(BadInputError, match="unpacked to its end"):
        contents(write(tmp_path, resealed(data), "export.7z"))


def test_a_7_zip_archive_of_several_blocks_comes_out_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "export.7z"
    files = {f"{n}.csv": LINES[: 1000 * n] for n in range(5)}
    for name, data in files.items():
        with py7zr.SevenZipFile(path, "a" if path.exists() else "w") as archive:
            archive.writestr(data, name)
    monkeypatch.setattr(seven_zip, "IN_MEMORY", 4000)  # the rest goes to a file without a name
    assert contents(path) == files


def test_a_7_zip_archive_is_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export = Export(write(tmp_path, seven_zipped(FILES), "export.7z"))
    made = []
    real = seven_zip.Unpacked
    monkeypatch.setattr(seven_zip, "Unpacked", lambda *given: made.append(1) or real(*given))
    for name in (*export.names, *export.names):
        export.head(name)
    assert made == [1]


def test_room_for_a_7_zip_archive_is_asked_for_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seven_zip, "MAX_UNPACKED", 1000)
    with pytest.raises(BadInputError, match="at most 1,000 bytes"):
        Export(write(tmp_path, seven_zipped(FILES), "export.7z"))
    monkeypatch.setattr(archive_limits, "MAX_FILES", 2)
    with pytest.raises(BadInputError, match="at most 2 entries"):
        Export(write(tmp_path, seven_zipped(FILES), "export.7z"))


def test_without_py7zr_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, seven_zipped(HONEST), "export.7z")
    monkeypatch.setitem(sys.modules, "py7zr", None)
    with pytest.raises(MissingToolError, match=r"export\.7z: .*pip install 'faircount\[archives\]'"):
        Export(path)
    assert contents(write(tmp_path, zipped(HONEST))) == HONEST
