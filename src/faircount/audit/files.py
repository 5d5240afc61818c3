"""What is committed as files of bytes, and back: the form is docs/bundle.md, the bytes depend on the content alone."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from itertools import chain

from faircount.audit.forms import (
    Json,
    ballot_json,
    ballot_of,
    counted_json,
    counted_of,
    subject_json,
    subject_of,
    utf16,
    whole_of,
)
from faircount.model import (
    BadInputError,
    BatchReport,
    CardCount,
    Commitment,
    Contest,
    Counted,
    Design,
    ListedCard,
    Read,
    Sample,
)

CARDS = ("unit", "batch", "position", "pool", "record")
BATCHES = ("batch", "cards")
QUOTED = re.compile('[,"\r\n]')
"""Signs for which a cell of a table is quoted."""


def files_of(commitment: Commitment) -> dict[str, bytes]:
    """Return the committed files by name."""
    found = {"contests.json": _bytes([subject_json(one) for one in commitment.subjects])}
    if commitment.design is Design.COMPARISON:
        rows = ((card.unit, card.batch, card.position, card.pool, _record(card)) for card in commitment.listed)
        found["cards.csv"] = table(CARDS, rows)
        reads = {name: [_read_json(one) for one in distinct] for name, distinct in commitment.reads.items()}
        found["ballots.json"] = _bytes(reads)
        found["pools.json"] = _bytes({pool: _counted(contests) for pool, contests in commitment.pools.items()})
    elif commitment.design is Design.POLLING:
        found["batches.csv"] = table(BATCHES, ((one.batch, str(one.cards)) for one in commitment.batches))
        found["totals.json"] = _bytes(_counted(commitment.totals))
    else:
        found["batches.json"] = _bytes(
            [{"batch": _tabled(one.batch), "cards": one.cards, "contests": _counted(one.contests)}
             for one in commitment.batches]
        )  # fmt: skip
    return found


def sample_file(sample: Sample, batches: bool) -> bytes:
    """Return a sample as the CSV that a draw names."""
    if batches:
        return table(("draw", "unit"), ((str(at), draw.unit) for at, draw in enumerate(sample.draws, 1)))
    return table(("ticket", "unit"), ((draw.ticket, draw.unit) for draw in sample.draws))


def commitment_of(design: Design, files: Mapping[str, bytes]) -> Commitment:
    """Return what the committed files say.

    Raises `BadInputError` for a file that is missing, has another form, or says it in other bytes than `files_of`.
    """
    try:
        found = _commitment_of(design, files)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, csv.Error) as error:
        raise BadInputError("commitment", "files have the form of docs/bundle.md", type(error).__name__) from error
    for name, data in files_of(found).items():
        if files[name] != data:
            raise BadInputError(name, "it is written in the one way of docs/bundle.md", "the same in other bytes")
    return found


def _commitment_of(design: Design, files: Mapping[str, bytes]) -> Commitment:
    subjects = tuple(subject_of(one, "contests.json") for one in _parsed(files, "contests.json", list))
    contests = {one.id: one.contest for one in subjects}
    if design is Design.COMPARISON:
        return Commitment(
            design, subjects,
            tuple(_cards(files, contests)),
            {name: tuple(_read(one, _known(contests, name, "ballots.json")) for one in distinct)
             for name, distinct in _parsed(files, "ballots.json", dict).items()},
            {name: _contests(pool, contests, "pools.json")
             for name, pool in _parsed(files, "pools.json", dict).items()},
        )  # fmt: skip
    if design is Design.POLLING:
        batches = tuple(BatchReport(name, _number(n)) for name, n in _rows(files, "batches.csv", BATCHES))
        totals = _contests(_parsed(files, "totals.json", dict), contests, "totals.json")
        return Commitment(design, subjects, batches=batches, totals=totals)
    reports = tuple(
        BatchReport(
            one["batch"],
            CardCount(whole_of(one["cards"], "batches.json")),
            _contests(one["contests"], contests, "batches.json"),
        )
        for one in _parsed(files, "batches.json", list)
    )
    return Commitment(design, subjects, batches=reports)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Return a CSV: RFC 4180 with \\n, quoted only where it must be. Raises `BadInputError` for NUL in a cell."""
    # By hand: whether the standard library quotes a lone \r differs between versions of Python.
    return "".join(f"{','.join(map(_cell, row))}\n" for row in chain((heads,), rows)).encode()


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if QUOTED.search(_tabled(text)) else text


