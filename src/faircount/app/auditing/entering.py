"""What audit boards write down, as tables that they fill in: one row says what one card says in one contest.

    Ada | Bo            marked: each a vote; of more than the law allows none counts, and the law is what says so
    Ada > Bo > Cy       ranked; `Ada > - > Cy` leaves the second rank empty, `Ada = Bo > Cy` marks two at the first
    Ada 5 | Bo 3        points
    blank, overvote     the contest is on the card, and nobody is marked, or too many are
    not on card         the contest is not on this card
    not found           the card was not found, or is not the one drawn

A choice is written by its name, or as `#2` for the second on the ballot. A row of a batch says besides how many cards
said so; the row `cards` how many cards of the batch hold the contest.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faircount.app.auditing import acting
from faircount.app.auditing.held import HeldAudit
from faircount.audit.acts import OPEN
from faircount.audit.entries import checked
from faircount.audit.forms import seen_json
from faircount.count import RULES
from faircount.count.ballots import ballot_of
from faircount.model import (
    Act,
    Answer,
    BadInputError,
    Ballot,
    CandidateIndex,
    CardCount,
    Commitment,
    Contest,
    Counted,
    Design,
    Mark,
    Pattern,
    Person,
    Rank,
    Seen,
    Subject,
    UsageError,
    name_key,
)
from faircount.read.export import Export
from faircount.read.syntax.tables import Table

BLANK, OVERVOTE, ABSENT, LOST, CARDS = "blank", "overvote", "not on card", "not found", "cards"
HEADS = ("unit", "contest", "said")
_POINTS = re.compile(r"(.*\S)\s+(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a filled-in table, with its place for what has to be said of it."""

    place: str
    unit: str
    contest: str
    said: str
    cards: str


def template(held: HeldAudit) -> Answer:
    """Return the table to fill in: the units that wait, contest by contest; nothing of what is on record is in it."""
    if not held.audit.rounds:
        raise UsageError("nothing is drawn yet: faircount sample draw")
    commitment = held.audit.commitment
    titles = {one.id: one.contest.title for one in commitment.subjects}
    asked = sorted(one.id for one in commitment.subjects)  # also those that are only measured
    rows: list[tuple[object, ...]] = []
    for unit in held.audit.waiting:
        contests = asked if commitment.design is Design.POLLING else sorted(commitment.contests_of[unit])
        if commitment.design is Design.BATCH:
            rows += [
                (unit, titles[name], said, None)
                for name in contests
                for said in (CARDS, *(choice.name for choice in _subject(commitment, name).contest.choices))
            ]
        else:
            rows += [(unit, titles[name], "") for name in contests]
    heads = (*HEADS, CARDS) if commitment.design is Design.BATCH else HEADS
    return Answer(heads, tuple(rows))


def read(held: HeldAudit, path: Path) -> dict[str, Seen]:
    """Return what a filled-in table says of each unit, in the order of the table. CSV or Excel.

    A unit whose rows are all empty is left out: nobody has looked at it yet. Raises `BadInputError` naming file, row,
    rule and what to do, for the first row that cannot be read.
    """
    commitment = held.audit.commitment
    by_unit: dict[str, list[Row]] = {}
    for row in _rows(path, commitment.design is Design.BATCH):
        by_unit.setdefault(row.unit, []).append(row)
    # A template of batches names every choice: only a number, or that the batch is lost, is somebody's word.
    filled = {
        unit: rows
        for unit, rows in by_unit.items()
        if any(row.said and (row.cards != "" or row.said.casefold() == LOST) for row in rows)
    }
    if not filled:
        raise BadInputError(path.name, "somebody has filled it in", "only empty rows", "fill in the column `said`")
    return {unit: _seen(commitment, rows) for unit, rows in filled.items()}


