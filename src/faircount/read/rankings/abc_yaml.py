"""Approval profiles of abcvoting (.abc.yaml): the small part of YAML that they use, read strictly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, zip_longest

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.rankings.counted_rankings import (
    GIVES,
    MAX_CHOICES,
    WEIGHT_RULE,
    Contest,
    Named,
    stem,
    weight_of,
)
from faircount.read.reader import Part, Reader, Recognition, add_companions, numbered_members, parts_of_files
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.text_lines import head_lines, open_lines

NUMBERED = "candidates are numbered from 0 to num_cand - 1"
KEYS = ("description", "profile", "voter_weights", "num_cand", "committeesize", "compute")
LISTS = ("profile", "voter_weights")
"""Keys whose values are as long as there are voters: read where they stand, never held."""
MAX_CHARACTERS = 1 << 20
"""Of any other value."""
_TOP = re.compile(r"([A-Za-z_]\w*):(?:\s(.*))?")
_TOKEN = re.compile(r"[\[\]{},]|-(?=\s)|[^\s\[\]{},]+")
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Value:
    """Where the value of one key stands, and its text unless it is one of `LISTS`."""

    row: int
    end: int
    """The row of the next key, or one after the last."""
    text: str


def recognise(export: Export) -> Recognition | None:
    """Claim text whose keys at the margin are those of abcvoting, `profile` among them."""
    names = candidates(export)
    for name in names:
        lines, whole = head_lines(export, name)
        keys = [shape[1] for line in lines if (shape := _TOP.fullmatch(line.rstrip()))]
        profile = any(re.match(r"profile:\s*(\[|$)", line) for line in lines)
        if not profile or not set(keys) & {"num_cand", "committeesize", "voter_weights", "compute"}:
            if not (profile and name.lower().endswith(".abc.yaml")) and (whole or not profile):
                return None
    return Recognition(84, "", "a YAML file with an approval profile") if names else None


def read(export: Export, part: Part) -> Iterator[Batch]:
    """Yield the voters of each file as cards of one contest in which they mark and do not rank.

    A file is read for its keys and then once for each of `LISTS`, which are longer than anything should be that is
    held. Raises `BadInputError` naming the line for keys that the format has not, lists that do not close, candidates
    beyond `num_cand`, and weights that are not as many as voters.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        with open_lines(export, name) as lines:
            values, digest = _values(lines.numbered(), lines.place), lines.sha256()
        contest = Contest(
            builder, number, name, lines.place, stem(name).removesuffix(".abc"),
            [Named("", str(at)) for at in range(_candidates(export, name, values))],
        )  # fmt: skip
        _state(contest, values)
        voters = 0
        for row, voter, weight in _weighted(export, name, values):
            if max(voter, default=0) >= len(contest.choices):
                found = f"candidate {max(voter)}, num_cand {len(contest.choices)}"
                raise BadInputError(f"{lines.place}, row {row}", NUMBERED, found)
            marks = tuple(ExportedMark(contest.choices[index].name) for index in sorted(voter))
            yield from contest.cast(row, weight, marks)
            voters += 1
        builder.add("files", file=number, name=name, sha256=digest, bytes=lines.bytes, records=voters)
    yield builder.build()


def _candidates(export: Export, name: str, values: dict[str, Value]) -> int:
    """Return how many candidates there are: as stated, or so many that every voter's are among them."""
    place = export.place(name)
    size = _whole(values, "num_cand", place)
    if size is None:
        size = 1 + max((max(voter, default=-1) for _, voter in _profile(export, name, values)), default=-1)
    if not 0 < size <= MAX_CHOICES:
        raise BadInputError(place, f"{NUMBERED}, 1 to {MAX_CHOICES:,} of them", f"num_cand {size}")
    return size


def _state(contest: Contest, values: dict[str, Value]) -> None:
    """Add the contest, its choices, and what the file says of itself."""
    seats = _whole(values, "committeesize", contest.place)
    contest.state(place=contest.file, key=stem(contest.name), ranks=0, seats=seats, votes_allowed=len(contest.choices))
    if "description" in values:
        contest.builder.add_facts([("note", f"{contest.title}: {values['description'].text.strip()}")])
    if "compute" in values:
        contest.builder.add_facts([("note", f"{contest.title}: the results under `compute` are not read")])


