"""The syntax of BLT files in their dialects: where a ballot ends, what a token means, which lines are names.

Two forms, told apart by the first lines. Lines: the header stands alone, a line is one ballot; a 0 before the last is a
skipped rank. Stream: the header shares its line, or the first line below it holds names too; line ends mean nothing, a
0 ends a ballot.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from faircount.model import BadInputError
from faircount.read.rankings.counted_rankings import MAX_CHOICES, MAX_RANKS, Ranking

_TOKEN = re.compile(r'"(?:[^"]|"")*"|\([^()]*\)|\[[^\[\]]*\]|[^\s"()\[\]]+|\S')
_GROUPING = re.compile(r'["()\[\]]')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_PARTY_INSIDE = re.compile(r'(.*\S)\s*"([^"]*)"\s*')
_CUT = "the file may be cut short: fetch it again"
_ONE_A_LINE = "put each ballot on a line of its own, and write - for a skipped rank"
MAX_KNOWN = 100_000
"""Tokens whose meaning is remembered: candidates, and the ways in which they were tied."""

Line = tuple[int, str]
Token = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Name:
    """A candidate's name, and party where it stands in quotes of its own."""

    name: str
    party: str | None = None


class Ballot(NamedTuple):
    """A row of ballots: its line, its number as written, its ranking, and the id in parentheses before it."""

    row: int
    weight: str
    ranking: Ranking
    ident: str | None
    text: str


class Broken(NamedTuple):
    """A line among the ballots that is none."""

    row: int
    text: str
    rule: str
    fix: str


