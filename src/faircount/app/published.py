"""Published figures of rounds, from a small CSV, from a report that a reader knows, or from the election's folder.

The CSV has a header line and the columns `round` (1, 2, 3, … or `final`), `choice`, `votes` and, if wanted, `outcome`
(`elected` or `excluded`, in the round of its line). A choice in parentheses, `(exhausted)`, is votes that count for
nobody. Order of lines and of columns does not matter.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from faircount.app.opened import Opened
from faircount.app.sniffing import sniff
from faircount.count.explaining import FINAL, Figure
from faircount.count.official_table import Official, OfficialRound
from faircount.model import BadInputError, CandidateIndex, Contest, ContestResult, UsageError, VoteCount, name_key
from faircount.read import Export

READERS_OF_ROUNDS = ("round-table", "rcv-report-json")
COLUMNS = ("round", "choice", "votes")
MAX_BYTES = 16 << 20
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{0,15})?|[0-9]{1,15}/[0-9]{1,15}", re.ASCII)
_ROUND = re.compile(r"(.+), round ([0-9]{1,4})")

Row = tuple[str, str | None, str, VoteCount]
"""(contest, choice, measure, figure)."""


@dataclass(slots=True)
class Published:
    """Figures by round and name, as a source states them; `FINAL` stands for the last round."""

    place: str
    votes: dict[tuple[int, str], VoteCount] = field(default_factory=dict)
    inactive: dict[int, VoteCount] = field(default_factory=dict)
    elected: dict[int, list[str]] = field(default_factory=dict)
    excluded: dict[int, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.votes)

    def figures(self, contest: Contest) -> tuple[Figure, ...]:
        """Return the figures as choices of `contest`, by round. Raises `BadInputError` for a name that is none."""
        places = _places(contest, (name for _, name in self.votes), self.place)
        order = sorted((number or 10**6, places[name], votes) for (number, name), votes in self.votes.items())
        return tuple(Figure(0 if number == 10**6 else number, choice, votes) for number, choice, votes in order)

    def official(self, contest: Contest) -> Official:
        """Return a whole table of rounds as choices of `contest`.

        Raises `BadInputError` for a name that is no choice, and where rounds are not 1, 2, 3, … without a gap.
        """
        numbers = sorted({number for number, _ in self.votes})
        if not numbers or numbers != list(range(1, len(numbers) + 1)):
            found = ", ".join("final" if n == FINAL else str(n) for n in numbers) or "none"
            raise BadInputError(self.place, "a table of rounds has the rounds 1, 2, 3, … without a gap", found)
        said = [name for names in (*self.elected.values(), *self.excluded.values()) for name in names]
        places = _places(contest, (*(name for _, name in self.votes), *said), self.place)

        def those(events: Mapping[int, list[str]], number: int) -> tuple[CandidateIndex, ...] | None:
            return tuple(places[name] for name in events.get(number, ())) if events else None

        rounds = []
        for number in numbers:
            votes = {places[name]: n for (at, name), n in self.votes.items() if at == number}
            elected, excluded = those(self.elected, number), those(self.excluded, number)
            inactive = self.inactive.get(number, 0) if self.inactive else None
            rounds.append(OfficialRound(tuple(sorted(votes.items())), elected, excluded, inactive))
        return Official(tuple(rounds))


def _places(contest: Contest, names: Iterable[str], place: str) -> dict[str, CandidateIndex]:
    """Return name as published → choice: by exact name, then without case, accents and punctuation, then the pool."""
    exact = {choice.name: CandidateIndex(at) for at, choice in enumerate(contest.choices)}
    keys = Counter(name_key(name) for name in exact)
    keyed = {name_key(name): at for name, at in exact.items() if keys[name_key(name)] == 1}
    pool = [at for name, at in exact.items() if contest.choices[at].kind == "write-in"]
    found: dict[str, CandidateIndex] = {}
    for name in dict.fromkeys(names):
        if name in exact:
            found[name] = exact[name]
        elif name_key(name) in keyed:
            found[name] = keyed[name_key(name)]
        elif len(pool) == 1 and pool[0] not in found.values() and _names_write_ins(name):
            found[name] = pool[0]
        else:
            known = ", ".join(exact)
            raise BadInputError(place, f"a choice is one of contest {contest.title!r}", repr(name), f"known: {known}")
    if len(set(found.values())) != len(found):
        twice = [name for name, at in found.items() if list(found.values()).count(at) > 1]
        raise BadInputError(place, "every choice has one name", ", ".join(twice))
    return found


def _names_write_ins(name: str) -> bool:
    key = name_key(name).replace(" ", "")
    return "writein" in key or key == "uwi"


# ---- a file ------------------------------------------------------------------
def read_published(path: Path) -> Published:
    """Read published figures from a CSV of ours, or from a report of rounds that a reader knows.

    Raises `BadInputError` for what is neither, and for a line that states no figure.
    """
    found = sniff(path)
    if found.reader is not None and found.reader.name in READERS_OF_ROUNDS:
        export = Export(path)
        reported: list[Row] = []
        facts: list[tuple[str, str]] = []
        for part in found.reader.plan(export):
            for batch in found.reader.read(export, part):
                reported += [(r["contest"], r["choice"], r["measure"], r["count"])
                             for r in batch.table("reported").to_pylist() if r["precinct"] is None]  # fmt: skip
                facts += [(r["name"], r["value"]) for r in batch.table("facts").to_pylist()]
        titles = list(dict.fromkeys(title for title, *_ in reported))
        if len(titles) != 1:
            raise BadInputError(str(path), "a report of rounds is about one contest", ", ".join(titles) or "none")
        return _from_rows(str(path), titles[0], reported, facts)
    return _from_csv(path)


def _from_csv(path: Path) -> Published:
    place = str(path)
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise BadInputError(
            place, "published figures are a small CSV file", "no such file" if not path.exists() else ""
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(place, "text is UTF-8", str(error)) from error
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    made = Published(place)
    try:
        head = [cell.strip().casefold() for cell in next(rows, [])]
        if not set(COLUMNS) <= set(head) or not set(head) <= {*COLUMNS, "outcome"} or len(set(head)) != len(head):
            raise BadInputError(place, "the first line is round,choice,votes and, if wanted, outcome", ",".join(head))
        for row in rows:
            if any(cell.strip() for cell in row):
                where = f"{place}, line {rows.line_num}"
                if len(row) != len(head):
                    raise BadInputError(where, f"a line has {len(head)} cells", str(len(row)))
                _take(made, where, dict(zip(head, (cell.strip() for cell in row), strict=True)))
    except csv.Error as error:
        raise BadInputError(f"{place}, line {rows.line_num}", "lines are CSV", str(error)) from error
    if not made:
        raise BadInputError(place, "published figures have a line for each figure", "none")
    return made


def _take(made: Published, where: str, row: Mapping[str, str]) -> None:
    number = _number_of_round(row["round"], where)
    name, votes = row["choice"], exact(row["votes"])
    if votes is None or votes < 0:
        raise BadInputError(where, "votes are a number that is not negative", repr(row["votes"]))
    if not name:
        raise BadInputError(where, "a line names a choice", "an empty cell")
    if name.startswith("(") and name.endswith(")"):
        made.inactive[number] = made.inactive.get(number, 0) + votes
        return
    if (number, name) in made.votes:
        raise BadInputError(where, "a choice has one figure a round", f"another one of {name!r}")
    made.votes[number, name] = votes
    outcome = row.get("outcome", "")
    if outcome not in ("", "elected", "excluded"):
        raise BadInputError(where, "outcome is elected, excluded or empty", repr(outcome))
    if outcome:
        (made.elected if outcome == "elected" else made.excluded).setdefault(number, []).append(name)


def _number_of_round(text: str, where: str) -> int:
    if text.casefold() == "final":
        return FINAL
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text, re.ASCII):
        raise BadInputError(where, "a round is 1, 2, 3, … or final", repr(text))
    return int(text)


def exact(text: str) -> VoteCount | None:
    """Return the number that a cell states: `1,234`, `7893.2520`, `7/2`; None if it states none."""
    plain = text.strip().replace(",", "")
    if not _NUMBER.fullmatch(plain) or plain.endswith("/0"):
        return None
    value = Fraction(plain)
    return value.numerator if value.denominator == 1 else value


# ---- what readers left ---------------------------------------------------------
def published_in(opened: Opened, result: ContestResult) -> Published:
    """Return what the folder's results say of a contest: an official table of rounds, else votes of the first round.

    Raises `UsageError` where they say nothing of it.
    """
    title = result.contest.title
    rows = opened.engine.ask("select contest, choice, measure, count from reported where claim = 'official rounds' and "
                             "precinct is null order by all").rows  # fmt: skip
    titles = [t for t in dict.fromkeys(row[0] for row in rows) if t == title or name_key(t) == name_key(title)]
    if titles:
        facts = opened.engine.ask("select name, value from facts order by all").rows
        return _from_rows("the folder's official table of rounds", titles[0], rows, facts)
    made = Published("the folder's results")
    for choice, votes in zip(result.contest.choices, result.reported, strict=False):
        if votes is not None:
            made.votes[1, choice.name] = votes
    if not made:
        raise UsageError(
            f"contest {title!r} has no published figures in the folder; give them with --published FILE, a CSV of "
            "round,choice,votes"
        )
    return made


def _from_rows(place: str, title: str, reported: Iterable[Row], facts: Iterable[tuple[str, str]]) -> Published:
    """Put together what readers of rounds wrote down: whole votes as rows, fractions of a vote as facts."""
    made = Published(place)
    causes: dict[int, VoteCount] = {}
    whole: dict[int, VoteCount] = {}
    mine = [(choice, measure, votes) for contest, choice, measure, votes in reported if contest == title]
    for choice, measure, votes in (*mine, *_fractions(title, facts)):
        what, number = _measure(measure)
        if what == "votes" and choice is not None:
            made.votes[number, choice] = votes
        elif what == "inactive ballots":
            whole[number] = whole.get(number, 0) + votes
        elif what.startswith("inactive by ") or what in ("residual surplus", "final round surplus"):
            causes[number] = causes.get(number, 0) + votes
            if what.startswith("inactive by "):
                continue
            whole[number] = whole.get(number, 0) + votes
    made.inactive = whole if any(_measure(m)[0] == "inactive ballots" for _, m, _ in mine) else causes
    for name, value in facts:
        what, number = _measure(name)
        if what in ("elected", "excluded") and value.startswith(f"{title}: "):
            events = made.elected if what == "elected" else made.excluded
            events.setdefault(number, []).extend(value.removeprefix(f"{title}: ").split("; "))
    return made


def _fractions(title: str, facts: Iterable[tuple[str, str]]) -> Iterator[tuple[str | None, str, VoteCount]]:
    for name, value in facts:
        if _ROUND.fullmatch(name) and value.startswith(f"{title}: "):
            said, colon, figure = value.removeprefix(f"{title}: ").rpartition(": ")
            votes = exact(figure)
            if votes is not None:
                yield (said if colon else None), name, votes


def _measure(measure: str) -> tuple[str, int]:
    """Return (what, round); `votes` alone is round 1."""
    found = _ROUND.fullmatch(measure)
    return (found[1], int(found[2])) if found else (measure, 1)