def _tabled(text: str) -> str:
    """Return what is to stand in a table, of this file or of a later sample."""
    if "\0" in text:
        rule, fix = "no name of a card, batch or pool holds NUL", "name it otherwise in the export, and ingest that"
        raise BadInputError("commitment", rule, repr(text), fix)
    return text


def body_of(data: bytes, name: str) -> dict[str, Json]:
    """Return the body of an act that lies in a file. Raises `BadInputError` unless it is one canonical JSON object."""
    body: dict[str, Json] = _parsed({name: data}, name, dict)
    if _bytes(body) != data:
        raise BadInputError(name, "it is canonical JSON, without a byte more", f"{len(data):,} bytes")
    return body


def _bytes(value: Json) -> bytes:
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def _ordered(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=utf16)}
    return [_ordered(one) for one in value] if isinstance(value, list | tuple) else value


def _record(card: ListedCard) -> str:
    return ";".join(f"{contest}:{'' if index is None else index}" for contest, index in card.record)


def _counted(contests: Mapping[str, Counted]) -> Json:
    return {name: counted_json(one) for name, one in contests.items()}


def _parsed(files: Mapping[str, bytes], name: str, kind: type) -> Json:
    if name not in files:
        raise BadInputError(name, "this design commits to it", "no such file")
    try:
        value = json.loads(files[name])
    except (ValueError, RecursionError) as error:
        raise BadInputError(name, "it is JSON", str(error)) from None
    if not isinstance(value, kind):
        raise BadInputError(name, f"it holds a {kind.__name__}", type(value).__name__)
    return value


def _rows(files: Mapping[str, bytes], name: str, heads: tuple[str, ...]) -> Iterable[list[str]]:
    if name not in files:
        raise BadInputError(name, "this design commits to it", "no such file")
    rows = csv.reader(io.StringIO(files[name].decode(), newline=""))
    if tuple(next(rows, ())) != heads:
        raise BadInputError(name, f"the columns are {', '.join(heads)}")
    for at, row in enumerate(rows, 2):
        if len(row) != len(heads):
            raise BadInputError(f"{name}, row {at}", f"there are {len(heads)} cells", str(len(row)))
        yield row


def _cards(files: Mapping[str, bytes], contests: Mapping[str, Contest]) -> Iterable[ListedCard]:
    known: dict[str, tuple[tuple[str, int | None], ...]] = {"": ()}  # many cards say the same
    for unit, batch, position, pool, record in _rows(files, "cards.csv", CARDS):
        if record not in known:
            known[record] = tuple(_part(part, contests, unit) for part in record.split(";"))
        yield ListedCard(unit, batch, position, pool, known[record])


def _part(part: str, contests: Mapping[str, Contest], unit: str) -> tuple[str, int | None]:
    name, colon, index = part.partition(":")
    if not colon or name not in contests or not (index == "" or index.isdecimal()):
        raise BadInputError(f"cards.csv, {unit}", "a record is contest:index, joined by ;", repr(part))
    return name, int(index) if index else None


def _read_json(one: Read) -> Json:
    stated = {"stated": one.stated} if one.stated else {}
    return {"marks": [list(mark) for mark in one.marks], "ballot": ballot_json(one.ballot), **stated}


def _read(value: Json, contest: Contest) -> Read:
    marks = tuple((choice, rank, score) for choice, rank, score in value["marks"])
    return Read(marks, ballot_of(value["ballot"], contest, "ballots.json"), value.get("stated", ""))


def _known(contests: Mapping[str, Contest], name: str, place: str) -> Contest:
    if name not in contests:
        raise BadInputError(place, "contests are those of contests.json", repr(name))
    return contests[name]


def _contests(value: Json, contests: Mapping[str, Contest], place: str) -> dict[str, Counted]:
    return {name: counted_of(one, _known(contests, name, place), place) for name, one in value.items()}


def _number(text: str) -> CardCount:
    if not text.isdecimal():
        raise BadInputError("batches.csv", "cards are a whole number", repr(text))
    return CardCount(int(text))