@dataclass(slots=True)
class Blt:
    """What a file says around its ballots; filled while they are read."""

    place: str
    candidates: int = 0
    seats: int = 0
    streaming: bool = False
    withdrawn: list[int] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    nicknames: dict[str, int] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)
    title: str = ""
    remarks: list[str] = field(default_factory=list)
    lines: int = 0
    gaps: int = 0
    packable: int = 0
    deepest: int = 0
    ended: bool | None = None
    """Whether ballot lines end with 0; None before the first."""
    known: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Token → the candidates at its rank, for tokens met before."""

    def error(self, row: int, rule: str, found: str, fix: str = "") -> BadInputError:
        """Return the error at a line."""
        return BadInputError(f"{self.place}, row {row}" if row else self.place, rule, found[:120], fix)


def survey(lines: Iterator[Line], place: str) -> Blt:
    """Return what a file says around its ballots; raises `BadInputError` where `ballots` does, or when it is unclear
    whether its lines hold several ballots each."""
    found = Blt(place)
    for ballot in ballots(lines, found):
        if isinstance(ballot, Ballot):
            found.deepest = max(found.deepest, len(ballot.ranking))
    if found.gaps * 2 > found.lines and found.packable == found.gaps:
        raise BadInputError(
            place, "a line is one ballot; a 0 before its end is a skipped rank",
            f"{found.gaps:,} of {found.lines:,} lines that could as well be several ballots each",
            _ONE_A_LINE,
        )  # fmt: skip
    return found


def ballots(lines: Iterator[Line], found: Blt) -> Iterator[Ballot | Broken]:
    """Yield the ballots of a file and fill `found`: header before the first ballot, names after the last.

    Raises `BadInputError` for a broken header, mixed line ends, no end of ballots, or too few names.
    """
    bare = _without_comments(lines)
    row, text = next(((r, t) for r, t in bare if t.strip()), (0, ""))
    head = _TOKEN.findall(text)
    found.streaming = len(head) != 2
    if found.streaming:
        tokens = _tokens(row, head, bare)
        _header(found, [next(tokens, (row, "")), next(tokens, (row, ""))])
        yield from _stream(tokens, found)
    else:
        _header(found, [(row, head[0]), (row, head[1])])
        yield from _by_line(bare, found)


def _header(found: Blt, tokens: list[Token]) -> None:
    (row, first), (_, second) = tokens
    rule = f"a BLT file begins with the numbers of candidates (1 to {MAX_CHOICES:,}) and of seats"
    if not (_is_number(first) and _is_number(second) and 0 < int(first) <= MAX_CHOICES and 0 < int(second) < 10**6):
        raise found.error(row, rule, f"{first} {second}".strip() or "nothing")
    found.candidates, found.seats = int(first), int(second)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _tokens(row: int, first: list[str], lines: Iterator[Line]) -> Iterator[Token]:
    yield from ((row, token) for token in first)
    for number, text in lines:
        yield from ((number, token) for token in _split(text))


def _split(text: str) -> list[str]:
    """Return the tokens of a line; most lines have nothing but blanks between them."""
    return _TOKEN.findall(text) if _GROUPING.search(text) else text.split()


def _stream(tokens: Iterator[Token], found: Blt) -> Iterator[Ballot]:
    ballot: list[str] = []
    strings: list[str] = []
    begun = row = 0
    for row, token in tokens:
        if not ballot and _before_ballots(token, found, row):
            continue
        begun = begun or row
        if token != "0":
            if token.startswith('"'):
                raise found.error(row, "ballots end with a 0 of its own, before the names", token, _CUT)
            ballot.append(token)
            continue
        if not ballot:
            tail = list(tokens)
            _refuse_open_quotes(tail, found)
            strings = [text for _, text in tail]
            break
        made = _ballot(begun, ballot, found)
        if isinstance(made, Broken):
            raise found.error(made.row, made.rule, made.text, made.fix)
        yield made
        ballot, begun = [], 0
    else:
        raise found.error(row, "ballots end with a 0 of its own", "the end of the file", _CUT)
    _names([_unquoted(text) for text in strings], found)


def _by_line(lines: Iterator[Line], found: Blt) -> Iterator[Ballot | Broken]:
    row, after = 0, ""
    for row, text in lines:
        tokens = _split(text)
        if not tokens:
            continue
        if not found.lines and any(token.startswith('"') for token in tokens[1:]) and tokens[0] != "0":
            found.streaming = True
            yield from _stream(_tokens(row, tokens, lines), found)
            return
        if not found.lines and all(_before_ballots(token, found, row) for token in tokens):
            continue
        if tokens == ["0"] or (tokens[0] == "0" and tokens[1].startswith('"')):
            after = text.partition("0")[2].strip()
            break
        if tokens[0].startswith('"'):
            raise found.error(row, "ballots end with a line 0, before the names", text.strip(), _CUT)
        yield _line(row, text, tokens, found)
    else:
        raise found.error(row, "ballots end with a line 0", "the end of the file", _CUT)
    named = [(row, after)] if after else []
    named += [(row, text.strip()) for row, text in lines if text.strip()]
    _refuse_open_quotes(named, found)
    tail = [text for _, text in named]
    if after or len(tail) < found.candidates:
        tail = [string for text in tail for string in _TOKEN.findall(text)]
    _names([_name(text) for text in tail], found)


def _refuse_open_quotes(texts: list[Token], found: Blt) -> None:
    """Refuse a name that is broken over two lines: its parts would be taken for names and shift all after them."""
    for row, text in texts:
        if text.count('"') % 2:
            raise found.error(
                row, "a name in quotation marks begins and ends on one line", text,
                "join the lines of the name; a quotation mark that is part of a name is written twice",
            )  # fmt: skip


def _line(row: int, text: str, tokens: list[str], found: Blt) -> Ballot | Broken:
    ends = tokens[-1] == "0"
    if found.ended is None:
        found.ended = ends
    if found.ended != ends:
        raise found.error(
            row, "either every ballot line ends with 0 or none does", text.strip(), "put each ballot on one line"
        )
    found.lines += 1
    body = tokens[:-1] if ends else list(tokens)
    if "0" in body:
        found.gaps += 1
        found.packable += not any(a == b == "0" for a, b in itertools.pairwise(tokens)) and body[-1] != "0"
        if ends and _are_several(body):
            raise found.error(
                row, "a line is one ballot and names a candidate once; a 0 before its end is a skipped rank",
                f"{text.strip()[:60]}, which could as well be several ballots each", _ONE_A_LINE,
            )  # fmt: skip
    return _ballot(row, body, found)


def _are_several(body: list[str]) -> bool:
    """Say whether a line with zeros names a candidate twice as one ballot, and none twice as a ballot up to each."""
    parts = [list(part) for zero, part in itertools.groupby(body, "0".__eq__) if not zero]
    if len(parts) <= body.count("0") or len(set(body[1:]) - {"0"}) == len(body) - 1 - body.count("0"):
        return False
    return all(len(part) > 1 and len(set(part[1:])) == len(part) - 1 for part in parts)


def _before_ballots(token: str, found: Blt, row: int) -> bool:
    """Take a withdrawn candidate or an option in brackets; say whether it was one."""
    if token.startswith("["):
        words = token[1:-1].split()
        if words[:1] == ["nick"]:
            found.nicknames = {word: at for at, word in enumerate(words[1:], 1)}
            found.known.clear()
        found.options.append(" ".join(words))
        return True
    if token.startswith("-") and _is_number(token[1:]):
        if not 0 < int(token[1:]) <= found.candidates:
            raise found.error(row, f"withdrawn candidates are -1 to -{found.candidates}", token)
        found.withdrawn.append(int(token[1:]))
        return True
    return False


def _ballot(row: int, tokens: list[str], found: Blt) -> Ballot | Broken:
    text = " ".join(tokens)
    ident = tokens[0][1:-1].strip() if tokens[0].startswith("(") else None
    body = tokens if ident is None else tokens[1:]
    if not body:
        return Broken(row, text, "a ballot is its number and then candidates", "see what the line should hold")
    if len(body) > MAX_RANKS:
        return Broken(row, text[:2000], f"a ballot has at most {MAX_RANKS:,} ranks", "see what the line holds")
    ranking: list[tuple[int, ...]] = []
    known = found.known
    for token in body[1:]:
        equal = known.get(token)
        if equal is None:
            equal = _rank(token, found)
            if equal is None:
                rule = f"candidates are 1 to {found.candidates}, equal ones joined by =, a skipped rank is -"
                return Broken(row, text, rule, f"correct {token[:40]!r}")
            if len(known) < MAX_KNOWN:
                known[token] = equal
        ranking.append(equal)
    while ranking and not ranking[-1]:
        ranking.pop()
    return Ballot(row, body[0], tuple(ranking), ident, text)


def _rank(token: str, found: Blt) -> tuple[int, ...] | None:
    """Return the indexes of the candidates at one rank; None where the token is none."""
    if token in ("-", "0"):
        return ()
    words = token[1:-1].split() if token.startswith("(") else token.split("=")
    numbers = [found.nicknames.get(word, int(word) if _is_number(word) else 0) for word in words]
    if not numbers or not all(0 < n <= found.candidates for n in numbers):
        return None
    return tuple(n - 1 for n in numbers)


def _names(names: list[Name], found: Blt) -> None:
    if len(names) < found.candidates:
        raise found.error(
            0, "every candidate is named after the ballots",
            f"{len(names)} names for {found.candidates} candidates", _CUT,
        )  # fmt: skip
    found.names = names[: found.candidates]
    rest = [name.name if name.party is None else f"{name.name} ({name.party})" for name in names[found.candidates :]]
    found.title = rest[0] if rest else ""
    found.remarks = [text for text in rest[1:] if text]


def _name(text: str) -> Name:
    """Return the name that a line gives: unquoted, quoted, or with a party in quotes after or inside it."""
    quoted = _QUOTED.findall(text)
    if not text.startswith('"') or not quoted:
        return Name(text.strip())
    if len(quoted) == 2 and not _QUOTED.sub("", text).strip():
        return Name(_plain(quoted[0]), _plain(quoted[1]) or None)
    return _unquoted(text)


def _unquoted(text: str) -> Name:
    found = _QUOTED.fullmatch(text.strip())
    inner = _plain(found[1]) if found else text.strip()
    party = _PARTY_INSIDE.fullmatch(inner) if found else None
    return Name(party[1].strip(), party[2].strip()) if party else Name(inner)


def _plain(text: str) -> str:
    return text.replace('""', '"').strip()


_COMMENTS = re.compile(r'"(?:[^"]|"")*"|#.*|/\*')


def _without_comments(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines without `# …` and `/* … */`, outside quotes."""
    inside = False
    for row, text in lines:
        if not inside and "#" not in text and "/*" not in text:
            yield row, text
            continue
        kept = ""
        while text:
            if inside:
                _, end, text = text.partition("*/")
                inside = not end
                continue
            found = next((m for m in _COMMENTS.finditer(text) if not m[0].startswith('"')), None)
            if found is None or found[0].startswith("#"):
                kept += text[: found.start()] if found else text
                break
            kept, text, inside = kept + text[: found.start()] + " ", text[found.end() :], True
        yield row, kept
