"""Approval profiles of abcvoting (.abc.yaml): the small part of YAML that they use, read strictly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from faircount.model import BadInputError, Batch
from faircount.read.batch_builder import BatchBuilder, ExportedMark
from faircount.read.export import Export
from faircount.read.rankings.counted_rankings import (
    GIVES,
    MAX_CHOICES,
    WEIGHT_RULE,
    Contest,
    Named,
    add_companions,
    numbered_members,
    parts_of_files,
    stem,
    weight_of,
)
from faircount.read.reader import Part, Reader, Recognition
from faircount.read.syntax.csv_rows import candidates
from faircount.read.syntax.text_lines import head_lines, open_lines

KEYS = ("description", "profile", "voter_weights", "num_cand", "committeesize", "compute")
MAX_BYTES = 256 << 20
_TOP = re.compile(r"([A-Za-z_]\w*):(?:\s(.*))?")
_TOKEN = re.compile(r"[\[\]{},]|-(?=\s)|[^\s\[\]{},]+")
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Value:
    """The text of one key, and the line it begins on."""

    row: int
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

    Raises `BadInputError` naming the line for keys that the format has not, lists that do not close, candidates
    beyond `num_cand`, and weights that are not as many as voters.
    """
    builder = BatchBuilder()
    add_companions(builder, export, part)
    for number, name in numbered_members(export, part):
        with open_lines(export, name) as lines:
            values = _values(lines.numbered(), lines.place)
            yield from _read_file(builder, number, name, lines.place, values)
            builder.add("files", file=number, name=name, sha256=lines.sha256(), bytes=lines.bytes,
                        records=len(_profile(values, lines.place)))  # fmt: skip
    yield builder.build()


def _read_file(builder: BatchBuilder, number: int, name: str, place: str, values: dict[str, Value]) -> Iterator[Batch]:
    voters = _profile(values, place)
    weights = _weights(values, voters, place)
    size = _whole(values, "num_cand", place)
    highest = max((candidate for _, voter in voters for candidate in voter), default=-1)
    size = highest + 1 if size is None else size
    if not 0 < size <= MAX_CHOICES or highest >= size:
        found = f"candidate {highest}, num_cand {size}"
        raise BadInputError(place, "candidates are numbered from 0 to num_cand - 1", found)
    contest = Contest(
        builder, number, name, place, stem(name).removesuffix(".abc"), [Named("", str(at)) for at in range(size)]
    )
    contest.state(
        place=number, key=stem(name), ranks=0, seats=_whole(values, "committeesize", place), votes_allowed=size
    )
    if "description" in values:
        builder.add_facts([("note", f"{contest.title}: {values['description'].text.strip()}")])
    if "compute" in values:
        builder.add_facts([("note", f"{contest.title}: the results under `compute` are not read")])
    for (row, voter), text in zip(voters, weights, strict=True):
        weight = weight_of(text)
        if weight is None:
            raise BadInputError(f"{place}, row {row}", WEIGHT_RULE, text)
        marks = tuple(ExportedMark(contest.choices[index].name) for index in sorted(set(voter)))
        yield from contest.cast(row, weight, marks)


def _values(lines: Iterator[tuple[int, str]], place: str) -> dict[str, Value]:
    rows: dict[str, int] = {}
    texts: dict[str, list[str]] = {}
    key, size = "", 0
    for row, line in lines:
        size += len(line)
        if size > MAX_BYTES:
            raise BadInputError(place, f"a profile has at most {MAX_BYTES >> 20} MiB", "more")
        shape = _TOP.fullmatch(line.rstrip())
        if shape:
            key = shape[1]
            if key not in KEYS or key in rows:
                raise BadInputError(f"{place}, row {row}", f"keys are {', '.join(KEYS)}, each once", key)
            rows[key], texts[key] = row, [shape[2] or ""]
        elif line.strip() and not line.lstrip().startswith("#"):
            if not key or not line.startswith((" ", "-", "\t")):
                raise BadInputError(f"{place}, row {row}", "a line is `key: value` or continues one", line[:80])
            texts[key].append(line)
        elif key:
            texts[key].append("")
    if "profile" not in rows:
        raise BadInputError(place, "the file has a profile", "none")
    return {key: Value(row, "\n".join(texts[key])) for key, row in rows.items()}


def _tokens(value: Value) -> Iterator[tuple[int, str]]:
    for offset, line in enumerate(value.text.split("\n")):
        for token in _TOKEN.findall(line.split(" #")[0]):
            yield value.row + offset, token


def _profile(values: dict[str, Value], place: str) -> list[tuple[int, list[int]]]:
    """Return (row, candidates) of each voter, from `[[0, 1], {2}]` or from lines `- [0, 1]`."""
    voters: list[tuple[int, list[int]]] = []
    depth, block = "", False
    rule = "a profile is a list of lists or sets of candidates' numbers"
    row, before = values["profile"].row, ""
    for row, token in _tokens(values["profile"]):
        closes = {"[": "]", "{": "}"}.get(depth[-1:], "")
        if token == "-" and not depth:
            block = True
        elif token == "[" and not depth and not block:
            depth = "["
        elif token in "[{" and ((depth == "[" and not block) or (block and not depth)):
            voters.append((row, []))
            depth += token
        elif token == closes and (before != "," or not voters or len(depth) == 1):
            depth = depth[:-1]
        elif token == "," and depth and before not in ("[", "{", ","):
            pass
        elif _WHOLE.fullmatch(token) and (len(depth) == 2 or (block and depth)) and before in ("[", "{", ","):
            voters[-1][1].append(int(token))
        else:
            raise BadInputError(f"{place}, row {row}", rule, token[:40])
        before = token
    if depth or (not voters and not block and before != "]"):
        raise BadInputError(f"{place}, row {row}", rule, "a list that does not close", "the file may be cut short")
    return voters


def _weights(values: dict[str, Value], voters: list[tuple[int, list[int]]], place: str) -> list[str]:
    if "voter_weights" not in values:
        return ["1"] * len(voters)
    found = [token for _, token in _tokens(values["voter_weights"]) if token not in ("[", "]", ",", "-")]
    if len(found) != len(voters):
        rule = "there are as many voter_weights as voters"
        found_text = f"{len(found)} weights for {len(voters)} voters"
        raise BadInputError(f"{place}, row {values['voter_weights'].row}", rule, found_text)
    return found


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