def _rows(path: Path, batches: bool) -> Iterator[Row]:
    export = Export(path)
    table = Table(export, export.names[0])
    heads: dict[str, int] = {}
    for number, cells in table.rows():
        plain = [cell.strip() for cell in cells]
        if not any(plain):
            continue
        if not heads:
            heads = {name.casefold(): at for at, name in enumerate(plain) if name}
            wanted = (*HEADS, CARDS) if batches else HEADS
            if missing := [name for name in wanted if name not in heads]:
                raise BadInputError(f"{path.name}, row {number}", f"the columns are {', '.join(wanted)}",
                                    f"no {missing[0]!r}", "begin with: faircount enter --template")  # fmt: skip
            table.width = len(plain)
            continue
        cell = {name: plain[at] if at < len(plain) else "" for name, at in heads.items()}
        yield Row(f"{path.name}, row {number}", cell["unit"], cell["contest"], cell["said"],
                  cell[CARDS] if batches else "1")  # fmt: skip


def _seen(commitment: Commitment, rows: Iterable[Row]) -> Seen:
    rows = list(rows)
    if any(row.said.casefold() == LOST for row in rows):
        batches = commitment.design is Design.BATCH
        if held := [row for row in rows if (row.cards if batches else row.said) and row.said.casefold() != LOST]:
            raise BadInputError(held[0].place, f"nothing is said of what was {LOST}", repr(held[0].said),
                                f"leave the other rows of {held[0].unit!r} empty, or take {LOST!r} away")  # fmt: skip
        return Seen(False, {})
    if commitment.design is Design.BATCH:
        return Seen(True, _batch(commitment, rows))
    found: dict[str, Ballot | Counted | None] = {}
    for row in rows:
        if not row.said:
            raise BadInputError(row.place, "a card that was looked at says something in every contest", "an empty cell",
                                f"write what is marked, or {BLANK!r}, {OVERVOTE!r}, {ABSENT!r}")  # fmt: skip
        subject = _meant(commitment, row)
        if subject.id in found:
            raise BadInputError(row.place, "one row a contest of a card", f"{row.contest!r} twice for {row.unit!r}")
        found[subject.id] = None if row.said.casefold() == ABSENT else said(subject.contest, row.said, row.place)
    return Seen(True, found)


def _batch(commitment: Commitment, rows: Iterable[Row]) -> dict[str, Ballot | Counted | None]:
    cards: dict[str, int] = {}
    ballots: dict[str, Counter[Ballot]] = {}
    first: dict[str, str] = {}
    for row in rows:
        subject = _meant(commitment, row)
        first.setdefault(subject.id, row.place)
        tally = ballots.setdefault(subject.id, Counter())
        if not row.cards.replace(",", "").isdecimal():
            raise BadInputError(row.place, "the column `cards` holds a whole number", repr(row.cards), "0 for none")
        number = int(row.cards.replace(",", ""))
        if row.said.casefold() == CARDS:
            cards[subject.id] = number
        elif number:
            tally[said(subject.contest, row.said, row.place)] += number
    for name in ballots.keys() - cards.keys():
        contest = _subject(commitment, name).contest
        if contest.votes_allowed > 1:
            # The votes of a card are several rows here: their sum would hide cards that nobody counted.
            raise BadInputError(
                first[name], f"a batch's votes in {contest.title!r} come with its cards, each of which has "
                f"{contest.votes_allowed} votes", f"no row {CARDS!r}", f"add a row that says {CARDS!r} and how many",
            )  # fmt: skip
    return {
        name: Counted(CardCount(cards.get(name, sum(tally.values()))), tuple(
            sorted(tally.items(), key=lambda pair: (pair[0].ranking, pair[0].votes))))
        for name, tally in ballots.items()
    }  # fmt: skip


def _subject(commitment: Commitment, name: str) -> Subject:
    return next(one for one in commitment.subjects if one.id == name)


