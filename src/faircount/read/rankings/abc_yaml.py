"""Approval profiles of abcvoting (.abc.yaml): the small part of YAML that they use, read strictly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, zip_longest

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import ONE, BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.rankings.counted_rankings import (
    GIVES,
    MAX_CHOICES,
    WEIGHT_RULE,
    Contest,
    Named,
    name_in,
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
_NUMBERS = r"[0-9]{1,6}(?:, ?[0-9]{1,6})*"
_IN_LIST = re.compile(rf"\s*(?:\[({_NUMBERS})\]|\{{({_NUMBERS})\}})(,?)")
_IN_BLOCK = re.compile(rf"\s*-\s+(?:\[({_NUMBERS})\]|\{{({_NUMBERS})\}})()")


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
            builder, number, name, lines.place, name_in(export, name),
            [Named("", str(at)) for at in range(_candidates(export, name, values))],
        )  # fmt: skip
        _state(contest, values)
        mark_of = [ExportedMark(choice.name) for choice in contest.choices]
        voters = 0
        for row, voter, weight in _weighted(export, name, values):
            if max(voter, default=0) >= len(contest.choices):
                found = f"candidate {max(voter)}, num_cand {len(contest.choices)}"
                raise BadInputError(f"{lines.place}, row {row}", NUMBERED, found)
            yield from contest.cast(row, weight, tuple([mark_of[index] for index in sorted(voter)]))
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
    contest.state(place=contest.file, key=contest.title, ranks=0, seats=seats, votes_allowed=len(contest.choices))
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


def _lines(export: Export, name: str, value: Value) -> Iterator[tuple[int, str]]:
    """Yield (row, text) of one of `LISTS`, from where it stands in the file, without comments."""
    with open_lines(export, name) as lines:
        for row, line in islice(lines.numbered(), value.row - 1, value.end - 1):
            if row == value.row:
                yield row, line.partition(":")[2].split(" #")[0]
            elif not line.lstrip().startswith("#"):
                yield row, line.split(" #")[0] if "#" in line else line


class _Profile:
    """Where in a profile the reading stands: takes it token by token, or a whole voter at a time where one is plain."""

    def __init__(self, row: int) -> None:
        self.row = row
        """Of the voter's first bracket."""
        self.voter: set[int] = set()
        self._depth, self._block = "", False
        self._before = ""

    @property
    def closed(self) -> bool:
        """Whether the profile may end here."""
        return not self._depth and (self._block or self._before == "]")

    def plain(self, line: str, at: int) -> re.Match[str] | None:
        """Return the voter that stands whole and plain at this place of the line, if one may."""
        if self._depth == "[" and not self._block:
            shape = _IN_LIST.match(line, at)
        elif self._block and not self._depth:
            shape = _IN_BLOCK.match(line, at)
        else:
            return None
        if shape:
            self._before = shape[3] or "]"
        return shape

    def takes(self, row: int, token: str) -> bool | None:
        """Take a token; return whether it ends a voter, or None for one that may not stand here."""
        before, self._before = self._before, token
        depth, block = self._depth, self._block
        if token == "-" and not depth:
            self._block = True
        elif token == "[" and not depth and not block:
            self._depth = "["
        elif token in "[{" and ((depth == "[" and not block) or (block and not depth)):
            self.row, self.voter = row, set()
            self._depth += token
        elif token == {"[": "]", "{": "}"}.get(depth[-1:], "") and (before != "," or len(depth) == 1):
            self._depth = depth[:-1]
            return bool(self._depth or block)
        elif token == "," and depth and before not in ("[", "{", ","):
            pass
        elif _WHOLE.fullmatch(token) and (len(depth) == 2 or (block and depth)) and before in ("[", "{", ","):
            self.voter.add(int(token))
        else:
            return None
        return False


def _profile(export: Export, name: str, values: dict[str, Value]) -> Iterator[tuple[int, set[int]]]:
    """Yield (row, candidates) of each voter, from `[[0, 1], {2}]` or from lines `- [0, 1]`."""
    rule = "a profile is a list of lists or sets of candidates' numbers"
    last, place = values["profile"].row, export.place(name)
    state = _Profile(last)
    for row, line in _lines(export, name, values["profile"]):
        at = 0
        while True:
            if plain := state.plain(line, at):
                at, last = plain.end(), row
                yield row, set(map(int, (plain[1] or plain[2]).split(",")))
                continue
            shape = _TOKEN.search(line, at)
            if shape is None:
                break
            at, last = shape.end(), row
            ends = state.takes(row, shape[0])
            if ends is None:
                raise BadInputError(f"{place}, row {row}", rule, shape[0][:40])
            if ends:
                yield state.row, state.voter
    if not state.closed:
        raise BadInputError(f"{place}, row {last}", rule, "a list that does not close", "the file may be cut short")


def _weighted(export: Export, name: str, values: dict[str, Value]) -> Iterator[tuple[int, set[int], Decimal]]:
    """Yield (row, candidates, weight) of each voter; the weight is 1 where the file has no weights."""
    voters, place, given = _profile(export, name, values), export.place(name), values.get("voter_weights")
    if given is None:
        yield from ((row, voter, ONE) for row, voter in voters)
        return
    weights = (
        token for _, line in _lines(export, name, given) for token in _TOKEN.findall(line) if token not in "[],-"
    )  # fmt: skip
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
