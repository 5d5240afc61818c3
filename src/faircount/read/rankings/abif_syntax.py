"""The syntax of ABIF: metadata in braces, candidates after `=`, votes after their count."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from faircount.model import BadInputError
from faircount.read.rankings.counted_rankings import MAX_CHOICES
from faircount.read.syntax.json_strict import strict_loads

_COMMENT = re.compile(r'"[^"]*"|\[[^\]]*\]|^\s*#.*$|\s#+(?:\s.*|$)')
_METADATA = re.compile(r"""\{\s*["']?([\w ]+?)["']?\s*:\s*(.*?)\s*\}""")
_CANDIDATE = re.compile(r"""=\s*(?:\[([^\]]*)\]|"([^"]*)"|([^:"\[\]]*?))\s*:\s*(?:\[([^\]]*)\]|(.*?))\s*""")
_VOTE = re.compile(r"([0-9][0-9.]*)\s*:(.*)", re.ASCII)
_EXTENDED = re.compile(r"(.*?):?\s*(\{.*\})\s*")
_PLAIN = re.compile(r"[\w.'-]+(?:[>=,][\w.'-]+)*")
_SEPARATOR = re.compile(r"([>=,])")
_MARK = re.compile(r"""\s*(?:\[([^\]]*)\]|"([^"]*)"|([\w.'-]+))\s*(?:/\s*(\d{1,9}))?\s*([>=,]|$)""")


class Mark(NamedTuple):
    """A choice on a vote line, its rating if it has one."""

    token: str
    rating: int | None


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote line: its count as written, its marks, and what stands between them (one fewer than marks)."""

    row: int
    text: str
    count: str
    marks: tuple[Mark, ...] = ()
    separators: str = ""
    extended: bool = False
    broken: str = ""

    def ranks(self) -> list[int]:
        """Return the rank of each mark: `>` goes one down; where only commas stand, higher ratings come first."""
        if self.separators and set(self.separators) == {","} and all(m.rating is not None for m in self.marks):
            steps = sorted({mark.rating or 0 for mark in self.marks}, reverse=True)
            return [steps.index(mark.rating or 0) + 1 for mark in self.marks]
        if len(self.separators) == self.separators.count(">"):
            return list(range(1, len(self.marks) + 1))
        found = [1]
        for separator in self.separators:
            found.append(found[-1] + (separator == ">"))
        return found[: len(self.marks)]


@dataclass(slots=True)
class Abif:
    """What a file says besides its votes; filled while they are read."""

    place: str
    metadata: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    ranked: bool = False
    single: bool = True
    deepest: int = 0
    extended: int = 0

    def tokens(self) -> list[str]:
        """Return the tokens: those with a line of their own in its order, then others by name, as rows may move."""
        return [*self.names, *sorted(self.used - self.names.keys())]


def survey(lines: Iterator[tuple[int, str]], place: str) -> Abif:
    """Return what a file says besides its votes, and of which form these are."""
    found = Abif(place)
    held = 0
    for vote in votes(lines, found):
        held += 1
        found.used.update(mark.token for mark in vote.marks)
        if len(found.used) > MAX_CHOICES:
            raise BadInputError(f"{place}, row {vote.row}", f"a contest has at most {MAX_CHOICES:,} choices", "more")
        found.ranked = found.ranked or ">" in vote.separators
        found.single = found.single and len(vote.marks) < 2 and all(m.rating is None for m in vote.marks)
        found.deepest = max(found.deepest, *vote.ranks()) if vote.marks else found.deepest
        found.extended += vote.extended
    if not held:
        raise BadInputError(place, "ABIF has vote lines such as 27:Ada>Bo", "none", "the file may be cut short")
    said = found.metadata.get("ballot_type", "")
    # A file that says it is ranked is so even where every voter ranked only one; lines that rank are believed anyway.
    found.ranked = found.ranked or said == "ranked"
    return found


def votes(lines: Iterator[tuple[int, str]], found: Abif) -> Iterator[Vote]:
    """Yield the vote lines and fill `found` from the others.

    Raises `BadInputError` for a line that is neither, and for a candidate with two lines.
    """
    for row, line in lines:
        text = _without_comment(line).strip()
        if not text:
            continue
        if text.startswith("{") and text.endswith("}"):
            _metadata(text, found, row)
        elif text.startswith("="):
            _candidate(text, found, row)
        elif shape := _VOTE.fullmatch(text):
            yield _vote(row, text, shape[1], shape[2])
        else:
            rule = "an ABIF line is {metadata}, =token:name, a # comment or count:ranking"
            raise BadInputError(f"{found.place}, row {row}", rule, text[:120])


def _without_comment(line: str) -> str:
    if "#" not in line:
        return line
    for found in _COMMENT.finditer(line):
        if found[0].lstrip().startswith("#"):
            return line[: found.start()]
    return line


def _metadata(text: str, found: Abif, row: int) -> None:
    try:
        pairs = strict_loads(text.encode(), f"{found.place}, row {row}")
    except BadInputError:
        shape = _METADATA.fullmatch(text)
        if shape is None:
            rule = 'metadata is {key: "value"}'
            raise BadInputError(f"{found.place}, row {row}", rule, text[:120]) from None
        pairs = {shape[1]: shape[2].strip("\"'")}
    for key, value in pairs.items() if isinstance(pairs, dict) else ():
        found.metadata[str(key).strip()] = value if isinstance(value, str) else json.dumps(value)


def _candidate(text: str, found: Abif, row: int) -> None:
    shape = _CANDIDATE.fullmatch(text)
    token = (shape[1] or shape[2] or shape[3] or "").strip() if shape else ""
    if shape is None or not token:
        raise BadInputError(f"{found.place}, row {row}", "a candidate is =token:[name]", text[:120])
    if token in found.names:
        raise BadInputError(f"{found.place}, row {row}", "a token names one candidate", f"{token} twice")
    name = (shape[4] or shape[5] or "").strip()
    found.names[token] = name[1:-1].strip() if len(name) > 2 and name[0] == name[-1] == '"' else name


def _vote(row: int, text: str, count: str, rest: str) -> Vote:
    extended = False
    if rest.rstrip().endswith("}") and (shape := _EXTENDED.fullmatch(rest)):
        rest, extended = shape[1], True
    if _PLAIN.fullmatch(rest.strip()):  # nearly every line: words, and nothing between them but separators
        words = _SEPARATOR.split(rest.strip())
        return Vote(row, text, count, tuple([Mark(word, None) for word in words[::2]]), "".join(words[1::2]), extended)
    marks: list[Mark] = []
    separators = ""
    at, rest = 0, rest.rstrip()
    while at < len(rest):
        shape = _MARK.match(rest, at)
        if shape is None or (shape[5] and shape.end() == len(rest)):
            rule = "a ranking is choices with > = or , between them, [quoted] where they are not plain words"
            return Vote(row, text, count, broken=rule)
        marks.append(Mark((shape[1] or shape[2] or shape[3] or "").strip(), int(shape[4]) if shape[4] else None))
        separators += shape[5]
        at = shape.end()
    return Vote(row, text, count, tuple(marks), separators, extended)