def _meant(commitment: Commitment, row: Row) -> Subject:
    """Return the contest that a row names, by id or title. Raises `BadInputError` for one that there is not."""
    key = name_key(row.contest)
    for one in commitment.subjects:
        if row.contest == one.id or key == name_key(one.contest.title):
            return one
    titles = ", ".join(one.contest.title for one in commitment.subjects)
    raise BadInputError(row.place, f"a contest is one of {titles}", repr(row.contest))


def said(contest: Contest, text: str, place: str) -> Ballot:
    """Return the ballot that a cell says, under the contest's law: an overvote counts for nobody, and so on.

    Raises `BadInputError` for a name that is not on the ballot, or a form that the contest does not have.
    """
    if text.casefold() in (BLANK, OVERVOTE):
        return Ballot()
    rule = RULES[contest.rule]
    if contest.ranks:
        marks = tuple(
            Mark(_choice(contest, name, place), Rank(rank))
            for rank, level in enumerate(text.split(">"), 1)
            for name in level.split("=")
            if name.strip() not in ("-", "")
        )
    elif rule.ballot == "scores":
        marks = tuple(_scored(contest, part, place) for part in text.split("|"))
    else:
        marks = tuple(Mark(_choice(contest, part, place)) for part in text.split("|"))
    # Write-ins of one card may be several persons, who share one name here.
    named = Counter((mark.choice, mark.rank) for mark in marks if contest.choices[mark.choice].kind != "write-in")
    if twice := [choice for (choice, _), times in named.items() if times > 1]:
        raise BadInputError(place, "a cell names each choice once, or once a rank",
                            f"{contest.name_of(twice[0])!r} twice", "look at the card again")  # fmt: skip
    return ballot_of(rule, contest, Pattern(tuple(sorted(marks, key=Mark.sort_key))))


def _scored(contest: Contest, part: str, place: str) -> Mark:
    found = _POINTS.fullmatch(part.strip())
    if not found:
        raise BadInputError(place, "points are written after the name: Ada 5 | Bo 3", repr(part))
    return Mark(_choice(contest, found[1], place), score=int(found[2]))


def _choice(contest: Contest, name: str, place: str) -> CandidateIndex:
    text = name.strip()
    if text.startswith("#") and text[1:].isdecimal() and 1 <= int(text[1:]) <= len(contest.choices):
        return CandidateIndex(int(text[1:]) - 1)
    exact = [at for at, choice in enumerate(contest.choices) if choice.name == text]
    alike = exact or [at for at, choice in enumerate(contest.choices) if name_key(choice.name) == name_key(text)]
    if len(alike) != 1:
        names = ", ".join(f"#{at} {choice.name}" for at, choice in enumerate(contest.choices, 1))
        raise BadInputError(place, f"a choice of {contest.title!r} is one of {names}", repr(text))
    return CandidateIndex(alike[0])


def in_words(contest: Contest, found: Ballot | Counted | None) -> str:
    """Return what a card says in one contest, as it would be written in the table."""
    if found is None:
        return ABSENT
    if isinstance(found, Counted):
        return "; ".join(f"{in_words(contest, ballot)}: {n:,}" for ballot, n in found.ballots) or f"{found.cards} cards"
    if found.ranking:
        return " > ".join(contest.name_of(choice) for choice in found.ranking)
    if not found.votes:
        return BLANK
    return " | ".join(contest.name_of(c) + ("" if n == 1 else f" {n}") for c, n in found.votes)


