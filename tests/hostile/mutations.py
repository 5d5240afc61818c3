"""Ways in which a good file goes bad: cut short, bits flipped, rows gone, other encodings, absurd numbers."""

import io
import random
import re
import zipfile
from collections.abc import Callable, Iterator

Mutated = tuple[str, bytes]
"""(what was done, in words; the bytes)"""
_NUMBER = re.compile(rb"\d+(\.\d+)?")
ABSURD = (b"-1", b"0", b"999999999", b"99999999999999999999", b"0.5", b"NaN", b"", b"1e400", "３".encode(), b"0x10",
          b"1,234", b" ", b"true", b'"')  # fmt: skip
"""What may stand where a number should."""
SEPARATORS = ("\x1c", "\x1d", "\x1e", "\x1f", "\v", "\f", "\x85", "\xa0", "\u2028", "\u200b")
"""Characters that part texts for some program, and that nobody sees."""


def cut_short(data: bytes) -> Iterator[Mutated]:
    """Cut at every percent of the length."""
    for percent in range(1, 100):
        yield f"cut at {percent} %", data[: len(data) * percent // 100]


def flipped(data: bytes, rng: random.Random) -> Iterator[Mutated]:
    """Flip single bits, drop blocks, say blocks twice, put NULs in."""
    for _ in range(60):
        at, bit = rng.randrange(len(data)), 1 << rng.randrange(8)
        yield f"bit {bit} of byte {at} flipped", data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
    for _ in range(20):
        at, size = rng.randrange(len(data)), rng.randrange(1, 40)
        yield f"{size} bytes gone at {at}", data[:at] + data[at + size :]
        yield f"{size} bytes twice at {at}", data[: at + size] + data[at:]
    for _ in range(5):
        at = rng.randrange(len(data))
        yield f"NUL at {at}", data[:at] + b"\0" + data[at:]
        yield f"0xff at {at}", data[:at] + b"\xff\xfe" + data[at:]


def recoded(data: bytes) -> Iterator[Mutated]:
    """Say the same in other encodings and line endings."""
    yield "empty", b""
    yield "one byte", data[:1]
    yield "twice over", data + data
    yield "blank lines behind", data + b"\n" * 5000
    yield "carriage returns", data.replace(b"\r\n", b"\n").replace(b"\n", b"\r")
    yield "carriage returns and line feeds", data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    yield "two byte-order marks", b"\xef\xbb\xbf\xef\xbb\xbf" + data
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    yield "UTF-16 with its mark", text.encode("utf-16")
    yield "UTF-16 without", text.encode("utf-16-le")
    yield "Windows-1252", text.encode("cp1252", "replace")
    yield "wide characters", text.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}).encode()
    yield "lone surrogate", text.replace("a", "\udcff", 1).encode("utf-8", "surrogatepass")


def lines_changed(data: bytes) -> Iterator[Mutated]:
    """Drop, empty, swap, repeat and widen lines."""
    lines = data.split(b"\n")
    for at in range(min(12, len(lines))):
        yield f"line {at + 1} gone", b"\n".join(lines[:at] + lines[at + 1 :])
        yield f"line {at + 1} twice", b"\n".join(lines[: at + 1] + lines[at:])
        yield f"line {at + 1} blank", b"\n".join([*lines[:at], b"", *lines[at + 1 :]])
        yield f"line {at + 1} behind a blank one", b"\n".join([*lines[:at], b"", *lines[at:]])
        alone = lines[at].partition(b",")[0]
        yield f"line {at + 1} its first cell alone", b"\n".join([*lines[:at], alone, *lines[at + 1 :]])
    yield "lines turned round", b"\n".join(reversed(lines))
    yield "last line 3,000 times", data + b"\n" + b"\n".join([lines[-2 if len(lines) > 1 else -1]] * 3000)
    for at in sorted({0, 1, 2, len(lines) // 2, len(lines) - 2}):
        if 0 <= at < len(lines):
            before, after = lines[:at], lines[at + 1 :]
            yield f"line {at + 1} one cell short", b"\n".join([*before, lines[at].rpartition(b",")[0], *after])
            yield f"line {at + 1} one cell more", b"\n".join([*before, lines[at] + b",extra", *after])
            yield f"line {at + 1} an open quote", b"\n".join([*before, b'"' + lines[at], *after])
            yield f"line {at + 1} a cell of 200,000", b"\n".join([*before, lines[at] + b"," + b"x" * 200_000, *after])
            yield f"line {at + 1} of 60,000 cells", b"\n".join([*before, lines[at] + b"," * 60_000, *after])
            yield f"line {at + 1} only delimiters", b"\n".join([*before, b"," * lines[at].count(b","), *after])


def numbers_changed(data: bytes, rng: random.Random) -> Iterator[Mutated]:
    """Put absurd values where numbers stand."""
    found = list(_NUMBER.finditer(data))
    for match in rng.sample(found, min(15, len(found))):
        for value in ABSURD:
            yield f"{match[0]!r} at {match.start()} is {value!r}", data[: match.start()] + value + data[match.end() :]


def parted(data: bytes, rng: random.Random) -> Iterator[Mutated]:
    """Put characters that part texts for some program into cells and between digits."""
    numbers = list(_NUMBER.finditer(data))
    for character in SEPARATORS:
        raw, name = character.encode(), f"{character!a}"
        yield f"{name} in every number", re.sub(rb"(?<=\d)(?=\d)", raw, data)
        yield f"{name} behind every comma", data.replace(b",", b"," + raw)
        for match in rng.sample(numbers, min(3, len(numbers))):
            yield f"{name} before {match[0]!r} at {match.start()}", data[: match.start()] + raw + data[match.start() :]
    for at in rng.sample([match.end() for match in numbers], min(40, len(numbers))):
        yield f"unit separator at {at}", data[:at] + b"\x1f" + data[at:]


def text_mutations(data: bytes, seed: str) -> Iterator[Mutated]:
    """Every way to break one file of text."""
    rng = random.Random(seed)
    yield from cut_short(data)
    if data:
        yield from flipped(data, rng)
    yield from recoded(data)
    yield from lines_changed(data)
    yield from numbers_changed(data, rng)
    yield from parted(data, rng)


def archive_mutations(data: bytes, seed: str) -> Iterator[Mutated]:
    """Every way to break an archive: as bytes, and its largest members one by one."""
    rng = random.Random(seed)
    yield from cut_short(data)
    yield from flipped(data, rng)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    largest = sorted(members, key=lambda name: (-len(members[name]), name))[:3]
    for name in largest:
        # The last percents and the numbers say the most, and an archive takes longer to make.
        for number, (what, changed) in enumerate(text_mutations(members[name], f"{seed} {name}")):
            if number % 4 == 0:
                yield f"{name}: {what}", archive_of({**members, name: changed})
    for name in largest:
        yield f"{name} gone", archive_of({n: d for n, d in members.items() if n != name})
        yield (
            f"{name} under another name",
            archive_of({("other " + n if n == name else n): d for n, d in members.items()}),
        )


def archive_of(members: dict[str, bytes], change: Callable[[zipfile.ZipFile], None] | None = None) -> bytes:
    """Return a zip of these members, always the same bytes for the same members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        if change:
            change(archive)
    return out.getvalue()
