"""Lines that are looked at a block at a time are the lines that the text has, wherever a block ends."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faircount.model import BadInputError
from faircount.read.syntax import line_blocks
from faircount.read.syntax.line_blocks import LineBlocks

PIECES = st.lists(
    st.sampled_from([b"a", b",", b"\n", b"\r", b"\r\n", b"\xe9", "é".encode(), "\u2028".encode(), b"\x0c", b'"']),
    max_size=40,
).map(b"".join)


def text_of(raw: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", errors="surrogateescape", newline="")


def blocks_of(raw: bytes) -> LineBlocks:
    return LineBlocks(text_of(raw), "a.csv", ",")


def naive(raw: bytes) -> tuple[list[str], int]:
    """Return the lines as Python's own reading of text has them, and how many of them are no UTF-8."""
    lines, recoded = [], 0
    for line in text_of(raw):
        as_bytes = line.encode("utf-8", "surrogateescape")
        try:
            lines.append(as_bytes.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(as_bytes.decode("cp1252"))
            recoded += 1
    return lines, recoded


@given(PIECES, st.integers(1, 12))
def test_lines_do_not_depend_on_where_blocks_end(raw: bytes, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_blocks, "_BLOCK", block)
        lines = blocks_of(raw)
        assert (list(lines), lines.recoded) == naive(raw)


@pytest.mark.parametrize("block", [1, 7, 1 << 16])
def test_a_bad_line_is_named_after_the_good_ones_before_it(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(line_blocks, "_BLOCK", block)
    monkeypatch.setattr(line_blocks, "MAX_COLUMNS", 3)
    for bad, rule in ((b"x\0y\n", "NUL bytes"), (b"1,2,3,4,5\n", "at most 3 columns")):
        lines, good = iter(blocks_of(b"a,b\nc,d\n" + bad)), []
        with pytest.raises(BadInputError, match=rf"a.csv, (line|row) 3: .*{rule}"):
            for line in lines:
                good.append(line)
        assert good == ["a,b\n", "c,d\n"]
    assert list(blocks_of(b"1,2\n" * 50)) == ["1,2\n"] * 50, "columns are a line's, not a block's"


@pytest.mark.parametrize("endless", [b"x" * 100, b"x\n" * 50])
def test_a_row_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch, endless: bytes) -> None:
    monkeypatch.setattr(line_blocks, "_BLOCK", 8)
    monkeypatch.setattr(line_blocks, "MAX_RECORD_CHARACTERS", 40)
    with pytest.raises(BadInputError, match="at most 40 characters"):
        list(blocks_of(endless))
    lines = blocks_of(b"x\n" * 50)
    for _ in lines:
        lines.pending = 0  # a row a line: the limit is a row's, not a file's