def contests_by_id(commitment: Commitment) -> Mapping[str, Contest]:
    """Return the contests of an audit by id."""
    return {one.id: one.contest for one in commitment.subjects}


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a table: units entered, those that stood there before just so, and disagreements."""

    entered: int
    unchanged: int
    disagree: tuple[str, ...]


def enter_table(
    held: HeldAudit, by: Person, path: Path, *, correct: str | None = None, approved_by: str = "",
    people: Sequence[str] = (),
) -> Entered:  # fmt: skip
    """Enter every unit of a filled-in table; the same table entered again changes nothing.

    All of it is read and judged before the first is entered, so that a table with a fault in it enters nothing. With
    `correct`, a reason, settled units are replaced; with `people`, entries that disagree are resolved.
    """
    held.refresh()
    if not held.audit.rounds:
        raise UsageError("nothing is drawn yet: faircount sample draw")
    found, by = read(held, path), Person(held.known_as(by.name), by.role)
    drawn, afresh = frozenset(held.audit.drawn.units), correct is None and not people
    entered = unchanged = 0
    due = {
        one
        for one, seen in found.items()
        if not (
            _is_entered(held, by, one, seen, afresh)
            if correct is None
            else _is_corrected(held, by, one, seen, (correct, held.known_as(approved_by)))
        )
    }
    if due and afresh and held.audit.stage != OPEN:
        why = "what is settled is replaced with a reason: enter --correct"
        raise UsageError(f"`entry` may come when the audit is {OPEN}; it is: {held.audit.stage}; {why}")
    for unit, seen in found.items():
        if unit not in drawn:
            raise UsageError(f"{unit!r} was not drawn, so nothing was entered; the list: faircount sample show --all")
        if unit in due:
            checked(Act(0, "entry", "", by, {"unit": unit, **seen_json(seen)}), held.audit.commitment)
            _refuse(held, by, unit, correct is not None, afresh)
    for unit, seen in found.items():
        if unit not in due:
            unchanged += 1
            continue
        if correct is not None:
            acting.correct(held, by, unit, seen, correct, approved_by)
        elif people:
            acting.resolve(held, by, unit, seen, people)
        else:
            key = f"{unit}|{held.audit.rounds[-1].number if held.audit.rounds else 0}|{by.name}"
            acting.enter(held, by, unit, seen, hashlib.sha256(key.encode()).hexdigest())
        entered += 1
    return Entered(entered, unchanged, tuple(unit for unit in found if held.audit.entries.disagrees(unit)))


def _is_entered(held: HeldAudit, by: Person, unit: str, seen: Seen, afresh: bool) -> bool:
    """Say whether the unit is settled just so, or, where people enter it afresh, this person has entered it just so."""
    settled, versions = held.audit.entries.settled.get(unit), held.audit.entries.versions.get(unit, [])
    if settled is not None or not afresh:
        return settled is not None and settled.seen == seen
    return any(one.person == by.name and one.seen == seen for one in versions)


def _is_corrected(held: HeldAudit, by: Person, unit: str, seen: Seen, why: tuple[str, str]) -> bool:
    """Say whether just this correction settled the unit: a table that was cut off is entered again."""
    settled = held.audit.entries.settled.get(unit)
    if settled is None or settled.act != "correct" or (settled.person, settled.seen) != (by.name, seen):
        return False
    body = held.acts[settled.n].body
    return (body["reason"], body["approved_by"]) == why


def _refuse(held: HeldAudit, by: Person, unit: str, corrects: bool, afresh: bool) -> None:
    """Raise what entering this unit would, before any other unit of its table is entered."""
    entries, none = held.audit.entries, "so nothing was entered"
    settled = entries.settled.get(unit)
    if corrects and settled is None:
        raise UsageError(f"{unit!r} is not settled, and there is nothing to correct, {none}")
    if afresh and settled is not None:
        raise UsageError(
            f"{unit!r} is settled otherwise by act {settled.n}, {none}; a correction says why: enter --correct"
        )
    if afresh and entries.disagrees(unit):
        raise UsageError(f"{unit!r} has two entries that disagree, {none}; resolve it: enter --resolve")
    own = next((one for one in entries.versions.get(unit, []) if one.person == by.name), None)
    if afresh and own:
        why = "somebody else enters it too, and where the two differ both look again: enter --resolve"
        raise UsageError(f"{by.name} has entered {unit!r} otherwise in act {own.n}, {none}; {why}")
