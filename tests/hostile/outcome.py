"""What a reader makes of a file that may be anything: it reads it or refuses it in one clear sentence, nothing else."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from faircount.model import BadInputError, FaircountError
from faircount.read.export import Export
from faircount.read.reader import Reader

SECONDS = 30
"""A small file that takes longer than this has made a reader hang; shared machines are slow, not this slow."""
READ, REFUSED, NOT_OURS = "read", "refused", "not ours"


class HungError(Exception):
    """A reader did not come back."""


@contextmanager
def in_time(seconds: int = SECONDS) -> Iterator[None]:
    """Raise `HungError` in here after so many seconds."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise HungError(f"no answer after {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(reader: Reader, path: Path, *, forced: bool = False) -> str:
    """Return what became of the file. Any exception but ours goes through: that is the fault looked for.

    `forced`: read it even where the reader does not recognise it, as `--as` does.
    """
    with in_time():
        try:
            export = Export(path)
            if reader.recognise(export) is None and not forced:
                return NOT_OURS
            rows = 0
            for part in reader.plan(export):
                for batch in reader.read(export, part):
                    rows += sum(table.num_rows for table in batch.tables.values())
        except BadInputError as error:
            _refuse_unclear(error)
            return REFUSED
        except FaircountError as error:
            raise AssertionError(f"a broken file is bad input, not {type(error).__name__}: {error}") from error
    return READ


def _refuse_unclear(error: BadInputError) -> None:
    text = str(error)
    assert error.place.strip() and error.rule.strip(), f"an error names its place and the rule: {text!r}"
    assert len(text) < 3_000, f"an error is one sentence, this one has {len(text):,} characters: {text[:300]!r}"
    assert "Traceback" not in text and "object at 0x" not in text, text
