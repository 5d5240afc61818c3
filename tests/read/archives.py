"""Archives as an attacker would make them, from honest ones by changing bytes."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import py7zr

CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an honest zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def with_entry(name: str, data: bytes = b"a,b\n1,2\n", **said: int) -> bytes:
    """Return a zip of one entry whose description says what `said` names, such as `external_attr`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        for key, value in said.items():
            setattr(info, key, value)
        archive.writestr(info, data)
    return out.getvalue()


def patched(whole: bytes, field: int, layout: str, value: int, entry: int = 0, local: int | None = None) -> bytes:
    """Return `whole` with a number changed in the table's `entry`, and at `local` in the header before its bytes."""
    data = bytearray(whole)
    at = -1
    for _ in range(entry + 1):
        at = data.index(CENTRAL, at + 1)
    struct.pack_into(layout, data, at + field, value)
    if local is not None:
        (offset,) = struct.unpack_from("<I", data, at + 42)
        struct.pack_into(layout, data, offset + local, value)
    return bytes(data)


def declaring(whole: bytes, size: int, crc: int) -> bytes:
    """Return a zip whose one entry declares another size and checksum, in both places."""
    return patched(patched(whole, 24, "<I", size, local=22), 16, "<I", crc, local=14)


def sharing_bytes() -> bytes:
    """Return a zip in which two names point to the bytes of one entry."""
    whole = zipped({"a.csv": b"x" * 1000, "b.csv": b"y" * 1000})
    return patched(whole, 42, "<I", 0, entry=1)


def quoting() -> bytes:
    """Return a zip whose first entry holds the whole second as its own bytes, header included."""
    whole = zipped({"a.csv": b"x" * 100, "b.csv": b"y" * 100}, zipfile.ZIP_STORED)
    inner = whole.index(LOCAL, 1)
    length = whole.index(CENTRAL) - (30 + len("a.csv"))
    data = patched(patched(whole, 20, "<I", length, local=18), 24, "<I", length, local=22)
    body = data[30 + len("a.csv") : data.index(CENTRAL)]
    assert body[inner - 30 - len("a.csv") :].startswith(LOCAL)
    return patched(data, 16, "<I", zlib.crc32(body), local=14)


def many_entries(entries: int) -> bytes:
    """Return a zip that lists one empty entry many times."""
    one = zipped({"a": b""}, zipfile.ZIP_STORED)
    start, end = one.index(CENTRAL), one.index(b"PK\x05\x06")
    table = one[start:end] * entries
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, entries & 0xFFFF, entries & 0xFFFF, len(table), start, 0)
    return one[:start] + table + tail


def seven_zipped(files: dict[str, bytes], **options: object) -> bytes:
    """Return an honest 7-Zip archive."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **options) as archive:  # type: ignore[arg-type]
        for name, data in files.items():
            archive.writestr(data, name)
    return out.getvalue()


def renamed(files: dict[str, bytes], old: str, new: str) -> bytes:
    """Return a 7-Zip archive in which a name, of the same length, was changed behind the packer's back."""
    assert len(old) == len(new)
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.set_encoded_header_mode(False)
        for name, data in files.items():
            archive.writestr(data, name)
    data = bytearray(out.getvalue())
    at = data.index(old.encode("utf-16-le"))
    data[at : at + 2 * len(old)] = new.encode("utf-16-le")
    return resealed(data)


def resealed(data: bytearray) -> bytes:
    """Return a 7-Zip archive with the checksums of its table of contents made to fit again."""
    offset, size = struct.unpack_from("<QQ", data, 12)
    struct.pack_into("<I", data, 28, zlib.crc32(bytes(data[32 + offset : 32 + offset + size])))
    struct.pack_into("<I", data, 8, zlib.crc32(bytes(data[12:32])))
    return bytes(data)


def with_link(folder: Path) -> bytes:
    """Return a 7-Zip archive that holds a symbolic link."""
    (folder / "target.csv").write_text("a\n")
    (folder / "link.csv").symlink_to("target.csv")
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.write(folder / "target.csv", "target.csv")
        archive.write(folder / "link.csv", "link.csv")
    return out.getvalue()