def _values(lines: Iterator[tuple[int, str]], place: str) -> dict[str, Value]:
    """Return the values by their keys; of `LISTS` only where they stand."""
    starts: dict[str, int] = {}
    texts: dict[str, list[str]] = {}
    key, row, size = "", 0, 0
    for row, line in lines:
        shape = _TOP.fullmatch(line.rstrip())
        if shape:
            key, size = shape[1], 0
            if key not in KEYS or key in starts:
                raise BadInputError(f"{place}, row {row}", f"keys are {', '.join(KEYS)}, each once", key)
            starts[key], texts[key] = row, []
            line = shape[2] or ""
        elif not line.strip() or line.lstrip().startswith("#"):
            line = ""
        elif not key or not line.startswith((" ", "-", "\t")):
            raise BadInputError(f"{place}, row {row}", "a line is `key: value` or continues one", line[:80])
        if key and key not in LISTS:
            size += len(line) + 1
            if size > MAX_CHARACTERS:
                rule = f"a value other than {' and '.join(LISTS)} has at most {MAX_CHARACTERS:,} characters"
                raise BadInputError(f"{place}, row {row}", rule, f"more, under {key}")
            texts[key].append(line)
    if "profile" not in starts:
        raise BadInputError(place, "the file has a profile", "none")
    ends = [*list(starts.values())[1:], row + 1]
    return {key: Value(starts[key], end, "\n".join(texts[key])) for key, end in zip(starts, ends, strict=True)}


def _tokens(export: Export, name: str, value: Value) -> Iterator[tuple[int, str]]:
    """Yield (row, token) of one of `LISTS`, from where it stands in the file."""
    with open_lines(export, name) as lines:
        for row, line in islice(lines.numbered(), value.row - 1, value.end - 1):
            if row == value.row:
                line = line.partition(":")[2]
            if not line.lstrip().startswith("#") or row == value.row:
                for token in _TOKEN.finditer(line.split(" #")[0]):
                    yield row, token[0]


def _profile(export: Export, name: str, values: dict[str, Value]) -> Iterator[tuple[int, set[int]]]:
    """Yield (row, candidates) of each voter, from `[[0, 1], {2}]` or from lines `- [0, 1]`."""
    depth, block = "", False
    voter: set[int] = set()
    rule = "a profile is a list of lists or sets of candidates' numbers"
    row = first = values["profile"].row
    before, place = "", export.place(name)
    for row, token in _tokens(export, name, values["profile"]):
        closes = {"[": "]", "{": "}"}.get(depth[-1:], "")
        if token == "-" and not depth:
            block = True
        elif token == "[" and not depth and not block:
            depth = "["
        elif token in "[{" and ((depth == "[" and not block) or (block and not depth)):
            first, voter = row, set()
            depth += token
        elif token == closes and (before != "," or len(depth) == 1):
            depth = depth[:-1]
            if depth or block:
                yield first, voter
        elif token == "," and depth and before not in ("[", "{", ","):
            pass
        elif _WHOLE.fullmatch(token) and (len(depth) == 2 or (block and depth)) and before in ("[", "{", ","):
            voter.add(int(token))
        else:
            raise BadInputError(f"{place}, row {row}", rule, token[:40])
        before = token
    if depth or (not block and before != "]"):
        raise BadInputError(f"{place}, row {row}", rule, "a list that does not close", "the file may be cut short")


def _weighted(export: Export, name: str, values: dict[str, Value]) -> Iterator[tuple[int, set[int], Decimal]]:
    """Yield (row, candidates, weight) of each voter; the weight is 1 where the file has no weights."""
    voters, place, given = _profile(export, name, values), export.place(name), values.get("voter_weights")
    if given is None:
        yield from ((row, voter, Decimal(1)) for row, voter in voters)
        return
    weights = (token for _, token in _tokens(export, name, given) if token not in ("[", "]", ",", "-"))
    for number, (of_voter, text) in enumerate(zip_longest(voters, weights)):
        if of_voter is None or text is None:
            more = number + 1 + sum(1 for _ in (voters if text is None else weights))
            found = f"{number} weights for {more} voters" if text is None else f"{more} weights for {number} voters"
            raise BadInputError(f"{place}, row {given.row}", "there are as many voter_weights as voters", found)
        row, voter = of_voter
        weight = weight_of(text)
        if weight is None:
            raise BadInputError(f"{place}, row {row}", WEIGHT_RULE, text)
        yield row, voter, weight


def _whole(values: dict[str, Value], key: str, place: str) -> int | None:
    if key not in values:
        return None
    text = values[key].text.split("#")[0].strip()
    if not _WHOLE.fullmatch(text):
        raise BadInputError(f"{place}, row {values[key].row}", f"{key} is a whole number", repr(text[:40]))
    return int(text)


READER = Reader(
    name="abcvoting-yaml",
    title="abcvoting approval profile",
    source="abcvoting 2.19, files .abc.yaml",
    gives=GIVES,
    recognise=recognise,
    plan=parts_of_files,
    read=read,
)
